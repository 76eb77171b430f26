"""The files and vector stores that the samples of a demo name: the same few for any number."""

from typing import Any, NamedTuple

Json = dict[str, Any]


class SampleFile(NamedTuple):
    """A text file."""

    id: str
    name: str
    text: str


class SampleVectorStore(NamedTuple):
    """A vector store with some of these files."""

    id: str
    name: str
    file_ids: tuple[str, ...]


SAMPLE_FILES = (
    SampleFile(
        "file-B2cQ7mXw5TzR9kLh3VnJ8sPd",
        "handbook.md",
        "# Handbook\n\n"
        "## Refunds\n\nA customer may return an order within 30 days and gets the money back"
        " within five working days. Parcels that arrived damaged are replaced without a return.\n\n"
        "## Opening hours\n\nThe hotline answers from 8 to 18 o'clock, on Saturdays until noon.\n\n"
        "## Vacation\n\nEmployees have 28 days of vacation a year.\n",
    ),
    SampleFile(
        "file-Zk4Wd8YbN1uF6tGxQ0eHcRvM",
        "schema.sql",
        "CREATE TABLE orders (\n  id bigint PRIMARY KEY,\n  customer_id bigint NOT NULL,\n"
        "  placed_at timestamptz NOT NULL,\n  total_cents integer NOT NULL\n);\n\n"
        "CREATE TABLE refunds (\n  order_id bigint REFERENCES orders (id),\n"
        "  paid_at timestamptz,\n  amount_cents integer NOT NULL\n);\n",
    ),
    SampleFile(
        "file-JjtFg9YLegb99vDBm7uaCQ4s",
        "runbooks.md",
        "# Runbooks\n\n"
        "## Disk full\n\n1. Look at the largest folders: du -xh / | sort -h | tail.\n"
        "2. Rotate the logs.\n3. Ask before anything is deleted.\n\n"
        "## Queue grows\n\n1. See whether the workers run.\n2. Add two workers.\n"
        "3. Call the owner of the queue if it still grows after ten minutes.\n",
    ),
    SampleFile(
        "file-jtFg9YLegb99vDBm7uaCQ4sJ",
        "glossary.md",
        "# Glossary\n\nparcel: what one courier carries for one order.\n\n"
        "incident: something that customers notice. An alert is none until they do.\n\n"
        "checkout: from the basket to the payment.\n",
    ),
    SampleFile(
        "file-pX3nVq7Jw2RsKd5MhT8bYf0L",
        "review-rules.md",
        "# Rules for reviews\n\nWhat breaks comes first, then what is missing.\n\n"
        "A change without a test says why it has none.\n\n"
        "Two people look at whatever touches money.\n",
    ),
    SampleFile(
        "file-SRFZ5peKzwsyXgnJfywAKAp7",
        "tax-rates.csv",
        "country,rate,reduced\nAT,20,10\nDE,19,7\nES,21,10\nFR,20,5.5\nNL,21,9\n",
    ),
    SampleFile(
        "file-RFZ5peKzwsyXgnJfywAKAp7S",
        "release-checklist.md",
        "# Before a release\n\n- The changelog names what breaks, and what to do about it.\n"
        "- The migration has run on a copy.\n- Somebody is on call for the next two hours.\n",
    ),
    SampleFile(
        "file-FZ5peKzwsyXgnJfywAKAp7SR",
        "reading-list.md",
        "# Reading list\n\nEuclid, Elements: how a proof is built, from thirteen short books.\n\n"
        "Darwin, On the Origin of Species: an argument that answers its objections.\n\n"
        "Lovelace, Notes on the Analytical Engine: the first program, with its limits.\n",
    ),
)

_IDS = {each.name: each.id for each in SAMPLE_FILES}

SAMPLE_VECTOR_STORES = tuple(
    SampleVectorStore(store_id, name, tuple(_IDS[file_name] for file_name in file_names))
    for store_id, name, file_names in (
        ("vs_7SRFZ5peKzwsyXgnJfywAKAp", "Handbook and schema", ("handbook.md", "schema.sql")),
        ("vs_sozdnrarQp3Livyy2QXh19wD", "Runbooks and terms", ("runbooks.md", "glossary.md")),
        (
            "vs_40Dgc0mnxhX1yyW6Qfjukz7H",
            "Engineering rules",
            ("review-rules.md", "release-checklist.md"),
        ),
        (
            "vs_pMm4qmY13WdUjMoH9QIfbosf",
            "Invoices and releases",
            ("tax-rates.csv", "release-checklist.md"),
        ),
        ("vs_eBY22dM4We9oTKH8lB6Rrzhb", "Library", ("reading-list.md", "glossary.md")),
    )
)


def sample_tool_resources(index: int, role: int, tools: list[Json]) -> Json:
    """What the tools of a sample are given.

    Args:
        index: of the sample.
        role: the number of its role; each two share a vector store.
        tools: those of the sample.
    """
    kinds = {tool["type"] for tool in tools}
    resources: Json = {}
    if "code_interpreter" in kinds:
        chosen = range(index + 1, index + 2 + len(tools) % 3)
        files = [SAMPLE_FILES[each % len(SAMPLE_FILES)].id for each in chosen]
        resources["code_interpreter"] = {"file_ids": files}
    if "file_search" in kinds:
        store = SAMPLE_VECTOR_STORES[role // 2 % len(SAMPLE_VECTOR_STORES)]
        resources["file_search"] = {"vector_store_ids": [store.id]}
    return resources

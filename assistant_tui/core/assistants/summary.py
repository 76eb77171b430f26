"""What a list shows of assistants, how it sorts them, and where its filter looks."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from assistant_tui.core.list_spec import CREATED, NAME, Column, ListSpec
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.search.matching import fold
from assistant_tui.core.search.terms import ID_PLACE, NAME_PLACE, Place, texts_inside

_SHORT = {"code_interpreter": "code", "file_search": "search", "function": "fn"}

_FILES = {"file_ids", "file_id", "files", "attachments"}
_STORES = {"vector_store_ids", "vector_store_id", "vector_stores"}
_HOLDERS = ("tool_resources", "tools", *sorted(_FILES | _STORES))
"""The members in which ids of files and vector stores stand."""


class AssistantSummary(NamedTuple):
    """What a list shows of one assistant, beside what every row has."""

    name: str = ""
    model: str = ""
    tools: tuple[str, ...] = ()
    """The tools' types, in their order."""


def summary_of(row: ResourceRow) -> AssistantSummary:
    """The summary of an assistant's row; an empty one where the row has none."""
    summary = row.summary
    return summary if isinstance(summary, AssistantSummary) else AssistantSummary(row.name)


def tools_text(tools: tuple[str, ...]) -> str:
    """The kinds of the tools, each once, with a count: `code search fn×3`."""
    counts: dict[str, int] = {}
    for tool in tools:
        counts[tool] = counts.get(tool, 0) + 1
    return " ".join(
        _SHORT.get(tool, one_line(tool)) + (f"×{count}" if count > 1 else "")
        for tool, count in counts.items()
    )


def _listed(row: ResourceRow) -> tuple[str, ...]:
    summary = summary_of(row)
    return summary.name, summary.model, row.id


def _described(members: Mapping[str, Any]) -> Iterator[str]:
    for name in ("description", "instructions", "metadata"):
        yield from texts_inside(members.get(name))


def _function_names(members: Mapping[str, Any]) -> Iterator[str]:
    tools = members.get("tools")
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if isinstance(name, str):
            yield name


def _file_ids(members: Mapping[str, Any]) -> Iterator[str]:
    for holder in _HOLDERS:
        yield from _ids(members.get(holder), _FILES, inside=holder in _FILES)


def _store_ids(members: Mapping[str, Any]) -> Iterator[str]:
    for holder in _HOLDERS:
        yield from _ids(members.get(holder), _STORES, inside=holder in _STORES)


def _ids(value: object, names: Collection[str], *, inside: bool) -> Iterator[str]:
    """The texts below members with one of the names, or below their `id`, however deep."""
    if isinstance(value, str):
        yield from [value] if inside else []
    elif isinstance(value, list):
        for item in value:
            yield from _ids(item, names, inside=inside)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _ids(item, names, inside=name in names or (inside and name == "id"))


MODEL = Column(
    "model",
    lambda row, cells: one_line(summary_of(row).model),
    lambda row: fold(summary_of(row).model),
    widths=((42, 14), (100, 20)),
)
TOOLS = Column(
    "tools",
    lambda row, cells: tools_text(summary_of(row).tools),
    lambda row: fold(" ".join(summary_of(row).tools)),
    widths=((54, 12), (70, 16), (100, 22)),
)
ASSISTANT_LIST = ListSpec(
    columns=(NAME, MODEL, TOOLS, CREATED),
    anywhere=Place("", _listed, _described, in_name=True),
    places=(
        replace(NAME_PLACE, example="billing"),
        replace(ID_PLACE, example="asst_"),
        Place("model", lambda row: (summary_of(row).model,), example="gpt-4o"),
        Place(
            "tool",
            lambda row: summary_of(row).tools,
            _function_names,
            example="code_interpreter",
        ),
        Place("store", json_texts=_store_ids, example="vs_"),
        Place("file", json_texts=_file_ids, example="file-"),
    ),
    help=(
        "Words must all be there, in the name, id, model, description, instructions or metadata;",
        "in a name their letters may be apart: bisu finds Billing support.",
        '"two words" finds just these, !word what has it not.',
        "name: id: model: tool: store: file: meta.KEY: look in one place: model:gpt-4o, !file:*.",
        "model:=gpt-4o is just this one, tool:* has any. file:file-abc tells who uses a file.",
        "created:2026-01 created:>=2026-01-31 created:2026-01..2026-03 go by local time.",
        "Any other word with a colon is a word: http://host, a:b.",
    ),
)
"""The list of assistants."""

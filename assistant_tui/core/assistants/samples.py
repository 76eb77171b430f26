"""Sample assistants for a demo, made one by one from their index, so that any number costs nothing.

Everything follows from the index alone: the same index is the same assistant in every run.
"""

import string
from copy import deepcopy
from typing import Any
from zlib import crc32

from assistant_tui.core.assistants.sample_files import sample_tool_resources

Json = dict[str, Any]

_NEWEST = 1_785_585_600
"""2026-08-01 12:00 UTC: when the newest sample was created; the others are older."""

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID_LENGTH = 24
_IDS = len(_ALPHABET) ** _ID_LENGTH
# An index times an odd number near the golden ratio of all ids (with no factor in common with
# them) spreads neighbours far apart, and can be undone.
_FACTOR = _IDS * 618_033_989 // 1_000_000_000 | 1
_SHIFT = crc32(b"assistant-tui") ** 5 % _IDS
_INVERSE = pow(_FACTOR, -1, _IDS)
_INDEX_LIMIT = 10**9

_MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4-turbo", "o3-mini", "o1")

_PLACES = (
    "Billing", "Berlin", "Warehouse", "Platform", "Night shift", "Payroll", "München", "Checkout",
    "EMEA", "Mobile", "Data lake", "Returns", "São Paulo", "Identity", "Search", "Fleet",
    "Onboarding", "Logistics", "Tōkyō", "Claims", "Legal", "Partner", "Staging", "Field service",
)  # fmt: skip

_ROLES: tuple[tuple[str, str, str], ...] = (
    (
        "support assistant",
        "Answers customers from the handbook and hands over what it cannot settle.",
        "Answer in the customer's language. Quote the paragraph of the handbook you rely on.\n\n"
        "If an answer would cost money, ask a colleague first.",
    ),
    (
        "SQL helper",
        "Turns questions into queries for the reporting replica.",
        "Write one PostgreSQL 16 query and say in a sentence what it returns.\n\n"
        "- Never write to a table.\n- Name the columns; no SELECT *.\n- Limit to 1,000 rows.",
    ),
    (
        "on-call helper",
        "Reads the alert, finds the runbook, suggests the first three steps.",
        "You are woken at night and so is the reader. Be brief.\n\n"
        "1. Say what is broken and for whom.\n2. Link the runbook.\n3. Give the next command.\n\n"
        "Never restart a database on your own.",
    ),
    (
        "translator",
        "Translates texts and keeps names, numbers and markup as they are.",
        "Translate what follows. Keep placeholders such as {name} and the line breaks.\n\n"
        "Where a word has no counterpart, keep the original and explain it once in brackets.",
    ),
    (
        "code reviewer",
        "Reads a diff as a careful colleague would.",
        "Look for what breaks, then for what is missing, then for what is hard to read.\n\n"
        "```\nseverity: file:line: what happens, and for which input\n```\n\n"
        "If nothing is wrong, say so in one line.",
    ),
    (
        "meeting scribe",
        "Makes decisions and tasks out of a transcript.",
        "List the decisions, then the tasks with a name and a date each.\n\n"
        "Leave out who said what, unless they disagreed.",
    ),
    (
        "invoice reader",
        "Takes amounts, dates and tax numbers out of scanned invoices.",
        "Give amounts in cents, dates as YYYY-MM-DD.\n\n"
        "A field you cannot read is null; never guess a tax number.",
    ),
    (
        "release notes writer",
        "Explains merged changes to the people who use the product.",
        "Write for a reader who does not know the code. Lead with what they can do now.\n\n"
        "Group by area. Breaking changes come first, each with what to do about it.",
    ),
    (
        "researcher",
        "Searches the library and answers with sources.",
        "Every claim has a source. Say how sure you are, and what would change your mind.",
    ),
    (
        "tutor",
        "Explains step by step and asks back instead of giving the answer away.",
        "Find out what the learner knows already. Give one hint at a time.\n\n"
        "Praise the method, not the person.",
    ),
)

_WORLD_NAMES = (
    "客服助手 · 退货与退款",
    "翻訳アシスタント(日英)",
    "고객 지원 도우미",
    "Réceptionniste de l'hôtel « Étoile »",
    "Помощник бухгалтера",
    "مساعد خدمة العملاء",
    "עוזר משפטי",
    "Straßenverkehrsamt: Auskünfte für Bürger",
    "🛠️ Werkstatt-Hilfe 👩🏽‍🔧",
    "🇧🇷 Tradução técnica – peças e manuais",
    "ผู้ช่วยจองห้องพัก",
    "Cafe\u0301 concierge ☕",
)

_FUNCTIONS: tuple[tuple[str, str, Json], ...] = (
    ("get_order", "Looks up one order.", {"order_id": {"type": "string"}}),
    ("list_incidents", "Open incidents, newest first.", {"service": {"type": "string"}}),
    (
        "create_ticket",
        "Opens a ticket for a colleague.",
        {
            "title": {"type": "string"},
            "priority": {"type": "string", "enum": ["low", "normal", "high"]},
        },
    ),
    ("run_query", "Runs a read-only query.", {"sql": {"type": "string"}}),
)

_INVOICE_FORMAT: Json = {
    "type": "json_schema",
    "json_schema": {
        "name": "invoice",
        "description": "What is read off one invoice.",
        "schema": {
            "type": "object",
            "properties": {
                "total_cents": {"type": "integer"},
                "currency": {"type": "string"},
                "due": {"type": ["string", "null"], "format": "date"},
            },
            "required": ["total_cents", "currency", "due"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


def sample_id(index: int) -> str:
    """The id of a sample: `asst_` and 24 letters or digits; another index, another id."""
    number, digits = (index * _FACTOR + _SHIFT) % _IDS, []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return f"asst_{''.join(reversed(digits))}"


def sample_index(assistant_id: str) -> int | None:
    """The index that :func:`sample_id` made this id from; None if it made none such."""
    digits = assistant_id.removeprefix("asst_")
    if len(digits) != _ID_LENGTH or len(assistant_id) != _ID_LENGTH + len("asst_"):
        return None
    number = 0
    for digit in map(_ALPHABET.find, digits):
        if digit < 0:
            return None
        number = number * len(_ALPHABET) + digit
    index = (number - _SHIFT) * _INVERSE % _IDS
    return index if index < _INDEX_LIMIT else None


def sample(index: int) -> Json:
    """The assistant of this index, all keys in the API's order; index 0 is the newest."""
    role_number = _pick(index, "role", len(_ROLES))
    role, description, instructions = _ROLES[role_number]
    model, tools = _MODELS[_pick(index, "model", len(_MODELS))], _tools(index)
    return {
        "id": sample_id(index),
        "object": "assistant",
        "created_at": _NEWEST - _age(index),
        "name": _name(index, role),
        "description": None if _pick(index, "description", 4) == 0 else description,
        "model": model,
        "instructions": _instructions(index, role, instructions),
        "tools": tools,
        "metadata": _metadata(index),
        "top_p": 1 if _pick(index, "top_p", 5) else 0.9,
        "temperature": (1, 1, 0.2, 0.7, 0)[_pick(index, "temperature", 5)],
        "reasoning_effort": ("low", "high")[_pick(index, "effort", 2)] if model[0] == "o" else None,
        "response_format": _response_format(index, role),
        "tool_resources": sample_tool_resources(index, role_number, tools),
    }


def three_samples() -> list[Json]:
    """Bodies of three create requests that make an empty store worth looking at."""
    return deepcopy(_FIRST_THREE)


def _pick(index: int, what: str, choices: int) -> int:
    """A number below `choices` that looks random and is always the same."""
    return crc32(f"{what}:{index}".encode()) % choices


def _age(index: int) -> int:
    """Seconds before the newest; strictly rising: hours apart at first, then minutes."""
    recent, older, hours, minutes = min(index, 1_000), max(index - 1_000, 0), 3 * 3600, 4 * 60
    jitter = _pick(index, "age", hours if index < 1_000 else minutes) if index else 0
    return recent * hours + older * minutes + jitter


def _name(index: int, role: str) -> str | None:
    kind = _pick(index, "name", 40)
    place = _PLACES[_pick(index, "place", len(_PLACES))]
    if kind == 0 and index:
        return None
    if kind == 1:
        long = f"{place} {role} for everything that the other assistants do not cover: "
        return (long + "orders, refunds, opening hours, parcels, " * 6)[: 256 - index % 7]
    if kind <= 6:
        return _WORLD_NAMES[_pick(index, "world", len(_WORLD_NAMES))]
    return f"{place} {role}" + (f" v{1 + _pick(index, 'version', 9)}" if kind > 30 else "")


def _instructions(index: int, role: str, text: str) -> str | None:
    kind = _pick(index, "instructions", 30)
    if kind == 0:
        return None
    opening = f"You are the {role} of the {_PLACES[index % len(_PLACES)]} team.\n\n"
    if kind == 1:  # a long one, some thousand words
        rules = (f"{n}. When in doubt about case {n}, ask before you act." for n in range(1, 400))
        return opening + text + "\n\n" + "\n".join(rules)
    return opening + text


def _function(number: int) -> Json:
    name, description, properties = _FUNCTIONS[number % len(_FUNCTIONS)]
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": {**function, "strict": False}}


def _tools(index: int) -> list[Json]:
    kinds, first = _pick(index, "tools", 8), _pick(index, "function", len(_FUNCTIONS))
    search = {"type": "file_search", "file_search": {"max_num_results": 5 + index % 20}}
    functions = [_function(first + step) for step in range(max(0, kinds - 3))]
    return [
        *([{"type": "code_interpreter"}] if kinds in (1, 3, 7) else []),
        *([search] if kinds in (2, 3, 6) else []),
        *functions,
    ]


def _metadata(index: int) -> Json:
    team = _PLACES[_pick(index, "team", len(_PLACES))]
    pairs = {"team": team, "env": ("prod", "staging", "dev")[index % 3], "ticket": f"OPS-{index}"}
    return dict(list(pairs.items())[: _pick(index, "metadata", 4)])


def _response_format(index: int, role: str) -> str | Json:
    if role == "invoice reader":
        return _INVOICE_FORMAT
    return {"type": "json_object"} if _pick(index, "format", 12) == 0 else "auto"


_FIRST_THREE: list[Json] = [
    {
        "model": "gpt-4o-mini",
        "name": "Translator",
        "description": "Translates between any two languages and keeps the markup.",
        "instructions": "Translate what follows into English; English into German.\n\n"
        "Keep names, numbers, placeholders and line breaks as they are.",
        "temperature": 0.3,
    },
    {
        "model": "gpt-4o",
        "name": "Support assistant",
        "description": "Answers customers and opens a ticket where a person is needed.",
        "instructions": "Answer in the customer's language, in three sentences at most.\n\n"
        "Open a ticket when money, law or safety is concerned.",
        "tools": [_function(2)],
        "metadata": {"team": "support"},
    },
    {
        "model": "gpt-4o",
        "name": "Code helper",
        "description": "Explains, reviews and runs small pieces of code.",
        "instructions": "Show code first, then explain it in a sentence or two.\n\n"
        "Run what you claim to work, and say so when you could not.",
        "tools": [{"type": "code_interpreter"}],
        "temperature": 0.2,
    },
]

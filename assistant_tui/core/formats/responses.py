"""Turns an assistant into a request to the Responses API, and says what gets lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from assistant_tui.core.assistants.editor_values import tool_type
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.json_text import compose, compose_list, indent, member_at, members
from assistant_tui.core.raw_json import elements_in, members_in, text_in
from assistant_tui.core.resource import READ_ONLY

_EMPTY = ("null", "[]", "{}", '""')
_AS_THEY_ARE = ("model", "instructions", "temperature", "top_p", "metadata")
_DESCRIBING = ("name", "description")
_RANKERS = ('"auto"',)
"""The rankers that both APIs know by the same name."""


@dataclass(frozen=True)
class ResponsesRequest:
    """An assistant without what belongs to the Assistants API alone."""

    name: str
    request: Mapping[str, str]
    """The members of a request to create a response, without its input, as exact JSON texts."""
    lost: tuple[str, ...]
    """What cannot be expressed, each in a few words. Not made safe for display."""


@dataclass
class _Conversion:
    """The conversion of one assistant: its fields, and what was lost so far."""

    parts: Mapping[str, str]
    lost: list[str] = field(default_factory=list)

    def lose(self, what: str, why: str) -> None:
        """Note something that the request cannot express."""
        self.lost.append(f"{what}: {why}")

    def lose_all(self, where: str, names: Iterator[str]) -> None:
        """Note fields that have no counterpart in the request."""
        for name in names:
            self.lose(f"{where}{name}", "unknown there")


def to_responses(text: str) -> ResponsesRequest:
    """Convert the JSON of one assistant.

    Raises:
        ValueError: the text is not a JSON object.
    """
    conversion = _Conversion(members(text))
    set_parts = {n: v for n, v in conversion.parts.items() if v not in _EMPTY}
    request = {name: set_parts[name] for name in _AS_THEY_ARE if name in set_parts}
    if tools := list(_tools(conversion)):
        request["tools"] = compose_list(tools)
    if answer := _format(conversion):
        request["text"] = compose({"format": answer})
    if "reasoning_effort" in set_parts:
        request["reasoning"] = compose({"effort": set_parts["reasoning_effort"]})
    _lose_resources(conversion, tools)
    if "description" in set_parts:
        conversion.lose("description", "a request has none")
    conversion.lose_all("", (n for n in set_parts if n not in FIELDS and n not in READ_ONLY))
    return ResponsesRequest(text_in(set_parts.get("name")), request, tuple(conversion.lost))


def _tools(conversion: _Conversion) -> Iterator[str]:
    for position, tool in enumerate(elements_in(conversion.parts.get("tools", "[]"))):
        where = f"tools[{position}]"
        match tool_type(tool):
            case "code_interpreter":
                yield _code_interpreter(conversion)
            case "file_search":
                yield _file_search(conversion, tool, where)
            case "function":
                yield _function(conversion, tool, where)
            case other:
                conversion.lose(where, f"tools of the type {other} are not known there")


def _code_interpreter(conversion: _Conversion) -> str:
    """The files go into a container that each conversation makes for itself."""
    files = _resource(conversion, "code_interpreter", "file_ids")
    container = {"type": '"auto"', **({} if files in _EMPTY else {"file_ids": files})}
    return compose({"type": '"code_interpreter"', "container": compose(container)})


def _file_search(conversion: _Conversion, tool: str, where: str) -> str:
    stores = _resource(conversion, "file_search", "vector_store_ids")
    if stores in _EMPTY:
        conversion.lose(
            f"{where}.file_search", "no vector store is attached, but one is needed there"
        )
        stores = "[]"
    inside = members_in(member_at(tool, ["file_search"]))
    kept = {n: inside[n] for n in ("max_num_results",) if n in inside}
    ranking = members_in(inside.get("ranking_options"))
    if ranking.get("ranker", '"auto"') not in _RANKERS:
        conversion.lose(f"{where}.file_search.ranking_options.ranker", "another is used there")
        del ranking["ranker"]
    if ranking:
        kept["ranking_options"] = compose(ranking)
    known = (*kept, "ranking_options")
    conversion.lose_all(f"{where}.file_search.", (name for name in inside if name not in known))
    return compose({"type": '"file_search"', "vector_store_ids": stores, **kept})


def _function(conversion: _Conversion, tool: str, where: str) -> str:
    """What the API fills in for a function is said: there, `strict` is on where it is not said."""
    inside = members_in(member_at(tool, ["function"]))
    known: dict[str, str] = {n: inside.pop(n) for n in _DESCRIBING if n in inside}
    strict = inside.pop("strict", "null")
    known["parameters"] = inside.pop("parameters", "null")
    known["strict"] = "false" if strict == "null" else strict
    conversion.lose_all(f"{where}.function.", iter(inside))
    return compose({"type": '"function"', **known})


def _format(conversion: _Conversion) -> str:
    """The `text.format`; empty where it is the usual one."""
    given = conversion.parts.get("response_format", "null")
    if given in ("null", '"auto"'):
        return ""
    match text_in(members_in(given).get("type")):
        case "text" | "json_object":
            return given
        case "json_schema":
            schema = members_in(members_in(given).get("json_schema"))
            return compose({"type": '"json_schema"', **schema})
    conversion.lose("response_format", "unknown there")
    return ""


def _lose_resources(conversion: _Conversion, tools: list[str]) -> None:
    """Files and stores that no tool uses."""
    used = {("code_interpreter", "file_ids"), ("file_search", "vector_store_ids")}
    there = {tool_type(tool) for tool in tools}
    for tool, resources in members_in(conversion.parts.get("tool_resources")).items():
        for kind, ids in members_in(resources).items():
            if ids not in _EMPTY and not ((tool, kind) in used and tool in there):
                conversion.lose(f"tool_resources.{tool}.{kind}", "no tool there uses it")


def _resource(conversion: _Conversion, tool: str, kind: str) -> str:
    return member_at(conversion.parts.get("tool_resources", "{}"), [tool, kind]) or "[]"


def write(text: str) -> str:
    """The JSON of the request, laid out over lines."""
    return indent(compose(to_responses(text).request)) + "\n"


def losses(text: str) -> tuple[str, ...]:
    """What the request cannot express."""
    found = to_responses(text)
    name = ("name: a request has none",) if found.name else ()
    return (*name, *found.lost)

"""An agent of the OpenAI Agents SDK as Python text, all of the assistant's words as literals."""

import re
from collections.abc import Iterator, Mapping

from assistant_tui.core.formats.responses import ResponsesRequest, to_responses
from assistant_tui.core.json_text import elements, members
from assistant_tui.core.raw_json import text_in
from assistant_tui.core.safe_text import one_line

_NUMBER = re.compile(r"-?[0-9][-+0-9.eE]*")
_WORDS = {"true": "True", "false": "False", "null": "None"}
_TO_WRITE = '''

async def not_written(context, arguments):
    """Takes the arguments as JSON text; what it returns is what the model gets to read."""
    raise NotImplementedError
'''


def write(text: str) -> str:
    """The Python text; what it cannot express stands in it as comments."""
    found = to_responses(text)
    tools = [_tool(tool) for tool in elements(found.request.get("tools", "[]"))]
    known = text_in(members(text).get("id")) or "an assistant"
    lines = [f"# Made from {one_line(known)}. It needs: pip install openai-agents", *_lost(found)]
    lines.extend(_imports(found, tools))
    if any("not_written" in tool for tool in tools):
        lines.append(_TO_WRITE)
    return "\n".join([*lines, "", *_agent(found, known, tools)]) + "\n"


def losses(text: str) -> tuple[str, ...]:
    """What the agent cannot express."""
    return to_responses(text).lost


def _lost(found: ResponsesRequest) -> Iterator[str]:
    if found.lost:
        yield "# Not carried over:"
        yield from (f"# - {one_line(each)}" for each in found.lost)


def _imports(found: ResponsesRequest, tools: list[str]) -> Iterator[str]:
    classes = {"Agent", *(tool.partition("(")[0] for tool in tools)}
    if _settings(found.request):
        classes.add("ModelSettings")
    yield f"from agents import {', '.join(sorted(classes))}"
    if "reasoning" in found.request:
        yield "from openai.types.shared import Reasoning"


def _agent(found: ResponsesRequest, known: str, tools: list[str]) -> Iterator[str]:
    yield "agent = Agent("
    yield f"    name={found.name or known!r},"
    for name in ("instructions", "model"):
        if name in found.request:
            yield f"    {name}={_lines(found.request[name])},"
    if settings := _settings(found.request):
        yield "    model_settings=ModelSettings("
        yield from (f"        {setting}," for setting in settings)
        yield "    ),"
    if tools:
        yield "    tools=["
        yield from (f"        {tool}," for tool in tools)
        yield "    ],"
    yield ")"


def _settings(request: Mapping[str, str]) -> list[str]:
    kept = ("temperature", "top_p", "metadata")
    settings = [f"{name}={_literal(request[name])}" for name in kept if name in request]
    if "reasoning" in request:
        effort = _literal(members(request["reasoning"])["effort"])
        settings.append(f"reasoning=Reasoning(effort={effort})")
    if "text" in request:
        settings.append(f"extra_body={{'text': {_literal(request['text'])}}}")
    return settings


def _tool(tool: str) -> str:
    parts = members(tool)
    kind = parts.pop("type")
    if kind == '"code_interpreter"':
        return f"CodeInterpreterTool(tool_config={_literal(tool)})"
    if kind == '"file_search"':
        return f"FileSearchTool({', '.join(_arguments(parts))})"
    schema, strict = parts.pop("parameters"), parts.pop("strict")
    arguments = [
        *_arguments({"name": '""', "description": '""', **parts}),
        f"params_json_schema={'{}' if schema == 'null' else _literal(schema)}",
        f"strict_json_schema={_literal(strict)}",
        "on_invoke_tool=not_written",
    ]
    return f"FunctionTool({', '.join(arguments)})"


def _arguments(parts: Mapping[str, str]) -> Iterator[str]:
    """Keywords of a call; the names are those of `responses`, never a server's."""
    return (f"{name}={_literal(text)}" for name, text in parts.items())


def _lines(text: str) -> str:
    """A long text as one literal a line."""
    value = text_in(text)
    if "\n" not in value:
        return _literal(text)
    parts = (f"        {line!r}\n" for line in value.splitlines(keepends=True))
    return f"(\n{''.join(parts)}    )"


def _literal(text: str) -> str:
    """JSON as a Python literal; `repr` leaves no character in it that could mislead a reader."""
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("{"):
        pairs = members(text).items()
        return "{" + ", ".join(f"{name!r}: {_literal(value)}" for name, value in pairs) + "}"
    if text.startswith("["):
        return "[" + ", ".join(map(_literal, elements(text))) + "]"
    if _NUMBER.fullmatch(text):
        return text
    return repr(text_in(text) if text.startswith('"') else text)

"""A built-in model that answers without a network, so that everything can be tried in a demo.

It says plainly what it is. It calls each function of the assistant once, with made-up arguments,
and answers when their outputs are there.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from assistant_tui.server.runs.chat import (
    CallDelta,
    ChatCall,
    ChatEvent,
    ChatRequest,
    ChatResult,
    TextDelta,
)
from assistant_tui.server.runs.models import ChosenModel, ListedModel
from assistant_tui.server.store.interface import new_id
from assistant_tui.server.store.paging import Json

NAME = "canned-demo"
_PAUSE_SECONDS = 0.02
"""Between two words, so that a stream can be seen."""


class CannedModel:
    """Answers in fixed words."""

    def __init__(self, pause: float = _PAUSE_SECONDS) -> None:
        self._pause = pause

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield an answer word by word, or calls of the functions that are offered."""
        last = request.messages[-1] if request.messages else {"role": "user", "content": ""}
        calls: tuple[ChatCall, ...] = ()
        text = ""
        if last["role"] == "user" and request.tools and request.tool_choice != "none":
            calls = tuple(_call(tool, str(last["content"])) for tool in request.tools)
            for index, call in enumerate(calls):
                await asyncio.sleep(self._pause)
                yield CallDelta(index, call.call_id, call.name, call.arguments)
        else:
            text = _answer(request.messages)
            for word in re.findall(r"\s*\S+", text):
                await asyncio.sleep(self._pause)
                yield TextDelta(word)
        yield ChatResult(text, "", "", calls, "tool_calls" if calls else "stop")


class CannedModels:
    """The canned model under every name."""

    def __init__(self, pause: float = _PAUSE_SECONDS) -> None:
        self._model = CannedModel(pause)

    async def choose(self, model: str) -> ChosenModel:
        """See ChatModels.choose."""
        return ChosenModel(self._model, NAME, NAME, 8, f"the {NAME} model")

    async def list_models(self) -> Sequence[ListedModel]:
        """See ChatModels.list_models: it has no name of its own."""
        return ()

    async def aclose(self) -> None:
        """See ChatModels.aclose."""


def _answer(messages: Sequence[Json]) -> str:
    outputs = [message["content"] for message in messages if message["role"] == "tool"]
    asked = [message["content"] for message in messages if message["role"] == "user"]
    said = f"You said: {asked[-1]}" if asked else "Nothing was said yet."
    if outputs:
        said = f"The functions answered: {' · '.join(map(str, outputs))}"
    return f"This is the canned model of the demo; no real model has answered. {said}"


def _call(tool: Json, asked: str) -> ChatCall:
    """A call of a function; what it asks for by the name `query` is what the person has said."""
    function = tool["function"]
    arguments = _example(function.get("parameters") or {})
    if isinstance(arguments, dict) and isinstance(arguments.get("query"), str):
        arguments["query"] = asked
    return ChatCall(new_id("call"), function["name"], json.dumps(arguments))


def _example(schema: Any) -> Any:
    """A value that a JSON Schema allows, as far as it is a simple one."""
    if not isinstance(schema, dict):
        return "example"
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    properties = schema.get("properties")
    if isinstance(properties, dict):
        return {name: _example(each) for name, each in properties.items()}
    examples = {"object": {}, "array": [], "integer": 1, "number": 1.5, "boolean": True}
    kind = schema.get("type", "string")
    return examples.get(kind, "example") if isinstance(kind, str) else "example"

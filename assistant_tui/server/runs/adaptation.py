"""What one model on one backend takes, as learned from its refusals; requests are made accordingly.

A request says no more than was set away from the API's defaults. Where a backend refuses a field
by its name, that field is renamed or left out from then on, and the result of the run says so.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant_tui.core.errors import ServiceError
from assistant_tui.server.runs.backend_errors import is_overflow
from assistant_tui.server.runs.chat import ChatRequest
from assistant_tui.server.runs.chunks import REASONING_NAMES
from assistant_tui.server.store.paging import Json

_NEEDED = ("model", "messages", "tools", "stream")
"""What cannot be left out of a request without changing what is asked."""
_ANY_OBJECT: Json = {
    "type": "json_schema",
    "json_schema": {"name": "object", "schema": {"type": "object"}},
}
_FORMATS: Mapping[str, tuple[Json, ...]] = {
    "json_schema": ({"type": "json_object"},),
    "json_object": (_ANY_OBJECT,),
}
"""What is tried in the place of a refused `response_format`, before it is left out."""
_COMMON_NAMES = frozenset(
    [
        "role",
        "content",
        "tool_calls",
        "tool_call_id",
        "id",
        "type",
        "function",
        "name",
        "description",
        "parameters",
    ]
)
_DEMAND = re.compile(
    r"passed back|required|missing|must (?:be|have|include|contain)", re.IGNORECASE
)
_REFUSALS = (400, 422)


@dataclass
class Adaptation:
    """The state for one model; it is kept as long as the program runs."""

    dropped: set[str] = field(default_factory=set)
    """Fields of the request, of its messages and of their calls that were refused."""
    limit_name: str = "max_tokens"
    """The older name first: some backends ignore the newer one, none ignores the older."""
    choice_by_name: bool = True
    """Whether `tool_choice` may name a function."""
    formats: dict[str, int] = field(default_factory=dict)
    """How many forms of each `response_format` were refused."""
    reasoning_name: str = ""
    """The field in which this model's reasoning comes and goes back; empty: in none."""
    reasoning: Literal["calls", "always", "never"] = "calls"
    """With which messages it goes back: those of the calls that are being answered, or all."""

    def payload(self, request: ChatRequest) -> Json:
        """The body of a request."""
        body: Json = {
            "model": request.model,
            "messages": [*self._messages(request.messages)],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": request.temperature,
            "top_p": request.top_p,
            self.limit_name: request.max_completion_tokens,
            "response_format": self._format(request.response_format),
            "reasoning_effort": request.reasoning_effort,
        }
        if request.tools:
            body["tools"] = [self._tool(tool) for tool in request.tools]
            body["tool_choice"] = self._choice(request.tool_choice)
            body["parallel_tool_calls"] = False if request.parallel_tool_calls is False else None
        return {
            name: value
            for name, value in body.items()
            if value is not None and name not in self.dropped
        }

    def _tool(self, tool: Json) -> Json:
        """A tool without what it leaves open: some backends refuse null."""
        function = {
            name: value for name, value in self._kept(tool["function"]).items() if value is not None
        }
        return {**tool, "function": function}

    def _choice(self, choice: str | Json | None) -> str | Json | None:
        if isinstance(choice, dict) and not self.choice_by_name:
            return "required"
        return None if choice == "auto" else choice

    def _format(self, wanted: Json | None) -> Json | None:
        kind = wanted.get("type") if wanted else None
        if wanted is None or kind in (None, "text"):
            return None
        forms = (wanted, *_FORMATS.get(str(kind), ()))
        refused = self.formats.get(str(kind), 0)
        return forms[refused] if refused < len(forms) else None

    def _messages(self, messages: Collection[Json]) -> Iterator[Json]:
        roles = [message.get("role") for message in messages]
        last_user = max((at for at, role in enumerate(roles) if role == "user"), default=-1)
        for at, message in enumerate(messages):
            yield self._message(message, open_=at > last_user)

    def _message(self, message: Json, *, open_: bool) -> Json:
        sent = self._kept(message)
        reasoning = sent.pop("reasoning", None)
        if "tool_calls" not in message:
            return sent
        sent["tool_calls"] = [self._kept(call) for call in message["tool_calls"]]
        if sent.get("content") is None:
            sent["content"] = ""
        if self.reasoning_name and self.reasoning == "always":
            sent[self.reasoning_name] = reasoning or ""
        elif "reasoning_details" in sent:
            return sent  # which say all of it
        elif self.reasoning_name and self.reasoning == "calls" and open_ and reasoning:
            sent[self.reasoning_name] = reasoning
        return sent

    def _kept(self, members: Json) -> Json:
        return {name: value for name, value in members.items() if name not in self.dropped}

    def learn(self, error: ServiceError, request: ChatRequest, payload: Json) -> bool:
        """Change what the next payload holds, after one that was made of a request was refused.

        Returns:
            Whether there is a change: a request that was refused for what it must say stays so.
        """
        if error.status not in _REFUSALS or is_overflow(error):
            return False
        inner = _inner_names(payload)
        if self._learn_reasoning(error, inner):
            return True
        name = _named(error, [name for name in payload if name not in _NEEDED])
        if name is None:
            name = _named(error, inner)
            self.dropped |= {name} if name else set()
            return name is not None
        self._refuse(name, payload[name], request)
        return True

    def _learn_reasoning(self, error: ServiceError, sent: Collection[str]) -> bool:
        name = _named(error, REASONING_NAMES)
        if name is None or self.reasoning == "never":
            return False
        if _DEMAND.search(error.message) and self.reasoning != "always":
            self.reasoning, self.reasoning_name = "always", name
            return True
        if name in sent:
            self.reasoning = "never"
        return name in sent

    def _refuse(self, name: str, value: Any, request: ChatRequest) -> None:
        if name == "max_tokens":
            self.limit_name = "max_completion_tokens"
        elif name == "tool_choice" and isinstance(value, dict):
            self.choice_by_name = False
        elif name == "response_format" and request.response_format:
            kind = request.response_format["type"]
            self.formats[kind] = self.formats.get(kind, 0) + 1
        else:
            self.dropped.add(name)

    def notes(self, request: ChatRequest) -> Iterator[str]:
        """Sentences on what of a request the backend was not sent."""
        payload = self.payload(request)
        untouched = Adaptation(limit_name=self.limit_name).payload(request)
        inner = _inner_names(untouched) & self.dropped if self.dropped else set()
        for name in sorted({*(untouched.keys() - payload.keys()), *inner}):
            yield f"The backend does not take {name}, so it was left out."
        for name, value in untouched.items():
            if name in ("tool_choice", "response_format") and payload.get(name, value) != value:
                yield f"The backend does not take this {name}, so another was sent."


def _inner_names(payload: Json) -> set[str]:
    """The names of what messages, calls and functions hold beyond what every backend knows."""
    calls = [call for message in payload["messages"] for call in message.get("tool_calls", ())]
    functions = [tool["function"] for tool in payload.get("tools", ())]
    names = {name for each in (*payload["messages"], *calls, *functions) for name in each}
    return names - _COMMON_NAMES


def _named(error: ServiceError, names: Collection[str]) -> str | None:
    """Which of these names a refusal is about: the one in its place, else one in its words."""
    place = re.split(r"[.\[\]]+", error.param or "")
    for name in names:
        if name in place:
            return name
    for name in names:
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", error.message):
            return name
    return None

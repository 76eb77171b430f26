"""What the executor of a run and a chat model exchange: a request, events, a result, an error."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from assistant_tui.server.store.paging import Json

ErrorCode = Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]
"""What `last_error.code` of a failed run may say."""
FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One turn to be answered; what is None was not set and is not sent. 0 and "" are values."""

    model: str
    """As the backend calls it, without the backend's name before it."""
    messages: Sequence[Json]
    """Chat-completions messages. An assistant message may carry `tool_calls` with further fields
    as the backend sent them (`ChatCall.extra`), and `reasoning`, as `ChatResult.reasoning` has it:
    the backend gets it under the name that it uses itself, or not at all."""
    tools: Sequence[Json] = ()
    tool_choice: str | Json | None = None
    parallel_tool_calls: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_completion_tokens: int | None = None
    response_format: Json | None = None
    reasoning_effort: str | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """More text of a refusal to answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model reasons before it answers; no part of the message."""

    text: str


@dataclass(frozen=True, slots=True)
class CallDelta:
    """The beginning of a function call, or more of its arguments."""

    index: int
    """Counts the calls of the turn from 0."""
    call_id: str
    """Set in the first delta of a call, empty in later ones."""
    name: str
    """Set in the first delta of a call, empty in later ones."""
    arguments: str
    """What is to be appended to the arguments."""


@dataclass(frozen=True, slots=True)
class ChatCall:
    """A whole function call."""

    call_id: str
    name: str
    arguments: str
    """JSON as the model wrote it, which may be invalid."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What else the backend said of the call; to be sent back in `tool_calls` with the outputs."""


@dataclass(frozen=True, slots=True)
class ChatResult:
    """The last event of a turn: all of it."""

    text: str
    refusal: str
    reasoning: str
    calls: tuple[ChatCall, ...]
    finish_reason: FinishReason
    """`tool_calls` where there are calls, whatever the backend said; but `length` or
    `content_filter` stands where that has cut off the last call."""
    usage: Json | None = None
    """`prompt_tokens`, `completion_tokens` and `total_tokens` as the backend counted; None where it
    did not say."""
    notes: tuple[str, ...] = ()
    """Sentences on what was adapted to the backend, or looks wrong in its answer."""
    reasoning_details: tuple[Json, ...] = ()
    """The reasoning as OpenRouter has it, signed or encrypted; to be sent back with the calls."""


ChatEvent = TextDelta | RefusalDelta | ReasoningDelta | CallDelta | ChatResult


class ChatError(Exception):
    """A turn that was not answered, or not to its end."""

    def __init__(
        self,
        message: str,
        *,
        code: ErrorCode = "server_error",
        begun: bool = False,
        context_size: int | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        """One sentence or more for a person; it quotes no key."""
        self.code = code
        self.begun = begun
        """Whether deltas were given before: what they say stands, and the turn is not repeated."""
        self.context_size = context_size
        """The tokens that the model takes, where the prompt had more and the backend said so."""
        self.notes = tuple(notes)
        """As those of a result."""

    def named(self, who: str, *, begun: bool) -> "ChatError":
        """The same error with the name of the backend before its words."""
        return ChatError(
            f"{who}: {self.message}",
            code=self.code,
            begun=begun,
            context_size=self.context_size,
            notes=self.notes,
        )


class ChatModel(Protocol):
    """Answers turns: a backend over HTTP, or the canned model of a demo."""

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield deltas as they come, and a ChatResult at the end.

        Closing the generator, or cancelling the task that waits for it, ends the request at once.

        Raises:
            ChatError: there is no answer, or it does not end as one.
        """
        ...

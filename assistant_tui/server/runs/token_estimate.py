"""Estimates the tokens of a prompt from its size, calibrated by what a backend has counted."""

from collections.abc import Iterable, Sequence
from typing import Any

from assistant_tui.core.json_text import write_json
from assistant_tui.server.runs.chat import ChatRequest
from assistant_tui.server.store.paging import Json

TOKENS_PER_BYTE = 0.3
"""Before anything was counted: a little more than English text has, so that nothing overflows."""
TOKENS_PER_IMAGE = 1_000
MESSAGE_OVERHEAD = 16
"""Bytes for the role of a message and the marks around it."""
_LEAST_JUDGED = 4_000
"""Bytes from which on a prompt tells anything about a ratio."""
_WEIGHT = 0.3
"""Of the newest count, against all before."""
_CUT, _CUT_UNSEEN = 0.6, 0.35
"""Below this part of the fewest tokens that are plausible a prompt was cut; with and without
earlier counts to compare with."""


class TokenEstimate:
    """The tokens per byte of one model on one backend."""

    def __init__(self) -> None:
        self._ratio = TOKENS_PER_BYTE
        self._lowest: float | None = None
        """The lowest ratio of a prompt that was certainly read whole."""
        self.context_size: int | None = None
        """The tokens that the model takes, where the backend has said so."""

    def tokens(self, messages: Iterable[Json], tools: Sequence[Json] = ()) -> int:
        """How many tokens these messages and tools have, about."""
        size, images = prompt_size(messages, tools)
        return round(size * self._ratio) + images * TOKENS_PER_IMAGE

    def learn(self, messages: Iterable[Json], tools: Sequence[Json], counted: int) -> str:
        """Calibrate by the `prompt_tokens` that a backend has counted of a prompt.

        Returns:
            A sentence if it has counted far fewer than were sent: some cut off the beginning of a
            prompt that is too long, and answer without saying so. Empty otherwise.
        """
        size, images = prompt_size(messages, tools)
        if size < _LEAST_JUDGED or images or counted <= 0:
            return ""
        ratio = counted / size
        least = TOKENS_PER_BYTE * _CUT_UNSEEN if self._lowest is None else self._lowest * _CUT
        if ratio < least:
            sent = round(size * self._ratio)
            return (
                f"The backend counted {counted:,} tokens of a prompt of about {sent:,}: it seems "
                "to have cut it, so the model may not have seen its beginning."
            )
        first = self._lowest is None
        self._lowest = ratio if self._lowest is None else min(self._lowest, ratio)
        self._ratio = ratio if first else self._ratio * (1 - _WEIGHT) + ratio * _WEIGHT
        return ""

    def learn_refusal(self, request: ChatRequest, context_size: int, counted: int | None) -> None:
        """Note how much a model takes, once a prompt was refused as too long.

        Args:
            request: what was refused.
            context_size: the tokens that the model takes.
            counted: those of the request, where the backend has said it.
        """
        self.context_size = context_size
        size, images = prompt_size(request.messages, request.tools)
        if counted and not images:
            self._ratio = counted / size


def prompt_size(messages: Iterable[Json], tools: Sequence[Json] = ()) -> tuple[int, int]:
    """The bytes of a prompt that become tokens, and the number of its images."""
    size, images = (_length(write_json(list(tools))) if tools else 0), 0
    for message in messages:
        size += MESSAGE_OVERHEAD
        content = message.get("content")
        for part in content if isinstance(content, list) else [content]:
            text = part.get("text") if isinstance(part, dict) else part
            size += _length(text)
            images += isinstance(part, dict) and part.get("type") == "image_url"
        for call in message.get("tool_calls", ()):
            function = call["function"]
            size += MESSAGE_OVERHEAD + _length(function["name"]) + _length(function["arguments"])
    return size, images


def _length(text: Any) -> int:
    return len(text.encode(errors="surrogatepass")) if isinstance(text, str) else 0

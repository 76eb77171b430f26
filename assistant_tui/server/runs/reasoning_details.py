"""Joins the `reasoning_details` of OpenRouter, which come in pieces and go back whole.

A detail is a text, a summary, or something encrypted. A text and a summary come in pieces with one
index, of which the last may bring the signature; without it the model does not take them back.
"""

import json
from typing import Any

from assistant_tui.server.runs.chat import ChatError
from assistant_tui.server.store.paging import Json

LARGEST_DETAILS = 4_000_000
"""Characters of the details of one turn, as JSON."""
_GROWING = ("text", "summary")
"""Members that come in pieces; all others come once."""


class ReasoningDetails:
    """The details of one turn, in their order."""

    def __init__(self) -> None:
        self._details: list[Json] = []
        self._size = 0

    def feed(self, pieces: Any) -> None:
        """Take what one chunk has under this name, if it is a list. Raises ChatError."""
        for piece in pieces if isinstance(pieces, list) else ():
            if not isinstance(piece, dict):
                continue
            self._size += len(json.dumps(piece, ensure_ascii=False))
            if self._size > LARGEST_DETAILS:
                raise ChatError(f"the reasoning has more than {LARGEST_DETAILS:,} characters")
            if self._details and _continues(self._details[-1], piece):
                self._details[-1] = _joined(self._details[-1], piece)
            else:
                self._details.append(dict(piece))

    def result(self) -> tuple[Json, ...]:
        """All of them, as they go back."""
        return tuple(self._details)


def _continues(last: Json, piece: Json) -> bool:
    """Whether a piece belongs to the detail before it."""
    same = all(last.get(name) == piece.get(name) for name in ("type", "index"))
    other_id = last.get("id") and piece.get("id") and last["id"] != piece["id"]
    return same and not other_id and piece.get("type") in ("reasoning.text", "reasoning.summary")


def _joined(last: Json, piece: Json) -> Json:
    said = {name: value for name, value in piece.items() if value is not None}
    for name in _GROWING:
        if isinstance(last.get(name), str) and isinstance(said.get(name), str):
            said[name] = last[name] + said[name]
    return {**last, **said}

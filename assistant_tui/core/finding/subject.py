"""What can be searched of one row; its JSON is read only when something may be in it."""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

from assistant_tui.core.finding.matching import fold
from assistant_tui.core.listing import Row

_DECODER = json.JSONDecoder(strict=False, parse_float=str, parse_int=str, parse_constant=str)
"""Numbers stay as they were written, so that they are found as they are seen."""

_FILES = {"file_ids", "file_id", "files", "attachments"}
_STORES = {"vector_store_ids", "vector_store_id", "vector_stores"}
_HOLDERS = ("tool_resources", "tools", *sorted(_FILES | _STORES))
"""The members in which ids of files and vector stores stand."""

Folding = Callable[[str], str]

META = "meta."
"""How the place of one pair of the metadata begins."""


class Subject:
    """One row that is looked at by the terms of a query."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self._folded: dict[Folding, str] = {}
        self._body: dict[str, Any] | str | None = None

    def may_hold(self, pieces: Collection[str], folding: Folding) -> bool:
        """Whether the JSON may say something with these folded pieces; False is certain.

        Pieces have no character that JSON must escape. A row that escapes others is read.
        """
        if folding not in self._folded:
            self._folded[folding] = folding(self.row.text)
        folded = self._folded[folding]
        return all(piece in folded for piece in pieces) or "\\u" in folded

    def shown(self, place: str) -> tuple[str, ...]:
        """The texts of a place that are known without reading the JSON; "" is every place."""
        row = self.row
        match place:
            case "":
                return (row.name, row.id, row.model)
            case "name":
                return (row.name,)
            case "id":
                return (row.id,)
            case "model":
                return (row.model,)
            case "tool":
                return row.tools
        return ()

    def told(self, place: str) -> Iterator[str]:
        """The texts of a place that the JSON tells."""
        body = self._members()
        if isinstance(body, str):
            yield from [body] if place == "" else []
        elif place == "":
            for name in ("description", "instructions", "metadata"):
                yield from _leaves(body.get(name))
        elif place == "tool":
            yield from _function_names(body.get("tools"))
        elif place in ("file", "store"):
            names = _FILES if place == "file" else _STORES
            for holder in _HOLDERS:
                yield from _ids(body.get(holder), names, inside=holder in names)
        elif place.startswith(META):
            yield from _pair(body.get("metadata"), place.removeprefix(META))

    def _members(self) -> dict[str, Any] | str:
        """What the JSON says; the text itself where it cannot be read."""
        if self._body is None:
            try:
                value = _DECODER.decode(self.row.text.lstrip("\ufeff"))
            except (ValueError, RecursionError):
                value = None
            self._body = value if isinstance(value, dict) else self.row.text
        return self._body


def _leaves(value: object) -> Iterator[str]:
    """Every text and number inside a value, the names of members too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _leaves(item)


def _pair(metadata: object, key: str) -> Iterator[str]:
    if isinstance(metadata, dict):
        for name, value in metadata.items():
            if fold(name) == key:
                yield from _leaves(value)


def _function_names(tools: object) -> Iterator[str]:
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if isinstance(name, str):
            yield name


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

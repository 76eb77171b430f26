"""Assembles the function calls of one turn from the parts in which a backend sends them.

The API says that `index` tells which call a part belongs to. Of the backends some leave it out,
some always send 0, some begin at 1, and some send no id. So the rules are, in this order: a known
id wins; a new id with a name opens a call; then the index decides, as a label; a new name opens a
call; whatever is left belongs to the last call. A part that only continues a call never opens one.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from assistant_tui.core.json_text import read_json, write_json
from assistant_tui.server.runs.chat import CallDelta, ChatCall, ChatError
from assistant_tui.server.store.paging import Json

MOST_CALLS = 128
"""As many as an assistant may have tools."""
LONGEST_ARGUMENTS = 1_000_000
"""Characters of the arguments of one call."""
LARGEST_EXTRA = 256_000
"""Characters, as JSON, of the further fields of one call."""
_KNOWN = ("index", "id", "type", "function")


class _Call:
    """One call whose parts are coming."""

    def __init__(self, own_id: str) -> None:
        self.id = own_id
        """The backend's; empty until it gives one."""
        self.call_id = ""
        """The id in the events; made up where the backend gave none in time."""
        self.number = -1
        """Its place among the calls in the events; -1 until it has a name."""
        self.name = ""
        self.size = 0
        self.arguments: list[str] = []
        self.yielded = 0
        """How many parts of the arguments the events have."""
        self.extra: Json = {}
        self.extra_size = 0

    @property
    def text(self) -> str:
        """The arguments so far."""
        return "".join(self.arguments)

    @property
    def whole(self) -> bool:
        """Whether the arguments so far are a whole object."""
        return (
            bool(self.arguments)
            and self.arguments[-1].rstrip().endswith("}")
            and is_whole(self.text)
        )


class CallAssembler:
    """Takes the `tool_calls` of one delta after the other."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._ids: dict[str, _Call] = {}
        self._labels: dict[str, _Call] = {}
        self._named: list[_Call] = []

    @property
    def any(self) -> bool:
        """Whether there is a call."""
        return bool(self._calls)

    def feed(self, parts: Any) -> Iterator[CallDelta]:
        """Yield what is new in the calls of one delta; what is no list of objects says nothing.

        Raises:
            ChatError: there are too many calls, or the arguments of one are too long.
        """
        touched: list[_Call] = []
        for part in parts if isinstance(parts, list) else [parts]:
            if not isinstance(part, dict):
                continue
            function = part.get("function")
            function = function if isinstance(function, dict) else {}
            call = self._find(part, _text(function.get("name")), touched)
            touched.append(call)
            call.name = call.name or _text(function.get("name"))
            _add_arguments(call, function.get("arguments"))
            _add_extra(call, part)
            yield from self._new_deltas(call)

    def _find(self, part: Json, name: str, touched: list[_Call]) -> _Call:
        """The call that a part belongs to, opened if need be.

        Args:
            part: one element of `tool_calls`.
            name: the function's; empty where the part does not tell.
            touched: the calls that earlier elements of the same delta belonged to.
        """
        own_id, label = _text(part.get("id")), part.get("index")
        label = None if label is None else str(label)
        call = self._ids.get(own_id) if own_id else None
        if call is None:
            call = self._labels.get(label) if label is not None else None
            if call is None and self._calls and (label is None or not (own_id or name)):
                call = self._calls[-1]
            if call is None or _opens(call, own_id, name, label is None and call in touched):
                call = self._open(own_id)
        if own_id:
            call.id = call.id or own_id
            self._ids[own_id] = call
        if label is not None:
            self._labels[label] = call
        return call

    def _open(self, own_id: str) -> _Call:
        if len(self._calls) == MOST_CALLS:
            raise ChatError(f"the model called more than {MOST_CALLS} functions in one turn")
        self._calls.append(_Call(own_id))
        return self._calls[-1]

    def _new_deltas(self, call: _Call) -> Iterator[CallDelta]:
        """Yield what no event has yet; nothing before the name is known."""
        if not call.name:
            return
        arguments = "".join(call.arguments[call.yielded :])
        call.yielded = len(call.arguments)
        if call.number < 0:
            call.number = len(self._named)
            self._named.append(call)
            call.call_id = call.id or f"call_{uuid4().hex[:24]}"
            yield CallDelta(call.number, call.call_id, call.name, arguments)
        elif arguments:
            yield CallDelta(call.number, "", "", arguments)

    def close(self) -> Iterator[CallDelta]:
        """Yield the arguments of the calls that came without any: an empty object.

        Raises:
            ChatError: a call has no name.
        """
        for call in self._calls:
            if not call.name and (call.arguments or call.extra):
                raise ChatError("the model called a function that the backend did not name")
            if call.name and not call.text.strip():
                call.arguments.append("{}")
                yield CallDelta(call.number, "", "", "{}")

    def result(self) -> tuple[ChatCall, ...]:
        """The calls, in the order of their events."""
        return tuple(
            ChatCall(call.call_id, call.name, call.text, call.extra) for call in self._named
        )


def is_whole(arguments: str) -> bool:
    """Whether this is JSON to its end, and not cut off."""
    try:
        read_json(arguments)
    except ValueError:
        return False
    return True


def _opens(call: _Call, own_id: str, name: str, beside: bool) -> bool:
    """Whether a part with an id that is not known, or none, opens a call after this one.

    `beside`: another part of the same delta belonged to that call, and no index joins the two. A
    name that comes with every part opens a call only where the arguments before it are whole.
    """
    if not name or not call.name:
        return False
    if own_id and call.id:
        return True
    return beside or name != call.name or call.whole


def _add_arguments(call: _Call, arguments: Any) -> None:
    """Append a part; an object, which some backends send in place of its JSON, is encoded."""
    if arguments is None or arguments == {}:
        return
    text = arguments if isinstance(arguments, str) else _encode(arguments)
    call.size += len(text)
    if call.size > LONGEST_ARGUMENTS:
        raise ChatError(
            f"the arguments of {call.name or 'a call'} are longer than "
            f"{LONGEST_ARGUMENTS:,} characters"
        )
    call.arguments.append(text)


def _add_extra(call: _Call, part: Json) -> None:
    """Keep the further fields of a call, such as the signature of the thought behind it."""
    extra = {name: value for name, value in part.items() if name not in _KNOWN}
    if not extra:
        return
    call.extra |= extra
    call.extra_size += len(_encode(extra))
    if call.extra_size > LARGEST_EXTRA:
        raise ChatError(
            f"what the backend adds to a call is longer than {LARGEST_EXTRA:,} characters"
        )


def _encode(value: Any) -> str:
    try:
        return write_json(value)
    except ValueError:  # Python reads NaN and Infinity, which are no JSON
        raise ChatError("the backend sent a call with a number that is not JSON") from None


def _text(value: Any) -> str:
    """An id or a name; anything but text and numbers is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

"""The terminal's side of the talk: answers to queries, keys encoded as the program asked for.

Works on the raw bytes the moment they are read (one regular expression, microseconds): a program
that waits for an answer must not wait for the rendering.
"""

import re
from collections.abc import Callable

_TALK = re.compile(
    rb"\x1b\[(?P<prefix>[<=>?]?)(?P<params>[\d;]*)(?P<middle>\$?)(?P<final>[chlnpqtu])"
    rb"|\x1b\](?P<colour>1[012]);\?(?P<end>\x07|\x1b\\)"
    rb"|\x1bP(?P<request>[+$]q)[^\x1b]*\x1b\\"
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*\$?|\][^\x07\x1b]{0,64}\x1b?|P[^\x1b]{0,512}\x1b?)?\Z")
_MODES = {1, 7, 25, 1000, 1002, 1003, 1004, 1006, 1016, 1049, 2004, 2026, 2027, 2031}
"""What DECRQM calls known; 2048 (in-band resize) is not among them, as in xterm and tmux."""
_COLOURS = {"10": "d0d0/d0d0/d0d0", "11": "1010/1010/1010", "12": "d0d0/d0d0/d0d0"}
_FIXED = {
    ("", "c"): "\x1b[?62;22c",
    (">", "c"): "\x1b[>41;354;0c",
    (">", "q"): "\x1bP>|benchmark 1\x1b\\",
}
_ARROWS = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_NUMBERED = {"pageup": 5, "pagedown": 6, "delete": 3, "f2": 12, "f3": 13, "f4": 14, "f5": 15}
_NAMED = {"enter": "\r", "tab": "\t", "escape": "\x1b", "space": " ", "backspace": "\x7f"}


class Terminal:
    """One terminal's modes, answers and keyboard."""

    def __init__(self, columns: int, rows: int, position: Callable[[], tuple[int, int]]) -> None:
        """``position`` tells the cursor's line and column from 1, for DSR 6."""
        self._size = columns, rows
        self._position = position
        self._modes = {7, 25}
        self._keyboard = [0]
        self._kept = b""

    def answers(self, data: bytes) -> bytes:
        """Takes note of modes in ``data`` and returns what the terminal says to its queries."""
        data = self._kept + data
        cut = _UNFINISHED.search(data)
        end = cut.start() if cut else len(data)
        data, self._kept = data[:end], data[end:]
        return "".join(self._answer(found) for found in _TALK.finditer(data)).encode()

    def _answer(self, found: re.Match[bytes]) -> str:
        if found["request"]:
            return f"\x1bP0{found['request'][:1].decode()}r\x1b\\"
        if found["colour"]:
            number = found["colour"].decode()
            return f"\x1b]{number};rgb:{_COLOURS[number]}{found['end'].decode()}"
        prefix, final = found["prefix"].decode(), found["final"].decode()
        numbers = [int(part) for part in found["params"].split(b";") if part]
        first = numbers[0] if numbers else 0
        if final in "hl":
            if prefix == "?":
                (self._modes.update if final == "h" else self._modes.difference_update)(numbers)
            return ""
        if final == "u":
            return self._keyboard_protocol(prefix, first)
        if final == "p":
            return self._mode_report(prefix, first) if found["middle"] else ""
        if final in "nt":
            return self._report(prefix, final, first)
        return _FIXED.get((prefix, final), "") if not first else ""

    def _mode_report(self, prefix: str, mode: int) -> str:
        state = 0 if mode not in _MODES else 1 if mode in self._modes else 2
        return f"\x1b[{prefix}{mode};{state}$y"

    def _report(self, prefix: str, final: str, what: int) -> str:
        columns, rows = self._size
        if (final, what) == ("n", 6):
            line, column = self._position()
            return f"\x1b[{prefix}{line};{column}R"
        reports = {
            ("n", 5): "\x1b[0n",
            ("n", 996): "\x1b[?997;1n",
            ("t", 14): f"\x1b[4;{rows * 16};{columns * 8}t",
            ("t", 16): "\x1b[6;16;8t",
            ("t", 18): f"\x1b[8;{rows};{columns}t",
        }
        return reports.get((final, what), "")

    def _keyboard_protocol(self, prefix: str, flags: int) -> str:
        """Kitty's keyboard protocol: ask, push, pop, set."""
        if prefix == "?":
            return f"\x1b[?{self._keyboard[-1]}u"
        if prefix == ">":
            self._keyboard.append(flags)
        elif prefix == "<":
            del self._keyboard[max(1, len(self._keyboard) - max(1, flags)) :]
        elif prefix == "=":
            self._keyboard[-1] = flags
        return ""

    def encode(self, key: str) -> bytes:
        """A key such as ``down``, ``enter``, ``ctrl+q`` or ``x`` as this terminal would send it."""
        control, name = key.startswith("ctrl+"), key.removeprefix("ctrl+")
        if name in _ARROWS:
            return f"\x1b{'O' if 1 in self._modes else '['}{_ARROWS[name]}".encode()
        if name in _NUMBERED:
            return f"\x1b[{_NUMBERED[name]}~".encode()
        char, flags = _NAMED.get(name, name), self._keyboard[-1]
        if len(char) != 1:
            raise ValueError(f"no such key: {key!r}")
        if flags & 8 and flags & 16 and not control and name not in _NAMED:
            return f"\x1b[{ord(char)};;{ord(char)}u".encode()  # with the text that it types
        if flags & 8 or (flags & 1 and (control or name == "escape")):
            return f"\x1b[{ord(char)}{';5' if control else ''}u".encode()
        return bytes([ord(char.upper()) & 0x1F]) if control else char.encode()

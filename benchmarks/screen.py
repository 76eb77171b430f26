"""What a person would see: the program's bytes rendered by pyte.

pyte prints parts of the sequences that it does not know (``CSI < u``, DCS strings) and takes others
for something else (``CSI > 4 m`` for colours), so only those that it understands reach it.
"""

import codecs
import re

import pyte
from pyte.screens import Char

_SEQUENCE = re.compile(
    r"\x1b[PX^_].*?\x1b\\"  # DCS, SOS, PM, APC strings
    r"|\x1b\].*?(?:\x07|\x1b\\)"  # OSC
    r"|\x1b\[(?P<prefix>[<=>?]?)(?P<params>[\d;:]*)(?P<middle>[ -/]*)(?P<final>[@-~])",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[P\]X^_](?:[^\x07\x1b]|\x1b(?!\\))*\x1b?)?\Z")
_ALTERNATE = {"47", "1047", "1049"}
_SYNCHRONISED = "2026"

Cells = dict[tuple[int, int], Char]
"""Every cell of the screen by (line, column), counted from 0."""


class _Canvas(pyte.Screen):
    """pyte's screen, and the three sequences that ncurses sends and pyte lacks."""

    _last = " "

    def draw(self, data: str) -> None:
        """Remembers the last character: REP repeats it."""
        self._last = data[-1:] or self._last
        super().draw(data)

    def repeat(self, count: int = 1) -> None:
        """REP, ``CSI n b``."""
        self.draw(self._last * max(1, count))

    def scroll(self, count: int) -> None:
        """SU (positive) or SD (negative) by ``count`` lines within the margins."""
        column, line = self.cursor.x, self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        (self.delete_lines if count > 0 else self.insert_lines)(abs(count))
        self.cursor.x, self.cursor.y = column, line


class Screen:
    """A terminal of a given size, fed with the program's bytes."""

    def __init__(self, columns: int, rows: int) -> None:
        """An empty screen."""
        self._canvas = _Canvas(columns, rows)
        self._stream = pyte.Stream(self._canvas)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._kept = ""
        self.updating = False
        """True inside a synchronised update, when a real terminal shows the older frame."""

    def feed(self, data: bytes) -> None:
        """Renders ``data``; a sequence cut in two waits for its rest."""
        text = self._kept + self._decoder.decode(data)
        cut = _UNFINISHED.search(text)
        end = cut.start() if cut else len(text)
        text, self._kept = text[:end], text[end:]
        at = 0
        for found in _SEQUENCE.finditer(text):
            self._stream.feed(text[at : found.start()])
            self._obey(found)
            at = found.end()
        self._stream.feed(text[at:])

    def _obey(self, found: re.Match[str]) -> None:
        prefix, params, final = found["prefix"], found["params"], found["final"]
        if final is None or found["middle"] or prefix not in ("", "?"):
            return
        if prefix == "?":
            if final in "hl":
                self._switch(params.split(";"), final)
        elif final in "ST":
            count = int(params or 1)
            self._canvas.scroll(count if final == "S" else -count)
        elif final == "b":
            self._canvas.repeat(int(params or 1))
        elif final == "m" and ":" in params:
            self._stream.feed(f"\x1b[{_plain_colours(params)}m")
        elif final not in "cnqtu":
            self._stream.feed(found[0])

    def _switch(self, modes: list[str], final: str) -> None:
        if _SYNCHRONISED in modes:
            self.updating = final == "h"
        elif _ALTERNATE & set(modes):
            self._canvas.erase_in_display(2)
        else:
            self._stream.feed(f"\x1b[?{';'.join(modes)}{final}")

    def text(self) -> str:
        """The lines of the screen, without their trailing blanks."""
        return "\n".join(line.rstrip() for line in self._canvas.display)

    def cells(self) -> Cells:
        """A copy of all cells with their colours."""
        lines, columns = range(self._canvas.lines), range(self._canvas.columns)
        return {(y, x): self._canvas.buffer[y][x] for y in lines for x in columns}

    def position(self) -> tuple[int, int]:
        """The cursor as a terminal reports it: line and column from 1."""
        cursor = self._canvas.cursor
        return cursor.y + 1, min(cursor.x, self._canvas.columns - 1) + 1


def _plain_colours(params: str) -> str:
    """``38:2::r:g:b`` as ``38;2;r;g;b``; other colon forms (underline styles) are left out."""
    kept = []
    for part in params.split(";"):
        fields = part.split(":")
        if len(fields) == 1:
            kept.append(part)
        elif fields[0] in ("38", "48"):
            kept.append(";".join([*fields[:2], *fields[-3 if fields[1] == "2" else -1 :]]))
    return ";".join(kept)

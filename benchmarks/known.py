"""A program whose every figure is known: what the self test measures.

It asks the terminal all that it may be asked and says what was wrong with the answers, shows READY
0.3 s later, and answers a key after 20 ms with exactly 100 bytes; once no key came for 200 ms,
50 more follow. ``busy`` as argument: it also writes ten bytes each 100 ms. Ctrl+Q, in kitty's
coding, ends it 80 ms later.
"""

import os
import select
import sys
import time
import tty

QUERIES = (
    "\x1b[c\x1b[3;7H\x1b[6n\x1b[?2026$p\x1b[?2048$p\x1b[>1u\x1b[?u\x1b[>q"
    "\x1b]10;?\x07\x1b]11;?\x1b\\\x1bP+q524742\x1b\\"
)
ANSWERS = (
    "\x1b[?62;22c\x1b[3;7R\x1b[?2026;2$y\x1b[?2048;0$y\x1b[?1u\x1bP>|benchmark 1\x1b\\"
    "\x1b]10;rgb:d0d0/d0d0/d0d0\x07\x1b]11;rgb:1010/1010/1010\x1b\\\x1bP0+r\x1b\\"
)
CTRL_Q = b"\x1b[113;5u"
BALLAST = 50_000_000


def _say(text: str) -> None:
    os.write(1, text.encode())


def _heard(seconds: float) -> bytes:
    return os.read(0, 4096) if select.select([0], [], [], seconds)[0] else b""


def _query() -> None:
    _say("\x1b[?1049h\x1b[2J" + QUERIES)
    heard, end = b"", time.monotonic() + 2
    while len(heard) < len(ANSWERS) and time.monotonic() < end:
        heard += _heard(0.05)
    if heard != ANSWERS.encode():
        _say(f"\x1b[20;1Hwrong answers: {heard!r}")


def _draw() -> None:
    """Text, hidden from a search of the raw bytes, among sequences that pyte would print."""
    time.sleep(0.3)
    _say("\x1b[?2026h\x1b[1;1H\x1b[>4;1m\x1b[<u\x1b[>1u\x1b[4:3mREA\x1b[")
    time.sleep(0.01)
    _say("1mDY\x1b[m\x1bPq#0junk\x1b\\\x1b[?2026l")


def _answer_keys(busy: bool) -> None:
    """The later bytes come once the keys have rested, like a detail pane's."""
    follows = False
    while (key := _heard(0.2 if follows else 0.1 if busy else 60.0)) != CTRL_Q:
        if key:
            time.sleep(0.02)
            _say("\x1b[6;1H" + "y" * 94)
            follows = True
        elif follows:
            _say("\x1b[7;1H" + "z" * 44)
            follows = False
        elif busy:
            _say("\x1b[5;5H" + "x" * 4)
    time.sleep(0.08)


def main() -> None:
    """Runs until Ctrl+Q."""
    tty.setraw(0)
    ballast = bytearray(BALLAST)
    ballast[::4096] = b"x" * len(ballast[::4096])
    _query()
    _draw()
    _answer_keys("busy" in sys.argv)


if __name__ == "__main__":
    main()

"""What a terminal is sent, sorted into what the program itself uses and what it must never be."""

import re
import unicodedata
from collections.abc import Iterator

_OURS = re.compile(
    rb"\x1b\[[\d;:]*m"  # colours
    rb"|\x1b\[\d+(?:;\d+)?H"  # a place on the screen
    rb"|\x1b\[(?:\d+;\d+)?r|\x1b\[\d*[LM]"  # lines that move within a part of it
    rb"|\x1b\[c"  # asks what the terminal is
    rb"|\x1b\[\d*[CK]"  # cells that stay as they are, or are empty to the end
    rb"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048)[hl]"  # modes
    rb"|\x1b\[\?(?:2026|2048)\$p"  # asks whether there is such a mode
    rb"|\x1b\[>\d+u|\x1b\[<u|\x1b\[\?u"  # the protocol of keys, and what of it was granted
    rb"|\x1b\]22;[a-z]*\x07"  # the shape of the mouse pointer
    rb"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"  # the clipboard: see `copied`
)
_CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def copied(raw: bytes | bytearray) -> list[bytes]:
    """What was put on the clipboard, in base64."""
    return _CLIPBOARD.findall(raw)


def strangers(raw: bytes | bytearray) -> set[str]:
    """What is neither a sequence of the program's own, nor a line's end, nor harmless text."""
    return set(_strangers(_OURS.sub(b"", raw).decode("utf-8", "surrogateescape")))


def _strangers(text: str) -> Iterator[str]:
    for found in re.finditer("\x1b[^\x1b]{0,20}", text):
        yield found[0]
    for each in set(text):
        if unicodedata.category(each) in _UNSAFE and each not in "\r\n\u200c\u200d":
            yield each

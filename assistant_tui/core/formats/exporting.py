"""The formats that assistants are exported in, and the names of the files."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant_tui.core.formats import agents_sdk, json_file, markdown_file, responses, yaml_file
from assistant_tui.core.formats.responses import to_responses
from assistant_tui.core.json_text import compose
from assistant_tui.core.rows import ResourceRow

_LONGEST = 60
"""Characters of a name, and of an id, that a file is called by."""
_FEWEST_DIGITS = 8
"""Hexadecimal digits of the hash of an id whose own characters do not make the name unique."""
_DIGITS = (0, _FEWEST_DIGITS, 16, 64)
"""How many are tried in turn; the last are the whole hash, longer than any id in a name."""


_SPELT = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th"}
    | dict(zip("øØłŁđĐðÐħĦıŧŦ", "oOlLdDdDhHitT", strict=True))
)
"""Letters that are not made of a plain one and a mark, as they are spelt without them."""


def _nothing(text: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Format:
    """One way to write an assistant; each function takes its JSON and raises ValueError."""

    suffix: str
    write: Callable[[str], str]
    """The text of a file."""
    stream: Callable[[str], str] | None
    """The text among others on a stream; None where they could not be separated again."""
    losses: Callable[[str], tuple[str, ...]] = _nothing
    """What the format cannot express. Not made safe for display."""

    @property
    def is_json(self) -> bool:
        """Whether one stands on a line of its own in a stream."""
        return self.suffix.endswith(".json")


FORMATS: Mapping[str, Format] = {
    "json": Format(".json", json_file.write, lambda text: text),
    "yaml": Format(".yaml", yaml_file.write, lambda text: f"---\n{yaml_file.write(text)}"),
    "markdown": Format(".md", markdown_file.write, None),
    "responses": Format(
        ".responses.json",
        responses.write,
        lambda text: compose(to_responses(text).request),
        responses.losses,
    ),
    "agents-sdk": Format(
        ".agent.py", agents_sdk.write, lambda text: agents_sdk.write(text) + "\n", agents_sdk.losses
    ),
}


class FileNames:
    """The names of the files of one export; no two are alike where upper and lower case are one."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._owners: dict[str, str] = {}
        """The ids that names were given to, by the names as some file systems see them."""

    def of(self, row: ResourceRow) -> str:
        """What the file of an object is called by."""
        names = (file_name(row, self._suffix, digits=digits) for digits in _DIGITS)
        return next(each for each in names if self._give(each, row.id))

    def _give(self, name: str, owner: str) -> bool:
        """Give a name to an id; whether no other one has it."""
        return self._owners.setdefault(name.casefold(), owner) == owner


def file_name(row: ResourceRow, suffix: str, *, digits: int = 0) -> str:
    """What a file is called by: the name and the id, as far as any file system takes them.

    Behind an id stand so many `digits` of its hash, and behind one that has other characters or is
    too long a few at least, so that ids stay apart.
    """
    spelt = row.name.translate(_SPELT)
    words = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")[:_LONGEST].strip("-")
    known = re.sub(r"[^A-Za-z0-9_]+", "-", row.id).strip("-")[:_LONGEST]
    if digits or known != row.id:
        digest = hashlib.sha256(row.id.encode(errors="surrogatepass")).hexdigest()
        known = f"{known}-{digest[: digits or _FEWEST_DIGITS]}".lstrip("-")
    return "-".join(filter(None, (name, known))) + suffix

"""The formats that assistants are written in, and the names of the files."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant_tui.core.document import compose
from assistant_tui.core.formats import agents_sdk, json_file, markdown_file, responses, yaml_file
from assistant_tui.core.formats.moving import moved
from assistant_tui.core.listing import Row

_LONGEST = 60
"""Characters of a name, and of an id, that a file is called by."""


def _nothing(text: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Format:
    """One way to write an assistant; each function takes its JSON and raises ValueError."""

    suffix: str
    write: Callable[[str], str]
    """The text of a file."""
    stream: Callable[[str], str] | None
    """The text among others on a stream; None where one could not be told from the next."""
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
        lambda text: compose(moved(text).request),
        responses.losses,
    ),
    "agents-sdk": Format(
        ".agent.py", agents_sdk.write, lambda text: agents_sdk.write(text) + "\n", agents_sdk.losses
    ),
}


class FileNames:
    """The names of the files of one export; no two differ in upper and lower case alone."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._owners: dict[str, str] = {}
        """The ids that names were given to, by the names as some file systems see them."""

    def of(self, row: Row) -> str:
        """What the file of an assistant is called by."""
        name = file_name(row, self._form)
        if self._owners.setdefault(name.casefold(), row.id) == row.id:
            return name
        return file_name(row, self._form, marked=True)


def file_name(row: Row, form: Format, *, marked: bool = False) -> str:
    """What a file is called by: the name and the id, as far as any file system takes them.

    Ids stay apart: one that has other characters, is too long, or shall be `marked` gets a mark.
    """
    words = unicodedata.normalize("NFKD", row.name).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")[:_LONGEST].strip("-")
    known = re.sub(r"[^A-Za-z0-9_]+", "-", row.id).strip("-")[:_LONGEST]
    if marked or known != row.id:
        digest = hashlib.sha256(row.id.encode(errors="backslashreplace")).hexdigest()[:8]
        known = f"{known}-{digest}".lstrip("-")
    return "-".join(filter(None, (name, known))) + form.suffix

"""Plans an import: what the files would create and change on a server, before anything is sent."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from assistant_tui.core.assistants.cloning import creation_draft
from assistant_tui.core.assistants.draft import Draft, update_draft
from assistant_tui.core.formats import json_file, markdown_file, yaml_file
from assistant_tui.core.formats.json_file import ParsedAssistant
from assistant_tui.core.json_text import compose, read_json, write_json
from assistant_tui.core.labels import ON_A_LINE, short_name, shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import SaveResult

Reader = Callable[[str], list[ParsedAssistant]]
READERS: Mapping[str, Reader] = {
    ".json": json_file.read,
    ".jsonl": json_file.read,
    ".yaml": yaml_file.read,
    ".yml": yaml_file.read,
    ".md": markdown_file.read,
}
"""By the end of a file's name; each raises ValueError with the line."""
READERS_BY_FORMAT: Mapping[str, Reader] = {
    "json": json_file.read,
    "yaml": yaml_file.read,
    "markdown": markdown_file.read,
}
"""By the name of the format, for what has no name that tells it."""
_OTHERS = (".responses.json",)
"""Suffixes of files that this program exports but cannot import: they hold no assistant."""

_OTHER_OBJECTS = ("file", "vector_store", "model", "thread", "thread.message", "thread.run")
"""What the API calls objects of other kinds."""


class Action(Enum):
    """What is to be done with one assistant of a file."""

    CREATE = "create"
    IMPORTED = "imported"
    """An earlier import of the same file has created it, and it is there."""
    CHANGE = "change"
    UNCHANGED = "unchanged"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class FileEntry:
    """One assistant of a file, or why there is none."""

    origin: str
    """The file, and the line where it does not begin the file. Not made safe for display."""
    text: str = ""
    problem: str = ""
    source: str = ""
    """The file by its one absolute path, whatever it was called by."""

    @cached_property
    def document(self) -> RawJson:
        """What the file says of it; a model that is an object, as in agent files, is its id."""
        document = RawJson(self.text)
        model = document.value("model")
        named = model.get("id") if isinstance(model, dict) else None
        if not isinstance(named, str):
            return document
        return RawJson(compose({**document.members, "model": write_json(named)}))

    @cached_property
    def id(self) -> str:
        """The id that the file names; empty for none."""
        value = None if self.problem else self.document.value("id")
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    @property
    def content(self) -> str:
        """What a create would send, however it is laid out in the file; empty if it is unsound."""
        if self.problem:
            return ""
        try:
            sent = creation_draft(self.document).preset
            return json.dumps({n: read_json(text) for n, text in sent.items()}, sort_keys=True)
        except (ValueError, RecursionError):
            return ""


@dataclass(frozen=True)
class ImportStep:
    """What an import does about one entry."""

    action: Action
    origin: str
    name: str = ""
    draft: Draft | None = None
    """What is created or changed; None where nothing is sent."""
    why: str = ""
    """What is wrong with the file, may not be taken, or what became of it earlier."""
    key: str = ""
    """What identifies it among all assistants of files: see `import_keys`."""
    earlier: str = ""
    """The id of what an earlier import is known to have created; empty for none."""

    @property
    def id(self) -> str:
        """The id of what is changed; empty for what is new."""
        return (self.draft.assistant_id if self.draft is not None else None) or ""

    @property
    def label(self) -> str:
        """What a result calls it, in a line that is safe to show."""
        parts = (shown_id(self.id), short_name(self.name), one_line(self.origin))
        return " · ".join(each for each in parts if each)

    @property
    def line(self) -> str:
        """What it does and to whom, in a line that is safe to show."""
        fields = (
            ", ".join(self.draft.touched) if self.action is Action.CHANGE and self.draft else ""
        )
        name = short_name(self.name, ON_A_LINE) or "(no name)"
        about = [shown_id(self.id), name, one_line(fields)] if self.draft else []
        what = [*about, one_line(self.why)]
        if self.action is Action.IMPORTED:
            what.append(name)
        said = " · ".join(each for each in (*what, one_line(self.origin)) if each)
        return f"{self.action.value:<10}  {said}"


def reader_of(name: str, form: str = "") -> Reader | None:
    """What reads a file of assistants, by its format, else by its name; None for another file."""
    if form:
        return READERS_BY_FORMAT[form]
    low = name.lower()
    if low.endswith(_OTHERS):
        return None
    return next((read for suffix, read in READERS.items() if low.endswith(suffix)), None)


def entries(name: str, text: str, source: str = "", form: str = "") -> Iterator[FileEntry]:
    """The assistants of a file that can be read, by its format, else by its name."""
    reader = reader_of(name, form)
    assert reader is not None, "only files that can be read are read"
    try:
        found = reader(text)
    except ValueError as error:
        yield FileEntry(name, problem=str(error), source=source)
        return
    if not found:
        yield FileEntry(name, problem="there is no assistant in it", source=source)
    for each in found:
        origin = name if len(found) == 1 else f"{name}:{each.line}"
        yield FileEntry(origin, each.text, source=source)


def import_keys(file_entries: Sequence[FileEntry]) -> tuple[str, ...]:
    """A key for each that is the same whenever the same file is read; empty for unsound ones.

    It stands for the file, the content, and which one it is of those with just this content: what
    else is put into the file, or taken out, changes nothing.
    """
    seen: Counter[str] = Counter()
    found = []
    for entry in file_entries:
        content = entry.content
        text = f"{entry.source}\0{content}"
        seen[text] += 1
        numbered = f"{text}\0{seen[text]}".encode("utf-8", "surrogatepass")
        found.append(hashlib.sha256(numbered).hexdigest()[:32] if content else "")
    return tuple(found)


def plan(
    file_entries: Sequence[FileEntry],
    on_server: Mapping[str, ResourceRow],
    created_earlier: Mapping[str, str] = MappingProxyType({}),
) -> tuple[ImportStep, ...]:
    """Say what is to be done with each.

    `on_server` is what the server has of the ids that the files name and of those that earlier
    imports created, which are in `created_earlier` by the keys of the entries.
    """
    first: dict[str, str] = {}
    steps = []
    for entry, key in zip(file_entries, import_keys(file_entries), strict=True):
        known = entry.id
        if known and known in first:
            why = f"{shown_id(known)} stands in {first[known]}, too"
            steps.append(ImportStep(Action.UNREADABLE, entry.origin, why=why))
            continue
        first[known] = entry.origin
        steps.append(
            _step(entry, key, on_server.get(known), on_server.get(created_earlier.get(key, "")))
        )
    return tuple(steps)


def mismatch(done: Iterable[tuple[ImportStep, SaveResult]]) -> str:
    """What was done otherwise than its step says, in a sentence; empty where all was as planned."""
    made: list[str] = []
    for step, saved in done:
        if step.action is Action.CREATE:
            made.append(saved.row.id)
        elif saved.row.id != step.id:
            return f"{shown_id(saved.row.id)} was changed, but {shown_id(step.id)} was to be"
    if len(set(made)) != len(made):
        return f"{len(made):,} were to be created, but {len(set(made)):,} different ones were"
    return ""


def _step(
    entry: FileEntry, key: str, row: ResourceRow | None, earlier: ResourceRow | None
) -> ImportStep:
    """`row` has the id that the file names; `earlier` was created by an earlier import of it."""
    if entry.problem:
        return ImportStep(Action.UNREADABLE, entry.origin, why=entry.problem)
    wanted = entry.document
    name = wanted.value("name")
    name = name if isinstance(name, str) else ""
    if (kind := wanted.value("object")) in _OTHER_OBJECTS:
        why = f'it is no assistant: its object is "{kind}"'
        return ImportStep(Action.UNREADABLE, entry.origin, name, why=why)
    try:
        draft = creation_draft(wanted) if row is None else update_draft(RawJson(row.text), wanted)
    except ValueError as error:
        return ImportStep(Action.UNREADABLE, entry.origin, name, why=str(error))
    for problem in draft.errors.values():
        return ImportStep(Action.UNREADABLE, entry.origin, name, why=problem)
    if row is not None:
        action = Action.CHANGE if draft.dirty else Action.UNCHANGED
        return ImportStep(action, entry.origin, name or row.name, draft)
    if earlier is not None:
        return ImportStep(
            Action.IMPORTED, entry.origin, name, why=_earlier(earlier, wanted), key=key
        )
    return ImportStep(Action.CREATE, entry.origin, name, draft, _of_version_1(wanted), key)


def _of_version_1(wanted: RawJson) -> str:
    """What of an assistant is of the API's version 1 alone, in a sentence; empty if nothing is."""
    old = ["file_ids"] if wanted.value("file_ids") else []
    tools = wanted.value("tools")
    listed = tools if isinstance(tools, list) else []
    types = [each.get("type") for each in listed if isinstance(each, dict)]
    old += ["the tool retrieval"] if "retrieval" in types else []
    return f"{' and '.join(old)} of API v1, which servers of v2 do not take" if old else ""


def _earlier(row: ResourceRow, wanted: RawJson) -> str:
    try:
        differs = update_draft(RawJson(row.text), wanted).dirty
    except ValueError:
        differs = True
    by_now = ", which differs from the file by now" if differs else ""
    return f"already imported as {shown_id(row.id)}{by_now}"

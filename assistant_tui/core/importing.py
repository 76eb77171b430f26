"""What files would change on a server: a plan, before anything is sent."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from assistant_tui.core.copies import created_from
from assistant_tui.core.display import one_line
from assistant_tui.core.document import Document, compose
from assistant_tui.core.draft import Draft, changed_by
from assistant_tui.core.fields import READ_ONLY
from assistant_tui.core.formats import json_file, markdown_file, yaml_file
from assistant_tui.core.formats.found import Found
from assistant_tui.core.listing import Row
from assistant_tui.core.outcome import Saved

Reader = Callable[[str], list[Found]]
READERS: Mapping[str, Reader] = {
    ".json": json_file.read,
    ".jsonl": json_file.read,
    ".yaml": yaml_file.read,
    ".yml": yaml_file.read,
    ".md": markdown_file.read,
}
"""By the end of a file's name; each raises ValueError with the line."""
_OTHERS = (".responses.json",)
"""What is written by this program, too, but is no assistant any more."""


class Action(Enum):
    """What is to be done with one assistant of a file."""

    CREATE = "create"
    CHANGE = "change"
    UNCHANGED = "unchanged"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Entry:
    """One assistant of a file, or why there is none."""

    origin: str
    """The file, and the line where it does not begin the file. Not made safe for display."""
    text: str = ""
    problem: str = ""

    @property
    def id(self) -> str:
        """The id that the file names; empty for none."""
        value = None if self.problem else Document(self.text).value("id")
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


@dataclass(frozen=True)
class Step:
    """What an import does about one entry."""

    action: Action
    origin: str
    name: str = ""
    draft: Draft | None = None
    """What is created or changed; None where nothing is sent."""
    why: str = ""
    """What is wrong with the file."""

    @property
    def id(self) -> str:
        """The id of what is changed; empty for what is new."""
        return (self.draft.assistant_id if self.draft is not None else None) or ""

    @property
    def label(self) -> str:
        """What a result calls it, in a line that is safe to show."""
        return " · ".join(one_line(each) for each in (self.id, self.name, self.origin) if each)

    @property
    def line(self) -> str:
        """What it does and to whom, in a line that is safe to show."""
        fields = (
            ", ".join(self.draft.touched) if self.action is Action.CHANGE and self.draft else ""
        )
        what = [self.id, self.name or "(no name)", fields] if self.draft else [self.why]
        said = " · ".join(one_line(each) for each in (*what, self.origin) if each)
        return f"{self.action.value:<10}  {said}"


def reader_of(name: str) -> Reader | None:
    """What reads a file of assistants, by its name; None for another file."""
    low = name.lower()
    if low.endswith(_OTHERS):
        return None
    return next((read for suffix, read in READERS.items() if low.endswith(suffix)), None)


def entries(name: str, text: str) -> Iterator[Entry]:
    """The assistants of a file that can be read."""
    reader = reader_of(name)
    assert reader is not None, "only files that can be read are read"
    try:
        found = reader(text)
    except ValueError as error:
        yield Entry(name, problem=str(error))
        return
    if not found:
        yield Entry(name, problem="there is no assistant in it")
    for each in found:
        yield Entry(name if len(found) == 1 else f"{name}:{each.line}", each.text)


def plan(given: Sequence[Entry], held: Mapping[str, Row]) -> tuple[Step, ...]:
    """Say what is to be done; `held` is what the server has of the ids that the files name."""
    first: dict[str, str] = {}
    steps = []
    for entry in given:
        known = entry.id
        if known and known in first:
            why = f"{known} stands in {first[known]}, too"
            steps.append(Step(Action.UNREADABLE, entry.origin, why=why))
            continue
        first[known] = entry.origin
        steps.append(_step(entry, held.get(known)))
    return tuple(steps)


def mismatch(done: Iterable[tuple[Step, Saved]]) -> str:
    """What was done otherwise than its step says, in a sentence; empty where all was as planned."""
    made: list[str] = []
    for step, saved in done:
        if step.action is Action.CREATE:
            made.append(saved.row.id)
        elif saved.row.id != step.id:
            return f"{one_line(saved.row.id)} was changed, but {one_line(step.id)} was to be"
    if len(set(made)) != len(made):
        return f"{len(made):,} were to be created, but {len(set(made)):,} different ones were"
    return ""


def _step(entry: Entry, row: Row | None) -> Step:
    if entry.problem:
        return Step(Action.UNREADABLE, entry.origin, why=entry.problem)
    wanted = Document(entry.text)
    name = wanted.value("name")
    name = name if isinstance(name, str) else ""
    try:
        draft = created_from(wanted) if row is None else _change(Document(row.text), wanted)
    except ValueError as error:
        return Step(Action.UNREADABLE, entry.origin, name, why=str(error))
    for problem in draft.errors.values():
        return Step(Action.UNREADABLE, entry.origin, name, why=problem)
    if row is None:
        return Step(Action.CREATE, entry.origin, name, draft)
    action = Action.CHANGE if draft.dirty else Action.UNCHANGED
    return Step(action, entry.origin, name or row.name, draft)


def _change(now: Document, wanted: Document) -> Draft:
    """The edit towards a file; what a server sets is the server's."""
    parts = {n: text for n, text in wanted.members.items() if n not in READ_ONLY}
    return changed_by(now, Document(compose(parts)))

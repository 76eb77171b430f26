"""Takes back what was done to many at once."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from assistant_tui.catalog.record import Record
from assistant_tui.core.batch import AT_ONCE, Operation, Removed
from assistant_tui.core.document import Document, compose, write_json
from assistant_tui.core.draft import Draft, anew, towards
from assistant_tui.core.errors import Conflict, NotFound, ServerFault
from assistant_tui.core.naming import label_of
from assistant_tui.core.outcome import Saved
from assistant_tui.journal.entries import Entry, Kind
from assistant_tui.tui.dialogs.count_question import CountQuestion
from assistant_tui.tui.flows.bulk import above, carry_out
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone

NOT_GONE = "it is still there: its deletion did not arrive"
_UNDOING = {
    Kind.CHANGED: ("change back", "Undo the changes", "Changed back"),
    Kind.DELETED: ("bring back", "Create them anew", "Created anew"),
    Kind.CREATED: ("delete", "Delete", "Deleted"),
}
"""What is done to each, the button's label, and what is said afterwards."""
_REMARKS = {
    Kind.CHANGED: "What was changed elsewhere since then is not touched.",
    Kind.DELETED: "Their ids will be new ones.",
    Kind.CREATED: "The server keeps no copies.",
}


class _Undoing(NamedTuple):
    """One entry of the journal that is taken back; of one assistant there may be several."""

    entry: Entry

    @property
    def id(self) -> str:
        """The assistant that it is about."""
        return self.entry.assistant_id

    @property
    def label(self) -> str:
        """What a result calls it."""
        return label_of(self.id, name_in(self.entry))


def name_in(entry: Entry) -> str:
    """What the assistant of an entry was called; empty where it had no name."""
    name = Document(entry.after or entry.before or "{}").value("name")
    return name if isinstance(name, str) else ""


async def undo_many(desk: Desk, entries: Sequence[Entry]) -> None:
    """Take back all of an act that was not taken back yet, once their number was typed."""
    if not entries:  # another program has taken them back, or the journal fails, just now
        desk.say(desk.catalog.record.trouble or "Nothing of it is left to be undone", Tone.WARNING)
        return
    kind = Counter(entry.kind for entry in entries).most_common(1)[0][0]
    items = [_Undoing(entry) for entry in entries]
    verb, deed, done = _UNDOING[kind]
    title = f"Undo what was done to these {len(items):,}?"
    lines = [item.label for item in items]
    if await desk.ask(CountQuestion(title, lines, deed, _REMARKS[kind], verb)):
        at_once = 1 if kind is Kind.DELETED else AT_ONCE
        operation = _undoing(desk)
        await carry_out(desk, "Undoing", done, items, operation, at_once=at_once, undoing=True)


def _undoing(desk: Desk) -> Operation[_Undoing]:
    known = [row.id for row in desk.listing.loaded]

    async def operation(item: _Undoing) -> Saved | Removed:
        catalog, entry = desk.catalog, item.entry
        if entry.kind is Kind.CREATED:
            await catalog.delete(item.id, above(desk, item.id), undoes=entry.number)
            return Removed(item.id)
        if entry.kind is Kind.DELETED:
            await _check_gone(desk, entry)
            draft = anew(Document(entry.before or "{}"))
            return await catalog.create(draft, known, undoes=entry.number)
        draft = await backwards(catalog.record, entry)
        return await catalog.save(draft, above(desk, item.id), undoes=entry.number)

    return operation


async def is_still_there(desk: Desk, entry: Entry) -> bool:
    """Whether a deletion did not come about, so that there is nothing to undo.

    Raises:
        ServiceError: that cannot be found out.
    """
    try:
        await desk.catalog.fetch(entry.assistant_id)
    except NotFound:
        return False
    await desk.catalog.record.withdraw(entry.number)
    return True


async def _check_gone(desk: Desk, entry: Entry) -> None:
    # A fault counts as gone: one server answers so for every id that it does not know.
    with suppress(ServerFault):
        if await is_still_there(desk, entry):
            raise Conflict(NOT_GONE)


async def backwards(record: Record, entry: Entry) -> Draft:
    """The edit that takes a change back, of the assistant under the id that it has now."""
    assert entry.before is not None
    assert entry.after is not None
    present = await record.present_id(entry.assistant_id)
    after = {**Document(entry.after).members, "id": write_json(present)}
    return towards(Document(compose(after)), Document(entry.before))

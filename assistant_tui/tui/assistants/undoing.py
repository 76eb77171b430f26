"""Takes back what was done here last, be it to one assistant or to many at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant_tui.core.batch import AT_ONCE, Batch, DeleteResult, Operation, Status
from assistant_tui.core.labels import (
    IN_A_SENTENCE,
    label_of,
    shown_id,
)
from assistant_tui.core.verification import SaveResult
from assistant_tui.journal.entries import ChangeKind, Entry
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.undoing import backwards, take_back
from assistant_tui.tui.assistants.bulk import carry_out
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.history import (
    agreed,
    name_of,
    recreate,
    when,
)
from assistant_tui.tui.assistants.saving import Purpose, save
from assistant_tui.tui.dialogs.typed_confirm import TypedConfirm
from assistant_tui.tui.widgets.status_line import Tone


async def undo(context: MainContext) -> None:
    """Take back the last thing that was done here, after asking."""
    entry = await context.service.journal.last()
    if entry is None:
        context.say(context.service.journal.trouble or "Nothing was done here that could be undone")
    elif entry.batch:
        await undo_many(context, await context.service.journal.batch(entry.batch))
    elif entry.kind is ChangeKind.CHANGED:
        await _undo_change(context, entry)
    elif entry.kind is ChangeKind.DELETED:
        await recreate(context, entry)
    else:
        name, identity = name_of(entry, IN_A_SENTENCE), shown_id(entry.object_id)
        said = f"The last thing done here was to create {name} · {identity} · d deletes it"
        context.say(said, Tone.WARNING)


async def _undo_change(context: MainContext, entry: Entry) -> None:
    draft = await backwards(context.service.journal, entry)
    title = f"Undo this change of {name_of(entry)}? ({when(entry)})"
    if await agreed(context, title, "Undo", draft):
        await save(context, draft, Purpose.undoing(entry.number))


class _Way(NamedTuple):
    """How what was done to some is taken back, in words."""

    line: str
    """Before each of them, where others are taken back in another way."""
    them: str
    """What is done to them, as in "delete them"."""
    so_many: str
    """What is done to how many, which stands for the braces."""
    done: str
    """What was done, before the count."""
    remark: str


_WAYS = {
    ChangeKind.CREATED: _Way(
        "delete",
        "delete them",
        "delete {:,}",
        "deleted",
        "The server keeps no copies of what is deleted.",
    ),
    ChangeKind.DELETED: _Way(
        "create anew",
        "create them anew",
        "create {:,} anew",
        "created anew",
        "What is created anew gets a new id.",
    ),
    ChangeKind.CHANGED: _Way(
        "change back", "change them back", "change {:,} back", "changed back", ""
    ),
}
"""What is deleted stands first, wherever several are named."""
_WIDTH = max(len(way.line) for way in _WAYS.values())


_UNTOUCHED = "What was changed elsewhere since then is not touched."


class _Undoing(NamedTuple):
    """One entry of the journal that is taken back; of one assistant there may be several."""

    entry: Entry
    id: str
    """The assistant that it is about; one that was brought back since has another than then."""
    several: bool
    """Whether others are taken back in another way, so that it has to be said of each."""

    @property
    def label(self) -> str:
        """What the question and a result call it."""
        label = label_of(self.id, self.entry.name)
        return f"{_WAYS[self.entry.kind].line:{_WIDTH}}  {label}" if self.several else label


async def undo_many(context: MainContext, entries: Sequence[Entry]) -> None:
    """Take back all of a bulk operation that was not taken back yet, once the number was typed."""
    if not entries:  # another program has taken them back, or the journal fails, just now
        context.say(
            context.service.journal.trouble or "Nothing of it is left to be undone", Tone.WARNING
        )
        return
    counts = Counter(entry.kind for entry in entries)
    items = [await _item(context.service.journal, entry, len(counts) > 1) for entry in entries]
    if await context.ask(_question(items, counts)):
        # No two creates may be confused.
        at_once = 1 if ChangeKind.DELETED in counts else AT_ONCE
        operation = _undoing(context)
        await carry_out(context, "Undoing", _done, items, operation, at_once=at_once, undoing=True)


async def _item(journal: AccountJournal, entry: Entry, several: bool) -> _Undoing:
    there = entry.kind is not ChangeKind.DELETED
    present = await journal.present_id(entry.object_id) if there else entry.object_id
    return _Undoing(entry, present, several)


def _question(items: Sequence[_Undoing], counts: Mapping[ChangeKind, int]) -> TypedConfirm:
    """Names all that would be done, and what of it to which."""
    ways = {kind: way for kind, way in _WAYS.items() if kind in counts}
    title = f"Undo what was done to these {len(items):,}"
    *most, last = (way.so_many.format(counts[kind]) for kind, way in ways.items())
    verb = f"{', '.join(most)} and {last}" if most else next(iter(ways.values())).them
    order = [*ways]
    lines = [item.label for item in sorted(items, key=lambda item: order.index(item.entry.kind))]
    remarks = [way.remark for way in ways.values() if way.remark]
    if ChangeKind.CREATED in counts or ChangeKind.CHANGED in counts:
        remarks.append(_UNTOUCHED)
    title = f"{title}: {verb}?" if most else f"{title}?"
    return TypedConfirm(title, lines, verb[:1].upper() + verb[1:], " ".join(remarks), verb)


def _done(batch: Batch[_Undoing]) -> str:
    """What was done to how many."""
    done = Counter(each.item.entry.kind for each in batch.of(Status.DONE))
    tried = {each.item.entry.kind for each in batch.results}
    said = " · ".join(f"{way.done} {done[kind]:,}" for kind, way in _WAYS.items() if kind in tried)
    return said[:1].upper() + said[1:]


def _undoing(context: MainContext) -> Operation[_Undoing]:
    known = [row.id for row in context.list_model.listing.loaded]

    async def operation(item: _Undoing) -> SaveResult | DeleteResult:
        previous_id = context.list_model.previous_id(item.id)
        return await take_back(
            context.service, item.entry, item.id, known=known, previous_id=previous_id
        )

    return operation

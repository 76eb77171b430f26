"""Saves a draft: sends it, settles a conflict, and tells what the server made of it."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import NamedTuple

from assistant_tui.api.dialect import Capability
from assistant_tui.core.conflict import Conflict
from assistant_tui.core.copies import edited, left_behind, recreated
from assistant_tui.core.display import one_line
from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import Deleted, EditConflict, Incomplete, ServiceError
from assistant_tui.core.naming import (
    IN_A_SENTENCE,
    ON_A_LINE,
    WITH_ITS_ID,
    called,
    short_name,
    shown_id,
)
from assistant_tui.core.outcome import Saved
from assistant_tui.tui.dialogs.conflict import ConflictDialog
from assistant_tui.tui.dialogs.question import Answer, Question, about_line
from assistant_tui.tui.flows.deleting import row_above
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone


class Purpose(NamedTuple):
    """What a draft is saved for, and so what is said where it is not."""

    unsaved: str
    uncreated: str
    stay: str
    """What the button says that saves nothing."""
    undoes: int | None = None
    """The number of the journal's entry that this takes back."""

    @classmethod
    def undoing(cls, number: int) -> "Purpose":
        """An entry of the journal is taken back; no edit is open."""
        return cls("Not undone", "Not undone", "Cancel", number)


EDITING = Purpose(
    "Not saved; the edit is kept here", "Not created; the edit is kept here", "Keep editing"
)
RESTORING = Purpose("Not restored", "Not restored", "Cancel")


async def save(desk: Desk, draft: Draft, purpose: Purpose = EDITING) -> Saved | None:
    """Create or modify; returns what the server has now, or None if the draft is still needed."""
    sent = draft
    kept: tuple[str, ...] = ()
    while True:
        try:
            saved = await _send(desk, sent, purpose.undoes)
        except EditConflict as error:
            conflict = Conflict(sent, Document(error.newer.text), error.fields, draft.original)
            chosen = await desk.ask(ConflictDialog(conflict, purpose.stay))
            if chosen is None:
                desk.say(purpose.unsaved, Tone.WARNING)
                return None
            sent, kept = conflict.settled(chosen), (*kept, *conflict.kept(chosen))
            if sent.dirty:
                continue
            saved = Saved(error.newer, unchanged=True)
        except Incomplete as error:
            if await _whole_agreed(desk, purpose):
                desk.service.send_whole()
                continue
            desk.report(error, purpose.unsaved)
            return None
        except Deleted:
            return await _create_anew(desk, sent, purpose)
        except ServiceError as error:
            if draft.assistant_id is not None and purpose.undoes is None and _is_fixed(desk):
                return await _create_beside(desk, sent, purpose)
            desk.report(error, purpose.unsaved)
            return None
        return _done(desk, draft, saved, kept)


async def _whole_agreed(desk: Desk, purpose: Purpose) -> bool:
    lines = (
        "It wants or wipes the fields that are not sent with a modify.",
        "Until the program ends, all fields can be sent as they are there.",
        "full_replace = true in the profile says so for good.",
    )
    answers = (Answer("stay", purpose.stay), Answer("whole", "Send all fields"))
    question = Question("This server replaces the whole object", lines, answers)
    return await desk.ask(question) == "whole"


async def _send(desk: Desk, draft: Draft, undoes: int | None) -> Saved:
    if draft.assistant_id is None:
        desk.say("Creating…", Tone.WORKING)
        known = [row.id for row in desk.listing.rows]
        return await desk.service.create(draft, known, undoes)
    desk.say("Saving…", Tone.WORKING)
    return await desk.service.save(draft, row_above(desk, draft.assistant_id), undoes)


def _done(desk: Desk, draft: Draft, saved: Saved, kept: Iterable[str]) -> Saved:
    """Show and tell what was saved; `kept` are fields of others that were met on the way."""
    saved = replace(saved, merged=tuple(dict.fromkeys((*kept, *saved.merged))))
    desk.show_row(saved.row)
    done = "Created" if draft.assistant_id is None else "Saved"
    if saved.unchanged:
        done = "Nothing was left to save:"
    _tell(desk, done, saved)
    return saved


async def _create_anew(desk: Desk, draft: Draft, purpose: Purpose) -> Saved | None:
    """Offer to create one that is gone anew, with the edits; the draft stays until then."""
    again = "It can be created anew, with your changes; the id will be a new one."
    saved = await _instead(desk, draft, "It was deleted elsewhere", again, purpose)
    if saved is not None:
        desk.listing = desk.listing.without([str(draft.assistant_id)])
    return saved


def _is_fixed(desk: Desk) -> bool:
    return not desk.profile.read_only and not desk.service.can(Capability.MODIFY)


async def _create_beside(desk: Desk, draft: Draft, purpose: Purpose) -> Saved | None:
    """Offer to create another one with the edits, where the server cannot modify the first."""
    beside = "A new one can take your changes; this one stays as it is."
    return await _instead(desk, draft, "This server cannot modify assistants", beside, purpose)


async def _instead(
    desk: Desk, draft: Draft, title: str, offer: str, purpose: Purpose
) -> Saved | None:
    fresh, lost = recreated(draft), left_behind(edited(draft))
    if not await _wanted_anew(desk, draft, title, offer, lost, purpose):
        desk.say(purpose.unsaved, Tone.WARNING)
        return None
    try:
        saved = await _send(desk, fresh, purpose.undoes)
    except ServiceError as error:
        desk.report(error, purpose.uncreated)
        return None
    desk.show_row(saved.row)
    remarks = [f"could not come along: {_names(lost)}"] if lost else []
    _tell(desk, "Created", saved, remarks)
    return saved


async def _wanted_anew(
    desk: Desk, draft: Draft, title: str, offer: str, lost: Collection[str], purpose: Purpose
) -> bool:
    name = str(edited(draft).value("name") or "")
    lines = [
        about_line("Name", short_name(name, ON_A_LINE) or "(no name)"),
        f"Id    {shown_id(str(draft.assistant_id))}",
        "",
        offer,
    ]
    answers = [Answer("stay", purpose.stay), Answer("anew", "Create it anew")]
    if lost:
        lines.append(f"These fields cannot come along: {_names(lost)}")
    if not desk.service.can(Capability.CREATE):
        lines[3:], answers[1:] = ["This server cannot create assistants."], []
    return await desk.ask(Question(title, lines, answers)) == "anew"


def _names(fields: Iterable[str]) -> str:
    return one_line(", ".join(fields))


def _tell(desk: Desk, done: str, saved: Saved, remarks: Iterable[str] = ()) -> None:
    """Say what was done, and what the server did beside."""
    identity = shown_id(saved.row.id)
    remarks, last = [*remarks], identity
    if saved.answer_lost:
        remarks.append("the answer was lost, but it has arrived")
    if saved.merged:
        remarks.append(f"changed elsewhere and kept: {_names(saved.merged)}")
    if saved.outcome.ignored:
        remarks.append(f"the server did not take: {_names(saved.outcome.ignored)}")
    if saved.outcome.wiped:
        remarks.append(f"the server wiped: {_names(saved.outcome.wiped)}")
        last = "u undoes it"
    if saved.unkept:
        remarks.append(f"u cannot undo it: {saved.unkept}")
        last = identity
    tone = Tone.WARNING if saved.unkept or not saved.outcome.as_asked else Tone.PLAIN
    most = IN_A_SENTENCE if remarks else WITH_ITS_ID
    said = f"{done} {called(saved.row.name, saved.row.id, most)}"
    desk.say(" · ".join([said, *remarks, last]), tone)

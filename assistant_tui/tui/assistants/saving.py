"""Saves a draft: sends it, settles a conflict, and reports what the server made of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from assistant_tui.core.assistants.cloning import recreated, uncreatable_fields, with_edits
from assistant_tui.core.assistants.conflict import DraftConflict, Side
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import Deleted, EditConflict, Incomplete, ServiceError
from assistant_tui.core.labels import (
    IN_A_SENTENCE,
    ON_A_LINE,
    WITH_ITS_ID,
    name_or_id,
    short_name,
    shown_id,
)
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import Capability
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import SaveResult
from assistant_tui.services.writes import WriteContext
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs.comparison import ConflictDialog
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog, about_line
from assistant_tui.tui.widgets.status_line import Tone


class Purpose(NamedTuple):
    """What a draft is saved for, which decides what is said where it is not saved."""

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


async def save_form(context: MainContext) -> None:
    """Save what the form holds; what is typed meanwhile stays in the form as a further edit."""
    sending = await context.form.prepare()
    if sending is not None and (saved := await save(context, sending.draft)) is not None:
        await context.form.accept(sending, saved)


async def save(context: MainContext, draft: Draft, purpose: Purpose = EDITING) -> SaveResult | None:
    """Create or modify; returns what the server has now, or None if the draft is still needed."""
    sent, kept = draft, tuple[str, ...]()
    while True:
        try:
            saved = await _send(context, sent, purpose.undoes)
        except EditConflict as error:
            conflict = DraftConflict(sent, RawJson(error.newer.text), error.fields, draft.original)
            if (chosen := await _choose_sides(context, conflict, purpose)) is None:
                return None
            sent, kept = conflict.settled(chosen), (*kept, *conflict.kept(chosen))
            if sent.dirty:
                continue
            saved = SaveResult(error.newer, unchanged=True)
        except Incomplete as error:
            if not await _switch_to_full_replace(context, error, purpose):
                return None
            continue
        except Deleted:
            return await _create_anew(context, sent, purpose)
        except ServiceError as error:
            if draft.assistant_id is not None and purpose.undoes is None and _is_fixed(context):
                return await _create_beside(context, sent, purpose)
            context.report(error, purpose.unsaved)
            return None
        return _done(context, draft, saved, kept)


async def _choose_sides(
    context: MainContext, conflict: DraftConflict, purpose: Purpose
) -> Mapping[str, Side] | None:
    """Ask whose value each field of a conflict gets; None, and a report, where it stays unsaved."""
    chosen = await context.ask(ConflictDialog(conflict, purpose.stay))
    if chosen is None:
        context.say(purpose.unsaved, Tone.WARNING)
    return chosen


async def _switch_to_full_replace(
    context: MainContext, error: Incomplete, purpose: Purpose
) -> bool:
    """Ask whether all fields are to be sent from now on; report the error where they are not."""
    lines = (
        "It wants or wipes the fields that are not sent with a modify.",
        "Until the program ends, all fields can be sent as they are there.",
        "full_replace = true in the profile says so for good.",
    )
    answers = (ButtonSpec("stay", purpose.stay), ButtonSpec("whole", "Send all fields"))
    question = QuestionDialog("This server replaces the whole object", lines, answers)
    if await context.ask(question) != "whole":
        context.report(error, purpose.unsaved)
        return False
    context.service.use_full_replace()
    return True


async def _send(context: MainContext, draft: Draft, undoes: int | None) -> SaveResult:
    if draft.assistant_id is None:
        context.say("Creating…", Tone.WORKING)
        known = [row.id for row in context.list_model.listing.rows]
        return await context.service.create(draft, known, WriteContext(undoes=undoes))
    context.say("Saving…", Tone.WORKING)
    before = context.list_model.previous_id(draft.assistant_id)
    return await context.service.save(draft, WriteContext(previous_id=before, undoes=undoes))


def _done(context: MainContext, draft: Draft, saved: SaveResult, kept: Iterable[str]) -> SaveResult:
    """Show what was saved, and report it; `kept` are fields that others changed meanwhile."""
    saved = replace(saved, merged=tuple(dict.fromkeys((*kept, *saved.merged))))
    context.show_row(saved.row)
    done = "Created" if draft.assistant_id is None else "Saved"
    if saved.unchanged:
        done = "Nothing was left to save:"
    _report(context, done, saved)
    return saved


async def _create_anew(context: MainContext, draft: Draft, purpose: Purpose) -> SaveResult | None:
    """Offer to create one that is gone anew, with the edits; the draft stays until then."""
    again = "It can be created anew, with your changes; the id will be a new one."
    saved = await _instead(context, draft, "It was deleted elsewhere", again, purpose)
    if saved is not None:
        context.list_model.change(context.list_model.listing.without([str(draft.assistant_id)]))
    return saved


def _is_fixed(context: MainContext) -> bool:
    return not context.profile.read_only and not context.service.can(Capability.MODIFY)


async def _create_beside(context: MainContext, draft: Draft, purpose: Purpose) -> SaveResult | None:
    """Offer to create another one with the edits, where the server cannot modify the first."""
    beside = "A new one can take your changes; this one stays as it is."
    return await _instead(context, draft, "This server cannot modify assistants", beside, purpose)


async def _instead(
    context: MainContext, draft: Draft, title: str, offer: str, purpose: Purpose
) -> SaveResult | None:
    fresh, lost = recreated(draft), uncreatable_fields(with_edits(draft))
    if not await _wanted_anew(context, draft, title, offer, lost, purpose):
        context.say(purpose.unsaved, Tone.WARNING)
        return None
    try:
        saved = await _send(context, fresh, purpose.undoes)
    except ServiceError as error:
        context.report(error, purpose.uncreated)
        return None
    context.show_row(saved.row)
    remarks = [f"could not be copied: {_names(lost)}"] if lost else []
    _report(context, "Created", saved, remarks)
    return saved


async def _wanted_anew(
    context: MainContext,
    draft: Draft,
    title: str,
    offer: str,
    lost: Collection[str],
    purpose: Purpose,
) -> bool:
    name = str(with_edits(draft).value("name") or "")
    lines = [
        about_line("Name", short_name(name, ON_A_LINE) or "(no name)"),
        f"Id    {shown_id(str(draft.assistant_id))}",
        "",
        offer,
    ]
    answers = [ButtonSpec("stay", purpose.stay), ButtonSpec("anew", "Create it anew")]
    if lost:
        lines.append(f"These fields cannot be copied: {_names(lost)}")
    if not context.service.can(Capability.CREATE):
        lines[3:], answers[1:] = ["This server cannot create assistants."], []
    return await context.ask(QuestionDialog(title, lines, answers)) == "anew"


def _names(fields: Iterable[str]) -> str:
    return one_line(", ".join(fields))


def _report(
    context: MainContext, done: str, saved: SaveResult, remarks: Iterable[str] = ()
) -> None:
    """Report what was done, and what else the server did."""
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
    if saved.why_no_undo:
        remarks.append(f"u cannot undo it: {saved.why_no_undo}")
        last = identity
    tone = Tone.WARNING if saved.why_no_undo or not saved.outcome.as_asked else Tone.PLAIN
    most = IN_A_SENTENCE if remarks else WITH_ITS_ID
    said = f"{done} {name_or_id(saved.row.name, saved.row.id, most)}"
    context.say(" · ".join([said, *remarks, last]), tone)

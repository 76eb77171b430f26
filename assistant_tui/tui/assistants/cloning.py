"""Creates assistants that are like others, on this server or on another one."""

import secrets
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from assistant_tui.config.settings import Profile
from assistant_tui.core.assistants import cloning
from assistant_tui.core.assistants.cloning import ServerInventory, Transfer, transfer
from assistant_tui.core.batch import Batch, Status
from assistant_tui.core.errors import Invalid, ServiceError
from assistant_tui.core.labels import name_or_id, shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import SaveResult
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.writes import WriteContext
from assistant_tui.tui.assistants.bulk import Rows, carry_out
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.dialogs.progress import BatchProgress
from assistant_tui.tui.dialogs.prompts import ChoiceDialog
from assistant_tui.tui.widgets.status_line import Tone

_NEXT = "Ctrl+S creates it"
_MOST_LINES = 200
"""Lines that a question shows."""


async def clone(context: MainContext) -> None:
    """Clone what is marked; else open the form on a new one like the highlighted."""
    if context.list_model.marks:
        context.run_job(partial(clone_marked, context))
    elif row := context.list_model.highlighted:
        await open_clone(context, row)


async def open_clone(context: MainContext, row: ResourceRow) -> None:
    """Open it with all that can be copied, and name what cannot; nothing is sent yet."""
    name = name_or_id(row.name, row.id)
    if row.problem:
        context.say(
            f"{name} does not fit the API, so it cannot be cloned · v shows it", Tone.WARNING
        )
        return
    document = RawJson(row.text)
    lost = one_line(", ".join(cloning.uncreatable_fields(document)))
    title = f"Clone of {name}"
    await context.open_form(
        cloning.clone(document), title=f"{title}, without {lost}" if lost else title
    )
    if lost:
        context.say(f"Cannot be copied: {lost} · {_NEXT}", Tone.WARNING)
    else:
        context.say(f"A clone of {name}, with all that it has · {_NEXT}")


async def clone_marked(context: MainContext) -> None:
    """Clone all that are marked when it begins."""
    await clone_all(context, context.list_model.marked_rows)


async def clone_all(context: MainContext, rows: Rows) -> None:
    """Create one like each of them, one after the other, since no two creates may be confused."""
    if await context.ask(_question_of_clones(rows)) != "clone":
        return
    token = secrets.token_hex(8)
    known = [row.id for row in context.list_model.listing.loaded]

    async def operation(row: ResourceRow) -> SaveResult:
        if row.problem:
            raise Invalid(f"it does not fit the API: {one_line(row.problem)}")
        part = WriteContext(batch=token)
        return await context.service.create(cloning.clone(RawJson(row.text)), known, part)

    # The first of them is created last, so that the copies stand in their order, too.
    await carry_out(context, "Cloning", "Cloned", rows[::-1], operation, at_once=1)


def _question_of_clones(rows: Rows) -> QuestionDialog:
    answers = (ButtonSpec("cancel", "Cancel"), ButtonSpec("clone", "Clone"))
    lines = [row.label for row in rows[:_MOST_LINES]]
    if len(rows) > _MOST_LINES:
        lines.append(f"… and {len(rows) - _MOST_LINES:,} more")
    return QuestionDialog(f"Create a clone of each of these {len(rows):,}?", lines, answers)


class _Move(NamedTuple):
    """One assistant and what of it can be created on the other server."""

    row: ResourceRow
    transfer: Transfer | None
    """None for one that does not fit the API, and so cannot be created there."""

    @property
    def id(self) -> str:
        """The id that it has here."""
        return self.row.id

    @property
    def label(self) -> str:
        """What a result calls it."""
        return self.row.label

    @property
    def lost(self) -> tuple[str, ...]:
        """What cannot be copied. Not made safe for display."""
        if self.transfer is None:
            return (f"unreadable: {self.row.problem}",)
        return self.transfer.lost


async def clone_to(context: MainContext) -> None:
    """Let a profile be chosen, name what cannot be copied there, and create them there."""
    rows = context.list_model.targets
    others = {
        name: profile
        for name, profile in context.profiles.items()
        if not profile.read_only and name != context.profile.name
    }
    if not others:
        context.say("There is no other profile that may be written to: P lists all", Tone.WARNING)
        return
    lines = {name: one_line(f"{name} · {each.host}") for name, each in others.items()}
    chosen = await context.ask(ChoiceDialog(f"Clone {len(rows):,} to", lines))
    if chosen is not None:
        await _to(context, others[chosen], rows)


async def _to(context: MainContext, profile: Profile, rows: Sequence[ResourceRow]) -> None:
    context.say(f"Asking {one_line(profile.host)} what it has…", Tone.WORKING)
    try:
        there = await context.connector.open(profile)
    except ServiceError as error:
        context.report(error, "Not cloned")
        return
    try:
        offer = await there.inventory.fetch()
        moves = [_Move(row, None if row.problem else _transfer(row, offer)) for row in rows]
        context.say("")
        if await context.ask(_question(profile, moves)) == "clone":
            await _carry_out(context, there, profile, moves)
    finally:
        await there.close()


def _transfer(row: ResourceRow, offer: ServerInventory) -> Transfer:
    return transfer(RawJson(row.text), offer)


def _question(profile: Profile, moves: Sequence[_Move]) -> QuestionDialog:
    lines = [*_losses(moves)]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES:,} more lines"]
    answers = (ButtonSpec("cancel", "Cancel"), ButtonSpec("clone", "Clone"))
    title = f"Clone {len(moves):,} to {one_line(profile.name)}?"
    return QuestionDialog(title, lines, answers)


def _losses(moves: Sequence[_Move]) -> Iterator[str]:
    for move in moves:
        lost = move.lost
        if lost or len(moves) == 1:
            yield move.label
            yield from (f"  {one_line(each)}" for each in lost)
    if not any(move.lost for move in moves):
        yield "All that they have is copied."


async def _carry_out(
    context: MainContext, there: AssistantService, profile: Profile, moves: Sequence[_Move]
) -> None:
    """Create them one after the other: no two creates may be taken for one another."""

    async def operation(move: _Move) -> SaveResult:
        if move.transfer is None:
            raise Invalid(f"it does not fit the API: {one_line(move.row.problem)}")
        return await there.create(move.transfer.draft)

    batch = Batch(moves[::-1], operation, at_once=1)
    title = f"Cloning {len(moves):,} to {one_line(profile.name)}"
    await context.ask(BatchProgress(title, batch, context.reporter.give_up_waits))
    made = [each.saved.row for each in batch.results if each.saved is not None]
    context.list_model.mark(
        context.list_model.marks.without([each.item.id for each in batch.of(Status.DONE)])
    )
    said = f"Cloned {len(made):,} to {one_line(profile.name)}"
    if len(moves) == len(made) == 1:
        said = f"{said} · {shown_id(made[0].id)}"
    context.say(said, Tone.PLAIN if len(made) == len(moves) else Tone.WARNING)

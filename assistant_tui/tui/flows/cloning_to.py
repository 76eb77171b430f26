"""Creates assistants on another server, once it is told what cannot come along."""

from collections.abc import Iterator, Mapping, Sequence

from assistant_tui.catalog.catalog import Catalog
from assistant_tui.catalog.offers import offer_of
from assistant_tui.config.settings import Profile
from assistant_tui.core.batch import Batch, Fate
from assistant_tui.core.display import one_line
from assistant_tui.core.document import Document
from assistant_tui.core.errors import Invalid, ServiceError
from assistant_tui.core.listing import Row
from assistant_tui.core.outcome import Saved
from assistant_tui.core.transfer import Transfer, transfer
from assistant_tui.tui.dialogs.choice import Choice
from assistant_tui.tui.dialogs.progress import Progress
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone

_MOST_LINES = 200
"""Lines of losses that the question shows."""


async def clone_to(desk: Desk) -> None:
    """Let a profile be chosen, say what is lost on the way there, and create them there."""
    rows = desk.targets
    others = {
        name: profile
        for name, profile in desk.profiles.items()
        if not profile.read_only and name != desk.profile.name
    }
    if not others:
        desk.say("There is no other profile that may be written to: P lists all", Tone.WARNING)
        return
    lines = {name: one_line(f"{name} · {each.host}") for name, each in others.items()}
    chosen = await desk.ask(Choice(f"Clone {len(rows):,} to", lines))
    if chosen is not None:
        await _to(desk, others[chosen], rows)


async def _to(desk: Desk, profile: Profile, rows: Sequence[Row]) -> None:
    desk.say(f"Asking {one_line(profile.host)} what it has…", Tone.WORKING)
    try:
        there = await desk.catalog_of(profile)
    except ServiceError as error:
        desk.report(error, "Not cloned")
        return
    try:
        offer = await offer_of(there)
        moves = {row.id: transfer(Document(row.text), offer) for row in rows if not row.problem}
        desk.say("")
        if await desk.ask(_question(profile, rows, moves)) == "clone":
            await _carry_out(desk, there, profile, rows, moves)
    finally:
        await there.close()


def _question(profile: Profile, rows: Sequence[Row], moves: Mapping[str, Transfer]) -> Question:
    lines = [*_losses(rows, moves)]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES:,} more lines"]
    answers = (Answer("cancel", "Cancel"), Answer("clone", "Clone"))
    title = f"Clone {len(rows):,} to {one_line(profile.name)}?"
    return Question(title, lines or ["All that they have comes along."], answers)


def _losses(rows: Sequence[Row], moves: Mapping[str, Transfer]) -> Iterator[str]:
    for row in rows:
        lost = moves[row.id].lost if row.id in moves else (f"unreadable: {row.problem}",)
        if lost:
            yield row.label
            yield from (f"  {one_line(each)}" for each in lost)


async def _carry_out(
    desk: Desk,
    there: Catalog,
    profile: Profile,
    rows: Sequence[Row],
    moves: Mapping[str, Transfer],
) -> None:
    """Create them one after the other: no two creates may be taken for one another."""

    async def act(row: Row) -> Saved:
        if row.id not in moves:
            raise Invalid(f"it does not fit the API: {one_line(row.problem)}")
        return await there.create(moves[row.id].draft)

    title = f"Cloning {len(rows):,} to {one_line(profile.name)}"
    results = await desk.ask(Progress(title, Batch(rows[::-1], act, at_once=1))) or ()
    made = [each.saved.row for each in results if each.saved is not None]
    desk.unmark([each.row.id for each in results if each.fate is Fate.DONE])
    said = f"Cloned {len(made):,} to {one_line(profile.name)}"
    if len(rows) == len(made) == 1:
        said = f"{said} · {made[0].id}"
    desk.say(said, Tone.PLAIN if len(made) == len(rows) else Tone.WARNING)

"""``assistant-tui import``: a plan of what files would change, and then the changes."""

import argparse
from collections import Counter
from collections.abc import Sequence

from assistant_tui.commands.console import Console
from assistant_tui.commands.outcomes import Tally, tell_saved
from assistant_tui.commands.session import Job, Session
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.display import one_line
from assistant_tui.core.errors import NotFound
from assistant_tui.core.importing import Action, Entry, Step, mismatch, plan
from assistant_tui.core.listing import Row
from assistant_tui.core.outcome import Saved
from assistant_tui.files.reading import read_entries

_DONE = {Action.CREATE: "created", Action.CHANGE: "changed"}


def prepare(options: argparse.Namespace, console: Console) -> Job:
    """Read the files, print the plan, and carry it out unless that is not wanted."""
    if not (options.dry_run or options.yes or console.can_ask):
        raise ConfigurationError(
            "import: there is no terminal to ask on; --yes or --dry-run is needed"
        )
    given = list(read_entries(options.paths, "import"))

    async def job(session: Session) -> int:
        steps = plan(given, await _held(session, given))
        for step in steps:
            console.line(step.line)
        counts = Counter(step.action for step in steps)
        console.note(", ".join(f"{count} {action.value}" for action, count in counts.items()))
        code = 1 if counts[Action.UNREADABLE] else 0
        todo = [step for step in steps if step.action in _DONE]
        if options.dry_run or not todo:
            return code
        if not options.yes and not await _confirmed(console, counts):
            console.note("nothing was changed")
            return 1
        return max(code, await _apply(session, todo))

    return job


async def _held(session: Session, given: Sequence[Entry]) -> dict[str, Row]:
    """What the server has of the ids that the files name."""
    held = {}
    for known in dict.fromkeys(entry.id for entry in given if entry.id):
        session.console.progress(f"looking for {known}…")
        try:
            held[known] = await session.catalog.fetch(known)
        except NotFound:
            continue
    return held


async def _confirmed(console: Console, counts: Counter[Action]) -> bool:
    parts = [f"{each.value} {counts[each]}" for each in _DONE if counts[each]]
    console.flush()
    return await console.confirmed([], f"{' and '.join(parts).capitalize()}? [y/N]", ("y", "yes"))


async def _apply(session: Session, steps: Sequence[Step]) -> int:
    tally = Tally(session.console, session.settings.profile, "imported", len(steps))
    done: list[tuple[Step, Saved]] = []
    with tally.all():
        for step in steps:
            if tally.hopeless:
                break
            with session.write(), tally.attempt(step.origin):
                done.append((step, await _do(session, step)))
                tally.add()
    if wrong := mismatch(done):
        session.console.note(f"not as planned: {wrong}")
        return 1
    return tally.code


async def _do(session: Session, step: Step) -> Saved:
    assert step.draft is not None, "only what is to be sent is done"
    catalog = session.catalog
    made = step.action is Action.CREATE
    saved = await (catalog.create(step.draft) if made else catalog.save(step.draft))
    tell_saved(session.console, saved)
    who = f"{one_line(saved.row.id)} · {one_line(step.origin)}"
    session.console.done(f"{_DONE[step.action]:<10}  {who}")
    return saved

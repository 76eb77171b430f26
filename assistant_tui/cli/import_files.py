"""The subcommand `import`: prints a plan of what the files would change, then carries it out."""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import BatchReport, report_saved
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.formats.import_plan import Action, FileEntry, ImportStep, mismatch
from assistant_tui.core.labels import shown_id
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import SaveResult
from assistant_tui.services.importing import carry_out, look_up, why_repeating_duplicates
from assistant_tui.storage.import_files import read_entries
from assistant_tui.storage.user_files import FileError

_DONE = {Action.CREATE: "created", Action.CHANGE: "changed"}


def prepare_import(options: argparse.Namespace, console: Console) -> Subcommand:
    """Read the files, print the plan, and carry it out unless that is not wanted."""
    if not (options.dry_run or options.yes or console.interactive):
        raise ConfigurationError(
            "import: there is no terminal to ask on; --yes or --dry-run is needed"
        )
    console.expect_input(*options.paths)
    try:
        given = list(read_entries(options.paths, options.format))
    except FileError as error:
        raise ConfigurationError(f"import {error}") from None

    return lambda session: _import(session, given, options)


async def _import(session: Session, given: list[FileEntry], options: argparse.Namespace) -> int:
    console = session.console
    found = await look_up(session.service, given, console.progress)
    steps = await asyncio.to_thread(lambda: found.steps(again=options.again))
    for step in steps:
        console.line(step.line)
    counts = Counter(step.action for step in steps)
    console.note(", ".join(f"{count} {action.value}" for action, count in counts.items()))
    code = 1 if counts[Action.UNREADABLE] else 0
    todo = [step for step in steps if step.action in _DONE]
    if why := await why_repeating_duplicates(session.service, todo):
        console.note(why)
    if options.dry_run or not todo:
        return code
    if not options.yes and not await _confirmed(console, counts):
        console.note("nothing was changed")
        return 1
    return max(code, await _apply(session, todo))


async def _confirmed(console: Console, counts: Counter[Action]) -> bool:
    parts = [f"{each.value} {counts[each]}" for each in _DONE if counts[each]]
    console.flush()
    return await console.confirmed([], f"{' and '.join(parts).capitalize()}? [y/N]", ("y", "yes"))


async def _apply(session: Session, steps: Sequence[ImportStep]) -> int:
    tally = BatchReport(session.console, session.settings.profile, "imported", len(steps))
    done: list[tuple[ImportStep, SaveResult]] = []
    with tally.all():
        for step in tally.in_turn(steps, lambda step: step.origin):
            with session.write(), tally.attempt(step.origin):
                done.append((step, await _do(session, step)))
                tally.add()
    if wrong := mismatch(done):
        session.console.note(f"not as planned: {wrong}")
        return 1
    return tally.code


async def _do(session: Session, step: ImportStep) -> SaveResult:
    saved = await carry_out(session.service, step)
    report_saved(session.console, saved)
    who = f"{shown_id(saved.row.id)} · {one_line(step.origin)}"
    session.console.done(f"{_DONE[step.action]:<10}  {who}")
    return saved

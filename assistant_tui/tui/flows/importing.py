"""Creates and changes assistants from files: the plan first, then what it says."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence

from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.display import one_line
from assistant_tui.core.errors import NotFound, ServiceError
from assistant_tui.core.importing import Action, Entry, Step, mismatch, plan
from assistant_tui.core.listing import Row
from assistant_tui.core.outcome import Saved
from assistant_tui.files.reading import read_entries
from assistant_tui.tui.dialogs import entry
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.flows.bulk import carry_out
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone

_MOST_LINES = 200
"""Lines of a plan that the question shows."""


async def import_files(desk: Desk) -> None:
    """Ask for a file or folder, show what it would change, and carry it out."""
    asked = [entry.Asked("A file or a folder")]
    values = await desk.ask(entry.Entry("Import", asked, "reads it", _wrong))
    if values is None:
        return
    try:
        given = await asyncio.to_thread(lambda: [*read_entries(values, "Not imported:")])
        steps = plan(given, await _held(desk, given))
    except ConfigurationError as error:
        desk.say(str(error), Tone.ERROR)
        return
    except ServiceError as error:
        desk.report(error, "Not imported")
        return
    desk.say("")
    if await desk.ask(_question(steps)) == "import":
        await _carry_out(desk, [step for step in steps if step.action in _TO_SEND])


def _wrong(values: tuple[str, ...]) -> str:
    return "" if values[0].strip() else "a file or a folder is needed"


async def _held(desk: Desk, given: Sequence[Entry]) -> dict[str, Row]:
    """What the server has of the ids that the files name."""
    held = {}
    for known in dict.fromkeys(each.id for each in given if each.id):
        desk.say(f"Looking for {one_line(known)}…", Tone.WORKING)
        try:
            held[known] = await desk.catalog.fetch(known)
        except NotFound:
            continue
    return held


_TO_SEND = (Action.CREATE, Action.CHANGE)


def _question(steps: Sequence[Step]) -> Question:
    counts = Counter(step.action for step in steps)
    title = ", ".join(f"{counts[action]:,} {action.value}" for action in Action if counts[action])
    lines = [step.line for step in steps[:_MOST_LINES]]
    if len(steps) > _MOST_LINES:
        lines.append(f"… and {len(steps) - _MOST_LINES:,} more")
    answers = [Answer("cancel", "Cancel")]
    if any(counts[action] for action in _TO_SEND):
        answers.append(Answer("import", "Import"))
    return Question(f"Import: {title}", lines, answers)


async def _carry_out(desk: Desk, steps: Sequence[Step]) -> None:
    token = secrets.token_hex(8)

    async def operation(step: Step) -> Saved:
        assert step.draft is not None, "only what is to be sent is done"
        if step.action is Action.CREATE:
            return await desk.catalog.create(step.draft, batch=token)
        return await desk.catalog.save(step.draft, batch=token)

    results = await carry_out(desk, "Importing", "Imported", steps, operation, at_once=1)
    if wrong := mismatch((each.item, each.saved) for each in results if each.saved is not None):
        desk.say(f"Not as planned: {wrong}", Tone.ERROR)

"""Creates and changes assistants from files: the plan first, then what it says."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.formats.import_plan import Action, ImportStep, mismatch
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import SaveResult
from assistant_tui.services import importing
from assistant_tui.services.importing import look_up, why_repeating_duplicates
from assistant_tui.storage.import_files import read_entries
from assistant_tui.storage.user_files import FileError
from assistant_tui.tui.assistants.bulk import carry_out
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs import prompts
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.widgets.status_line import Tone

_MOST_LINES = 200
"""Lines of a plan that the question shows."""


async def import_files(context: MainContext) -> None:
    """Ask for a file or folder, show what it would change, and carry it out."""
    asked = [prompts.InputSpec("A file or a folder")]
    values = await context.ask(prompts.InputDialog("Import", asked, "reads it", _wrong))
    if values is None:
        return
    try:
        given = await asyncio.to_thread(lambda: [*read_entries(values)])
        found = await look_up(context.service, given, lambda said: _say(context, said))
        steps = await asyncio.to_thread(found.steps)
    except FileError as error:
        context.say(one_line(f"Not imported: {error}"), Tone.ERROR)
        return
    except ServiceError as error:
        context.report(error, "Not imported")
        return
    context.say("")
    answer = await context.ask(
        _question(steps, await why_repeating_duplicates(context.service, steps))
    )
    if answer == "again":
        steps = await asyncio.to_thread(lambda: found.steps(again=True))
    if answer in ("import", "again"):
        await _carry_out(context, [step for step in steps if step.action in _TO_SEND])


def _say(context: MainContext, sentence: str) -> None:
    context.say(one_line(sentence), Tone.WORKING)


def _wrong(values: tuple[str, ...]) -> str:
    return "" if values[0].strip() else "a file or a folder is needed"


_TO_SEND = (Action.CREATE, Action.CHANGE)


def _question(steps: Sequence[ImportStep], unnoted: str) -> QuestionDialog:
    counts = Counter(step.action for step in steps)
    title = ", ".join(f"{counts[action]:,} {action.value}" for action in Action if counts[action])
    lines = [step.line for step in steps[:_MOST_LINES]]
    if len(steps) > _MOST_LINES:
        lines.append(f"… and {len(steps) - _MOST_LINES:,} more")
    answers = [ButtonSpec("cancel", "Cancel")]
    if any(counts[action] for action in _TO_SEND):
        answers.append(ButtonSpec("import", "Import"))
    if counts[Action.IMPORTED]:
        answers.append(ButtonSpec("again", "Import all again"))
    return QuestionDialog(f"Import: {title}", lines, answers, [unnoted] if unnoted else [])


async def _carry_out(context: MainContext, steps: Sequence[ImportStep]) -> None:
    token = secrets.token_hex(8)

    async def operation(step: ImportStep) -> SaveResult:
        return await importing.carry_out(context.service, step, token)

    results = await carry_out(context, "Importing", "Imported", steps, operation, at_once=1)
    if wrong := mismatch((each.item, each.saved) for each in results if each.saved is not None):
        context.say(f"Not as planned: {wrong}", Tone.ERROR)

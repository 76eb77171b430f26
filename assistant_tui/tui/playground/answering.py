"""Answers the calls that a run waits for: by an earlier output, a command, or an editor."""

import json
from functools import partial

from assistant_tui.config.settings import Source
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.services.functions import FunctionError, run_function
from assistant_tui.tui.playground.call_answers import Answer
from assistant_tui.tui.playground.calls_context import CallingConversation, CallsContext
from assistant_tui.tui.playground.spans import json_lines
from assistant_tui.tui.terminal.external_editor import MAX_TEXT_SIZE, EditorError, EditorFile
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import is_there, start

_FAILED = json.dumps({"error": "the function failed"})
_MOST_UNKNOWN = 8
"""Lines of an action that is not known here."""


def show_waiting(context: CallsContext) -> None:
    """Show the calls that the run waits for now, or that there are none."""
    sheet, conversation = context.call_sheet, context.conversation
    before = [call.key for call in sheet.answers.calls]
    sheet.unknown = []
    required = conversation.required if conversation is not None else None
    if required is None or context.only_reads:
        sheet.answers.clear()
    elif not required.is_known:
        sheet.answers.clear()
        text = json.dumps(required.raw, ensure_ascii=False)
        sheet.unknown = [*json_lines(text, max(sheet.size.width, 40))][:_MOST_UNKNOWN]
    else:
        sheet.answers.show(required, required.calls)
    sheet.show()
    if fresh := [call for call in sheet.answers.calls if call.key not in before]:
        _prepare(context, conversation, fresh)


def _prepare(
    context: CallsContext, conversation: CallingConversation | None, calls: list[ToolCall]
) -> None:
    """Find out what is known of calls that have just begun to wait."""
    sheet, check = context.call_sheet, context.check
    functions = context.main.profile.functions
    sheet.known.commands = {name: each.command for name, each in functions.items()}
    for call in calls:
        sheet.known.problems[call.key] = check.verdict(call)
        if check.knows(call) and check.verdict(call) is None:
            sheet.known.unchecked.add(call.key)
        context.transcript_view.update_entry(call.key)
        start(context.screen, partial(_find_last, context, call), "threads")
        if call.key in sheet.known.outputs:
            _give_at_once(context, call)
        elif call.key in sheet.known.busy or conversation is None:
            continue
        elif call.name in functions and functions[call.name].auto:
            start(context.long_lived, partial(_run, context, conversation, call, True), "run")
    sheet.show()


async def _find_last(context: CallsContext, call: ToolCall) -> None:
    try:
        found = await (await context.threads()).last_outputs(call.name, call.arguments)
    except ServiceError:
        return  # The sheet offers its other choices.
    if found:
        context.call_sheet.known.last_outputs[call.key] = (found[0].text, found[0].at)
        context.call_sheet.show()


def _give(context: CallsContext, call: ToolCall, answer: Answer) -> None:
    context.call_sheet.answers.give(call.key, answer)
    context.call_sheet.show()


def answer_last(context: CallsContext) -> None:
    """Take what was last answered to the same call."""
    call, sheet = context.call_sheet.answers.current, context.call_sheet
    if call is None or (last := sheet.known.last_outputs.get(call.key)) is None:
        context.say("There is no earlier output for the same call", Tone.WARNING)
        return
    _give(context, call, Answer(last[0], source="the last output"))


def answer_command(context: CallsContext) -> None:
    """Run the command that the profile names for the function."""
    call, conversation = context.call_sheet.answers.current, context.conversation
    if call is None or conversation is None or call.key in context.call_sheet.known.busy:
        return
    if call.name not in context.main.profile.functions:
        context.say(f"No command: {_where(context, call.name)}", Tone.WARNING)
        return
    start(context.long_lived, partial(_run, context, conversation, call, False), "run")


def _where(context: CallsContext, function: str) -> str:
    """Where a command of a function is named, or why there is no such place."""
    main = context.main
    if main.profile.source is not Source.REMOTE or main.profile.name not in main.profiles:
        return "only the profiles in the configuration have commands of functions"
    return f"[profiles.{main.profile.name}.functions.{function}] in the configuration names one"


async def _run(
    context: CallsContext, conversation: CallingConversation, call: ToolCall, at_once: bool
) -> None:
    """Run a command; with `at_once`, send when every call has its answer."""
    function, sheet = context.main.profile.functions[call.name], context.call_sheet
    sheet.known.busy[call.key] = f"runs {function.command}"
    sheet.show()
    try:
        output = await run_function(function, call.arguments)
    except FunctionError as error:
        context.say(f"{call.name}: {error}", Tone.ERROR)
        return
    finally:
        sheet.known.busy.pop(call.key, None)
        if is_there(sheet):
            sheet.show()
    answer = Answer(output, source=function.command)
    if at_once:
        sheet.known.outputs[call.key] = answer
    if not is_there(sheet):
        return
    if at_once:
        _give_at_once(context, call)
    elif context.conversation is conversation:
        _give(context, call, answer)


def _give_at_once(context: CallsContext, call: ToolCall) -> None:
    """Give what a command has said, if its call is shown; send when every call has its answer."""
    answers = context.call_sheet.answers
    _give(context, call, context.call_sheet.known.outputs[call.key])
    if call.key in answers.given and answers.is_complete:
        send_answers(context)


def answer_editor(context: CallsContext) -> None:
    """Write the output in the person's editor."""
    call = context.call_sheet.answers.current
    if call is None:
        return
    given = context.call_sheet.answers.given.get(call.key)
    try:
        file = EditorFile.make(None, given.output if given else "", ".json", MAX_TEXT_SIZE)
    except EditorError as error:
        context.say(str(error), Tone.ERROR)
        return
    try:
        file.write(file.before)
        file.run(context.app)
        _give(context, call, Answer(file.read(), source="$EDITOR"))
        context.say(file.hint)
    except EditorError as error:
        context.say(f"No output: {error}", Tone.ERROR)
    finally:
        file.remove()


def answer_failed(context: CallsContext) -> None:
    """Say that the function failed."""
    if (call := context.call_sheet.answers.current) is not None:
        _give(context, call, Answer(_FAILED, source="it failed"))


def approve(context: CallsContext) -> None:
    """Approve the call that is marked."""
    _decide(context, True)


def deny(context: CallsContext) -> None:
    """Deny the call that is marked."""
    _decide(context, False)


def _decide(context: CallsContext, approve: bool) -> None:
    sheet = context.call_sheet
    if (call := sheet.answers.current) is not None and sheet.answers.needs_approval:
        _give(context, call, Answer(approve=approve))


def go_to_sheet(context: CallsContext) -> None:
    """Go to the calls that wait."""
    if context.call_sheet.waits:
        context.show_pane(context.call_sheet)
    else:
        context.say("No call waits for an answer", Tone.PLAIN)


def send_answers(context: CallsContext) -> None:
    """Send all answers, once there are all."""
    answers, conversation = context.call_sheet.answers, context.conversation
    if not answers.is_complete or conversation is None:
        left = answers.missing
        context.say(f"Not sent: {left} call{'s have' if left > 1 else ' has'} no answer yet")
        return
    sending = context.call_sheet.known.sending
    if sending.issuperset(answers.given):
        return
    sending.update(answers.given)
    outputs, approvals = answers.outputs, answers.approvals
    if context.call_sheet.has_focus:
        context.leave_sheet()
    start(context.long_lived, partial(_send, context, conversation, outputs, approvals), "run")


async def _send(
    context: CallsContext,
    conversation: CallingConversation,
    outputs: dict[str, str],
    approvals: dict[str, bool],
) -> None:
    known = context.call_sheet.known
    try:
        await conversation.ended()  # what found out that the run waits may still be at work
        await conversation.answer(outputs, approvals)
    except ServiceError as error:
        context.report(error, "Not answered")
    finally:
        known.sending -= outputs.keys() | approvals.keys()
        for key in outputs:
            known.outputs.pop(key, None)
    if is_there(context.screen) and context.conversation is conversation:
        await context.answered()

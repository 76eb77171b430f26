"""The subcommand `ask`: sends a message to an assistant, and prints the answer as it comes."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from assistant_tui.cli.answer_output import AnswerOutput, AnswerText, EventLines, Narrator
from assistant_tui.cli.console import Console
from assistant_tui.cli.conversing import Outcome, Prompt, converse, stop_run, without_secrets
from assistant_tui.cli.function_calls import CallAnswerer, parse_functions
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.cli.standard_streams import OutputError, is_terminal
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.errors import Invalid, NotFound, NotServed, ServiceError
from assistant_tui.core.json_text import write_json
from assistant_tui.core.labels import shown_id
from assistant_tui.core.threads.phase import phase_of
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.storage.user_files import FileError, decoded, expand_path, read_input

_LARGEST_TEXT = 2_000_000
"""Bytes of a message, or of instructions; each server takes less."""


def prepare_ask(options: argparse.Namespace, console: Console) -> Subcommand:
    """Send the message, answer calls by commands, and print what the assistant writes."""
    functions = parse_functions(options.function)
    overrides = {"assistant_id": write_json(options.id)}
    if options.model is not None:
        overrides["model"] = write_json(options.model)
    if options.instructions_file is not None:
        console.expect_input(options.instructions_file)
        overrides["instructions"] = write_json(
            _read(f"--instructions-file {options.instructions_file}", options.instructions_file)
        )
    prompt = Prompt(_text(options, console), [*map(_attachment, options.attach)], overrides)

    async def subcommand(session: Session) -> int:
        threads = session.service.threads
        if options.thread is not None:
            conversation = await threads.open(options.thread)
        else:
            conversation = threads.begin(options.id)
        answerer = CallAnswerer({**session.settings.profile.functions, **functions}, console)
        output = EventLines(console) if options.json else AnswerText(console)
        return await _ask(session, conversation, prompt, answerer, output)

    return subcommand


def _text(options: argparse.Namespace, console: Console) -> str | None:
    """The message; None where the run that waits in a thread is to go on."""
    if options.text is not None and options.text != "-":
        return _not_blank(str(options.text))
    if options.text is None and options.thread is not None:
        return None
    if options.text is None and is_terminal(sys.stdin):
        raise ConfigurationError("ask: a TEXT is needed, or - for standard input")
    console.expect_input("-")
    return _not_blank(_read("standard input", "-"))


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ConfigurationError("ask: the message is empty")
    return text


def _read(what: str, name: str) -> str:
    """The text of a file or a stream. Raises ConfigurationError."""
    try:
        return decoded(read_input(name, _LARGEST_TEXT))
    except FileError as error:
        raise ConfigurationError(f"{what}: {error}") from None


def _attachment(name: str) -> Path:
    try:
        path = expand_path(name)
    except FileError as error:
        raise ConfigurationError(f"--attach {name}: {error}") from None
    if not path.is_file():
        raise ConfigurationError(f"--attach {name}: there is no such file")
    return path


async def _ask(
    session: Session,
    conversation: Conversation,
    prompt: Prompt,
    answerer: CallAnswerer,
    output: AnswerOutput,
) -> int:
    """Follow the run to its end; on a signal, and where the answer cannot be written, stop it."""
    narrator = Narrator(session.console, conversation, output)
    is_new = conversation.thread_id is None
    try:
        with narrator.following():
            outcome = await narrator.unless_broken(converse(conversation, prompt, answerer))
        narrator.finish()
    except (asyncio.CancelledError, BrokenPipeError, OutputError):
        await _stop(session, conversation)
        raise
    except (Invalid, NotFound, NotServed):
        if is_new and conversation.transcript.run is None:
            await _delete_thread(session, conversation)
        raise
    return _report(session.console, conversation, outcome)


async def _delete_thread(session: Session, conversation: Conversation) -> None:
    """Delete the thread that was made for a message which the server then refused, and say so."""
    if conversation.thread_id is None:
        return
    with session.write():
        try:
            await session.service.threads.delete(conversation.thread_id)
        except ServiceError as error:
            session.console.note(f"{_thread(conversation)} was left behind: {error}")
        else:
            session.console.note(f"{_thread(conversation)}, made for this, was deleted")


async def _stop(session: Session, conversation: Conversation) -> None:
    """Stop the run on the server, and say what became of it."""
    with session.write():
        why = await stop_run(conversation)
    run = conversation.transcript.run
    if why:
        session.console.note(f"{_thread(conversation)}: the run goes on on the server: {why}")
    elif run is not None and run.status == "cancelled":
        session.console.note(f"{_thread(conversation)}: the run was cancelled")


def _report(console: Console, conversation: Conversation, outcome: Outcome) -> int:
    """Note how the run ended; returns the exit code."""
    run, thread = outcome.run, _thread(conversation)
    if outcome.unanswered:
        console.note(f"{thread}: the run waits: {outcome.unanswered}")
        return 1
    phase = phase_of(conversation.transcript, time.monotonic(), conversation.progress)
    code = {"completed": 0, "cancelled": 130}.get(run.status, 1)
    if code or is_terminal(sys.stderr):
        console.note(f"{thread}: {without_secrets(phase.words or run.status)}")
    return code


def _thread(conversation: Conversation) -> str:
    return shown_id(conversation.thread_id) if conversation.thread_id else "no thread"

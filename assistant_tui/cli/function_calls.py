"""Answers the calls that a run waits for by commands, those of the profile and those of options."""

import asyncio
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant_tui.cli.console import Console
from assistant_tui.config.settings import ConfigurationError, FunctionCommand
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.threads.entries import Entry
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.services.functions import FunctionError, run_function

_SHOWN = 300
"""Characters of the arguments of a call that a sentence shows."""


def parse_functions(given: Sequence[str]) -> dict[str, FunctionCommand]:
    """The commands that `--function NAME=COMMAND` names; they are run without asking.

    Raises:
        ConfigurationError: one of them has no name, or its command cannot be split into words.
    """
    functions = {}
    for each in given:
        name, equals, command = each.partition("=")
        try:
            if not (equals and name.strip() and shlex.split(command)):
                raise ValueError("NAME=COMMAND is allowed")
        except ValueError as error:
            raise ConfigurationError(f"--function {each}: {error}") from None
        functions[name.strip()] = FunctionCommand(command, auto=True)
    return functions


@dataclass
class Answers:
    """What the calls of a run are answered with, by the keys of their entries."""

    outputs: dict[str, str] = field(default_factory=dict)
    approvals: dict[str, bool] = field(default_factory=dict)


class CallAnswerer:
    """Answers calls, all of a run or none."""

    def __init__(
        self, functions: Mapping[str, FunctionCommand], console: Console | None = None
    ) -> None:
        """Prepare to answer calls.

        Args:
            functions: the commands by the names of the functions.
            console: asks before what may not be run without; None where nobody can be asked.
        """
        self._functions = functions
        self._console = console if console is not None and console.interactive else None

    async def answer(self, waiting: Sequence[Entry]) -> Answers:
        """Run the command of each call.

        Raises:
            FunctionError: nobody answers one of them; no output of the others is of use then.
        """
        calls = {entry.key: entry.call for entry in waiting if entry.call is not None}
        if not calls:
            raise FunctionError("waits for something that is not known here")
        answers = Answers()
        commands: dict[str, FunctionCommand] = {}
        for key, call in calls.items():
            if call.kind == "mcp":
                answers.approvals[key] = await self._approved(call)
            else:
                commands[key] = await self._command(call)
        outputs = await asyncio.gather(
            *(_run(calls[key], command) for key, command in commands.items())
        )
        answers.outputs.update(zip(commands, outputs, strict=True))
        return answers

    async def _approved(self, call: ToolCall) -> bool:
        if self._console is None:
            raise FunctionError(f"{describe(call)} waits for an approval, and nobody can be asked")
        return await self._console.confirmed([describe(call)], "Approve it? [y/N]", ("y", "yes"))

    async def _command(self, call: ToolCall) -> FunctionCommand:
        function = self._functions.get(call.name) if call.kind == "function" else None
        if function is None:
            remedy = f"; --function {call.name}=COMMAND does" if call.kind == "function" else ""
            raise FunctionError(f"nobody answers {describe(call)}{remedy}")
        if function.auto:
            return function
        lines = [describe(call), f"runs: {function.command}"]
        if self._console is None:
            raise FunctionError(
                f"nobody answers {describe(call)}: its command is not run without asking, unless "
                "the profile says auto = true"
            )
        if not await self._console.confirmed(lines, "Run it? [y/N]", ("y", "yes")):
            raise FunctionError(f"nobody answers {describe(call)}")
        return function


async def _run(call: ToolCall, command: FunctionCommand) -> str:
    try:
        return await run_function(command, call.arguments)
    except FunctionError as error:
        raise FunctionError(f"nobody answers {describe(call)}: {error}") from None


def describe(call: ToolCall) -> str:
    """A call in a line that is safe to show."""
    return one_line(f"{call.name}({call.arguments[:_SHOWN]})")

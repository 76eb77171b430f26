"""Answers calls of functions by commands of this machine, as a profile or a person names them."""

from assistant_tui.config.commands import CommandError, run_command
from assistant_tui.config.settings import FunctionCommand

MOST_OUTPUT = 512_000
"""Bytes of one output: what the API takes for all outputs of a run together."""


class FunctionError(Exception):
    """A command gave no output for a call; the message says why. Not made safe for display."""


async def run_function(function: FunctionCommand, arguments: str) -> str:
    """Run the command of a function.

    Args:
        function: the command and its bounds.
        arguments: what the call passes, as the model wrote it: JSON, as a rule. It is on the
            command's standard input.

    Returns:
        What the command printed, without the line break at its end.

    Raises:
        FunctionError: it could not be started, took too long, printed too much or what is not
            UTF-8, or ended with another exit code than 0.
    """
    try:
        done = await run_command(
            function.command,
            arguments.encode("utf-8", "backslashreplace"),
            seconds=function.timeout,
            most=MOST_OUTPUT,
        )
    except CommandError as error:
        raise FunctionError(f"its command {error}") from None
    if done.code:
        said = done.complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise FunctionError(f"its command ended with exit code {done.code}{said and f': {said}'}")
    try:
        return done.output.decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise FunctionError("its command printed what is not UTF-8") from None

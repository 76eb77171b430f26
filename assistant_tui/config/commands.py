"""Runs a command that the configuration names: without a shell, bounded in time and output."""

import asyncio
import os
import shlex
import signal
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from assistant_tui.config import child_processes

_BLOCK = 16_384
_LAST_READS = 64
"""Blocks that are read after the end of a command: what a pipe can hold, and more."""
_COMPLAINT = 2_000
"""Bytes of what a command writes to its standard error that are kept: the last ones."""


class CommandError(Exception):
    """A command was not started or not let finish; the message continues its name."""


class CommandTimedOut(CommandError):
    """A command took longer than it may; it was killed."""


@dataclass(frozen=True)
class CommandResult:
    """What a command left behind."""

    code: int
    """Its exit code; negative: the signal that ended it."""
    output: bytes
    """What it wrote to its standard output."""
    complaint: bytes
    """The end of what it wrote to its standard error."""


async def run_command(
    command: str, given: bytes = b"", *, seconds: float, most: int
) -> CommandResult:
    """Run a command until it ends; it is killed, with what it has started, when it may not go on.

    Processes that it started and left behind are not waited for.

    Args:
        command: its words, quoted as in a shell; no shell reads them.
        given: what it reads from its standard input.
        seconds: how long it may take.
        most: how many bytes it may print.

    Raises:
        CommandTimedOut: it took longer.
        CommandError: it could not be started, or printed more.
    """
    with _Capture(most) as output, _Capture(_COMPLAINT, only_end=True) as complaint:
        process = await _start(command, given, output, complaint)
        try:
            with child_processes.tracked_group(process.pid):
                async with asyncio.timeout(seconds):
                    await _wait_for_first(process.wait(), output.full.wait())
        except TimeoutError:
            raise CommandTimedOut(f"did not end within {seconds:g} s") from None
        finally:
            await _kill(process)
        output.finish()
        complaint.finish()
        if output.full.is_set():
            raise CommandError(f"printed more than {most:,} bytes")
        return CommandResult(process.returncode or 0, bytes(output.data), bytes(complaint.data))


class _Capture:
    """Collects what is written into a pipe, as long as it is open as a context manager."""

    def __init__(self, most: int, *, only_end: bool = False) -> None:
        """`only_end` keeps the last `most` bytes; otherwise more of them fill it."""
        self._most = most
        self._only_end = only_end
        self.data = bytearray()
        self.full = asyncio.Event()
        self._reading, self.writing = os.pipe()

    def __enter__(self) -> "_Capture":
        os.set_blocking(self._reading, False)
        asyncio.get_running_loop().add_reader(self._reading, self._take)
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()
        self.close_writing()
        os.close(self._reading)

    def close_writing(self) -> None:
        """Close this process's own end, so that the command's is the last."""
        if self.writing >= 0:
            os.close(self.writing)
            self.writing = -1

    def finish(self) -> None:
        """Take what is still in the pipe, now that the command has ended."""
        for _ in range(_LAST_READS):
            if not self._take():
                break

    def _take(self) -> bool:
        """Read a block; whether there may be another one."""
        try:
            block = os.read(self._reading, _BLOCK)
        except BlockingIOError:
            return False
        self.data.extend(block)
        if len(self.data) > self._most:
            if self._only_end:
                del self.data[: -self._most]
            else:
                self.full.set()
        if not block or self.full.is_set():
            self._stop()
            return False
        return True

    def _stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._reading)


async def _start(
    command: str, given: bytes, output: _Capture, complaint: _Capture
) -> asyncio.subprocess.Process:
    try:
        arguments = shlex.split(command)
        if not arguments:
            raise ValueError("it is blank")
        with _input_of(given) as standard_input:
            return await asyncio.create_subprocess_exec(
                *arguments,
                stdin=standard_input,
                stdout=output.writing,
                stderr=complaint.writing,
                process_group=0,  # its own child processes can be killed with it
            )
    except (OSError, ValueError) as error:
        raise CommandError(f"could not be started: {error}") from None
    finally:
        output.close_writing()
        complaint.close_writing()


@contextmanager
def _input_of(given: bytes) -> Iterator[int]:
    """A standard input with these bytes: a file without a name, which nobody has to feed."""
    if not given:
        yield asyncio.subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        yield file.fileno()


async def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill a process and those that it has started, unless it has ended."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _wait_for_first(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait until one of these has finished, and cancel the others."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

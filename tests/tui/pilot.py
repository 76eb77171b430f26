"""Presses keys, and waits by what the event loop still has to do instead of by the clock."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Any, ParamSpec, TypeVar, cast

from anyio.to_thread import current_default_thread_limiter
from textual.app import ScreenStackError
from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.worker import Worker

from assistant_tui.tui.app import AssistantApp

LONGEST_CALL = 0.5
"""Seconds for which threads are waited for; more would wait for one that a test holds."""

LONGEST_ANSWER = 0.05
"""Seconds for which a key waits for what it started, as for a server behind a socket."""

P = ParamSpec("P")
Result = TypeVar("Result")


class CountingExecutor(ThreadPoolExecutor):
    """Runs what is given to `asyncio.to_thread`, and counts what has not ended."""

    def __init__(self) -> None:
        super().__init__(thread_name_prefix="to_thread")
        self.running = 0

    def submit(
        self, fn: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[Result]:
        """Run a call in a thread."""
        self.running += 1
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, future: Future[Any]) -> None:
        self.running -= 1


class EventPilot(Pilot[None]):
    """Goes on as soon as the event loop can only wait.

    Textual's own watches the processor's time for 20 ms, four times for each key, and sends a
    message through every widget.
    """

    def __init__(self, pilot: Pilot[None]) -> None:
        super().__init__(pilot.app)
        self._threads = CountingExecutor()
        asyncio.get_running_loop().set_default_executor(self._threads)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other; each has its effect on the screen before the next."""
        for key in keys:
            assert self.app._driver is not None
            event = key_event(key)
            event.set_sender(self.app)
            self.app._driver.send_message(event)
            await self.pause()

    async def pause(self, delay: float | None = None) -> None:
        """Wait until all that was sent has had its effect on the screen."""
        if delay is not None:
            await asyncio.sleep(delay)
        await self._drawn()
        began = monotonic()
        while self.running_workers() and monotonic() - began < LONGEST_ANSWER:
            await asyncio.sleep(0.005)
            await self._drawn()

    def running_workers(self) -> list[Worker[Any]]:
        """The workers at work, but for those that wait for a person."""
        app = self.app
        asked = isinstance(app, AssistantApp) and app.screen is not app.main_screen
        waiting = ("form", "write", "quit", "copy") if asked else ()
        return [
            worker
            for worker in app.workers
            if not worker.is_finished and worker.group not in waiting
        ]

    async def _drawn(self) -> None:
        await self._idle()
        while self._draws():
            await self._idle()

    def _draws(self) -> bool:
        """Resize or draw now what would wait for a tick of some milliseconds; False if nothing."""
        try:
            screen = self.app.screen
        except ScreenStackError:  # the program has ended
            return False
        if self.app._resize_timer is not None:
            self.app._check_resize()
            return True
        if self.app._exit or not screen._update_timer._active.is_set():
            return False
        screen._on_timer_update()
        return True

    async def _idle(self) -> None:
        """Wait until the loop has nothing to call, and threads have nothing to do for it."""
        loop = cast(Any, asyncio.get_running_loop())
        began = monotonic()
        while True:
            await asyncio.sleep(0)
            if loop._ready:
                continue
            if not self._threads_run() or monotonic() - began > LONGEST_CALL:
                return
            await asyncio.sleep(0.001)

    def _threads_run(self) -> bool:
        return bool(self._threads.running or current_default_thread_limiter().borrowed_tokens)

    async def _wait_for_screen(self, timeout: float = 30.0) -> bool:
        """Wait for a click's effect; overrides Textual's own, which clicks and resizing call."""
        await self._idle()
        return True


def key_event(key: str) -> Key:
    """A key as a terminal would send it, by its name or its character."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    try:
        character = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    except KeyError:
        return Key(name, name if len(name) == 1 else None)
    return Key(name, character)

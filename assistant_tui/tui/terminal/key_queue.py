"""Handles keys one at a time and in order, however many arrive together.

Textual forwards each key to the widget that has the focus when it arrives, and carries a binding
out only when the key has bubbled up again. Of keys that come in one packet, as over a slow line,
later ones are then typed before earlier ones act, or into what had the focus before.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from time import process_time

from textual.events import Key, Paste
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from assistant_tui.tui.terminal.typed_text import TypedText, take_next

ROUNDS = 2
"""Sentinels that follow a key: one for the key, one for the messages that it caused."""
CHECK_INTERVAL = 0.1
"""Seconds between checks whether the widget of the current key is still there."""
MAX_CHECKS = 100
"""Checks after which a key counts as done though its sentinel has not come back."""
IDLE_SHARE = 0.1
"""The most processor time per second of a program that only waits."""
BUSY_CHECK = 0.05
"""What a check counts before which the program was busy: the widget is slow, not stuck."""

TypedEvent = Key | Paste


class KeySentinel(Message):
    """Follows a key through the same message queues, and so arrives after it was handled."""

    def __init__(self, number: int, rounds: int) -> None:
        super().__init__()
        self.number = number
        self.rounds = rounds


class KeyQueue:
    """Passes one key at a time to the application; the next one when its sentinel has returned."""

    def __init__(
        self,
        handle: Callable[[TypedEvent], Awaitable[None]],
        focus: Callable[[], Widget],
        check: Callable[[], Timer],
    ) -> None:
        """Start without keys.

        Args:
            handle: passes a key to the focused widget.
            focus: the widget that a key goes to now.
            check: starts the timer that calls `check` every `CHECK_INTERVAL` seconds.
        """
        self._handle = handle
        self._focus = focus
        self._start_timer = check
        self._waiting: deque[TypedEvent] = deque()
        self.latin_key = ""
        """The key that is being handled on a layout with Latin letters, where its own has none."""
        self._number = 0
        self._target: Widget | None = None
        self._timer: Timer | None = None
        self._checks = 0.0
        self._worked = 0.0

    @property
    def idle(self) -> bool:
        """Whether no key is waiting or being handled."""
        return not self._waiting and self._timer is None

    async def add(self, event: TypedEvent) -> None:
        """Add a key; it is handled when those before it are done."""
        self._waiting.append(event)
        if self._timer is None:
            await self._handle_next()

    async def _handle_next(self) -> None:
        while self._waiting:
            self._target = self._focus()
            first = self._waiting[0]
            self.latin_key = first.latin_key if isinstance(first, TypedText) else ""
            event = take_next(self._waiting, self._target)
            await self._handle(event)
            if event.is_forwarded:
                self._number += 1
                self._timer, self._checks = self._start_timer(), 0.0
                self._worked = process_time()
                self._target.post_message(KeySentinel(self._number, ROUNDS))
                return

    async def on_sentinel(self, message: KeySentinel) -> None:
        """Send the next sentinel after the key, or handle the next key."""
        if message.number != self._number or self._target is None:
            return
        if message.rounds > 1 and self._target.is_attached:
            self._target.post_message(KeySentinel(self._number, message.rounds - 1))
        else:
            await self._done()

    async def check(self) -> None:
        """Stop waiting for a key whose widget was removed.

        A widget that is slow, as where a form opens on a busy machine, is waited for.
        """
        worked = process_time()
        idle = worked - self._worked < CHECK_INTERVAL * IDLE_SHARE
        self._worked = worked
        self._checks += 1 if idle else BUSY_CHECK
        if self._target is None or not self._target.is_attached or self._checks >= MAX_CHECKS:
            await self._done()

    async def _done(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._number += 1
        await self._handle_next()

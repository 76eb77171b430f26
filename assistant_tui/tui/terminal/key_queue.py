"""Lets no key overtake another, however many arrive together.

Textual forwards each key to the widget that has the focus when it arrives, and carries a binding
out only when the key has bubbled up again. Of keys that come in one packet, as over a slow line,
later ones are then typed before earlier ones act, or into what had the focus before.
"""

from collections import deque
from collections.abc import Awaitable, Callable

from textual.events import Key, Paste
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

ROUNDS = 2
"""Times that the path of a key is followed: once for the key, once for what it caused."""
CHECK_INTERVAL = 0.1
"""Seconds between looks at whether the widget of the key under way is still there."""
MAX_CHECKS = 100
"""Looks after which a key counts as done though its widget has not answered."""

TypedEvent = Key | Paste


class KeySentinel(Message):
    """Takes the way that a key took, through the same queues, and so arrives after it."""

    def __init__(self, number: int, rounds: int) -> None:
        super().__init__()
        self.number = number
        self.rounds = rounds


class KeyQueue:
    """Gives the application one key at a time."""

    def __init__(
        self,
        handle: Callable[[TypedEvent], Awaitable[None]],
        focus: Callable[[], Widget],
        check: Callable[[], Timer],
    ) -> None:
        """`handle` is what the application does with a key, `focus` where it goes, and `check` a
        timer that will call `check` again and again."""
        self._handle = handle
        self._focus = focus
        self._start_timer = check
        self._waiting: deque[TypedEvent] = deque()
        self._number = 0
        self._target: Widget | None = None
        self._timer: Timer | None = None
        self._checks = 0

    @property
    def idle(self) -> bool:
        """Whether no key waits for another."""
        return not self._waiting and self._timer is None

    async def add(self, event: TypedEvent) -> None:
        """Take a key; it is handled when those before it are done."""
        self._waiting.append(event)
        if self._timer is None:
            await self._handle_next()

    async def _handle_next(self) -> None:
        while self._waiting:
            event = self._waiting.popleft()
            self._target = self._focus()
            await self._handle(event)
            if event.is_forwarded:
                self._number += 1
                self._timer, self._checks = self._start_timer(), 0
                self._target.post_message(KeySentinel(self._number, ROUNDS))
                return

    async def on_sentinel(self, message: KeySentinel) -> None:
        """A key has gone its way; follow it again, or let the next one go."""
        if message.number != self._number or self._target is None:
            return
        if message.rounds > 1 and self._target.is_attached:
            self._target.post_message(KeySentinel(self._number, message.rounds - 1))
        else:
            await self._done()

    async def check(self) -> None:
        """Wait no longer for a key whose widget was taken away with it.

        One that is merely slow, as where a form is opened on a busy machine, is waited for.
        """
        self._checks += 1
        if self._target is None or not self._target.is_attached or self._checks >= MAX_CHECKS:
            await self._done()

    async def _done(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._number += 1
        await self._handle_next()

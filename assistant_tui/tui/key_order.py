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
LOOK = 0.1
"""Seconds between looks at whether the widget of the key under way is still there."""
LOOKS = 100
"""Looks after which a key counts as done though its widget has not answered."""

Typed = Key | Paste


class Followed(Message):
    """Takes the way that a key took, through the same queues, and so arrives after it."""

    def __init__(self, turn: int, left: int) -> None:
        super().__init__()
        self.turn = turn
        self.left = left


class KeyOrder:
    """Gives the application one key at a time."""

    def __init__(
        self,
        handle: Callable[[Typed], Awaitable[None]],
        focus: Callable[[], Widget],
        look: Callable[[], Timer],
    ) -> None:
        """`handle` is what the application does with a key, `focus` where it goes, and `look` a
        timer that will call `look` again and again."""
        self._handle = handle
        self._focus = focus
        self._start_looking = look
        self._waiting: deque[Typed] = deque()
        self._turn = 0
        self._target: Widget | None = None
        self._timer: Timer | None = None
        self._looks = 0

    @property
    def idle(self) -> bool:
        """Whether no key waits for another."""
        return not self._waiting and self._timer is None

    async def add(self, event: Typed) -> None:
        """Take a key; it is handled when those before it are done."""
        self._waiting.append(event)
        if self._timer is None:
            await self._next()

    async def _next(self) -> None:
        while self._waiting:
            event = self._waiting.popleft()
            self._target = self._focus()
            await self._handle(event)
            if event.is_forwarded:
                self._turn += 1
                self._timer, self._looks = self._start_looking(), 0
                self._target.post_message(Followed(self._turn, ROUNDS))
                return

    async def followed(self, message: Followed) -> None:
        """A key has gone its way; follow it again, or let the next one go."""
        if message.turn != self._turn or self._target is None:
            return
        if message.left > 1 and self._target.is_attached:
            self._target.post_message(Followed(self._turn, message.left - 1))
        else:
            await self._done()

    async def look(self) -> None:
        """Wait no longer for a key whose widget was taken away with it.

        One that is merely slow, as where a form is opened on a busy machine, is waited for.
        """
        self._looks += 1
        if self._target is None or not self._target.is_attached or self._looks >= LOOKS:
            await self._done()

    async def _done(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._turn += 1
        await self._next()

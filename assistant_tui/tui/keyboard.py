"""Handles keys one at a time, also those of other layouts, and says why one does nothing."""

from pathlib import Path

from textual import events, on

from assistant_tui.tui.commands import BY_NAME, Command
from assistant_tui.tui.terminal.key_queue import CHECK_INTERVAL, KeyQueue, KeySentinel, TypedEvent
from assistant_tui.tui.workers import FaultTolerantApp


class KeyboardApp(FaultTolerantApp):
    """An application that takes the keys of a layout without Latin letters for commands, too."""

    def __init__(self, crash_folder: Path) -> None:
        super().__init__(crash_folder)
        self._keys = KeyQueue(
            super().on_event,
            lambda: self.focused or self.screen,
            lambda: self.set_interval(CHECK_INTERVAL, self._check_key),
        )
        self._hint = ""
        """What was last said of a key."""

    async def on_event(self, event: events.Event) -> None:
        """Take keys one at a time, and all else as it comes."""
        if isinstance(event, TypedEvent) and not event.is_forwarded:
            await self._keys.add(event)
        else:
            await super().on_event(event)

    @on(KeySentinel)
    async def _sentinel_arrived(self, message: KeySentinel) -> None:
        await self._keys.on_sentinel(message)

    async def _check_key(self) -> None:
        await self._keys.check()

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """Run what a key is bound to; overrides Textual's own.

        It is called before a key reaches the focus, with `priority`, and afterwards without, where
        nobody has taken it. Only then the same key of a Latin layout is looked up.
        """
        if priority and self._hint:
            hint, self._hint = self._hint, ""
            self.forget_hint(hint)
        if await super()._check_bindings(key, priority):
            return True
        if priority:
            return False
        if latin := self._keys.latin_key:
            for with_priority in (True, False):
                if await super()._check_bindings(latin, with_priority):
                    return True
        self._explain(latin or key)
        return False

    def _explain(self, key: str) -> None:
        """Say why a key that is bound does nothing, or that one of another layout is none."""
        bound = (
            command
            for _, bindings in self.screen._modal_binding_chain
            for binding in bindings.key_to_bindings.get(key, ())
            if (command := BY_NAME.get(binding.id or "")) is not None
        )
        reason = next(filter(None, map(self.reason_against, bound)), "")
        if not reason and len(key) == 1 and not key.isascii():
            reason = f"{key} is no command: they are on Latin letters, or where [keymap] has them"
        if reason:
            self.tell_of_key(reason)
            self.forget_with_next_key(reason)

    def forget_with_next_key(self, sentence: str) -> None:
        """Take a sentence away when the next key is pressed."""
        self._hint = sentence

    def reason_against(self, command: Command) -> str:
        """Why a command cannot be given at all; empty if nothing is to be said."""
        raise NotImplementedError

    def forget_hint(self, sentence: str) -> None:
        """Take such a sentence away, if it still stands there."""
        raise NotImplementedError

    def tell_of_key(self, sentence: str) -> None:
        """Show why a key does nothing."""
        raise NotImplementedError

"""Lets a person choose the server to switch to."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant_tui.config.settings import Profile
from assistant_tui.core.display import one_line


class ProfileDialog(ModalScreen[str | None]):
    """Lists the profiles; answers with a name, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, profiles: Iterable[Profile], current: str) -> None:
        super().__init__()
        self._profiles = list(profiles)
        self._current = current

    def compose(self) -> ComposeResult:
        """One line for each profile; the current one is marked."""
        with Vertical(classes="box"):
            yield Static(Content("Switch to"), classes="title")
            yield OptionList(
                *(Option(Content(self._line(each)), id=each.name) for each in self._profiles),
                compact=True,
                markup=False,
            )
            yield Static(Content("Enter switches · Esc stays"), classes="hint")

    def _line(self, profile: Profile) -> str:
        mark = "*" if profile.name == self._current else " "
        locked = " · READ-ONLY" if profile.read_only else ""
        return one_line(f"{mark} {profile.name} · {profile.host}{locked}")

    def on_mount(self) -> None:
        """Start on the current profile."""
        options = self.query_one(OptionList)
        names = [profile.name for profile in self._profiles]
        options.highlighted = names.index(self._current) if self._current in names else 0
        options.focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_cancel(self) -> None:
        """Stay with the current profile."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Move as the list of assistants does."""
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

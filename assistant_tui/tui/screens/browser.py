"""List and detail side by side, and what can be done there without a server: move, read, copy."""

from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import var

from assistant_tui.core.listing import Listing, Row
from assistant_tui.tui.commands import BROWSING, bindings
from assistant_tui.tui.flows import showing
from assistant_tui.tui.flows.copying import Part
from assistant_tui.tui.widgets.detail_pane import DetailPane
from assistant_tui.tui.widgets.list_pane import ListPane


class Browser(Horizontal):
    """The panes of a listing; `listing` and `notice` are bound to the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*BROWSING)]

    listing: var[Listing] = var(Listing())
    notice: var[str] = var("")
    row: var[Row | None] = var(None)
    """What the detail shows; it follows the highlighted row by a message."""

    list_pane = getters.query_one(ListPane)
    detail_pane = getters.query_one(DetailPane)

    class Moved(Message):
        """Another row is highlighted, or another pane has the focus."""

    class CopyWanted(Message):
        """A part of the highlighted assistant is to be copied."""

        def __init__(self, row: Row, part: Part) -> None:
            super().__init__()
            self.row = row
            self.part = part

    def __init__(self, page_size: int, first: Row | None) -> None:
        """`first` is the row that is highlighted from the start."""
        super().__init__()
        self.set_reactive(Browser.row, first)
        self._page_size = page_size

    def compose(self) -> ComposeResult:
        """The list left, the detail right; in a narrow terminal one of them."""
        yield ListPane(self._page_size).data_bind(Browser.listing, Browser.notice)
        yield DetailPane().data_bind(Browser.row)

    def watch_listing(self) -> None:
        """Let the detail show what the highlighted row has become."""
        if self.is_mounted:
            self.row = self.list_pane.highlighted

    @on(ListPane.Highlighted)
    def _follow(self, event: ListPane.Highlighted) -> None:
        self.row = self.list_pane.highlighted
        self.post_message(self.Moved())

    @property
    def highlighted(self) -> Row | None:
        """The row under the cursor this moment."""
        return self.list_pane.highlighted

    def highlight(self, assistant_id: str) -> None:
        """Put the cursor on an assistant, if it is loaded."""
        self.list_pane.highlight(assistant_id)
        self.row = self.list_pane.highlighted

    def close_off(self, closed: bool) -> None:
        """Let no key or click in here while a form is open."""
        self.list_pane.can_focus = self.detail_pane.can_focus = not closed

    def show_list(self) -> None:
        """Put the list to the fore, with the focus."""
        self._show(detail=False)

    def _show(self, *, detail: bool) -> None:
        self.screen.set_class(detail, "-detail")
        self.screen.set_focus(self.detail_pane if detail else self.list_pane)
        self.post_message(self.Moved())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to read or copy where no row is."""
        return self.list_pane.highlighted is not None or action in (
            "next_page",
            "previous_page",
            "back",
        )

    def action_next_page(self) -> None:
        """Go to the next page."""
        self.list_pane.move_page(1)

    def action_previous_page(self) -> None:
        """Go to the page before."""
        self.list_pane.move_page(-1)

    def action_switch_pane(self) -> None:
        """Go from the list to the detail, or back."""
        self._show(detail=self.list_pane.has_focus)

    def action_back(self) -> None:
        """Go back to the list."""
        self.show_list()

    def action_json(self) -> None:
        """Show the object as JSON."""
        if (row := self.highlighted) is not None:
            self.app.push_screen(showing.json_screen(row))

    def action_read(self) -> None:
        """Show the instructions, laid out."""
        if (row := self.highlighted) is not None:
            self.app.push_screen(showing.reading_of_row(row))

    def action_show_id(self) -> None:
        """Show the id as plain text."""
        if (row := self.highlighted) is not None:
            self.app.push_screen(showing.id_screen(row))

    def _copy(self, part: Part) -> None:
        if (row := self.highlighted) is not None:
            self.post_message(self.CopyWanted(row, part))

    def action_copy_id(self) -> None:
        """Copy the id."""
        self._copy(Part.ID)

    def action_copy_name(self) -> None:
        """Copy the name."""
        self._copy(Part.NAME)

    def action_copy_json(self) -> None:
        """Copy the object as the server sent it."""
        self._copy(Part.JSON)

    def action_copy_curl(self) -> None:
        """Copy a command that reads the assistant."""
        self._copy(Part.CURL)

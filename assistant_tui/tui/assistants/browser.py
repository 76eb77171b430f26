"""List and detail side by side, and what can be done there without a server: move, read, copy."""

from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import var

from assistant_tui.core.rows import Marks, ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.tui.assistants import notices, showing
from assistant_tui.tui.assistants.copying import Part
from assistant_tui.tui.commands import BROWSING, bindings
from assistant_tui.tui.widgets.detail_pane import DetailPane
from assistant_tui.tui.widgets.list_pane import ListPane


class Browser(Horizontal):
    """The panes of a listing; `view` and `notice` are bound to the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*BROWSING)]

    view: var[FilteredListing] = var(FilteredListing())
    notice: var[str] = var("")
    """What is said of a listing without rows."""
    words: var[str] = var("")
    """What is said instead of rows."""
    marks: var[Marks] = var(Marks())
    """What a person has marked, here or on pages that are not shown."""
    row: var[ResourceRow | None] = var(None)
    """What the detail shows; it follows the highlighted row by a message."""

    list_pane = getters.query_one(ListPane)
    detail_pane = getters.query_one(DetailPane)

    class Moved(Message):
        """Another row is highlighted, or another pane has the focus."""

    class Remarked(Message):
        """There is something to say about the marks."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    class BackWanted(Message):
        """Esc was pressed in the list."""

    class CopyWanted(Message):
        """A part of the highlighted assistant is to be copied."""

        def __init__(self, row: ResourceRow, part: Part) -> None:
            super().__init__()
            self.row = row
            self.part = part

    def __init__(self, page_size: int, first: ResourceRow | None) -> None:
        """`first` is the row that is highlighted from the start."""
        super().__init__()
        self.set_reactive(Browser.row, first)
        self._page_size = page_size

    def compose(self) -> ComposeResult:
        """The list left, the detail right; in a narrow terminal one of them."""
        pane = ListPane(self._page_size)
        yield pane.data_bind(Browser.view, Browser.marks, notice=Browser.words)
        yield DetailPane().data_bind(Browser.row)

    def watch_view(self) -> None:
        """Let the detail show what the highlighted row has become."""
        self.watch_notice()
        if self.is_mounted:
            self.row = self.list_pane.highlighted

    def watch_notice(self) -> None:
        """Say what there is to say where nothing was found, or nothing is there."""
        hidden = self.view.query and self.view.listing.rows
        self.words = notices.nothing_found(self.view) if hidden else self.notice

    @on(ListPane.Highlighted)
    def _follow(self, event: ListPane.Highlighted) -> None:
        self.row = self.list_pane.highlighted
        self.post_message(self.Moved())

    def watch_marks(self) -> None:
        """Tell how many there are."""
        if self.is_mounted:
            self.post_message(self.Moved())

    @property
    def highlighted(self) -> ResourceRow | None:
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
        """There is nothing to read, copy or mark where no row is."""
        if action == "unmark_all":
            return bool(self.marks)
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
        """Go back to the list; there, say that what hides or sorts its rows may go."""
        if self.list_pane.has_focus:
            self.post_message(self.BackWanted())
        self.show_list()

    def action_mark(self) -> None:
        """Mark the highlighted one, or unmark it, and go on to the next."""
        if (row := self.highlighted) is not None:
            self.marks = self.marks.toggled(row)
            self.list_pane.action_move_down()

    def action_unmark_all(self) -> None:
        """Take all marks away, of those that are not shown, too."""
        self.marks = Marks()

    def action_compare(self) -> None:
        """Show the two that are marked side by side."""
        if len(self.marks) == 2:
            self.app.push_screen(showing.comparison_screen(*self.marks.rows.values()))
        else:
            self.post_message(self.Remarked("Two have to be marked to compare them: Space marks"))

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

"""List and detail side by side; in a narrow terminal one of them."""

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import var

from assistant_tui.core.rows import ResourceRow
from assistant_tui.tui.assistants import notices
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.list_model import ListModel
from assistant_tui.tui.widgets.detail_pane import DetailPane
from assistant_tui.tui.widgets.list_pane import ListPane


class Browser(Horizontal):
    """Renders a list model in two panes; `notice` says why a listing has no rows."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.BROWSER)]

    notice: var[str] = var("")
    """What is said of a listing without rows."""
    words: var[str] = var("")
    """What is said instead of rows: the notice, or that a filter lets none through."""
    row: var[ResourceRow | None] = var(None)
    """What the detail shows."""

    list_pane = getters.query_one(ListPane)
    detail_pane = getters.query_one(DetailPane)

    class PaneSwitched(Message):
        """Another pane has the focus."""

    def __init__(self, model: ListModel) -> None:
        super().__init__()
        self._model = model
        self.set_reactive(Browser.row, model.highlighted)

    def compose(self) -> ComposeResult:
        """The list left, the detail right."""
        yield ListPane(self._model).data_bind(notice=Browser.words)
        yield DetailPane().data_bind(Browser.row)

    def on_mount(self) -> None:
        """Follow the list."""
        self._model.listen(self._follow)

    def on_unmount(self) -> None:
        """Follow it no more."""
        self._model.unlisten(self._follow)

    def _follow(self) -> None:
        self.row = self._model.highlighted
        self.watch_notice()

    def watch_notice(self) -> None:
        """Say what there is to say where nothing was found, or nothing is there."""
        view = self._model.display.view
        hidden = view.query and view.listing.rows
        self.words = (
            notices.nothing_found(view, self._model.spec.qualifiers) if hidden else self.notice
        )

    def close_off(self, closed: bool) -> None:
        """Take no keys and clicks while a form is open."""
        self.list_pane.can_focus = self.detail_pane.can_focus = not closed

    def show_list(self) -> None:
        """Show the list, and give it the focus."""
        self._show(detail=False)

    def switch_pane(self) -> None:
        """Go from the list to the detail, or back."""
        self._show(detail=self.list_pane.has_focus)

    def _show(self, *, detail: bool) -> None:
        self.screen.set_class(detail, "-detail")
        self.screen.set_focus(self.detail_pane if detail else self.list_pane)
        self.post_message(self.PaneSwitched())

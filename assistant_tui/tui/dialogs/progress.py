"""Shows the progress of a bulk operation and its results, or of a list that is still loading."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.batch import UNFINISHED, Batch, Result, Status
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.widgets.text_view import TextView
from assistant_tui.tui.workers import start

_BAR = 40
"""Cells of the bar."""
_VISIBLE_RESULTS = 10
"""Lines of the results that are seen at once; they can be scrolled."""
_MAX_LISTED = 500
"""Results of one status that can be scrolled through."""
_TITLES = {
    Status.FAILED: "Failed",
    Status.NOT_TRIED: "Not tried",
    Status.DONE: "Done",
    Status.UNCHANGED: "Nothing to change",
}
_STOP = "Esc stops after those under way"
_STOPPING = "Waiting for those under way"


class BatchProgress(Dialog[None]):
    """Runs a batch while it is shown; Esc stops it. Where all went well, it closes by itself.

    What failed or was not tried can be tried again. The batch has the results.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(
        self, title: str, batch: Batch[Any], give_up_waits: Callable[[], None] = lambda: None
    ) -> None:
        """`title` is shown as it is; `give_up_waits` is called when the batch is stopped."""
        super().__init__()
        self._title = title
        self._batch = batch
        self._give_up_waits = give_up_waits

    def compose(self) -> ComposeResult:
        """A title, the bar, the results once there are any to look at, and the buttons."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            yield Static(classes="bar")
            yield Static(Content(_STOP), classes="hint")
            yield TextView()
            with Horizontal(classes="buttons"):
                yield Button(Content("Close"), compact=True, name="close")
                yield Button(Content("Try again"), compact=True, name="again")

    def on_mount(self) -> None:
        """Begin."""
        self._begin()

    @property
    def working(self) -> bool:
        """Whether it is not over yet."""
        return self.has_class("-running")

    def _begin(self) -> None:
        self._batch.on_result = lambda result: self._show_bar()
        self.add_class("-running")
        self._say(_STOP)
        self._show_bar()
        start(self, self._run, "batch")

    async def _run(self) -> None:
        await self._batch.run()
        if any(each.why or each.status in UNFINISHED for each in self._batch.results):
            self.remove_class("-running")
            self._show_results()
        else:
            self._finish()

    def _say(self, hint: str) -> None:
        self.query_one(".hint", Static).update(Content(hint))

    def _show_bar(self) -> None:
        ended, count = self._batch.tried, self._batch.total
        filled = _BAR * ended // max(count, 1)
        failed = self._batch.failed
        said = f"[{'#' * filled}{'.' * (_BAR - filled)}] {ended:,} of {count:,}"
        self.query_one(".bar", Static).update(
            Content(f"{said} · {failed:,} failed" if failed else said)
        )

    def _show_results(self) -> None:
        left, stopped = len(self._batch.of(*UNFINISHED)), self._batch.stopped
        self.query_one(".bar", Static).update(Content(_summary(self._batch.results, stopped)))
        close, again = self.query(Button)
        again.label, again.display = Content(f"Try the {left:,} again"), bool(left)
        text_view = self.query_one(TextView)
        text_view.lines = tuple(_lines(self._batch.results))
        wrapped = text_view.laid_out(self.query_one(".bar").size.width)
        text_view.styles.height = sum(1 for _ in islice(wrapped, _VISIBLE_RESULTS))
        self.set_focus(close)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.name == "again":
            self._begin()
        else:
            self._finish()

    def action_escape(self) -> None:
        """Begin no further one; where it is over, close."""
        if self.working:
            self._batch.stop()
            self._give_up_waits()
            self._say(_STOPPING)
        else:
            self._finish()

    def action_move(self, lines: int) -> None:
        """Scroll the results."""
        self.query_one(TextView).scroll_lines(lines)

    def _finish(self) -> None:
        self.close(None)


def _by_status(results: Iterable[Result[Any]]) -> dict[Status, list[Result[Any]]]:
    """What went wrong first."""
    found: dict[Status, list[Result[Any]]] = {status: [] for status in _TITLES}
    for result in results:
        found[result.status].append(result)
    return {status: some for status, some in found.items() if some}


def _summary(results: Iterable[Result[Any]], stopped: str) -> str:
    why = {Status.NOT_TRIED: f" ({one_line(stopped)})" if stopped else ""}
    return " · ".join(
        f"{_TITLES[status]}: {len(found):,}{why.get(status, '')}"
        for status, found in _by_status(results).items()
    )


def _lines(results: Iterable[Result[Any]]) -> Iterator[StyledText]:
    """Each with what went wrong with it; of each status, no more than anybody would read."""
    for status, found in _by_status(results).items():
        yield StyledText(_TITLES[status], "label")
        for result in found[:_MAX_LISTED]:
            yield StyledText(result.item.label, indent=2, hanging=4)
            if result.why:
                yield StyledText(one_line(result.why), "warning", indent=4)
        if len(found) > _MAX_LISTED:
            yield StyledText(f"… and {len(found) - _MAX_LISTED:,} more", indent=2)


ALL = "all"
"""The answer when all was found."""
FOUND_SO_FAR = "these"
"""The answer of a person who wants only what was found so far."""
CANCEL = "cancel"
_AGAIN = "again"


class LoadingDialog(Dialog[str]):
    """Shows how far it is; whoever opened it calls `show`, and `close(ALL)` when all is there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, try_again: Callable[[], None]) -> None:
        """`title` is shown as it is; `try_again` is called where a failure is to be overcome."""
        super().__init__()
        self._title = title
        self._try_again = try_again
        self._found, self._loaded, self._failure = 0, 0, ""

    def compose(self) -> ComposeResult:
        """A title, how far it is, what went wrong, and the buttons; Cancel has the focus."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            yield Static(classes="progress")
            yield Static(classes="error")
            with Horizontal(classes="buttons"):
                yield Button(Content("Cancel"), compact=True, name=CANCEL)
                yield Button(Content("Try again"), compact=True, name=_AGAIN)
                yield Button(compact=True, name=FOUND_SO_FAR)

    def on_mount(self) -> None:
        """Show what is known by now."""
        self.query(Button).first().focus()
        self._draw()

    def show(self, found: int, loaded: int, failure: str = "") -> None:
        """Show how many were found among how many, and why no more come."""
        if (found, loaded, failure) != (self._found, self._loaded, self._failure):
            self._found, self._loaded, self._failure = found, loaded, failure
            if self.is_mounted:
                self._draw()

    def _draw(self) -> None:
        found = f"{self._found:,} found among the {self._loaded:,} loaded so far"
        going = "" if self._failure else ", the list is still loading…"
        self.query_one(".progress", Static).update(Content(found + going))
        error = self.query_one(".error", Static)
        error.update(Content(f"✗ {one_line(self._failure)}" if self._failure else ""))
        error.display = bool(self._failure)
        _, again, these = self.query(Button)
        again.display = bool(self._failure)
        these.label, these.display = Content(f"Only these {self._found:,}"), bool(self._found)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.name == _AGAIN:
            self._try_again()
            self.query(Button).first().focus()
        else:
            self.close(event.button.name or CANCEL)

    def action_cancel(self) -> None:
        """Do nothing, and wait no longer."""
        self.close(CANCEL)

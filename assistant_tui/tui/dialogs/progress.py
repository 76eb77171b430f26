"""Carries one act on many out before a person's eyes: how far it is, and what became of each."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.core.batch import Batch, Fate, Result
from assistant_tui.core.description import Line
from assistant_tui.core.display import one_line
from assistant_tui.tui.background import start
from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.widgets.reader import Reader

_BAR = 40
"""Cells of the bar."""
_LISTED = 10
"""Lines of the results that are seen at once; they can be scrolled."""
_TITLES = {
    Fate.FAILED: "Failed",
    Fate.NOT_TRIED: "Not tried",
    Fate.DONE: "Done",
    Fate.UNCHANGED: "Nothing to change",
}
_LEFT = (Fate.FAILED, Fate.NOT_TRIED)
_STOP = "Esc stops after those under way"
_STOPPING = "Waiting for those under way"


class Progress(Dialog[tuple[Result, ...]]):
    """Runs a batch while it is shown; Esc stops it. Where all went well, it closes by itself.

    What failed or was not tried can be tried again. Answers with what became of each in the end.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self, title: str, batch: Batch) -> None:
        """`title` is shown as it is."""
        super().__init__()
        self._title = title
        self._batch = batch
        self._results = {result.row.id: result for result in batch.results}

    def compose(self) -> ComposeResult:
        """A title, the bar, the results once there are any to look at, and the buttons."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            yield Static(classes="bar")
            yield Static(Content(_STOP), classes="hint")
            yield Reader()
            with Horizontal(classes="buttons"):
                yield Button(Content("Close"), compact=True, name="close")
                yield Button(Content("Try again"), compact=True, name="again")

    def on_mount(self) -> None:
        """Begin."""
        self._begin(self._batch)

    @property
    def running(self) -> bool:
        """Whether it is not over yet."""
        return self.has_class("-running")

    def _begin(self, batch: Batch) -> None:
        self._batch = batch
        batch.told = lambda result: self._show_bar()
        self.add_class("-running")
        self._say(_STOP)
        self._show_bar()
        start(self, self._run, "batch")

    async def _run(self) -> None:
        await self._batch.run()
        self._results.update({result.row.id: result for result in self._batch.results})
        if any(result.why or result.fate in _LEFT for result in self._results.values()):
            self.remove_class("-running")
            self._show_results()
        else:
            self._finish()

    def _say(self, hint: str) -> None:
        self.query_one(".hint", Static).update(Content(hint))

    def _show_bar(self) -> None:
        ended, count = self._batch.ended, len(self._batch)
        filled = _BAR * ended // max(count, 1)
        failed = len(self._batch.of(Fate.FAILED))
        said = f"[{'#' * filled}{'.' * (_BAR - filled)}] {ended:,} of {count:,}"
        self.query_one(".bar", Static).update(
            Content(f"{said} · {failed:,} failed" if failed else said)
        )

    def _show_results(self) -> None:
        left, stopped = len(self._batch.of(*_LEFT)), self._batch.stopped
        self.query_one(".bar", Static).update(Content(_summary(self._results.values(), stopped)))
        close, again = self.query(Button)
        again.label, again.display = Content(f"Try the {left:,} again"), bool(left)
        reader = self.query_one(Reader)
        reader.lines = tuple(_lines(self._results.values()))
        wrapped = reader.laid_out(self.query_one(".bar").size.width)
        reader.styles.height = sum(1 for _ in islice(wrapped, _LISTED))
        self.set_focus(close)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.name == "again":
            self._begin(self._batch.again())
        else:
            self._finish()

    def action_escape(self) -> None:
        """Begin no further one; where it is over, close."""
        if self.running:
            self._batch.stop()
            self._say(_STOPPING)
        else:
            self._finish()

    def action_move(self, lines: int) -> None:
        """Scroll the results."""
        self.query_one(Reader).scroll_lines(lines)

    def _finish(self) -> None:
        self.close(tuple(self._results.values()))


def _by_fate(results: Iterable[Result]) -> dict[Fate, list[Result]]:
    """What went wrong first."""
    found: dict[Fate, list[Result]] = {fate: [] for fate in _TITLES}
    for result in results:
        found[result.fate].append(result)
    return {fate: some for fate, some in found.items() if some}


def _summary(results: Iterable[Result], stopped: str) -> str:
    why = {Fate.NOT_TRIED: f" ({one_line(stopped)})" if stopped else ""}
    return " · ".join(
        f"{_TITLES[fate]}: {len(found):,}{why.get(fate, '')}"
        for fate, found in _by_fate(results).items()
    )


def _lines(results: Iterable[Result]) -> Iterator[Line]:
    """Each with what went wrong with it."""
    for fate, found in _by_fate(results).items():
        yield Line(_TITLES[fate], "label")
        for result in found:
            yield Line(result.row.label, indent=2)
            if result.why:
                yield Line(one_line(result.why), "warning", indent=4)

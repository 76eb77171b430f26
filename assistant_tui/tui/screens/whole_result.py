"""Hands out all rows that match, once it is certain that they are all; else it waits, and asks."""

from collections.abc import Callable, Sequence

from textual.screen import Screen

from assistant_tui.core.finding.view import View
from assistant_tui.core.listing import Row
from assistant_tui.tui.dialogs.wait_for_rest import ALL, THESE, WaitForRest
from assistant_tui.tui.screens.list_model import ListModel

Use = Callable[[Sequence[Row], bool], None]
"""Takes the rows, and whether they are all that the server has for the filter."""


class WholeResult:
    """What an action on "all that match" asks for its rows, so that it never acts on a part."""

    def __init__(self, model: ListModel, screen: Screen[None]) -> None:
        self._model = model
        self._screen = screen

    def ask(self, doing: str, use: Use) -> None:
        """Hand all rows to `use` at once, where they are there; else when the rest has come.

        A dialog shows how far it is. There a person can take what was found so far, which is then
        what the dialog has counted, or do nothing.
        """
        model = self._model
        if model.state.found_all:
            self._hand_over(model.state.view, use, all_there=True)
            return
        dialog = WaitForRest(f"{doing}: not all is here yet", self._try_again)
        offered = model.state.view

        def show() -> None:
            nonlocal offered
            if dialog.answered:
                return
            state = model.state
            offered, failure = state.view, state.failure
            if state.found_all:
                dialog.close(ALL)
            else:
                failed = "" if failure is None else f"{failure.error.title}: {failure.error}"
                dialog.show(len(offered), len(offered.listing.loaded), failed)

        def answered(answer: str | None) -> None:
            model.unlisten(show)
            model.update(model.state.wanting_all(False))
            if answer in (ALL, THESE):
                self._hand_over(offered, use, all_there=answer == ALL)

        model.listen(show)
        show()
        self._screen.app.push_screen(dialog, answered)
        model.update(model.state.wanting_all(True))

    def _try_again(self) -> None:
        self._model.update(self._model.state.retrying())

    def _hand_over(self, view: View, use: Use, *, all_there: bool) -> None:
        use(view.rows, all_there and view.listing.complete)

"""Edits the model: any text, with the server's models offered below while one types."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Input

from assistant_tui.core.assistants.editor_values import EditorValue
from assistant_tui.tui.widgets.editors.line import line_input
from assistant_tui.tui.widgets.editors.offers import Offer, OfferingEditor


class ModelEditor(OfferingEditor):
    """One input; a model that the server does not list is allowed, and marked."""

    def on_mount(self) -> None:
        """Show the count behind the label, since there is no line below."""
        super().on_mount()
        self.add_class("-short")

    def compose_editor(self) -> ComposeResult:
        """The input and the list."""
        yield line_input(str(self.shown))
        yield from self.compose_list()

    @property
    def raw(self) -> EditorValue:
        """The name of the model; the original's where it could not be edited."""
        holder = self.query_one(Input)
        return self.shown if holder.disabled else holder.value

    def offer_models(self, models: Sequence[str]) -> None:
        """Take the models that the server lists."""
        self.offer([Offer(model) for model in models])
        self._mark()

    def preset(self, model: str) -> None:
        """Put in a model for a new assistant, which nobody typed."""
        self.start = self.shown = model
        self.query_one(Input).value = model

    def changed(self) -> None:
        """Mark a model that the server does not list."""
        self._mark()
        super().changed()

    def _mark(self) -> None:
        model, listed = self.raw, [offer.value for offer in self.offers]
        unlisted = bool(model and listed) and model not in listed
        self.hint = "not among the models that this server lists" if unlisted else ""

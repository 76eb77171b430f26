"""Brings a form what it can offer: the models, files and vector stores that the server lists."""

from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.worker import Worker

from assistant_tui.core.errors import ServiceError
from assistant_tui.tui.background import start
from assistant_tui.tui.faults import is_there
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.messages import Tone

if TYPE_CHECKING:
    from assistant_tui.tui.widgets.editors.ids import IdsEditor
    from assistant_tui.tui.widgets.form import AssistantForm

_GROUP = "models"


class Offering:
    """Asks in the background; a list that fails is told, and any text can be typed all the same."""

    def __init__(self, desk: Desk, screen: Screen[None]) -> None:
        self._desk = desk
        self._screen = screen

    def models(self, form: "AssistantForm") -> Worker[None]:
        """Offer the server's models as soon as they are known."""
        return start(self._screen, partial(self._models, form), _GROUP)

    async def _models(self, form: "AssistantForm") -> None:
        try:
            service = await self._desk.connected()
            models = await service.models()
        except ServiceError as error:
            self._desk.say(f"The models could not be listed: {error}", Tone.WARNING)
            return
        if is_there(form):
            form.offer_models(models)

    def resources(self, editor: "IdsEditor") -> None:
        """Offer the ids that an editor is about, once it is looked at."""
        start(self._screen, partial(self._resources, editor), _GROUP)

    async def _resources(self, editor: "IdsEditor") -> None:
        try:
            service = await self._desk.connected()
            files = editor.field.name.endswith("file_ids")
            found = await (service.files() if files else service.vector_stores())
        except ServiceError as error:
            self._desk.say(f"{editor.field.label} could not be listed: {error}", Tone.WARNING)
            return
        if found is not None and is_there(editor):
            editor.offer_resources(found)

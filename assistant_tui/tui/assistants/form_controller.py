"""Opens the form on a draft, offers it models and files, and closes it after a save."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.screen import Screen
from textual.worker import Worker

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.editor_values import EditorValue, is_editable, looks_same
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.assistants.summary import summary_of
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.json_text import write_json
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.verification import SaveResult
from assistant_tui.tui.assistants.connector import Connector
from assistant_tui.tui.assistants.draft_keeper import DraftKeeper
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.stylesheets import read_deferred
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import is_there, start

if TYPE_CHECKING:
    from assistant_tui.tui.widgets.editors.ids import IdsEditor
    from assistant_tui.tui.widgets.form import AssistantForm

_GROUP = "models"


class Suggestions:
    """Asks in the background; a list that fails is reported, and any text can still be typed."""

    def __init__(self, screen: Screen[None], connector: Connector, reporter: Reporter) -> None:
        self._screen = screen
        self._connector = connector
        self._reporter = reporter

    def models(self, form: "AssistantForm") -> Worker[None]:
        """Offer the server's models as soon as they are known."""
        return start(self._screen, partial(self._models, form), _GROUP)

    async def _models(self, form: "AssistantForm") -> None:
        try:
            service = await self._connector.connected()
            models = await service.inventory.models()
        except ServiceError as error:
            self._reporter.say(f"The models could not be listed: {error}", Tone.WARNING)
            return
        if is_there(form):
            form.suggest_models(models)

    def resources(self, editor: "IdsEditor") -> None:
        """Offer the ids that an editor is about, once it is looked at."""
        start(self._screen, partial(self._resources, editor), _GROUP)

    async def _resources(self, editor: "IdsEditor") -> None:
        try:
            inventory = (await self._connector.connected()).inventory
            files = editor.field.name.endswith("file_ids")
            found = await (inventory.files() if files else inventory.vector_stores())
        except ServiceError as error:
            self._reporter.say(f"{editor.field.label} could not be listed: {error}", Tone.WARNING)
            return
        if found is not None and is_there(editor):
            editor.suggest_resources(found)


class FormController:
    """Holds at most one open form, in the place of the detail."""

    def __init__(
        self,
        screen: Screen[None],
        connector: Connector,
        reporter: Reporter,
        closed: Callable[[], None],
        model: str,
    ) -> None:
        """`closed` is called when the form has gone; `model` is preset in new assistants."""
        self._screen = screen
        self._connector = connector
        self._reporter = reporter
        self._closed = closed
        self._last_model = model
        self._turns = asyncio.Lock()
        self._keeper: DraftKeeper | None = None
        self._forgetting: Worker[None] | None = None
        self._suggestions = Suggestions(screen, connector, reporter)
        self._models: Worker[None] | None = None
        self.form: AssistantForm | None = None

    @property
    def draft(self) -> Draft | None:
        """What is being edited; None while no form is open."""
        return None if self.form is None else self.form.collect()

    def new_draft(self) -> Draft:
        """A draft for a new assistant: its model is the profile's, or the last one used."""
        model = self._last_model
        return Draft(preset={"model": write_json(model)} if model else {})

    async def open(self, draft: Draft, key: str = "", title: str = "") -> None:
        """Show a form for a draft, with the focus in its first field; `key` is where it is kept."""
        if self.form is not None and self._keeper is not None:
            self._keeper.forget()
            await self._take_away(self.form)
        from assistant_tui.tui.widgets.form import AssistantForm

        read_deferred(self._screen.app)
        form = self.form = AssistantForm(draft, title)
        place = key or draft.assistant_id or f"new {secrets.token_hex(8)}"
        self._keeper = self._keeper_of(form, place, kept=bool(key))
        # Drawn once it is complete, instead of at every step.
        with self._screen.app.batch_update():
            await self._screen.query_one("#panes").mount(form)
        form.start()
        self._models = self._suggestions.models(form)

    def _keeper_of(self, form: "AssistantForm", key: str, *, kept: bool) -> DraftKeeper:
        return DraftKeeper(
            self._screen,
            self._connector,
            self._reporter,
            form.collect,
            key,
            self._turns,
            kept=kept,
        )

    def keep_soon(self) -> None:
        """Keep the draft on disk within a second, however fast one types."""
        if self._keeper is not None:
            self._keeper.soon()

    def keep_now(self) -> None:
        """Keep the draft before the program is ended from outside."""
        if self._keeper is not None:
            self._keeper.now()

    def suggest_resources(self, editor: "IdsEditor") -> None:
        """Offer the ids that an editor is about, once it is looked at."""
        self._suggestions.resources(editor)

    async def close(self) -> None:
        """Take the form away, and forget its draft in the background."""
        if self.form is not None and self._keeper is not None:
            form, self.form = self.form, None
            self._forgetting = self._keeper.forget()
            await self._take_away(form)
            self._closed()

    async def _take_away(self, form: "AssistantForm") -> None:
        """Remove a form with no frame between: Textual fails to draw a widget that is half gone."""
        with self._screen.app.batch_update():
            await form.remove()
            self._screen.refresh(layout=True)

    async def wait_until_forgotten(self) -> None:
        """Return once no draft of a closed form is left on disk that would be offered again."""
        if self._forgetting is not None:
            await self._forgetting.wait()

    async def prepare(self) -> "Sending | None":
        """What a save would send; None, and why, where there is nothing or something is wrong."""
        form = self.form
        if form is None:
            return None
        if self._models is not None and "model" in form.collect().errors:
            # The model is preset as soon as the server has said which it has.
            await self._models.wait()
        draft = form.collect()
        if draft.errors:
            form.show_errors()
            self._reporter.say("Not saved: " + "; ".join(draft.errors.values()), Tone.ERROR)
            return None
        if not draft.patch() and draft.assistant_id is not None:
            left = named_aside(draft)
            words = f"Nothing to save; not part of a save: {left}" if left else ""
            self._reporter.say(words or "Nothing was changed", Tone.WARNING if left else Tone.PLAIN)
            return None
        return Sending(form, draft, form.held())

    async def accept(self, sending: "Sending", saved: SaveResult) -> None:
        """Close the form after a save; with what was typed since, or not taken, it stays open."""
        form, sent, held = sending
        self._last_model = summary_of(saved.row).model or self._last_model
        if form.held() == held and not saved.outcome.ignored and not sent.unsent_input:
            await self.close()
            return
        await self._go_on(sending, saved)
        if sent.unsent_input:
            left = named_aside(sent)
            self._reporter.say(f"Saved, but not what is typed in {left}", Tone.WARNING)
        elif saved.outcome.as_asked and not saved.merged:
            self._reporter.say("Saved; what was typed since then is not saved yet", Tone.WARNING)

    async def _go_on(self, sending: "Sending", saved: SaveResult) -> None:
        """Go on editing what was typed since, over what the server has now, and keep that."""
        form, sent, held = sending
        if not _shows_all(sent, saved):
            await self._show_anew(sending, saved)
        else:
            left = (*saved.outcome.ignored, *sent.unsent_input)
            form.rebase(RawJson(saved.row.text), held, left)
        former = self._keeper
        if self.form is form and sent.assistant_id is None:
            self._keeper = self._keeper_of(form, saved.row.id, kept=False)
        if self._keeper is not None:
            await self._keeper.keep()
        if former is not None and former is not self._keeper:
            # The draft of a new one would make a second, were it offered again.
            former.forget()

    async def _show_anew(self, sending: "Sending", saved: SaveResult) -> None:
        """Open the form over what the server has now, with what it has not as edits."""
        form, sent, held = sending
        typed = {name: raw for name, raw in form.held().items() if raw != held[name]}
        left = (*saved.outcome.ignored, *sent.unsent_input)
        ignored = {name: held[name] for name in left if name in held}
        draft = Draft(
            sent.original_after_save(RawJson(saved.row.text), {**typed, **sent.unsent_input})
        )
        for name, raw in {**ignored, **typed}.items():
            draft = draft.edited(name, raw)
        place = form.cursor
        await self.open(draft, saved.row.id)
        if self.form is not None:
            self.form.cursor = place

    def refuse(self, error: ServiceError) -> None:
        """Show a refusal beside the field that it names, if there is one."""
        if self.form is not None and error.field:
            self.form.refuse(error.field, error.message)

    @property
    def key(self) -> str:
        """Where the draft of the open form is or would be kept."""
        return "" if self._keeper is None else self._keeper.key


class Sending(NamedTuple):
    """A save under way."""

    form: "AssistantForm"
    draft: Draft
    """What is sent."""
    held: Mapping[str, EditorValue]
    """What stood in the fields then."""


def named_aside(draft: Draft) -> str:
    """What is typed but would not be sent: `Tools: function f`; empty if nothing is."""
    return one_line(
        "; ".join(
            f"{FIELDS[name].label}: {', '.join(what)}" for name, what in draft.unsent_input.items()
        )
    )


def _shows_all(sent: Draft, saved: SaveResult) -> bool:
    """Whether a form that sent this shows what the server has now, but for what it ignored."""
    shown, now = {**sent.start, **sent.patch()}, RawJson(saved.row.text).members
    for name, field in FIELDS.items():
        if name in saved.outcome.ignored:
            if not is_editable(field, now.get(name)):
                return False
        elif not looks_same(field, shown.get(name), now.get(name)):
            return False
    return True

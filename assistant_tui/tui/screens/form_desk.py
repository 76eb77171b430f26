"""The life of the form: opened on a draft, saved, left; what was typed outlives every failure."""

import asyncio
import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from assistant_tui.core.document import Document, write_json
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.tui.editor import EditorError, edit
from assistant_tui.tui.flows.desk import Desk
from assistant_tui.tui.flows.leaving import may_leave
from assistant_tui.tui.messages import Tone

if TYPE_CHECKING:
    from assistant_tui.tui.widgets.form import AssistantForm


KEEP_AFTER = 0.5
"""Seconds after an edit until the draft is on disk."""


class FormDesk:
    """Holds at most one open form, in the place of the detail."""

    def __init__(self, desk: Desk, screen: Screen[None], closed: Callable[[], None]) -> None:
        self._desk = desk
        self._screen = screen
        self._closed = closed
        self._last_model = desk.profile.model
        self._key = ""
        self._kept = False
        """Whether the journal has had this draft."""
        self._timer: Timer | None = None
        self._offering: Worker[None] | None = None
        self._keeping = asyncio.Lock()
        """So that a draft is never kept after it was forgotten."""
        self.form: AssistantForm | None = None

    @property
    def draft(self) -> Draft | None:
        """What is being edited; None while no form is open."""
        return None if self.form is None else self.form.collect()

    def new_draft(self) -> Draft:
        """A draft for a new assistant: its model is the profile's, or the last one used."""
        model = self._last_model
        return Draft(preset={"model": write_json(model)} if model else {})

    async def open(self, draft: Draft, key: str = "") -> None:
        """Show a form for a draft, with the focus in its first field; `key` is where it is kept."""
        if self.form is not None:
            await self.form.remove()
        from assistant_tui.tui.widgets.form import AssistantForm

        self.form = AssistantForm(draft)
        self._kept = bool(key)
        self._key = key or draft.assistant_id or f"new {secrets.token_hex(8)}"
        await self._screen.query_one("#panes").mount(self.form)
        self.form.start()
        self._offering = self._screen.run_worker(self._offer_models(self.form), group="models")

    def keep_soon(self) -> None:
        """Keep the draft on disk within a second, however fast one types."""
        if self._timer is None:
            self._timer = self._screen.set_timer(KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        self._timer = None
        self._screen.run_worker(self._keep_draft(), group="draft")

    async def _keep_draft(self) -> None:
        try:
            catalog = await self._desk.connected()
        except ServiceError:
            # The list says why there is no connection; the draft is safe in the form.
            return
        async with self._keeping:
            if (draft := self.draft) is None:
                return
            self._kept = True
            if draft.dirty:
                await catalog.record.keep_draft(self._key, draft)
            else:
                await catalog.record.forget_draft(self._key)
        if catalog.record.trouble:
            self._desk.say(
                f"The edit is kept in memory only: {catalog.record.trouble}", Tone.WARNING
            )

    def keep_now(self) -> None:
        """Keep the draft before the program is ended from outside."""
        if (draft := self.draft) is not None and draft.dirty:
            self._desk.catalog.record.keep_draft_now(self._key, draft)

    async def _offer_models(self, form: "AssistantForm") -> None:
        """Offer the server's models as soon as they are known."""
        try:
            catalog = await self._desk.connected()
            models = await catalog.models()
        except ServiceError as error:
            self._desk.say(f"The models could not be listed: {error}", Tone.WARNING)
            return
        if self.form is form:
            form.offer_models(models)

    async def close(self) -> None:
        """Take the form away."""
        if self.form is not None:
            form, self.form = self.form, None
            await form.remove()
            self._closed()
            # In the background: the next key must not find a save that is only being put away.
            self._screen.run_worker(self._forget_draft(), group="draft")

    async def _forget_draft(self) -> None:
        """Forget what was kept; before there is a connection, nothing was, and nobody waits."""
        async with self._keeping:
            if self._kept:
                self._kept = False
                await self._desk.catalog.record.forget_draft(self._key)

    async def leave(self) -> bool:
        """Close the form, if nothing is lost by it or the person says so."""
        if not await may_leave(self._desk, self.draft):
            return False
        await self.close()
        await self._forget_draft()
        return True

    async def save(self) -> None:
        """Save the draft; what was typed meanwhile stays in the form as a further edit."""
        from assistant_tui.tui.flows.saving import save

        form = self.form
        if form is None:
            return
        if self._offering is not None and "model" in form.collect().errors:
            # The model is preset as soon as the server has said which it has.
            await self._offering.wait()
        sent = form.collect()
        if sent.errors:
            form.show_errors()
            self._desk.say("Not saved: " + "; ".join(sent.errors.values()), Tone.ERROR)
            return
        if not sent.dirty and sent.assistant_id is not None:
            self._desk.say("Nothing was changed")
            return
        held = form.held()
        saved = await save(self._desk, sent)
        if saved is None:
            return
        self._last_model = saved.row.model or self._last_model
        if form.held() == held and not saved.outcome.ignored:
            await self.close()
            return
        form.go_on(Document(saved.row.text), held, saved.outcome.ignored)
        if not saved.outcome.ignored:
            self._desk.say("Saved; what was typed since then is not saved yet", Tone.WARNING)

    def refuse(self, error: ServiceError) -> None:
        """Show a refusal beside the field that it names, if there is one."""
        if self.form is not None and error.param:
            self.form.refuse(re.split(r"[.\[]", error.param)[0], error.message)

    def edit_field(self) -> None:
        """Open the text that has the focus in the person's editor."""
        editor = self.form.focused_text if self.form is not None else None
        if editor is None:
            return
        try:
            before = str(editor.raw)
            after = edit(self._screen.app, before, ".md")
            if not before.endswith("\n"):
                # Most editors end a file with a line break, which nobody typed.
                after = after.removesuffix("\n")
            editor.replace(after)
        except EditorError as error:
            self._desk.say(str(error), Tone.ERROR)

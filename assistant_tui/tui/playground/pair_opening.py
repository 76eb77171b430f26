"""Opens two conversations: with two assistants, with an edit beside what is saved, or a replay."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.json_text import write_json
from assistant_tui.core.labels import ON_A_LINE, named_label, short_name
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.threads.replay import Replay
from assistant_tui.services.threads.trial import Trial
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs.filtered_choice import FilteredChoiceDialog
from assistant_tui.tui.dialogs.prompts import InputDialog, InputSpec
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.playground.pair_context import PairSide
from assistant_tui.tui.playground.pair_screen import PairScreen
from assistant_tui.tui.playground.partner import Partner, partner_of
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start

_MOST_OFFERED = 200
"""Assistants that are offered to choose from."""
_EDIT, _SAVED, _MODEL, _ROW, _PROFILE = "edit", "saved", "model", "row ", "profile "


def talk_to_both(context: MainContext, rows: tuple[ResourceRow, ResourceRow]) -> None:
    """Talk to two assistants of the list at once."""
    start(context.screen, partial(_talk_to_both, context, rows), "form")


async def _talk_to_both(context: MainContext, rows: tuple[ResourceRow, ResourceRow]) -> None:
    try:
        service = await context.connector.connected()
    except ServiceError as error:
        context.report(error, "Not opened")
        return
    partners = [partner_of(row) for row in rows]
    sides = [_side(partner, service) for partner in partners]
    _open(context, (sides[0], sides[1]), _schemas(*partners))


def two_at_once(context: PlaygroundContext) -> None:
    """Choose who else is told the same, and talk to both in new threads."""
    start(context.screen, partial(_two_at_once, context), "form")


async def _two_at_once(context: PlaygroundContext) -> None:
    partner, lines = context.partner, dict(_others(context))
    lines |= dict(_profiles(context.main))
    if partner.draft is not None:
        lines = {_SAVED: "The assistant as it is saved"} | lines
    try:
        service = await context.main.connector.connected()
        other = await _choose(context, "Tell the same to", lines, service)
        if other is not None:
            sides = _side(partner, service), other[1]
            _open(context.main, sides, _schemas(partner, other[0]), then=_list_again(context))
    except ServiceError as error:
        context.report(error, "Not opened")


def replay(context: PlaygroundContext) -> None:
    """Choose who answers what was said in this thread, and send it there."""
    conversation = context.conversation
    if conversation is None or conversation.thread_id is None:
        context.say("There is nothing to replay yet", Tone.WARNING)
    elif context.is_running:
        context.say("Not replayed: a run is under way · Esc stops it", Tone.WARNING)
    else:
        start(context.screen, partial(_replay, context), "form")


async def _replay(context: PlaygroundContext) -> None:
    partner, original = context.partner, context.conversation
    assert original is not None and original.thread_id is not None
    lines = {_EDIT: f"The edit, with {_changes(partner)}"} if partner.draft is not None else {}
    lines |= {_SAVED: "This assistant as it is saved"} | dict(_others(context))
    try:
        service = await context.main.connector.connected()
        origin = original.thread_id
        chosen = await _choose(context, "Replay on", lines, service, origin)
    except ServiceError as error:
        context.report(error, "Not replayed")
        return
    if chosen is None:
        return
    other, right = chosen
    run = original.transcript.run
    model = run.model if run is not None and run.model else partner.model
    label = f"{short_name(partner.name, ON_A_LINE)} · {one_line(model)} · as it was"
    left = PairSide(label, service, original)
    again = Replay(original.transcript, right.conversation, right.replay)
    _open(context.main, (left, right), _schemas(other), again, _list_again(context))


def _others(context: PlaygroundContext) -> Iterator[tuple[str, str]]:
    """The other model, then the other assistants: those that are marked first."""
    yield _MODEL, "This assistant with another model…"
    model = context.main.list_model
    marked, own = model.marked_rows, context.partner.id
    rows = {row.id: row for row in (*marked, *model.listing.loaded) if row.has_id and row.id != own}
    for row in [*rows.values()][:_MOST_OFFERED]:
        yield _ROW + row.id, named_label(row.name, row.id)


def _profiles(main: MainContext) -> Iterator[tuple[str, str]]:
    for name, profile in main.profiles.items():
        if name != main.profile.name and not profile.read_only:
            yield _PROFILE + name, one_line(f"An assistant of {name} · {profile.host}…")


async def _choose(
    context: PlaygroundContext,
    title: str,
    lines: Mapping[str, str],
    service: AssistantService,
    origin: str = "",
) -> tuple[Partner, PairSide] | None:
    """Ask who answers; None where nobody was chosen.

    Raises:
        ServiceError: the server of another profile cannot be asked.
    """
    chosen = await context.ask(FilteredChoiceDialog(title, lines))
    if chosen is None:
        return None
    if chosen.startswith(_PROFILE):
        return await _of_profile(context, chosen.removeprefix(_PROFILE))
    partner = await _partner(context, chosen, service)
    return None if partner is None else (partner, _side(partner, service, origin=origin))


async def _partner(
    context: PlaygroundContext, chosen: str, service: AssistantService
) -> Partner | None:
    """Whom a line of the dialog means; None where no model was named, or the row is gone."""
    partner = context.partner
    if chosen == _SAVED:
        return replace(partner, draft=None)
    if chosen == _MODEL:
        model = await _ask_model(context, service)
        return _with_model(partner, model) if model else None
    if chosen.startswith(_ROW):
        row = context.main.list_model.listing.row(chosen.removeprefix(_ROW))
        return None if row is None else partner_of(row)
    return partner


async def _ask_model(context: PlaygroundContext, service: AssistantService) -> str:
    spec = InputSpec("Model", context.partner.model, await service.inventory.models())
    answer = await context.ask(InputDialog("Which model answers?", [spec], "takes it"))
    return answer[0].strip() if answer is not None else ""


async def _of_profile(context: PlaygroundContext, name: str) -> tuple[Partner, PairSide] | None:
    """Ask which assistant of another profile answers."""
    main, profile = context.main, context.main.profiles[name]
    context.say(f"Asking {one_line(profile.host)} for its assistants…", Tone.WORKING)
    there = await main.connector.open(profile)
    kept = False
    try:
        rows = {row.id: row for row in (await there.page()).rows if row.has_id}
        context.say("" if rows else f"{one_line(name)} has no assistants")
        if not rows:
            return None
        alike = [row.id for row in rows.values() if row.name == context.partner.name]
        lines = {row.id: named_label(row.name, row.id) for row in rows.values()}
        dialog = FilteredChoiceDialog(f"Which one of {one_line(name)}?", lines, (alike or [""])[0])
        chosen = await context.ask(dialog)
        if chosen is None:
            return None
        kept, partner = True, partner_of(rows[chosen])
        side = _side(partner, there)
        label = f"{side.label} · {one_line(name)}"
        return partner, replace(side, label=label, owns_service=True)
    finally:
        if not kept:
            await there.close()


def _with_model(partner: Partner, model: str) -> Partner:
    draft = partner.draft or Draft(partner.document)
    raw = {name: value for name, value in draft.raw.items() if name != "model"}
    draft = replace(draft, raw=raw, exact={**draft.exact, "model": write_json(model)})
    return replace(partner, draft=draft, model=model)


def _changes(partner: Partner) -> str:
    count = len(partner.draft.patch()) if partner.draft is not None else 0
    return f"{count} unsaved change{'s' if count > 1 else ''}"


def _side(partner: Partner, service: AssistantService, origin: str = "") -> PairSide:
    trial = Trial(service.temporary, partner.draft) if partner.draft is not None else None
    label = f"{short_name(partner.name, ON_A_LINE)} · {one_line(partner.model)}"
    if trial is not None:
        label = f"{label} · {_changes(partner)}"
    return PairSide(label, service, service.threads.begin(partner.id, origin=origin), trial)


def _schemas(*partners: Partner) -> dict[str, Any]:
    return {name: schema for partner in partners for name, schema in partner.schemas.items()}


def _open(
    context: MainContext,
    sides: tuple[PairSide, PairSide],
    schemas: Mapping[str, Any],
    again: Replay | None = None,
    then: Callable[[None], None] | None = None,
) -> None:
    """Show both; `then` is called when they are left."""
    context.app.push_screen(PairScreen(context, sides, schemas, again), then)


def _list_again(context: PlaygroundContext) -> Callable[[None], None]:
    """Show the threads that were made meanwhile."""

    async def list_threads() -> None:
        try:
            await context.screen.session.list_threads()
        except ServiceError as error:
            context.report(error, "The threads are not listed")

    def left(_: None) -> None:
        start(context.screen, list_threads, "threads")

    return left

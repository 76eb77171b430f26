"""Imports assistants from files: looks up what is there, then creates or changes each once."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from assistant_tui.core.assistants.cloning import creation_draft
from assistant_tui.core.errors import Conflict, NotFound
from assistant_tui.core.formats.import_plan import (
    Action,
    FileEntry,
    ImportStep,
    import_keys,
    plan,
)
from assistant_tui.core.json_text import compose
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.verification import SaveResult
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.writes import WriteContext

_FEW = 50
"""Up to so many ids are fetched one by one; more of them are looked up in the full list."""
_AT_ONCE = 4
"""Look-ups side by side."""


@dataclass(frozen=True)
class Import:
    """What files hold, and what is known of it here and on the server."""

    entries: Sequence[FileEntry]
    on_server: dict[str, ResourceRow]
    """What the server has of the ids that the files name or that earlier imports created."""
    created_earlier: dict[str, str]
    """The ids of what earlier imports created, by the keys of the entries."""

    def steps(self, *, again: bool = False) -> tuple[ImportStep, ...]:
        """What is to be done; `again` creates also what an earlier import created already."""
        planned = plan(self.entries, self.on_server, {} if again else self.created_earlier)
        return tuple(
            replace(step, earlier=self.created_earlier.get(step.key, "")) for step in planned
        )


async def look_up(
    service: AssistantService, entries: Sequence[FileEntry], say: Callable[[str], None]
) -> Import:
    """Look up on the server what the files name; `say` is called with the progress, in a sentence.

    Raises:
        ServiceError: the server cannot be asked.
    """
    created_earlier = await _created_earlier(service, entries)
    named = await asyncio.to_thread(lambda: [entry.id for entry in entries])
    wanted = [each for each in (*named, *created_earlier.values()) if each]
    return Import(entries, await _look_up_rows(service, wanted, say), created_earlier)


async def why_repeating_duplicates(service: AssistantService, steps: Sequence[ImportStep]) -> str:
    """Why a repetition would create the same again, in a sentence; empty if it would not."""
    new = [step for step in steps if step.action in (Action.CREATE, Action.IMPORTED)]
    if not new:
        return ""
    sizes = (len(compose(step.draft.patch())) for step in new if step.draft is not None)
    trouble = await service.journal.check(sum(sizes))
    if not trouble:
        return ""
    return f"A repetition would create them again, since nothing can be noted: {trouble}"


async def carry_out(service: AssistantService, step: ImportStep, batch: str = "") -> SaveResult:
    """Create or change what a step says. Raises ServiceError."""
    assert step.draft is not None, "only what is to be sent is done"
    if step.action is Action.CREATE:
        async with service.journal.creating(step.key, step.earlier) as free:
            if not free:
                raise Conflict("another import creates it, or has done so; nothing was sent")
            context = WriteContext(batch=batch, import_key=step.key)
            return await service.create(step.draft, context=context)
    return await service.save(step.draft, WriteContext(batch=batch))


async def _created_earlier(
    service: AssistantService, entries: Sequence[FileEntry]
) -> dict[str, str]:
    """What earlier imports of these files created, also where the program ended meanwhile."""
    by_key = dict(zip(await asyncio.to_thread(import_keys, entries), entries, strict=True))
    by_key.pop("", None)
    created_earlier = {}
    for key, known in (await service.journal.known_creates(by_key.keys())).items():
        if known.object_id is not None:
            created_earlier[key] = known.object_id
            continue
        row = await service.find_imported(creation_draft(by_key[key].document), key)
        if row is not None:
            created_earlier[key] = row.id
    return created_earlier


async def _look_up_rows(
    service: AssistantService, wanted: Iterable[str], say: Callable[[str], None]
) -> dict[str, ResourceRow]:
    missing = list(dict.fromkeys(wanted))
    found: dict[str, ResourceRow] = {}
    if len(missing) > _FEW:
        listing = await _listed(service, len(missing), say)
        for each in missing:
            if (row := listing.row(each)) is not None:
                found[each] = row
        missing = [] if listing.complete else [each for each in missing if each not in found]
    for at in range(0, len(missing), _AT_ONCE):
        say(f"Looking for {missing[at]}…")
        some = missing[at : at + _AT_ONCE]
        answers = await asyncio.gather(
            *(service.fetch(each) for each in some), return_exceptions=True
        )
        for each, answer in zip(some, answers, strict=True):
            if isinstance(answer, ResourceRow):
                found[each] = answer
            elif not isinstance(answer, NotFound):
                raise answer
    return found


async def _listed(service: AssistantService, most: int, say: Callable[[str], None]) -> Listing:
    """The list of the server, or what of it so many requests bring."""
    listing, requests = Listing(), 0
    async with aclosing(service.load_all(listing)) as listings:
        async for listing in listings:
            requests += 1
            say(f"Looking for what is there: {len(listing.loaded):,}…")
            if requests >= most:
                break
    return listing

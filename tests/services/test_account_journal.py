"""What is done through a service stands in the journal, and can be taken back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.draft import Draft, recreation_draft, reverting_draft
from assistant_tui.core.errors import Conflict, Forbidden, NoBackup
from assistant_tui.core.raw_json import RawJson, same_json
from assistant_tui.journal.drafts import load_draft
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal
from assistant_tui.server.app import create_app
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.writes import WriteContext
from assistant_tui.transport.in_process import in_process
from tests.fakeserver.deviations import refusing
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import service_of, some
from tests.stores import SampleStore


@asynccontextmanager
async def recorded(
    folder: Path, count: int = 3
) -> AsyncIterator[tuple[AssistantService, SampleStore]]:
    """A service over samples, with a journal."""
    store = SampleStore(count)
    endpoint = in_process(create_app(store, models=("m",)))
    with Journal(folder / "journal.db") as journal:
        async with AssistantsClient(endpoint) as client:
            yield AssistantService(client, journal=AccountJournal(journal, "here")), store


async def test_a_change_is_kept_with_what_was_before_and_after(tmp_path: Path) -> None:
    async with recorded(tmp_path) as (service, _):
        row = (await service.page()).rows[0]
        await service.save(Draft(RawJson(row.text)).edited("name", "new"))
        entry = await service.journal.last()
        assert entry is not None
        assert (entry.kind, entry.object_id) == (ChangeKind.CHANGED, row.id)
        assert entry.before == row.text
        assert RawJson(entry.after or "").value("name") == "new"


async def test_a_save_that_changes_nothing_is_not_kept(tmp_path: Path) -> None:
    async with recorded(tmp_path) as (service, store):
        row = (await service.page()).rows[0]
        store.modify(row.id, lambda old: {**old, "name": "new"})
        await service.save(Draft(RawJson(row.text)).edited("name", "new"))
        assert await service.journal.last() is None


async def test_undoing_a_change_gives_back_every_field_and_is_not_undone_itself(
    tmp_path: Path,
) -> None:
    async with recorded(tmp_path) as (service, _):
        row = (await service.page()).rows[0]
        draft = Draft(RawJson(row.text)).edited("name", "new").edited("tools", ())
        await service.save(draft)
        entry = await service.journal.last()
        assert entry is not None
        back = reverting_draft(RawJson(entry.after or ""), RawJson(entry.before or ""))
        saved = await service.save(back, WriteContext(undoes=entry.number))
        assert same_json(saved.row.text, row.text)
        assert await service.journal.last() is None


async def test_a_deletion_is_in_the_trash_until_it_is_created_anew(tmp_path: Path) -> None:
    async with recorded(tmp_path) as (service, _):
        row = (await service.page()).rows[0]
        await service.delete(row.id)
        (entry,) = await service.journal.trash()
        assert entry.before == row.text
        saved = await service.create(
            recreation_draft(RawJson(row.text)), context=WriteContext(undoes=entry.number)
        )
        now, then = RawJson(saved.row.text).members, RawJson(row.text).members
        fixed = ("id", "created_at")
        assert {n: v for n, v in now.items() if n not in fixed} == {
            n: v for n, v in then.items() if n not in fixed
        }
        assert await service.journal.trash() == ()
        assert await service.journal.present_id(row.id) == saved.row.id


async def test_what_somebody_else_took_back_already_is_not_undone_again(tmp_path: Path) -> None:
    async with recorded(tmp_path) as (service, store):
        row = (await service.page()).rows[0]
        await service.save(Draft(RawJson(row.text)).edited("name", "new"))
        entry = await service.journal.last()
        assert entry is not None
        store.modify(row.id, lambda old: {**old, "name": row.name})
        back = reverting_draft(RawJson(entry.after or ""), RawJson(entry.before or ""))
        assert (await service.save(back, WriteContext(undoes=entry.number))).before is None
        assert await service.journal.last() is None, "the next undoing reaches what was before"


async def test_what_is_gone_already_is_no_deletion_and_an_undoing_passes_it_over(
    tmp_path: Path,
) -> None:
    async with recorded(tmp_path) as (service, store):
        saved = await service.create(Draft().edited("name", "new").edited("model", "m"))
        entry = await service.journal.last()
        assert entry is not None
        store.delete(saved.row.id)
        assert not await service.delete(saved.row.id)
        assert await service.journal.trash() == ()
        assert await service.journal.last() == entry
        assert not await service.delete(saved.row.id, WriteContext(undoes=entry.number))
        assert await service.journal.last() is None


async def test_what_another_program_brings_back_is_not_brought_back_twice(tmp_path: Path) -> None:
    async with recorded(tmp_path) as (service, store), recorded(tmp_path) as (other, _):
        row = (await service.page()).rows[0]
        await service.delete(row.id)
        (entry,) = await other.journal.trash()
        again = recreation_draft(RawJson(row.text))
        async with other.journal.claimed(entry.number) as free:
            assert free
            with pytest.raises(Conflict, match="another program"):
                await service.create(again, context=WriteContext(undoes=entry.number))
        assert len(store.page(PageQuery(limit=9)).data) == 2
        await service.create(again, context=WriteContext(undoes=entry.number))
        with pytest.raises(Conflict, match="another program"):
            await other.create(again, context=WriteContext(undoes=entry.number))


async def test_a_deletion_that_was_refused_is_not_in_the_trash(tmp_path: Path) -> None:
    server = StandaloneServer(*some(2), delete=refusing(403))
    with Journal(tmp_path / "journal.db") as journal:
        async with service_of(server, journal=AccountJournal(journal, "here")) as service:
            with pytest.raises(Forbidden):
                await service.delete("asst_1")
            assert await service.journal.trash() == ()


async def test_a_journal_that_fails_stops_nothing_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database at all, and longer than a header of SQLite's" * 20)
    async with recorded(tmp_path) as (service, _):
        row = (await service.page()).rows[0]
        saved = await service.save(Draft(RawJson(row.text)).edited("name", "new"))
        assert saved.row.name == "new" and str(path) in saved.why_no_undo
        assert str(path) in service.journal.trouble
        assert str(path) in await service.journal.check(1)
        assert await service.journal.drafts.orphans() == ()
        await service.journal.drafts.keep("k", Draft().edited("name", "n"))
        assert service.journal.trouble == "", "it is in a file beside the journal"
    async with recorded(tmp_path) as (service, _):
        (left,) = await service.journal.drafts.orphans()
        assert load_draft(left.text).raw == {"name": "n"}


async def test_a_draft_that_can_be_kept_nowhere_is_said(tmp_path: Path) -> None:
    async with recorded(tmp_path / "file") as (service, _):
        (tmp_path / "file").touch()
        await service.journal.drafts.keep("k", Draft().edited("name", "n"))
        assert "cannot be used" in service.journal.trouble


async def test_what_cannot_be_kept_is_deleted_only_for_good(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"no database at all, and longer than a header" * 20)
    async with recorded(tmp_path) as (service, store):
        row = (await service.page()).rows[0]
        with pytest.raises(NoBackup, match=r"nothing was sent.*it is damaged"):
            await service.delete(row.id)
        assert store.get(row.id) is not None
        assert await service.delete(row.id, allow_without_backup=True)
        assert store.get(row.id) is None


async def test_without_a_journal_nothing_is_kept_and_nothing_found() -> None:
    journal = AccountJournal()
    assert await journal.add(Change("a", ChangeKind.CREATED, None, "{}")) is None
    await journal.drafts.keep("a", Draft())
    journal.drafts.keep_now("a", Draft())
    assert await journal.last() is None
    assert journal.trouble == ""

"""Assistants that are made to try an edit: each is gone afterwards, and no other one ever is."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.assistants.trial import TOKEN
from assistant_tui.core.errors import Forbidden, NoBackup, ServerFault, ServiceError, Unreadable
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.temporary_assistants import NOTES, Removal
from tests.fakeserver.deviations import after_carrying_out, altering, in_turn, lost, refusing
from tests.fakeserver.requests import Json
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import draft_of, service_of, some, text_of

EDIT = draft_of(text_of(1, metadata='{"team": "red"}'), instructions='"new"')


@asynccontextmanager
async def run(
    server: StandaloneServer, folder: Path, **settings: bool
) -> AsyncIterator[AssistantService]:
    """One run of the program; what it does not take back at its end is as after a crash."""
    with Journal(folder / "journal.db") as journal:
        async with service_of(
            server, journal=AccountJournal(journal, "here"), **settings
        ) as service:
            yield service


def notes(folder: Path) -> list[str]:
    """The tokens that are noted."""
    with Journal(folder / "journal.db") as journal:
        return [note.key for note in journal.drafts.all("here", NOTES)]


async def test_it_stands_with_the_edit_until_it_is_deleted(tmp_path: Path) -> None:
    server = StandaloneServer(*some(2))
    before = dict(server.texts)
    async with run(server, tmp_path) as service:
        made = await service.temporary.make(EDIT)
        assert made.ignored == ()
        stands = json.loads(server.texts[made.id])
        assert (stands["instructions"], stands["metadata"]) == ("new", {TOKEN: made.token})
        await service.temporary.delete(made)
        assert server.texts == before
        assert await service.journal.last() is None, "u takes none of it back"
    assert notes(tmp_path) == []


async def test_the_note_is_there_before_anything_is_sent(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def look(request: httpx.Request) -> httpx.Response:
        seen.append(notes(tmp_path))
        return server.answer(request)

    server = StandaloneServer(*some(1), create=look)
    async with run(server, tmp_path) as service:
        made = await service.temporary.make(EDIT)
    assert seen == [[made.token]]


async def test_the_next_start_deletes_what_an_earlier_one_left(tmp_path: Path) -> None:
    server = StandaloneServer(*some(2))
    before = dict(server.texts)
    async with run(server, tmp_path) as service:
        made = await service.temporary.make(EDIT)
    async with run(server, tmp_path) as service:
        assert await service.temporary.delete_left_behind() == (Removal(made.id),)
        assert await service.temporary.delete_left_behind() == (), "told once"
    assert server.texts == before
    assert notes(tmp_path) == []


async def test_one_whose_create_got_no_answer_is_found_by_its_token(tmp_path: Path) -> None:
    server = StandaloneServer(*some(2))
    before = dict(server.texts)
    server.deviations["create"] = after_carrying_out(server.answer, lost)
    server.deviations["list"] = in_turn(server.answer, refusing(500))
    async with run(server, tmp_path) as service:
        with pytest.raises(ServiceError, match="may have been created all the same"):
            await service.temporary.make(EDIT)
    assert len(server.texts) == 3
    del server.deviations["list"]
    async with run(server, tmp_path) as service:
        [removal] = await service.temporary.delete_left_behind()
    assert (removal.assistant_id not in before, removal.problem) == (True, "")
    assert server.texts == before
    assert notes(tmp_path) == []


async def test_another_program_that_still_runs_keeps_its_own(tmp_path: Path) -> None:
    server = StandaloneServer(*some(1))
    async with run(server, tmp_path) as one, run(server, tmp_path) as other:
        made = await one.temporary.make(EDIT)
        assert await other.temporary.delete_left_behind() == ()
        assert made.id in server.texts


async def test_an_assistant_without_the_token_is_never_deleted(tmp_path: Path) -> None:
    server = StandaloneServer(*some(2))
    async with run(server, tmp_path) as service:
        made = await service.temporary.make(EDIT)
        server.texts[made.id] = text_of(9, id=json.dumps(made.id), metadata='{"mine": "now"}')
        await service.temporary.delete(made)
    assert made.id in server.texts
    assert server.count("delete") == 0


async def test_where_the_server_keeps_no_metadata_it_is_named_and_left(tmp_path: Path) -> None:
    def without_metadata(sent: Json) -> Json:
        return {**sent, "metadata": {}}

    server = StandaloneServer(*some(1))
    server.deviations["create"] = altering(without_metadata, server.answer)
    async with run(server, tmp_path) as service:
        with pytest.raises(Unreadable, match="please delete it"):
            await service.temporary.make(EDIT)
    async with run(server, tmp_path) as service:
        assert await service.temporary.delete_left_behind() == ()
    assert server.count("delete") == 0


async def test_where_only_the_answer_to_the_create_lacks_the_metadata_it_is_deleted(
    tmp_path: Path,
) -> None:
    def shorter(request: httpx.Request) -> httpx.Response:
        made = server.answer(request).json()
        return httpx.Response(200, json={**made, "metadata": {}})

    server = StandaloneServer(*some(1), create=shorter)
    before = dict(server.texts)
    async with run(server, tmp_path) as service:
        await service.temporary.delete(await service.temporary.make(EDIT))
    assert server.texts == before


async def test_a_refused_create_leaves_no_note(tmp_path: Path) -> None:
    server = StandaloneServer(*some(1), create=refusing(400))
    async with run(server, tmp_path) as service:
        with pytest.raises(ServiceError):
            await service.temporary.make(EDIT)
    assert notes(tmp_path) == []


async def test_without_a_note_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("where the journal was to be")
    server = StandaloneServer(*some(1))
    async with run(server, tmp_path / "no folder") as service:
        with pytest.raises(NoBackup):
            await service.temporary.make(EDIT)
    assert server.count("create") == 0


async def test_a_deletion_that_fails_is_tried_again_at_the_next_start(tmp_path: Path) -> None:
    server = StandaloneServer(*some(1), delete=refusing(500))
    before = dict(server.texts)
    async with run(server, tmp_path) as service:
        made = await service.temporary.make(EDIT)
        with pytest.raises(ServerFault):
            await service.temporary.delete(made)
    async with run(server, tmp_path) as service:
        [removal] = await service.temporary.delete_left_behind()
        assert removal.assistant_id == made.id
        assert "said 500" in removal.problem
    del server.deviations["delete"]
    async with run(server, tmp_path) as service:
        assert await service.temporary.delete_left_behind() == (Removal(made.id),)
    assert server.texts == before


async def test_what_somebody_else_deleted_is_gone_and_not_told(tmp_path: Path) -> None:
    server = StandaloneServer(*some(1))
    async with run(server, tmp_path) as service:
        made = await service.temporary.make(EDIT)
        del server.texts[made.id]
        await service.temporary.delete(made)
    assert notes(tmp_path) == []


async def test_a_read_only_profile_makes_none(tmp_path: Path) -> None:
    server = StandaloneServer(*some(1))
    async with run(server, tmp_path, read_only=True) as service:
        with pytest.raises(Forbidden):
            await service.temporary.make(EDIT)
    assert server.writes == []

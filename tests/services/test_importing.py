"""What an import asks a server before anything is planned, and what it finds there."""

import json
from pathlib import Path

import pytest

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.formats.import_plan import Action, FileEntry
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.importing import carry_out, look_up
from tests.fakeserver.deviations import in_turn, lost, refusing
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import service_of, some, text_of


def naming(count: int) -> list[FileEntry]:
    """Entries of a file that names so many ids, and changes nothing."""
    return [FileEntry("a.jsonl", json.dumps({"id": f"asst_{n}"})) for n in range(1, count + 1)]


def nothing_said(sentence: str) -> None:
    """Nobody watches."""


async def test_many_ids_are_looked_for_in_the_list_and_each_is_found() -> None:
    server = StandaloneServer(*some(300))
    async with service_of(server) as service:
        found = await look_up(service, naming(250), nothing_said)
    assert {step.action for step in found.steps()} == {Action.UNCHANGED}
    assert server.count("retrieve") == 0 and server.count("list") < 20


async def test_a_list_that_is_longer_than_the_ids_are_worth_is_not_read_to_its_end() -> None:
    server = StandaloneServer(*some(30_000))
    async with service_of(server) as service:
        found = await look_up(service, naming(60), nothing_said)
    assert {step.action for step in found.steps()} == {Action.UNCHANGED}
    assert len(server.requests) <= 3 * 60


async def test_a_few_are_asked_for_one_by_one_and_what_is_not_there_is_new() -> None:
    server = StandaloneServer(*some(3))
    async with service_of(server) as service:
        found = await look_up(service, naming(5), nothing_said)
    assert [*found.on_server] == ["asst_1", "asst_2", "asst_3"]
    assert server.count("retrieve") >= 5 - 1


async def test_a_server_that_cannot_be_asked_ends_it() -> None:
    server = StandaloneServer(*some(3), retrieve=refusing(500))
    async with service_of(server) as service:
        with pytest.raises(ServiceError):
            await look_up(service, naming(5), nothing_said)


async def test_a_create_without_an_answer_is_found_behind_a_hundred_others(tmp_path: Path) -> None:
    server = StandaloneServer(*some(3), create=lost)
    entries = [FileEntry("a.json", '{"model": "m", "name": "Mine"}', source="/a.json")]
    with Journal(tmp_path / "journal.db") as journal:
        account_journal = AccountJournal(journal, "here")
        async with service_of(server, journal=account_journal) as service:
            [step] = (await look_up(service, entries, nothing_said)).steps()
            with pytest.raises(ServiceError):
                await carry_out(service, step)
        mine = {"late": text_of(4, id='"late"', name='"Mine"')}
        server.texts = {f"asst_{n}": text_of(n) for n in range(150, 9, -1)} | mine | server.texts
        async with service_of(server, journal=account_journal) as service:
            [step] = (await look_up(service, entries, nothing_said)).steps()
            assert (step.action, step.why) == (Action.IMPORTED, "already imported as late")
            last = await account_journal.last()
    assert last is not None and last.object_id == "late"


async def test_what_is_older_or_of_another_create_is_not_taken_for_what_got_no_answer(
    tmp_path: Path,
) -> None:
    alike = '{"model": "m", "name": "Mine"}'
    entries = [FileEntry(f"a:{line}", alike, source="/a.json") for line in (1, 2)]
    server = StandaloneServer(*some(40))
    server.texts["asst_3"] = text_of(3, name='"Mine"')
    server.deviations["create"] = in_turn(lost, server.answer)
    with Journal(tmp_path / "journal.db") as journal:
        account_journal = AccountJournal(journal, "here")
        async with service_of(server, journal=account_journal) as service:
            steps = (await look_up(service, entries, nothing_said)).steps()
            with pytest.raises(ServiceError):
                await carry_out(service, steps[0])
        async with service_of(server, journal=account_journal) as service:
            await carry_out(service, steps[1])
        async with service_of(server, journal=account_journal) as service:
            steps = (await look_up(service, entries, nothing_said)).steps()
    assert [step.action for step in steps] == [Action.CREATE, Action.IMPORTED]

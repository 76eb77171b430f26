"""Several programs at once on one store and one journal: nothing is lost, and nothing locked."""

from pathlib import Path

import pytest

from assistant_tui.core.rows import ResourceRow
from assistant_tui.journal.entries import ChangeKind, Entry
from assistant_tui.services.assistants import AssistantService
from tests.concurrency import programs
from tests.concurrency.programs import ROUNDS, new, program
from tests.process_pool import process_pool


async def listed(service: AssistantService) -> dict[str, ResourceRow]:
    """All that the store has, by id."""
    return {row.id: row for row in (await service.reload(10_000)).rows}


@pytest.mark.parametrize("processes", [2, 4])
async def test_what_each_was_told_is_in_the_store_and_in_the_journal(
    processes: int, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with process_pool(processes) as together:
        done = together.starmap(
            programs.write, [(home, who) for who in range(processes)], chunksize=1
        )
    async with program(home) as service:
        rows = await listed(service)
        assert {name: row.name for name, row in rows.items()} == {
            name: left for each in done for name, left in each.there.items()
        }
        for each in done:
            for name in each.there:
                kinds = [entry.kind for entry in await service.journal.history(name)]
                assert kinds == [ChangeKind.CHANGED, ChangeKind.CREATED]
        trash = {entry.object_id for entry in await service.journal.trash()}
        assert trash == {name for each in done for name in each.gone}
        drafts = [draft.key for draft in await service.journal.drafts.orphans()]
        assert sorted(drafts) == sorted(rows), "what nobody has put away is offered"


async def test_eight_may_make_the_first_start_together(tmp_path: Path) -> None:
    processes = 8
    homes = [tmp_path / f"home {number}" for number in range(5)]
    with process_pool(processes) as together:
        made = together.starmap(
            programs.start, [(homes, who) for who in range(processes)], chunksize=1
        )
    for home, ids in zip(homes, zip(*made, strict=True), strict=True):
        async with program(home) as service:
            assert sorted(await listed(service)) == sorted(ids)
            assert len(await service.journal.drafts.orphans()) == processes
            assert all([len(await service.journal.history(each)) == 1 for each in ids])


async def test_changes_of_one_assistant_in_different_fields_are_all_there(tmp_path: Path) -> None:
    fields = ["name", "description", "instructions"]
    async with program(tmp_path) as service:
        one = (await service.create(new("first"))).row.id
        with process_pool(len(fields)) as together:
            seen = together.starmap(
                programs.describe, [(tmp_path, one, field) for field in fields], chunksize=1
            )
        now = (await service.fetch(one)).text
        history = await service.journal.history(one)
    for field, before in zip(fields, seen, strict=True):
        assert f'"{field}":"{ROUNDS - 1}"' in now
        assert before[1:] == [str(number) for number in range(ROUNDS - 1)], "nobody undid it"
    assert len(history) == 1 + ROUNDS * len(fields)


async def test_a_deletion_is_taken_back_by_one_of_several_programs(tmp_path: Path) -> None:
    processes = 3
    async with program(tmp_path) as service:
        for number in range(ROUNDS):
            await service.delete((await service.create(new(str(number)))).row.id)
        trash = await service.journal.trash()
        with process_pool(processes) as together:
            made = together.starmap(
                programs.bring_back, [(tmp_path, [*map(number_of, trash)])] * processes, 1
            )
        assert sorted(await listed(service)) == sorted(each for ids in made for each in ids)
        assert await service.journal.trash() == ()
    assert sum(map(len, made)) == ROUNDS


def number_of(entry: Entry) -> int:
    """The number of an entry."""
    return entry.number

"""One act on many: how many at a time, when it ends, and what is told of each."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.assistants.bulk_edits import with_metadata
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.batch import AT_ONCE, Batch, DeleteResult, Result, Status
from assistant_tui.core.errors import Forbidden, ServerFault, ServiceError, Unauthorized
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.verification import SaveResult
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.writes import WriteContext
from tests.fakeserver.deviations import Allowance, SyncHandler, refusing
from tests.fakeserver.requests import part_of
from tests.fakeserver.server import ANY
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import client_of, service_of, some

DONE, UNCHANGED, FAILED, LEFT = Status.DONE, Status.UNCHANGED, Status.FAILED, Status.NOT_TRIED


def rows(count: int) -> list[ResourceRow]:
    return [
        ResourceRow(f"a{number}", None, "{}", summary=AssistantSummary("", "m"))
        for number in range(count)
    ]


def statuses(batch: Batch[ResourceRow]) -> list[Status]:
    return [result.status for result in batch.results]


async def test_a_few_at_a_time_and_each_once() -> None:
    under_way, most, done = 0, 0, []
    together = asyncio.Barrier(AT_ONCE)

    async def operation(row: ResourceRow) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await together.wait()
        under_way -= 1
        done.append(row.id)

    count = 3 * AT_ONCE
    batch = Batch(rows(count), operation)
    await batch.run()
    assert (most, sorted(done)) == (AT_ONCE, sorted(row.id for row in rows(count)))
    assert statuses(batch) == [DONE] * count and batch.tried == count


async def test_stopped_it_ends_what_is_under_way_and_begins_nothing() -> None:
    told: list[Result[ResourceRow]] = []

    async def operation(row: ResourceRow) -> None:
        batch.stop()

    batch = Batch(rows(9), operation, told.append, at_once=2)
    await batch.run()
    assert statuses(batch) == [DONE] + [LEFT] * 8
    assert batch.stopped == "stopped" and [result.item.id for result in told] == ["a0"]


async def test_one_that_fails_stops_no_other() -> None:
    async def operation(row: ResourceRow) -> None:
        if row.id == "a1":
            raise ServerFault("broke", status=500)

    batch = Batch(rows(3), operation)
    await batch.run()
    assert statuses(batch) == [DONE, FAILED, DONE]
    assert batch.results[1].why == "Server fault: broke (status 500)"
    assert (batch.tried, batch.failed, batch.total) == (3, 1, 3)


@pytest.mark.parametrize("error", [Unauthorized("who?"), Forbidden("no")])
async def test_what_every_other_would_meet_ends_it(error: ServiceError) -> None:
    async def operation(row: ResourceRow) -> None:
        raise error

    batch = Batch(rows(9), operation, at_once=1)
    await batch.run()
    assert statuses(batch) == [FAILED] + [LEFT] * 8
    assert batch.stopped == error.title


async def test_again_takes_what_failed_or_was_not_tried() -> None:
    broken = True

    async def operation(row: ResourceRow) -> None:
        if broken and row.id == "a1":
            raise ServerFault("broke")
        if broken and row.id == "a3":
            raise Unauthorized("who?")

    batch = Batch(rows(6), operation, at_once=1)
    await batch.run()
    assert statuses(batch) == [DONE, FAILED, DONE, FAILED, LEFT, LEFT]
    broken = False
    done = [*batch.of(DONE)]
    await batch.run()
    assert (batch.tried, batch.total, batch.stopped) == (4, 4, "")
    assert statuses(batch) == [DONE] * 6 and [*batch.results[:1], batch.results[2]] == done


async def test_items_that_are_just_alike_are_each_done_once() -> None:
    done: list[ResourceRow] = []

    async def operation(row: ResourceRow) -> str:
        done.append(row)
        return f"number {len(done)}"

    same = rows(1) * 3
    batch = Batch(same, operation, at_once=2)
    await batch.run()
    assert done == same and statuses(batch) == [DONE] * 3
    assert [result.why for result in batch.results] == ["number 1", "number 2", "number 3"]


async def test_items_about_one_assistant_are_done_in_their_order_and_not_at_once() -> None:
    under_way: list[str] = []
    ended: list[str] = []

    async def operation(row: ResourceRow) -> None:
        assert row.id not in under_way
        under_way.append(row.id)
        for _ in range(5 - len(ended)):
            await asyncio.sleep(0)
        under_way.remove(row.id)
        ended.append(row.name)

    held = [
        ResourceRow(name[0], None, "{}", summary=AssistantSummary(name, "m"))
        for name in ("a1", "b1", "a2", "a3", "b2")
    ]
    batch = Batch(held, operation)
    await batch.run()
    assert statuses(batch) == [DONE] * 5
    for known in "ab":
        assert [name for name in ended if name[0] == known] == [
            row.name for row in held if row.id == known
        ]


async def test_an_error_that_nobody_expected_is_the_failure_of_its_item_alone() -> None:
    async def operation(row: ResourceRow) -> None:
        if row.id == "a1":
            raise KeyError("sk-secret")

    batch = Batch(rows(3), operation)
    await batch.run()
    assert statuses(batch) == [DONE, FAILED, DONE]
    assert re.fullmatch(
        r"stopped by a fault of this program \(KeyError, test_batch\.py:\d+\)", batch.results[1].why
    )
    assert isinstance(batch.results[1].fault, KeyError)


def failing_for(server: StandaloneServer, name: str, status: int) -> SyncHandler:
    """Refuses what is about one assistant, and does all else."""

    def answer(request: httpx.Request) -> httpx.Response:
        about = request.url.path.endswith(name)
        return refusing(status)(request) if about else server.answer(request)

    return answer


async def changed(
    service: AssistantService, held: Sequence[ResourceRow], token: str
) -> Batch[ResourceRow]:
    edit = with_metadata("team", "ops")

    async def operation(row: ResourceRow) -> SaveResult:
        return await service.change(row.id, edit, WriteContext(batch=token))

    batch = Batch(held, operation)
    await batch.run()
    return batch


async def test_a_server_that_fails_in_the_middle_has_the_others_changed_alone(
    tmp_path: Path,
) -> None:
    server = StandaloneServer(*some(5))
    server.deviations["modify"] = failing_for(server, "asst_3", 500)
    server.texts["asst_2"] = server.texts["asst_2"][:-1] + ', "metadata": {"team": "ops"}}'
    with Journal(tmp_path / "journal.db") as journal:
        async with service_of(server, journal=AccountJournal(journal, "here")) as service:
            held = (await service.page()).rows
            before = dict(server.texts)
            batch = await changed(service, held, "b1")
            assert statuses(batch) == [DONE, DONE, FAILED, UNCHANGED, DONE]
            assert server.bodies.count('{"metadata": {"team": "ops"}}') == len(server.bodies)
            for name in ("asst_3", "asst_2"):
                assert server.texts[name] == before[name]
            entries = await service.journal.batch("b1")
            assert {entry.object_id for entry in entries} == {"asst_5", "asst_4", "asst_1"}
            assert {entry.before for entry in entries} == {
                before[entry.object_id] for entry in entries
            }
            del server.deviations["modify"]
            await batch.run()
            assert statuses(batch) == [DONE, DONE, DONE, UNCHANGED, DONE]
    assert all('"metadata": {"team": "ops"}' in text for text in server.texts.values())


async def test_an_edit_is_made_of_what_the_server_has_now() -> None:
    server = StandaloneServer(*some(1))
    async with service_of(server) as service:
        held = (await service.page()).rows
        server.texts["asst_1"] = server.texts["asst_1"][:-1] + ', "metadata": {"of": "others"}}'
        batch = await changed(service, held, "")
    assert statuses(batch) == [DONE]
    assert server.bodies == ['{"metadata": {"of": "others", "team": "ops"}}']


async def test_what_does_not_fit_the_api_is_left_alone() -> None:
    server = StandaloneServer('{"id": "odd", "name": 5}')
    async with service_of(server) as service:
        batch = await changed(service, (await service.page()).rows, "")
    assert statuses(batch) == [FAILED] and "does not fit the API" in batch.results[0].why
    assert server.bodies == []


async def test_a_read_only_profile_sends_nothing() -> None:
    server = StandaloneServer(*some(2))
    async with service_of(server, read_only=True) as service:
        batch = await changed(service, (await service.page()).rows, "")
    assert FAILED in statuses(batch) and DONE not in statuses(batch)
    assert {part_of(request) for request in server.requests} == {"list"}


async def test_where_little_is_allowed_a_bulk_deletion_slows_down_and_ends() -> None:
    """Twelve are deleted by five requests in six seconds, and two requests each."""
    allowance = Allowance(5, 6.0)
    server = StandaloneServer(*some(12))
    server.deviations[ANY] = allowance
    async with client_of(server, sleep=allowance.sleep) as client:
        service = AssistantService(client)

        async def delete(row: ResourceRow) -> DeleteResult:
            await service.delete(row.id, allow_without_backup=True)
            return DeleteResult(row.id)

        rows = [ResourceRow(f"asst_{number}", None, "{}") for number in range(1, 13)]
        batch = Batch(rows, delete)
        await batch.run()
    assert [each.status for each in batch.results] == [Status.DONE] * 12
    assert (server.texts, allowance.refused > 0) == ({}, True)

"""An answer is taken only for what was asked: ids are compared, however they are written."""

import pytest

from assistant_tui.core.errors import Invalid, Unreadable, WrongObject
from assistant_tui.core.json_text import write_json
from assistant_tui.core.labels import NO_ID, shown_id
from tests.api.support import DELETIONS, READS, WRITES, Reply, ScriptedServer, client

NAMING = {"retrieve": READS["retrieve"], "modify": WRITES["modify"], **DELETIONS}
"""The requests that name an assistant, asst_1."""
OTHERS = ["asst_2", "ASST_1", "asst_1 ", " asst_1", "asst_1\u200b", "asst_\u0661", "1", 1, 1.5]


@pytest.mark.parametrize("answered", OTHERS)
@pytest.mark.parametrize("action", NAMING)
async def test_an_answer_about_another_assistant_is_refused(action: str, answered: object) -> None:
    body = write_json({"id": answered, "name": "x", "deleted": True})
    async with client(
        ScriptedServer(Reply(body=body, headers={"x-request-id": "req_1"}))
    ) as opened:
        with pytest.raises(WrongObject) as raised:
            await NAMING[action](opened)
    assert raised.value.message.endswith(
        f"about asst_1, but answered about {shown_id(str(answered))}"
    )
    assert (raised.value.status, raised.value.request_id) == (200, "req_1")
    assert raised.value.may_have_arrived is (action != "retrieve")


@pytest.mark.parametrize("action", NAMING)
async def test_one_that_does_not_fit_the_api_is_held_against_its_id_too(action: str) -> None:
    body = '{"id": "asst_2", "name": 5, "tools": "odd", "deleted": "maybe"}'
    async with client(ScriptedServer(Reply(body=body))) as opened:
        with pytest.raises(WrongObject):
            await NAMING[action](opened)


async def test_a_deletion_of_another_that_was_not_done_says_nothing_of_this_one() -> None:
    async with client(ScriptedServer(Reply(body='{"id": "b", "deleted": false}'))) as opened:
        with pytest.raises(WrongObject):
            await opened.delete("a")


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("7", "7"),
        ("7", '"7"'),
        ("0.5", "0.50"),
        ("9007199254740993", "9007199254740993"),
        ("a b/é", '"a b\\/\\u00e9"'),
        ("-1", "-1"),
    ],
)
@pytest.mark.parametrize("members", ["", ', "name": 5'])
async def test_ids_of_any_type_are_compared_as_texts(
    asked: str, answered: str, members: str
) -> None:
    script = ScriptedServer(Reply(body=f'{{"id": {answered}{members}, "deleted": true}}'))
    async with client(script) as opened:
        assert (await opened.retrieve(asked)).id == asked
        assert (await opened.modify(asked, {})).id == asked
        assert await opened.delete(asked)


async def test_what_stands_for_a_missing_id_is_never_asked_for() -> None:
    script = ScriptedServer(Reply(body='[{"name": "x"}]'))
    async with client(script) as opened:
        (row,) = (await opened.list()).rows
        assert row.id.startswith(NO_ID)
        with pytest.raises(Invalid, match="no id"):
            await opened.retrieve(row.id)
        with pytest.raises(Invalid, match="no id"):
            await opened.modify(row.id, {})
        with pytest.raises(Invalid, match="no id"):
            await opened.delete(row.id)
    assert len(script.requests) == 1


@pytest.mark.parametrize("body", ['{"name": "x"}', '{"id": null}', '{"id": ""}', '{"id": [1]}'])
async def test_an_assistant_without_an_id_is_none(body: str) -> None:
    async with client(ScriptedServer(Reply(body=body))) as opened:
        for action in (NAMING["retrieve"], NAMING["modify"]):
            with pytest.raises(Unreadable, match="no id"):
                await action(opened)

"""A save: looked at first, sent as little as possible, looked at again."""

from dataclasses import replace

import httpx
import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import EditConflict, Incomplete, Invalid, NotFound, NotServed
from assistant_tui.core.json_text import members
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import Capability
from assistant_tui.services.writes import WriteContext
from tests.fakeserver.deviations import absent, in_turn, lost, refusing, unreachable
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import draft_of, embedded, service_of, some, text_of

EXACT = (
    '[{"type": "function", "function": {"strict": null, "name": "f", "parameters":'
    ' {"z": 1.0, "a": 1e5, "id": 9007199254740993, "e": 1.50}}}, {"later": [1.0], "type": "x"}]'
)


async def test_only_what_was_touched_is_sent_and_to_the_letter() -> None:
    server = StandaloneServer(text_of(1, tools=EXACT, updated_at="1.0"))
    (text,) = server.texts.values()
    async with service_of(server) as service:
        saved = await service.save(Draft(RawJson(text)).edited("name", "Zoë \u2028"))
    assert server.parts == ["retrieve", "modify"]
    assert server.bodies == ['{"name": "Zoë \u2028"}']
    assert saved.outcome.as_asked and saved.row.name == "Zoë \u2028"
    assert members(saved.row.text)["tools"] == EXACT


async def test_tools_keep_every_number_key_order_and_unknown_type() -> None:
    server = StandaloneServer(text_of(1))
    async with service_of(server) as service:
        saved = await service.save(draft_of(text_of(1), tools=EXACT))
    assert server.bodies == [f'{{"tools": {EXACT}}}']
    assert saved.outcome.as_asked


async def test_the_whole_goes_where_the_profile_says_so() -> None:
    text = text_of(1, tools=EXACT, top_p="1.0", file_ids='["file_1"]')
    server = StandaloneServer(text)
    async with service_of(server, full_replace=True) as service:
        await service.save(Draft(RawJson(text)).edited("name", "New"))
    (body,) = server.bodies
    sent = members(body)
    kept = {"tools": EXACT, "top_p": "1.0", "file_ids": '["file_1"]'}
    assert sent == {"name": '"New"', "model": '"m"', **kept}


async def test_a_draft_that_changes_nothing_is_not_sent() -> None:
    server = StandaloneServer(text_of(1))
    async with service_of(server) as service:
        saved = await service.save(Draft(RawJson(text_of(1))))
    assert server.parts == ["retrieve"]
    assert (saved.row.name, saved.merged) == ("N1", ())


async def test_the_same_field_changed_elsewhere_is_a_conflict_and_nothing_is_sent() -> None:
    draft = draft_of(text_of(1), name='"mine"')
    server = StandaloneServer(text_of(1, name='"theirs"'))
    async with service_of(server) as service:
        with pytest.raises(EditConflict) as caught:
            await service.save(draft)
    assert caught.value.fields == ("name",)
    assert caught.value.newer.name == "theirs"
    assert server.parts == ["retrieve"]


async def test_a_conflict_over_the_embedded_server_leaves_theirs() -> None:
    async with embedded(3) as (service, recorder):
        row = (await service.page()).rows[1]
        await service.save(draft_of(row.text, name='"theirs"'))
        with pytest.raises(EditConflict):
            await service.save(draft_of(row.text, name='"mine"'))
        assert (await service.fetch(row.id)).name == "theirs"
    assert recorder.parts.count("modify") == 1


async def test_other_fields_changed_elsewhere_are_kept_and_told() -> None:
    draft = draft_of(text_of(1), name='"mine"')
    server = StandaloneServer(text_of(1, instructions='"theirs"', updated_at="5"))
    async with service_of(server) as service:
        saved = await service.save(draft)
    assert server.bodies == ['{"name": "mine"}']
    assert saved.merged == ("instructions", "updated_at")
    assert members(saved.row.text)["instructions"] == '"theirs"'


async def test_the_same_change_made_elsewhere_needs_no_sending() -> None:
    server = StandaloneServer(text_of(1, name='"both"'))
    async with service_of(server) as service:
        saved = await service.save(draft_of(text_of(1), name='"both"'))
    assert server.parts == ["retrieve"]
    assert saved.row.name == "both"


async def test_what_was_deleted_elsewhere_is_not_found_and_not_sent() -> None:
    server = StandaloneServer(*some(3))
    async with service_of(server) as service:
        with pytest.raises(NotFound):
            await service.save(draft_of(text_of(9), name='"x"'), WriteContext(previous_id="asst_3"))
        assert service.can(Capability.MODIFY)
    assert server.count("modify") == 0


async def test_what_is_deleted_between_the_look_and_the_save_is_not_found() -> None:
    server = StandaloneServer(*some(3))

    def too_late(request: httpx.Request) -> httpx.Response:
        del server.texts["asst_2"]
        return server.answer(request)

    server.deviations["modify"] = too_late
    async with service_of(server) as service:
        with pytest.raises(NotFound):
            await service.save(draft_of(text_of(2), name='"x"'), WriteContext(previous_id="asst_3"))
        assert service.can(Capability.MODIFY)


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_that_has_it_but_cannot_modify_it(status: int) -> None:
    server = StandaloneServer(*some(3), modify=refusing(status))
    async with service_of(server) as service:
        with pytest.raises(NotServed, match="cannot modify assistants") as caught:
            await service.save(draft_of(text_of(2), name='"x"'), WriteContext(previous_id="asst_3"))
        assert not service.can(Capability.MODIFY)
        assert service.can(Capability.RETRIEVE)
    assert caught.value.status == status
    assert server.count("modify") == 1


async def test_what_a_server_cannot_do_is_not_asked_for_again() -> None:
    server = StandaloneServer(*some(3), modify=absent, delete=absent, create=refusing(405))
    async with service_of(server) as service:
        for _ in range(2):
            with pytest.raises(NotServed, match="cannot modify assistants"):
                await service.save(draft_of(text_of(2), name='"x"'))
            with pytest.raises(NotServed, match="cannot delete assistants"):
                await service.delete("asst_2")
            with pytest.raises(NotServed):
                await service.create(Draft(preset={"model": '"m"'}))
    writes = [part for part in server.parts if part in ("modify", "delete", "create")]
    assert sorted(writes) == ["create", "delete", "modify"]


async def test_a_server_that_misses_a_field_that_was_not_sent_wants_the_whole_object() -> None:
    complaint = {"type": "missing", "loc": ["body", "model"], "msg": "Field required"}
    refusal = {"detail": [complaint]}
    server = StandaloneServer(text_of(1))
    server.deviations["modify"] = lambda request: (
        server.answer(request)
        if b'"model"' in request.content
        else httpx.Response(422, json=refusal)
    )
    async with service_of(server) as service:
        for said in ("Field required", "nothing was sent"):
            with pytest.raises(Incomplete, match=said) as caught:
                await service.save(draft_of(text_of(1), name='"x"'))
            assert str(caught.value).endswith(" · set full_replace")
        assert not service.can(Capability.PATCH)
        service.use_full_replace()
        await service.save(draft_of(text_of(1), name='"x"'))
    assert server.bodies == ['{"name": "x"}', '{"name": "x", "model": "m"}']


@pytest.mark.parametrize(
    "error",
    [
        {"message": "too long", "param": "name", "code": "string_above_max_length"},
        {"message": "no such model any more", "param": "model", "code": "model_not_found"},
        {"message": "missing", "param": "name", "code": "missing_required_parameter"},
    ],
    ids=["of what was sent", "of a value that is there", "of a field that was sent"],
)
async def test_another_refusal_does_not_ask_for_the_whole_object(error: dict[str, str]) -> None:
    refusal = {"error": error}
    server = StandaloneServer(text_of(1), modify=lambda request: httpx.Response(400, json=refusal))
    async with service_of(server) as service:
        with pytest.raises(Invalid) as caught:
            await service.save(draft_of(text_of(1), name='"x"'))
        assert not isinstance(caught.value, Incomplete)
        assert service.can(Capability.PATCH)


async def test_a_server_that_can_but_list_create_and_delete() -> None:
    server = StandaloneServer(*some(3), modify=absent, retrieve=absent)
    async with service_of(server) as service:
        with pytest.raises(NotServed):
            await service.save(draft_of(text_of(2), name='"x"'), WriteContext(previous_id="asst_3"))
        missing = [each for each in Capability if not service.can(each)]
    assert missing == [Capability.RETRIEVE, Capability.MODIFY]


async def test_a_save_without_retrieve_goes_through_the_list() -> None:
    server = StandaloneServer(*some(3), retrieve=absent)
    async with service_of(server) as service:
        saved = await service.save(
            draft_of(text_of(2), name='"x"'), WriteContext(previous_id="asst_3")
        )
    assert server.parts == ["retrieve", "list", "modify"]
    assert saved.row.name == "x"


async def test_what_the_server_refuses_is_the_servers_word() -> None:
    server = StandaloneServer(text_of(1), modify=refusing(400))
    async with service_of(server) as service:
        with pytest.raises(Invalid, match="said 400"):
            await service.save(draft_of(text_of(1), name='"x"'))
    assert server.parts == ["retrieve", "modify"]


def ignoring(server: StandaloneServer, *names: str) -> None:
    """The server takes some fields and says nothing about them."""

    def modify(request: httpx.Request) -> httpx.Response:
        sent = members(request.content.decode())
        kept = {name: text for name, text in sent.items() if name not in names}
        body = ", ".join(f'"{name}": {text}' for name, text in kept.items())
        return server.answer(httpx.Request("POST", request.url, content="{" + body + "}"))

    server.deviations["modify"] = modify


async def test_ignored_fields_are_told() -> None:
    server = StandaloneServer(text_of(1, temperature="0.5"))
    ignoring(server, "temperature")
    async with service_of(server) as service:
        draft = draft_of(text_of(1, temperature="0.5"), name='"x"', temperature="0.7")
        saved = await service.save(draft)
    assert (saved.outcome.ignored, saved.outcome.wiped) == (("temperature",), ())
    assert server.parts == ["retrieve", "modify", "retrieve"]


async def test_wiped_fields_are_told() -> None:
    text = text_of(1, instructions='"long"', metadata='{"a": "b"}')
    server = StandaloneServer(text)

    def replace_all(request: httpx.Request) -> httpx.Response:
        head = {"id": '"asst_1"', "model": '"m"', "metadata": "{}"}
        new = head | members(request.content.decode())
        server.texts["asst_1"] = "{" + ",".join(f'"{k}": {v}' for k, v in new.items()) + "}"
        return httpx.Response(200, text=server.texts["asst_1"])

    server.deviations["modify"] = replace_all
    async with service_of(server) as service:
        saved = await service.save(draft_of(text, name='"x"'))
    assert saved.outcome.wiped == ("instructions", "metadata")
    assert saved.outcome.ignored == ()


@pytest.mark.parametrize(
    ("name", "default"), [("temperature", "1"), ("response_format", '"auto"'), ("tools", "[]")]
)
async def test_null_may_come_back_as_the_default(name: str, default: str) -> None:
    text = text_of(1, **{name: '"set"'})
    server = StandaloneServer(text)

    def modify(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=text_of(1, **{name: default}))

    server.deviations["modify"] = modify
    async with service_of(server) as service:
        assert (await service.save(draft_of(text, **{name: "null"}))).outcome.as_asked
    assert server.bodies == [f'{{"{name}": null}}']


async def test_an_answer_that_tells_little_is_looked_up() -> None:
    server = StandaloneServer(text_of(1))

    def brief(request: httpx.Request) -> httpx.Response:
        server.answer(request)
        return httpx.Response(200, text='{"id": "asst_1"}')

    server.deviations["modify"] = brief
    async with service_of(server) as service:
        saved = await service.save(draft_of(text_of(1), name='"x"'))
    assert saved.outcome.as_asked and saved.row.name == "x"


@pytest.mark.parametrize("failing", [unreachable, lost, refusing(500)])
async def test_a_second_look_that_fails_makes_no_save_fail(failing: object) -> None:
    server = StandaloneServer(text_of(1))
    server.deviations["retrieve"] = in_turn(server.answer, failing)  # type: ignore[arg-type]  # a sync and an async handler
    ignoring(server, "name")
    async with service_of(server) as service:
        saved = await service.save(draft_of(text_of(1), name='"x"'))
    assert saved.outcome.ignored == ("name",)
    assert server.count("modify") == 1


async def test_saving_mine_over_theirs_after_a_conflict() -> None:
    draft = draft_of(text_of(1), name='"mine"')
    server = StandaloneServer(text_of(1, name='"theirs"'))
    async with service_of(server) as service:
        with pytest.raises(EditConflict) as caught:
            await service.save(draft)
        newer = RawJson(caught.value.newer.text)
        saved = await service.save(replace(draft, original=newer))
    assert saved.row.name == "mine"
    assert server.bodies == ['{"name": "mine"}']

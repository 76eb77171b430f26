"""The official SDK against a real socket, as its users drive a server."""

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from tests.server.support import serving

# Every assistants method of the SDK is marked deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

KEY = "sk-local-key"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for the module; each test has its own assistants."""
    database = tmp_path_factory.mktemp("sdk") / "assistants.db"
    with serving(database, api_key=KEY) as (url, _):
        yield url


@pytest.fixture
def sdk(url: str) -> Iterator[openai.OpenAI]:
    """The SDK with the right key; everything that was made is deleted afterwards."""
    with openai.OpenAI(base_url=url, api_key=KEY, max_retries=0) as sdk:
        yield sdk
        for assistant in list(sdk.beta.assistants.list(limit=100)):
            sdk.beta.assistants.delete(assistant.id)


def test_create_retrieve_update_delete(sdk: openai.OpenAI) -> None:
    made = sdk.beta.assistants.create(
        model="gpt-4o",
        name="客服 👩🏽‍🔧",
        instructions="Count.\r\n",
        tools=[
            {"type": "code_interpreter"},
            {"type": "function", "function": {"name": "add", "parameters": {"big": 2**60}}},
        ],
        tool_resources={"file_search": {"vector_stores": [{"file_ids": ["file-1"]}]}},
        metadata={"team": "a"},
        temperature=0.5,
        response_format={"type": "json_object"},
        reasoning_effort="low",
    )
    assert made.name == "客服 👩🏽‍🔧" and made.instructions == "Count.\r\n"
    assert [tool.type for tool in made.tools] == ["code_interpreter", "function"]
    assert made.tool_resources and made.tool_resources.file_search
    assert made.tool_resources.file_search.vector_store_ids
    assert sdk.beta.assistants.retrieve(made.id) == made
    updated = sdk.beta.assistants.update(made.id, name=None, tools=[], metadata={"team": "b"})
    assert updated.name is None and updated.tools == [] and updated.metadata == {"team": "b"}
    assert updated.instructions == made.instructions
    gone = sdk.beta.assistants.delete(made.id)
    assert (gone.id, gone.deleted, gone.object) == (made.id, True, "assistant.deleted")
    with pytest.raises(openai.NotFoundError) as caught:
        sdk.beta.assistants.retrieve(made.id)
    assert caught.value.request_id and caught.value.request_id.startswith("req_")


@pytest.mark.parametrize("limit", [1, 5, 7, 100])
def test_listing_pages_by_itself(sdk: openai.OpenAI, limit: int) -> None:
    made = [sdk.beta.assistants.create(model="m", name=str(n)).id for n in range(15)]
    listed = [assistant.id for assistant in sdk.beta.assistants.list(limit=limit)]
    assert listed == made[::-1]
    assert [each.id for each in sdk.beta.assistants.list(limit=limit, order="asc")] == made
    page = sdk.beta.assistants.list(limit=5, before=made[5])
    assert [assistant.id for assistant in page.data] == made[10:5:-1]


async def test_listing_while_others_delete(url: str, sdk: openai.OpenAI) -> None:
    made = [sdk.beta.assistants.create(model="m").id for _ in range(9)]
    async with openai.AsyncOpenAI(base_url=url, api_key=KEY) as other:
        seen = []
        async for assistant in other.beta.assistants.list(limit=3):
            seen.append(assistant.id)
            await other.beta.assistants.delete(assistant.id)
            await other.beta.assistants.create(model="m")
    assert seen == made[::-1]


def test_models(sdk: openai.OpenAI) -> None:
    assert [model.id for model in sdk.models.list()] == ["gpt-4o", "org/own-model"]
    assert sdk.models.retrieve("gpt-4o").owned_by
    assert sdk.models.retrieve("org/own-model").id == "org/own-model"
    with pytest.raises(openai.NotFoundError) as caught:
        sdk.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"


def test_errors(url: str, sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as bad:
        sdk.beta.assistants.create(model="m", name="x" * 257)
    assert (bad.value.param, bad.value.code) == ("name", "string_above_max_length")
    assert bad.value.type == "invalid_request_error"
    with pytest.raises(openai.BadRequestError) as bad:
        sdk.beta.assistants.list(limit=101)
    assert bad.value.param == "limit"
    wrong = openai.OpenAI(base_url=url, api_key="wrong", max_retries=0)
    with wrong, pytest.raises(openai.AuthenticationError) as refused:
        wrong.beta.assistants.list()
    assert refused.value.code == "invalid_api_key"


def test_what_is_served_lies_in_the_database(tmp_path: Path) -> None:
    database = tmp_path / "assistants.db"
    with serving(database) as (url, _), openai.OpenAI(base_url=url, api_key="any") as sdk:
        made = sdk.beta.assistants.create(model="m").id
    with serving(database) as (url, _), openai.OpenAI(base_url=url, api_key="any") as sdk:
        assert [assistant.id for assistant in sdk.beta.assistants.list()] == [made]

"""The model of a run goes where it is listed or named, else to the default; nothing is guessed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from assistant_tui.server.runs import backends as backends_module
from assistant_tui.server.runs.backend import BackendOptions
from assistant_tui.server.runs.backends import Backends, LocalServer
from assistant_tui.server.runs.chat import ChatError
from assistant_tui.server.runs.models import ChosenModel
from assistant_tui.transport.endpoint import Endpoint
from tests.fakeserver.streaming_app import Call, StreamingApp, in_this_process, on_socket
from tests.server.runs.fake_backend import FakeBackend, names_of, refusing, request, streaming


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now


def listing(*names: str, owner: str = "library", **members: str) -> StreamingApp:
    """A backend that lists models, and nothing else."""
    models = [{"id": name, "object": "model", "owned_by": owner} for name in names]
    return FakeBackend(refusing(200, {"object": "list", "data": models, **members}))


@asynccontextmanager
async def backends_to(clock: Clock | None = None, **apps: StreamingApp) -> AsyncIterator[Backends]:
    """The backends of these apps, by their names."""
    async with AsyncExitStack() as stack:
        options = [
            BackendOptions(name, await stack.enter_async_context(in_this_process(app)))
            for name, app in apps.items()
        ]
        yield await stack.enter_async_context(Backends(options, now=clock or Clock()))


def where(chosen: ChosenModel) -> tuple[str, str]:
    """The backend and the model that were chosen."""
    return chosen.backend, chosen.name


async def test_a_model_goes_to_the_backend_that_lists_it() -> None:
    async with backends_to(one=listing("a", "b"), two=listing("b", "c", "d:latest")) as backends:
        chosen = [await backends.choose(model) for model in ("a", "b", "c", "d")]
    assert [where(each) for each in chosen] == [
        ("one", "a"),
        ("one", "b"),
        ("two", "c"),
        ("two", "d"),
    ]
    assert all(each.notes == () and each.concurrency == 1 for each in chosen)


async def test_a_backend_can_be_named_before_the_model() -> None:
    one, two = listing("a"), listing("a")
    async with backends_to(one=one, two=two) as backends:
        assert where(await backends.choose("two/a")) == ("two", "a")
        assert where(await backends.choose("two/org/b")) == ("two", "org/b")
        assert one.calls == two.calls == []
        assert where(await backends.choose("org/b")) == ("one", "org/b")


async def test_what_nobody_lists_goes_to_the_default_which_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backends_module, "_LIST_TIMEOUT", 0.05)
    async with backends_to(one=listing("a"), two=StreamingApp(silent)) as backends:
        chosen = await backends.choose("x")
    assert where(chosen) == ("one", "x")
    assert chosen.notes == ("No backend lists the model x, so one was asked.",)


async def silent(call: Call) -> None:
    await call.disconnected()


async def test_one_backend_is_asked_for_every_model() -> None:
    app = listing("a")
    async with backends_to(one=app) as backends:
        chosen = await backends.choose("x")
    assert (where(chosen), chosen.notes, app.calls) == (("one", "x"), (), [])


async def test_lists_are_asked_for_once_in_a_while() -> None:
    clock, app = Clock(), listing("a")
    async with backends_to(clock, one=app, two=listing("b")) as backends:
        await asyncio.gather(*(backends.choose("b") for _ in range(5)))
        assert len(app.calls) == 1
        clock.now += 59.0
        await backends.choose("b")
        assert len(app.calls) == 1
        clock.now += 2.0
        await backends.choose("b")
        assert len(app.calls) == 2


async def test_a_list_that_cannot_be_had_is_asked_for_again_sooner() -> None:
    clock = Clock()
    fails = FakeBackend(refusing(401, "who are you"), refusing(200, {"data": [{"id": "b"}]}))
    async with backends_to(clock, one=listing("a"), two=fails) as backends:
        assert where(await backends.choose("b")) == ("one", "b")
        clock.now += 6.0
        assert where(await backends.choose("b")) == ("two", "b")


async def test_configured_models_are_not_asked_for() -> None:
    async with in_this_process(listing("x")) as endpoint:
        options = BackendOptions("one", endpoint, models=("a",), concurrency=3)
        async with Backends([options, BackendOptions("two", endpoint)]) as backends:
            assert names_of(await backends.list_models()) == ["a", "x"]
            assert (await backends.choose("a")).concurrency == 3


async def test_the_models_of_all() -> None:
    async with backends_to(one=listing("a", "b"), two=listing("b", "c")) as backends:
        names = names_of(await backends.list_models())
        assert names == ["a", "b", "two/b", "c"]
        assert [where(await backends.choose(name))[0] for name in names] == [
            "one",
            "one",
            "two",
            "two",
        ]


async def test_a_turn_goes_through() -> None:
    async with backends_to(one=FakeBackend(streaming())) as backends:
        chosen = await backends.choose("m")
        events = [event async for event in chosen.model.chat(request())]
    assert events


async def test_a_setting_that_cannot_be_used_is_told() -> None:
    options = BackendOptions("one", Endpoint("https://host/v1", ca_file="/nowhere.pem"))
    async with Backends([options]) as backends:
        with pytest.raises(ChatError, match=r"one: ca_file in the profile: /nowhere\.pem"):
            await backends.choose("a")


@asynccontextmanager
async def running(**apps: StreamingApp) -> AsyncIterator[list[LocalServer]]:
    """Local servers at ports of their own."""
    async with AsyncExitStack() as stack:
        servers = []
        for name, app in apps.items():
            endpoint = await stack.enter_async_context(on_socket(app))
            servers.append(
                LocalServer(name, int(endpoint.base_url.rpartition(":")[2]), name.title())
            )
        yield servers


async def test_what_runs_on_this_machine_is_found_and_told() -> None:
    own, chat = listing("gpt-4o", owner="assistant-tui"), listing("a")
    passing_on = listing("b", served_by="assistant-tui")
    none = StreamingApp(lambda call: call.answer(404, b"<html>"))
    async with running(own=own, passing_on=passing_on, none=none, ollama=chat) as servers:
        closed = LocalServer("closed", 1, "Closed")
        async with Backends(local_servers=[closed, *servers]) as backends:
            chosen = await backends.choose("m")
            assert where(chosen) == ("ollama", "m")
            url = f"http://127.0.0.1:{servers[3].port}/v1"
            note = f"No backend is configured; Ollama was found at {url} and used."
            assert chosen.notes == (note,)
            assert names_of(await backends.list_models()) == ["a"]
            assert {call.path for call in chat.calls} == {"/v1/models"}


async def test_where_nothing_is_found_it_is_said_what_to_set() -> None:
    clock = Clock()
    async with running(ollama=listing("a")) as servers:
        found = list[LocalServer]()
        async with Backends(local_servers=found, now=clock) as backends:
            with pytest.raises(ChatError, match=r"\[server\.backends\.NAME\].*--backend URL"):
                await backends.choose("m")
            assert names_of(await backends.list_models()) == []
            found += servers
            clock.now += 6.0
            assert (await backends.choose("m")).backend == "ollama"


async def test_no_other_program_is_asked_where_a_backend_is_configured() -> None:
    local = listing("b")
    async with running(ollama=local) as servers, in_this_process(listing("a")) as endpoint:
        options = [BackendOptions("one", endpoint)]
        async with Backends(options, local_servers=servers) as backends:
            assert names_of(await backends.list_models()) == ["a"]
    assert local.calls == []


def test_the_usual_ports() -> None:
    ports = {server.name: server.port for server in backends_module.LOCAL_SERVERS}
    assert ports == {"ollama": 11434, "lmstudio": 1234, "llamacpp": 8080, "vllm": 8000}


def test_no_options_show_a_key() -> None:
    options = BackendOptions("one", Endpoint("https://user:secret@host/v1"))
    assert "secret" not in repr(options)

"""The backends of a server: which of them answers for a model, and what models there are."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from time import monotonic
from types import TracebackType
from typing import NamedTuple, Self

from assistant_tui.core.errors import ServiceError
from assistant_tui.server.runs.backend import Backend, BackendOptions
from assistant_tui.server.runs.chat import ChatError
from assistant_tui.server.runs.models import ChosenModel, ListedModel
from assistant_tui.transport.endpoint import Endpoint

NO_BACKEND = (
    "there is no chat model to run with. Set base_url in [server.backends.NAME] of config.toml, or"
    " ASSISTANT_TUI_BACKEND_URL, or start with --backend URL; without these, Ollama, LM Studio,"
    " llama.cpp and vLLM are looked for at their usual ports on this machine, and none is there"
)
_LISTS_STAY, _FAILURES_STAY = 60.0, 5.0
"""Seconds for which a list of models counts as the present one; one that failed counts as empty."""
_LIST_TIMEOUT = 5.0
_CONNECT_TIMEOUT = 0.5


class LocalServer(NamedTuple):
    """A program that people run on their own machine, and where it listens by default."""

    name: str
    port: int
    title: str


LOCAL_SERVERS = (
    LocalServer("ollama", 11434, "Ollama"),
    LocalServer("lmstudio", 1234, "LM Studio"),
    LocalServer("llamacpp", 8080, "llama.cpp"),
    LocalServer("vllm", 8000, "vLLM"),
)


class _Member:
    """One backend with the list of its models, as far as it is known."""

    def __init__(self, backend: Backend, title: str, now: Callable[[], float]) -> None:
        self.backend = backend
        self.options = backend.options
        self.title = title
        """The program that was found there; empty for one that is configured."""
        self._now = now
        self._listing = asyncio.Lock()
        self._models = [
            ListedModel(name, owned_by=self.options.name) for name in self.options.models
        ]
        self._good_until = 0.0

    async def models(self) -> list[ListedModel]:
        """What it serves; nothing where it does not tell."""
        if self.options.models:
            return self._models
        async with self._listing:  # concurrent callers share one request
            if self._now() >= self._good_until:
                await self._ask()
            return self._models

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(_LIST_TIMEOUT):
                self._models = await self.backend.list_models()
        except (ServiceError, TimeoutError):
            self._models, stay = [], _FAILURES_STAY
        else:
            stay = _LISTS_STAY
        self._good_until = self._now() + stay

    def chosen(self, model: str, *notes: str) -> ChosenModel:
        return ChosenModel(
            self.backend,
            model,
            self.options.name,
            self.options.concurrency,
            self.backend.describe(model),
            self.backend.estimate(model),
            notes,
        )


class Backends:
    """All backends, the first of which is the default; an async context manager.

    Nothing is opened before it is needed. Where none is configured, those that run on this machine
    are looked for whenever a model is asked for.
    """

    def __init__(
        self,
        options: Sequence[BackendOptions] = (),
        *,
        local_servers: Sequence[LocalServer] = LOCAL_SERVERS,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._options = tuple(options)
        self._local_servers = local_servers
        self._now = now
        self._stack = AsyncExitStack()
        self._members: dict[str, _Member] = {}
        self._looking = asyncio.Lock()
        self._looked_until = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; turns that are under way fail."""
        self._members = {}
        await self._stack.aclose()

    async def choose(self, model: str) -> ChosenModel:
        """Return what answers for a model: what lists it, or `backend/model` names, or the default.

        Raises:
            ChatError: there is no backend, or a setting of it cannot be used; it says which.
        """
        members = await self._all()
        if not members:
            raise ChatError(NO_BACKEND)
        name, _, rest = model.partition("/")
        for member in members:
            if rest and member.options.name == name:
                return member.chosen(rest, *_found(member))
        if len(members) == 1:
            return members[0].chosen(model, *_found(members[0]))
        lists = await asyncio.gather(*(member.models() for member in members))
        for member, models in zip(members, lists, strict=True):
            if {model, f"{model}:latest"} & {each.name for each in models}:
                return member.chosen(model, *_found(member))
        first = members[0]
        nobody = f"No backend lists the model {model}, so {first.options.name} was asked."
        return first.chosen(model, nobody, *_found(first))

    async def list_models(self) -> list[ListedModel]:
        """The models of all backends; one that several have stands there for the first of them,
        and as `backend/model` for the others.

        Raises:
            ChatError: a setting of a backend cannot be used.
        """
        members = await self._all()
        lists = await asyncio.gather(*(member.models() for member in members))
        listed: dict[str, ListedModel] = {}
        for member, models in zip(members, lists, strict=True):
            taken = {*listed}
            for model in models:
                name = model.name
                name = f"{member.options.name}/{name}" if name in taken else name
                listed[name] = model._replace(name=name)
        return [*listed.values()]

    async def _all(self) -> list[_Member]:
        async with self._looking:
            for options in self._options:
                if options.name not in self._members:
                    self._members[options.name] = await self._open(options, "")
            if not self._options and self._now() >= self._looked_until:
                await self._look()
        return [*self._members.values()]

    async def _open(self, options: BackendOptions, title: str) -> _Member:
        try:
            backend = await self._stack.enter_async_context(Backend(options))
        except ServiceError as error:
            raise ChatError(f"{options.name}: {error}") from None
        return _Member(backend, title, self._now)

    async def _look(self) -> None:
        """Look which of the local servers are there; those that were there before stay open."""
        found = await asyncio.gather(*(_answers(each) for each in self._local_servers))
        before, self._members = self._members, {}
        for server, there in zip(self._local_servers, found, strict=True):
            if there:
                member = before.get(server.name) or await self._open(_options(server), server.title)
                self._members[server.name] = member
        stay = _LISTS_STAY if self._members else _FAILURES_STAY
        self._looked_until = self._now() + stay


def _found(member: _Member) -> tuple[str, ...]:
    """The note on a backend that was found rather than configured."""
    if not member.title:
        return ()
    url = member.options.endpoint.base_url
    return (f"No backend is configured; {member.title} was found at {url} and used.",)


def _options(server: LocalServer) -> BackendOptions:
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/v1", openai_beta="", timeout=_LIST_TIMEOUT)
    return BackendOptions(server.name, endpoint)


async def _answers(server: LocalServer) -> bool:
    """Whether something on this machine listens at a port and lists models."""
    try:
        async with asyncio.timeout(_CONNECT_TIMEOUT):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    except OSError:  # refused, or a time-out
        return False
    writer.close()
    try:
        async with asyncio.timeout(_LIST_TIMEOUT), Backend(_options(server)) as backend:
            return bool(await backend.list_models())
    except (ServiceError, TimeoutError):
        return False

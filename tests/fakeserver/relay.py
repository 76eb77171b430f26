"""A relay on a socket: passes requests on to a sound server, or answers as a test says."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

import httpx

from tests.fakeserver.requests import part_of
from tests.fakeserver.sockets import Answer, Request, on_a_socket
from tests.limits import LIMIT

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    """Below the host, with the query."""
    body: bytes

    @property
    def part(self) -> str:
        """The part of the API that is asked for, as `part_of` names it."""
        return part_of(self.method, self.path)

    @property
    def members(self) -> Json:
        """What the body says."""
        members: Json = json.loads(self.body)
        return members

    def saying(self, members: Json) -> "Asked":
        """The same request with another body."""
        return replace(self, body=json.dumps(members).encode())


Handler = Callable[[Asked], Answer | None]
"""Answers a request; None closes the connection without a byte of an answer."""


class RelayServer:
    """A server on a socket before the one at `behind`; `deviations` answer for their parts."""

    def __init__(self, behind: str) -> None:
        self.requests: list[Asked] = []
        """All that arrived here, in its order."""
        self.deviations: dict[str, Handler] = {}
        """What answers instead of the sound server, by the parts of the API."""
        self._behind = httpx.Client(base_url=behind.removesuffix("/v1"), timeout=LIMIT)
        self._listening = on_a_socket(self._respond)
        self.url = ""

    def __enter__(self) -> Self:
        """Listen."""
        self.url = f"{self._listening.__enter__()}/v1"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, and say what went wrong here; the program must have been ended."""
        try:
            self._listening.__exit__(kind, error, trace)
        finally:
            self._behind.close()

    @property
    def writes(self) -> list[str]:
        """The parts of the API that change something, as they were asked for."""
        return [asked.part for asked in self.requests if asked.method != "GET"]

    @property
    def bodies(self) -> list[Json]:
        """What was sent to be written."""
        return [asked.members for asked in self.requests if asked.method == "POST"]

    def _respond(self, request: Request) -> Answer | None:
        return self.answer(Asked(request.method, request.path, request.body))

    def answer(self, asked: Asked) -> Answer | None:
        """Write a request down and answer it, or not."""
        self.requests.append(asked)
        return self.deviations.get(asked.part, self.pass_on)(asked)

    def pass_on(self, asked: Asked) -> Answer:
        """Have a request carried out as it is."""
        kind = {"content-type": "application/json"}
        answer = self._behind.request(
            asked.method, asked.path, content=asked.body or None, headers=kind
        )
        return Answer(answer.status_code, answer.content)

    def pass_on_and_hang_up(self, asked: Asked) -> None:
        """Have a request carried out; its answer is lost."""
        self.pass_on(asked)

    def held(self) -> list[Json]:
        """What the sound server has, newest first."""
        found: list[Json] = self._elsewhere("GET", "").json()["data"]
        return found

    def make(self, name: str, **members: object) -> str:
        """Somebody else creates an assistant; its id."""
        made = self._elsewhere("POST", "", {"name": name, "model": "gpt-4o", **members}).json()
        return str(made["id"])

    def change(self, identity: str, **members: object) -> None:
        """Somebody else changes an assistant."""
        self._elsewhere("POST", f"/{identity}", members)

    def remove(self, identity: str) -> None:
        """Somebody else deletes an assistant."""
        self._elsewhere("DELETE", f"/{identity}")

    def _elsewhere(self, method: str, path: str, body: Json | None = None) -> httpx.Response:
        """Ask the sound server; what others ask is not written down."""
        return self._behind.request(method, f"/v1/assistants{path}", json=body).raise_for_status()

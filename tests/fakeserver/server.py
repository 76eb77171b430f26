"""The fake server: the Assistants API over a store in memory, with deviations plugged in.

It keeps every value to the letter and records all requests.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from assistant_tui.core.json_text import compose, compose_list, read_json, write_json
from tests.fakeserver import deviations
from tests.fakeserver.deviations import Cut
from tests.fakeserver.requests import PARTS, Answer, Asked, Members, Refusal

KEY = "sk-fake-0123456789"
"""What every profile of these tests sends."""


@dataclass(frozen=True)
class Deviations:
    """How one server differs from the API; whatever is not named is by the book."""

    root: str = "/v1"
    key_header: str = "authorization"
    key: str = f"Bearer {KEY}"
    """What that header must say; empty where nobody is asked for a key."""
    wrong_key: int = 401
    query: Mapping[str, str] = field(default_factory=dict)
    """What must be in the query of every request."""
    needs_beta: bool = False
    parts: Sequence[str] = PARTS
    """The parts of the API that it has."""
    absent: int = 404
    """The status for the others."""
    page: Callable[[Sequence[str], Asked], Cut] = deviations.by_the_book
    listed: Callable[[Sequence[str], Cut], str] = deviations.enveloped
    identify: Callable[[int], str] = lambda number: f'"asst_{number:04}"'
    """The JSON text of the id that the assistant of that number gets."""
    stamp: Callable[[int], Members] = lambda second: {"created_at": str(second)}
    """How the time of the creation is told."""
    extras: Mapping[str, str] = field(default_factory=dict)
    """Fields of its own in every object."""
    takes: Callable[[Members], Members] = lambda sent: sent
    """What a create or a modify keeps of what it is sent."""
    modified: Callable[[Members, Members], Members] = deviations.merged
    shows: Callable[[Members], Members] = lambda held: held
    """What is left of an assistant on its way out."""
    unknown: int = 404
    """The status for an id that is not there; 200 answers `null`."""
    makes_unknown: bool = False
    """A modify of an id that is not there creates it."""
    delete_fails: str = ""
    """`before` or `after` the deed: every deletion is answered with 500."""
    says: Callable[[Refusal], str] = deviations.in_an_envelope


FIRST_SECOND = 1_700_000_000
DEFAULTS = {
    "name": "null",
    "description": "null",
    "instructions": "null",
    "tools": "[]",
    "tool_resources": "{}",
    "metadata": "{}",
    "temperature": "1.0",
    "top_p": "1.0",
    "response_format": '"auto"',
}
"""What a create sets that is not told otherwise."""


class FakeServer:
    """The ASGI app; what it holds and what it was asked can be looked at."""

    def __init__(self, made_of: Deviations, *assistants: Members) -> None:
        """Each of `assistants`, oldest first, is created as if it had been sent."""
        self.deviations = made_of
        self.held: dict[str, Members] = {}
        """The assistants by their ids, newest first, every value to the letter."""
        self.asked: list[Asked] = []
        """All that arrived, in its order."""
        self._made = 0
        for each in assistants:
            self._create(each)

    @property
    def parts(self) -> list[str]:
        """The parts of the API that were asked for, in their order."""
        return [each.part for each in self.asked]

    @property
    def bodies(self) -> list[str]:
        """What was sent to be created or modified, byte for byte."""
        return [each.body for each in self.asked if each.method == "POST"]

    @property
    def writes(self) -> list[str]:
        """The parts that change something, as they were asked for."""
        return [each.part for each in self.asked if each.method != "GET"]

    def forget(self) -> None:
        """Forget what was asked, not what is held."""
        self.asked.clear()

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Serve one request."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        asked = Asked(
            scope["method"],
            scope["path"],
            dict(parse_qsl(scope["query_string"].decode())),
            {name.decode().lower(): value.decode() for name, value in scope["headers"]},
            body.decode(),
        )
        self.asked.append(asked)
        answer = self.answer(asked)
        start = {"status": answer.status, "headers": [(b"content-type", b"application/json")]}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": answer.body.encode()})

    def answer(self, asked: Asked) -> Answer:
        """Do what is asked, or refuse it."""
        try:
            self._let_in(asked)
            return Answer(200, self._carry_out(asked))
        except Refusal as refusal:
            return Answer(refusal.status, self.deviations.says(refusal))

    def _let_in(self, asked: Asked) -> None:
        bent = self.deviations
        if bent.key and asked.headers.get(bent.key_header) != bent.key:
            raise Refusal(bent.wrong_key, "Forbidden" if bent.wrong_key == 403 else "Wrong key")
        if not asked.path.startswith(bent.root + "/"):
            raise Refusal(404, f"Invalid URL ({asked.method} {asked.path})")
        if missing := bent.query.items() - asked.query.items():
            raise Refusal(400, f"Missing query parameter {min(missing)[0]}")
        if bent.needs_beta and asked.headers.get("openai-beta") != "assistants=v2":
            raise Refusal(400, "You must set OpenAI-Beta to assistants=v2")
        if asked.part not in bent.parts:
            raise Refusal(bent.absent, "Not Found" if bent.absent == 404 else "Method Not Allowed")

    def _carry_out(self, asked: Asked) -> str:
        bent = self.deviations
        if asked.part == "models":
            return '{"object": "list", "data": [{"id": "gpt-4o"}, {"id": "gpt-4o-mini"}]}'
        if asked.part == "list":
            cut = bent.page([*self.held], asked)
            return bent.listed([self.text(each) for each in cut.ids], cut)
        if asked.part == "create":
            return self.text(self._create(asked.members))
        if asked.id not in self.held and not (asked.part == "modify" and bent.makes_unknown):
            return self._unknown(asked)
        return {"retrieve": self._retrieve, "modify": self._modify, "delete": self._delete}[
            asked.part
        ](asked)

    def text(self, assistant_id: str) -> str:
        """An assistant as it goes out."""
        return compose(self.deviations.shows(self.held[assistant_id]))

    def _unknown(self, asked: Asked) -> str:
        if self.deviations.unknown != 200:
            raise Refusal(self.deviations.unknown, f"No assistant found with id '{asked.id}'.")
        denied = {"id": write_json(asked.id), "deleted": "false"}
        return compose(denied) if asked.part == "delete" else "null"

    def _create(self, sent: Members) -> str:
        self._made += 1
        number = self._made
        identity = self.deviations.identify(number)
        head = {
            "id": identity,
            "object": '"assistant"',
            **self.deviations.stamp(FIRST_SECOND + number),
        }
        assistant_id = str(read_json(identity))
        made = head | self.deviations.takes(DEFAULTS | dict(self.deviations.extras) | sent)
        self.held = {assistant_id: made, **self.held}
        return assistant_id

    def _retrieve(self, asked: Asked) -> str:
        return self.text(asked.id)

    def _modify(self, asked: Asked) -> str:
        nothing = {"id": write_json(asked.id), "object": '"assistant"'}
        held = self.held.get(asked.id, nothing)
        self.held[asked.id] = self.deviations.modified(held, self.deviations.takes(asked.members))
        return self.text(asked.id)

    def _delete(self, asked: Asked) -> str:
        if self.deviations.delete_fails == "before":
            raise Refusal(500, "Internal server error")
        del self.held[asked.id]
        if self.deviations.delete_fails:
            raise Refusal(500, "Internal server error")
        return compose({"id": write_json(asked.id), "deleted": "true"})


def seeds(count: int) -> list[Members]:
    """So many assistants, `Bot 1` and so on, with all that a server might lose or alter."""
    return [_seed(number) for number in range(1, count + 1)]


def _seed(number: int) -> Members:
    tools = ['{"type":"code_interpreter"}', _FUNCTION, '{"type": "azure_ai_search", "n": [1.0]}']
    return {
        "model": '"gpt-4o"',
        "name": f'"Bot {number}"',
        "description": f'"about {number}"',
        "instructions": f'"Be kind.\\nAs {number} is."',
        "tools": compose_list(tools),
        "metadata": '{"team": "search"}',
        "temperature": "0.50",
        "x_vendor": '{"big": 9007199254740993, "z": 1.0, "a": 1e5}',
    }


_FUNCTION = (
    '{"type":"function","function":{"strict":null,"name":"look_up",'
    '"parameters":{"z":1.0,"type":"object"}}}'
)


def sendable(held: Members) -> Members:
    """All of an assistant but what the server sets."""
    kept = ("id", "object", "created", "created_at", "updated_at")
    return {name: text for name, text in held.items() if name not in kept}

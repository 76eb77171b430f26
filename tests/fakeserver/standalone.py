"""A fake server that keeps assistants itself, to the letter, by rules that can be changed."""

import json
from collections.abc import Callable

import httpx

from assistant_tui.core.json_text import compose, members, read_json, write_json
from tests.fakeserver.deviations import answer
from tests.fakeserver.requests import Members, id_of, members_of, part_of
from tests.fakeserver.rules import API, Refusal, Rules
from tests.fakeserver.server import Deviation, FakeServer

FIRST_SECOND = 1_700_000_000


class StandaloneServer(FakeServer):
    """The Assistants API over a store in memory; what it holds can be looked at and changed."""

    def __init__(self, *texts: str, rules: Rules = API, **deviations: Deviation) -> None:
        """`texts` are the JSON of the assistants that are there, newest first."""
        super().__init__(self.answer, **deviations)
        self.rules = rules
        self.texts = {str(json.loads(text, strict=False)["id"]): text for text in texts}
        """The assistants by their ids, newest first, every value to the letter."""
        self._made = len(texts)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Do what is asked, or refuse it."""
        try:
            self._let_in(request)
            return answer(self._do(request))
        except Refusal as refusal:
            return answer(self.rules.error_body(refusal), refusal.status)

    def _let_in(self, request: httpx.Request) -> None:
        rules, path = self.rules, request.url.path
        if rules.key and request.headers.get(rules.key_header) != rules.key:
            raise Refusal(rules.wrong_key, "Forbidden" if rules.wrong_key == 403 else "Wrong key")
        if not path.startswith(rules.root + "/"):
            raise Refusal(404, f"Invalid URL ({request.method} {path})")
        if missing := rules.query.items() - dict(request.url.params).items():
            raise Refusal(400, f"Missing query parameter {min(missing)[0]}")
        if rules.needs_beta and request.headers.get("openai-beta") != "assistants=v2":
            raise Refusal(400, "You must set OpenAI-Beta to assistants=v2")
        if part_of(request) not in rules.parts:
            raise Refusal(
                rules.absent, "Not Found" if rules.absent == 404 else "Method Not Allowed"
            )

    def _do(self, request: httpx.Request) -> str:
        rules, part = self.rules, part_of(request)
        if part == "models":
            return '{"object": "list", "data": [{"id": "gpt-4o"}, {"id": "gpt-4o-mini"}]}'
        if part == "list":
            page = rules.page([*self.texts], request)
            return rules.list_body([self.shown(each) for each in page.ids], page)
        if part == "create":
            return self.shown(self.create(members_of(request)))
        if id_of(request) not in self.texts and not (part == "modify" and rules.makes_unknown):
            return self._unknown(request)
        parts: dict[str, Callable[[httpx.Request], str]] = {
            "retrieve": lambda request: self.shown(id_of(request)),
            "modify": self._modify,
            "delete": self._delete,
        }
        return parts[part](request)

    def shown(self, assistant_id: str) -> str:
        """An assistant as it goes out."""
        text, returned_part = self.texts[assistant_id], self.rules.returned_part
        return text if returned_part is None else compose(returned_part(members(text)))

    def _unknown(self, request: httpx.Request) -> str:
        name = id_of(request)
        if self.rules.unknown != 200:
            raise Refusal(self.rules.unknown, f"No assistant found with id '{name}'.")
        denied = {"id": write_json(name), "deleted": "false"}
        return compose(denied) if part_of(request) == "delete" else "null"

    def create(self, sent: Members) -> str:
        """Create an assistant as if it had been sent; its id."""
        self._made += 1
        identity, second = self.rules.identify(self._made), FIRST_SECOND + self._made
        head = {"id": identity, "object": '"assistant"', **self.rules.created_fields(second)}
        made = compose(head | self.rules.stored_part(dict(self.rules.defaults) | sent))
        assistant_id = str(read_json(identity))
        self.texts = {assistant_id: made, **self.texts}
        return assistant_id

    def _modify(self, request: httpx.Request) -> str:
        name = id_of(request)
        nothing = compose({"id": write_json(name), "object": '"assistant"'})
        held = members(self.texts.get(name, nothing))
        taken = self.rules.stored_part(members_of(request))
        self.texts[name] = compose(self.rules.modified(held, taken))
        return self.shown(name)

    def _delete(self, request: httpx.Request) -> str:
        name = id_of(request)
        if self.rules.delete_fails == "before":
            raise Refusal(500, "Internal server error")
        del self.texts[name]
        if self.rules.delete_fails:
            raise Refusal(500, "Internal server error")
        return compose({"id": write_json(name), "deleted": "true"})

"""The rules of a server that keeps assistants, and the functions that known ones are made of."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx

from assistant_tui.core.json_text import compose, compose_list, elements, members, write_json
from tests.fakeserver.requests import PARTS, Members


class Refusal(Exception):
    """Something is wrong with a request; the server has its own way to say so."""

    def __init__(self, status: int, message: str, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field


class Page(NamedTuple):
    """Which ids a list answers with, and whether it says that more follow (None: not a word)."""

    ids: Sequence[str]
    more: bool | None


def as_documented(ids: Sequence[str], request: httpx.Request) -> Page:
    """What follows `after`, up to `limit`; a cursor that is not there is refused."""
    after = request.url.params.get("after")
    if after is not None and after not in ids:
        raise Refusal(400, f"No assistant found with id '{after}'.", "after")
    return _behind(ids, after, request)


def _behind(ids: Sequence[str], after: str | None, request: httpx.Request, most: int = 100) -> Page:
    left = ids if after is None else ids[ids.index(after) + 1 :]
    limit = min(int(request.url.params.get("limit", "20")), most)
    return Page(left[:limit], len(left) > limit)


def goes_on_from_the_oldest_alone(ids: Sequence[str], request: httpx.Request) -> Page:
    """As documented in either order, but newest first `after` is refused."""
    ascending = request.url.params.get("order") == "asc"
    if "after" in request.url.params and not ascending:
        raise Refusal(400, "after needs order=asc", "after")
    return as_documented(ids[::-1] if ascending else ids, request)


def fixed_page(ids: Sequence[str], request: httpx.Request) -> Page:
    """The newest twenty with the truth about more, whatever limit and cursor say."""
    return Page(ids[:20], len(ids) > 20)


def everything(ids: Sequence[str], request: httpx.Request) -> Page:
    """All there is, and not a word about more."""
    return Page(ids, None)


def all_but_no_cursor(ids: Sequence[str], request: httpx.Request) -> Page:
    """All there is in no order; a cursor is refused."""
    if {"after", "before"} & {*request.url.params.keys()}:
        raise Refusal(400, "after and before are not supported yet")
    return Page(sorted(ids, key=lambda each: each[::-1]), False)


def newest_ones(ids: Sequence[str], request: httpx.Request) -> Page:
    """So many of the newest as are asked for, whatever the cursor says, and not a word of more."""
    return Page(ids[: int(request.url.params["limit"])], None)


def page_one_for_a_lost_cursor(ids: Sequence[str], request: httpx.Request) -> Page:
    """As documented, but a cursor that is not there counts as none."""
    after = request.url.params.get("after")
    return _behind(ids, after if after in ids else None, request)


def never_more_and_inverted(ids: Sequence[str], request: httpx.Request) -> Page:
    """`after` keeps what is newer, newest first; and there is never said to be more."""
    after = request.url.params.get("after")
    newer = ids[: ids.index(after)] if after in ids else ids
    return Page(newer[: int(request.url.params["limit"])], False)


def more_when_full(ids: Sequence[str], request: httpx.Request) -> Page:
    """More is claimed of every page that is exactly full; ten rows unless told otherwise."""
    page = as_documented(ids, request)
    return Page(page.ids, len(page.ids) == int(request.url.params.get("limit", "10")))


def more_until_empty(ids: Sequence[str], request: httpx.Request) -> Page:
    """More is claimed of every page but an empty one, which has no last id."""
    page = as_documented(ids, request)
    return Page(page.ids, bool(page.ids))


def enveloped(texts: Sequence[str], page: Page) -> str:
    """The list as the API has it."""
    return _envelope("list", texts, page)


def astra_envelope(texts: Sequence[str], page: Page) -> str:
    """DataStax Astra: `object` is not "list", and the ids of an empty list are "none"."""
    return _envelope("assistants", texts, page, nobody='"none"')


def unpaged_envelope(texts: Sequence[str], page: Page) -> str:
    """Nothing but the data."""
    return compose({"object": '"list"', "data": compose_list(texts)})


def bare_array(texts: Sequence[str], page: Page) -> str:
    """No object around the list."""
    return compose_list(texts)


def _envelope(kind: str, texts: Sequence[str], page: Page, nobody: str = "null") -> str:
    ends = [json.loads(text, strict=False)["id"] for text in (*texts[:1], *texts[-1:])]
    first, last = map(write_json, ends) if ends else (nobody, nobody)
    more = {True: "true", False: "false", None: "null"}[page.more]
    return compose(
        {
            "object": write_json(kind),
            "data": compose_list(texts),
            "first_id": first,
            "last_id": last,
            "has_more": more,
        }
    )


def merged(held: Members, sent: Members) -> Members:
    """What is sent takes the place of what was there; null is back at the default."""
    return held | sent


def stamped(held: Members, sent: Members) -> Members:
    """The server notes when that was."""
    last = held["updated_at"]
    now = "1700000500" if last == "null" else str(int(last) + 60)
    return held | sent | {"updated_at": now}


def null_ignored(held: Members, sent: Members) -> Members:
    """Null is taken for not sent."""
    return held | {name: text for name, text in sent.items() if text != "null"}


def never_cleared(held: Members, sent: Members) -> Members:
    """Whatever is empty is taken for not sent."""
    empty = ("null", "[]", "{}", '""')
    return held | {name: text for name, text in sent.items() if text not in empty}


def replaced(held: Members, sent: Members) -> Members:
    """All that is not sent is gone."""
    return {name: held[name] for name in ("id", "object", "created")} | {"model": '""'} | sent


def model_insisted_on(held: Members, sent: Members) -> Members:
    """A modify without the model is no valid one."""
    if "model" not in sent:
        raise Refusal(422, "Field required", "model")
    return held | sent


def types_alone(tools: str) -> str:
    """The tools without all that belongs to their type."""
    kinds = [members(tool)["type"] for tool in elements(tools)]
    return compose_list(compose({"type": kind}) for kind in kinds)


def in_an_envelope(refusal: Refusal) -> str:
    """The error as the API has it."""
    return compose(
        {
            "error": compose(
                {
                    "message": write_json(refusal.message),
                    "type": '"invalid_request_error"',
                    "param": write_json(refusal.field or None),
                    "code": "null",
                }
            )
        }
    )


def bare(refusal: Refusal) -> str:
    """The error without what should be around it."""
    message = write_json(refusal.message)
    return compose({"code": str(refusal.status), "message": message, "type": '"api_error"'})


def in_detail(refusal: Refusal) -> str:
    """FastAPI's way: a text, or a list of complaints where a field is at fault."""
    message = write_json(refusal.message)
    if not refusal.field:
        return compose({"detail": message})
    kind = write_json("missing" if refusal.message == "Field required" else "value_error")
    place = write_json(["body", refusal.field])
    complaint = compose({"type": kind, "loc": place, "msg": message})
    return compose({"detail": compose_list([complaint])})


def in_three_shapes(refusal: Refusal) -> str:
    """A different one for each status."""
    if refusal.status == 404:
        return in_detail(refusal)
    if refusal.status == 400:
        return compose({"message": write_json(refusal.message)})
    return refusal.message


def as_text(refusal: Refusal) -> str:
    """No JSON at all."""
    return refusal.message


def as_a_page(refusal: Refusal) -> str:
    """A page for a browser, as gateways send it."""
    return f"<html><body><h1>{refusal.message}</h1></body></html>"


@dataclass(frozen=True)
class Rules:
    """How a server does what it is asked; what is not named is as the API says."""

    root: str = ""
    """Where the API begins; empty where it may be anywhere."""
    key_header: str = "authorization"
    key: str = ""
    """What that header must say; empty where nobody is asked for a key."""
    wrong_key: int = 401
    query: Mapping[str, str] = field(default_factory=dict)
    """What must be in the query of every request."""
    needs_beta: bool = False
    parts: Sequence[str] = PARTS
    """The parts of the API that it has."""
    absent: int = 404
    """The status for the others."""
    page: Callable[[Sequence[str], httpx.Request], Page] = as_documented
    list_body: Callable[[Sequence[str], Page], str] = enveloped
    identify: Callable[[int], str] = lambda number: f'"asst_new{number}"'
    """The JSON text of the id that the assistant of that number gets."""
    created_fields: Callable[[int], Members] = lambda second: {"created_at": str(second)}
    """How the time of the creation is told."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What a create sets that is not told otherwise."""
    stored_part: Callable[[Members], Members] = lambda sent: sent
    """What a create or a modify keeps of what it is sent."""
    modified: Callable[[Members, Members], Members] = merged
    returned_part: Callable[[Members], Members] | None = None
    """What is left of an assistant on its way out."""
    unknown: int = 404
    """The status for an id that is not there; 200 answers `null`."""
    makes_unknown: bool = False
    """A modify of an id that is not there creates it."""
    delete_fails: str = ""
    """`before` or `after` it is carried out: every deletion is answered with 500."""
    error_body: Callable[[Refusal], str] = in_an_envelope


API = Rules()

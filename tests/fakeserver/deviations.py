"""The deviations of known servers, each a function that plugs into the fake server."""

from collections.abc import Sequence
from typing import NamedTuple

from assistant_tui.core.json_text import compose, compose_list, elements, members, write_json
from tests.fakeserver.requests import Asked, Members, Refusal


class Cut(NamedTuple):
    """Which ids a list answers with, and whether it says that more follow (None: not a word)."""

    ids: Sequence[str]
    more: bool | None


def by_the_book(ids: Sequence[str], asked: Asked) -> Cut:
    """What follows `after`, up to `limit`; a cursor that is not there is refused."""
    after = asked.query.get("after")
    if after is not None and after not in ids:
        raise Refusal(400, f"No assistant found with id '{after}'.", "after")
    return _behind(ids, after, asked)


def _behind(ids: Sequence[str], after: str | None, asked: Asked, most: int = 100) -> Cut:
    left = ids if after is None else ids[ids.index(after) + 1 :]
    limit = min(int(asked.query.get("limit", "20")), most)
    return Cut(left[:limit], len(left) > limit)


def fixed_page(ids: Sequence[str], asked: Asked) -> Cut:
    """The newest twenty with the truth about more, whatever limit and cursor say."""
    return Cut(ids[:20], len(ids) > 20)


def everything(ids: Sequence[str], asked: Asked) -> Cut:
    """All there is, and not a word about more."""
    return Cut(ids, None)


def all_but_no_cursor(ids: Sequence[str], asked: Asked) -> Cut:
    """All there is in no order; a cursor is refused."""
    if {"after", "before"} & {*asked.query}:
        raise Refusal(400, "after and before are not supported yet")
    return Cut(sorted(ids, key=lambda each: each[::-1]), False)


def newest_ones(ids: Sequence[str], asked: Asked) -> Cut:
    """So many of the newest as are asked for, whatever the cursor says, and not a word of more."""
    return Cut(ids[: int(asked.query["limit"])], None)


def page_one_for_a_lost_cursor(ids: Sequence[str], asked: Asked) -> Cut:
    """As the book has it, but a cursor that is not there counts as none."""
    after = asked.query.get("after")
    return _behind(ids, after if after in ids else None, asked)


def never_more_and_inverted(ids: Sequence[str], asked: Asked) -> Cut:
    """`after` keeps what is newer, newest first; and there is never said to be more."""
    after = asked.query.get("after")
    newer = ids[: ids.index(after)] if after in ids else ids
    return Cut(newer[: int(asked.query["limit"])], False)


def more_when_full(ids: Sequence[str], asked: Asked) -> Cut:
    """More is claimed of every page that is exactly full; ten rows unless told otherwise."""
    cut = by_the_book(ids, asked)
    return Cut(cut.ids, len(cut.ids) == int(asked.query.get("limit", "10")))


def more_until_empty(ids: Sequence[str], asked: Asked) -> Cut:
    """More is claimed of every page but an empty one, which has no last id."""
    cut = by_the_book(ids, asked)
    return Cut(cut.ids, bool(cut.ids))


def enveloped(texts: Sequence[str], cut: Cut) -> str:
    """The list as the API has it."""
    return _envelope("list", texts, cut)


def astra_envelope(texts: Sequence[str], cut: Cut) -> str:
    """The same under another name; an empty list has ids that say so."""
    return _envelope("assistants", texts, cut, nobody='"none"')


def unpaged_envelope(texts: Sequence[str], cut: Cut) -> str:
    """Nothing but the data."""
    return compose({"object": '"list"', "data": compose_list(texts)})


def bare_array(texts: Sequence[str], cut: Cut) -> str:
    """No object around the list."""
    return compose_list(texts)


def _envelope(kind: str, texts: Sequence[str], cut: Cut, nobody: str = "null") -> str:
    ids = [members(text)["id"] for text in texts] or [nobody]
    more = {True: "true", False: "false", None: "null"}[cut.more]
    return compose(
        {
            "object": write_json(kind),
            "data": compose_list(texts),
            "first_id": ids[0],
            "last_id": ids[-1],
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

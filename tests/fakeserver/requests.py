"""What tests ask of the requests that arrive at a fake server; they are httpx's own."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import httpx

from assistant_tui.core.json_text import members

Json = dict[str, Any]
Members = dict[str, str]
"""The names of an object's fields and the exact JSON texts of their values."""
PARTS = ("list", "create", "retrieve", "modify", "delete", "models")
"""The parts of the API that a server may have."""

_OF_ALL = {"GET": "list", "POST": "create"}
_OF_ONE = {"GET": "retrieve", "POST": "modify", "DELETE": "delete"}


def part_of(request: httpx.Request) -> str:
    """`list`, `create`, `retrieve`, `modify` or `delete`; the last step of any other path."""
    steps = request.url.raw_path.partition(b"?")[0].decode().rstrip("/").split("/")
    if steps[-1] == "assistants":
        return _OF_ALL.get(request.method, "")
    if steps[-2:-1] == ["assistants"]:
        return _OF_ONE.get(request.method, "")
    return steps[-1]


def id_of(request: httpx.Request) -> str:
    """The id that the path ends in, decoded."""
    path = request.url.raw_path.partition(b"?")[0]
    return unquote(path.rpartition(b"/")[2].decode())


def text_of(request: httpx.Request) -> str:
    """The body; what is no UTF-8 is kept as surrogates."""
    return request.content.decode(errors="surrogateescape")


def members_of(request: httpx.Request) -> Members:
    """What the body says, every value to the letter."""
    return members(text_of(request))


def json_of(request: httpx.Request) -> Json:
    """What the body says, parsed."""
    parsed: Json = json.loads(request.content)
    return parsed


def with_json(request: httpx.Request, body: Mapping[str, Any]) -> httpx.Request:
    """The same request with another body."""
    return httpx.Request(request.method, request.url, json=body)

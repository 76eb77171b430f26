"""Which redirects are followed: none that would carry the key or a change to another place."""

from urllib.parse import unquote_to_bytes

import httpx

from assistant_tui.core.errors import Unreadable
from assistant_tui.transport.messages import Response

MOST_REDIRECTS = 3
_SAME_METHOD = (307, 308)
"""Sent before anything was done, and to be repeated as it was."""


def redirect_target(url: httpx.URL, response: Response, method: str) -> httpx.URL:
    """Return where an answer with a status 3xx sends this request.

    Raises:
        Unreadable: to another origin, nowhere, with a method that would have to change, or a
            change that would go to another object. The message names what base_url should be
            changed to.
    """
    target = _target(url, response.headers.get("location", ""))
    if target is None:
        raise _refused(f"{url.host} answered {response.status} without a usable address", response)
    if _origin(target) != _origin(url):
        raise _refused(f"{_origin(url)} points to {_origin(target)}", response)
    changes = method != "GET"
    if changes and (response.status not in _SAME_METHOD or _object(target) != _object(url)):
        raise _refused(f"{_origin(url)} points to the path {target.path}", response)
    # Only the path is taken over: a name and password in the address would be sent as well.
    return url.copy_with(raw_path=target.raw_path)


def _target(url: httpx.URL, location: str) -> httpx.URL | None:
    """Where a location leads, seen from an address; None for nowhere else, or no usable place."""
    try:
        target = url.join(location).copy_with(fragment=None)
        # `host` is decoded when it is asked for, and what it raises is not httpx's own.
        usable = target.scheme in ("http", "https") and bool(target.host)
        return target if usable and target != url else None
    except Exception:  # urllib, idna and httpx: there is no list of what they raise
        return None


def _refused(what: str, response: Response) -> Unreadable:
    return Unreadable(
        f"{what}; not followed: base_url in the profile should be changed",
        status=response.status,
        request_id=response.request_id,
        may_have_arrived=response.status not in _SAME_METHOD,
    )


def _object(url: httpx.URL) -> bytes:
    """The last part of a path: the id of an assistant, or the name of the list to create in."""
    path = url.raw_path.partition(b"?")[0].rstrip(b"/")
    return unquote_to_bytes(path.rpartition(b"/")[2])


def _origin(url: httpx.URL) -> str:
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}"

"""Decides who may call a server on a socket: by Host, by web page, and by the type of a body.

A browser sends requests for whatever page it shows, to servers on the same machine too. What it
cannot leave out tells such a request from one of a person's own programs: Host carries the name
in the page's address (also where DNS rebinding made that name point here), Origin and
Sec-Fetch-Site tell which page asks, and a body of type application/json goes to another origin
only after a preflight request (Fetch standard, "CORS protocol").
"""

import ipaddress
import re
from collections.abc import Collection

from starlette.datastructures import Headers

from assistant_tui.server.errors import ApiError

EXAMPLE_ORIGIN = "http://localhost:3000"
_SHOWN = 100
"""Characters of a refused header that are repeated in the message."""
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s\[\]:/@]+))(?::[0-9]{0,5})?")
_ORIGIN = re.compile(
    r"([a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def is_loopback(host: str) -> bool:
    """Whether only this machine can be meant: `localhost` or a loopback address.

    An IPv4 address inside an IPv6 one counts as itself. Shortened addresses such as `127.1`
    are no loopback: browsers never send them.
    """
    name = host.lower().removesuffix(".")
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def read_origin(text: str) -> str:
    """The origin as browsers send it: in lower case and without the default port.

    Raises ValueError, with a sentence, for what is no origin (`*` is none either).
    """
    origin = text.lower().removesuffix("/")
    match = _ORIGIN.fullmatch(origin)
    port = match and match["port"]
    if match is None or (port and int(port) > 65535):
        raise ValueError(
            "this is no origin of a web page; write scheme://host or scheme://host:port in ASCII,"
            f" such as {EXAMPLE_ORIGIN}"
        )
    scheme = match[1]
    return f"{scheme}://{match['host']}" if port == _DEFAULT_PORTS.get(scheme) else origin


class AccessPolicy:
    """What a request on a socket must look like before anything is done for it."""

    def __init__(self, *, keyed: bool, origins: Collection[str] = ()) -> None:
        """`keyed`: the server asks for a key, which no web page has unless it was given it.

        `origins` are those that :func:`read_origin` gave; `*` among them, with a key only, is
        every origin.
        """
        if "*" in origins and not keyed:
            raise ValueError("without a key, not every web page can be let in")
        self._keyed = keyed
        self.origins = frozenset(origins)

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin may read answers."""
        return origin in self.origins or "*" in self.origins

    def check(self, method: str, headers: Headers, *, takes_form: bool = False) -> None:
        """Raises ApiError: 403 for callers that are not allowed, 415 for a body that is no JSON.

        Args:
            method: of the request.
            headers: of the request.
            takes_form: whether this path takes a form instead of JSON. Any web page can send one,
                but browsers say in Origin from which page it comes.
        """
        if not self._keyed:
            _check_host(headers)
            self._check_page(headers)
        elif is_preflight(method, headers):
            self._check_page(headers)
        if method == "POST" and _has_body(headers):
            _check_body(headers, _FORM if takes_form else _JSON)

    def _check_page(self, headers: Headers) -> None:
        pages = headers.getlist("origin")
        if any(not self._is_own(page, headers) for page in pages) or len(pages) > 1:
            raise _foreign_page(f"Origin was '{_shown(', '.join(pages))}'")
        site = headers.get("sec-fetch-site", "none")
        if not pages and site not in ("none", "same-origin"):
            raise _foreign_page(f"Sec-Fetch-Site was '{_shown(site)}'")

    def _is_own(self, page: str, headers: Headers) -> bool:
        return self.allows(page) or page.lower() == f"http://{headers.get('host', '')}".lower()


def is_preflight(method: str, headers: Headers) -> bool:
    """Whether a browser asks if a page may send a request, before it sends it."""
    return (
        method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers
    )


def _check_host(headers: Headers) -> None:
    hosts = headers.getlist("host")
    match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if match is None or not is_loopback(match[1] or match[2]):
        raise ApiError(
            "This server has no key and answers this machine alone: call it by an address such as"
            " http://127.0.0.1:PORT, http://localhost:PORT or http://[::1]:PORT, or start it with"
            f" --api-key-env. The request's Host was '{_shown(', '.join(hosts))}'.",
            status=403,
            code="host_not_allowed",
        )


def _foreign_page(which: str) -> ApiError:
    return ApiError(
        "The request comes from a web page that is not allowed: start the server with"
        f" --allow-origin and the page's origin (such as {EXAMPLE_ORIGIN}) to let it in."
        f" The request's {which}.",
        status=403,
        code="origin_not_allowed",
    )


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _check_body(headers: Headers, expected: str) -> None:
    """A body of another type than JSON could have come from a form on a web page."""
    kinds = headers.getlist("content-type")
    if not kinds or any(kind.partition(";")[0].strip().lower() != expected for kind in kinds):
        raise ApiError(
            f"Unsupported content type: '{_shown(', '.join(kinds))}'. The body of a request must"
            f" come with the header 'Content-Type: {expected}'.",
            status=415,
            code="unsupported_content_type",
        )
    encoding = headers.get("content-encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise ApiError(
            f"Unsupported Content-Encoding: '{_shown(encoding)}'. The body of a request must be"
            " sent as it is, without compression.",
            status=415,
            code="unsupported_content_encoding",
        )


_JSON = "application/json"
_FORM = "multipart/form-data"


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"

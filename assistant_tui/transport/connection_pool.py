"""Opens the pool of connections to an endpoint, and says which setting is at fault if it cannot."""

import os
import re
import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar
from urllib.parse import quote, urlencode

import httpx

from assistant_tui import __version__
from assistant_tui.core.errors import Invalid, SettingError
from assistant_tui.storage.user_files import MEGABYTE, FileError, check_user_file
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.network_errors import Peer
from assistant_tui.transport.proxies import address_of, proxy_for
from assistant_tui.transport.response_stream import ACCEPTED_ENCODINGS, LOCATION

_SCHEMES = ("http", "https")
_LAST_PORT = 65_535
_LONGEST_PEM = 16 * MEGABYTE
_OTHER_AUTHORITIES = "SSL_CERT_FILE"
"""The variable by which a machine names its own authorities."""
_KEY_LOG = "SSLKEYLOGFILE"
"""The variable that names the file for the secrets of each connection."""
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


def open_pool(endpoint: Endpoint) -> httpx.AsyncClient:
    """Return the pool; nothing is connected yet.

    Raises:
        SettingError: a setting cannot be used; the message names it.
    """
    _check_address(endpoint)
    _check_headers(endpoint)
    proxy = proxy_for(endpoint)
    return httpx.AsyncClient(
        transport=endpoint.transport,
        verify=_trust(endpoint) if endpoint.transport is None else True,
        proxy=None if proxy is None else proxy.url,
        # What the environment says is read by `proxy_for` and `_usual_trust`.
        trust_env=False,
        headers=_standing_headers(endpoint),
        cookies=_NoCookies(),
        event_hooks={"response": [_put_location_aside]},
        timeout=endpoint.timeout,
        limits=httpx.Limits(keepalive_expiry=endpoint.keep_alive),
        follow_redirects=False,
    )


def peer(endpoint: Endpoint) -> Peer:
    """Return how messages name the server and the proxy before it."""
    proxy = proxy_for(endpoint)
    address = address_of(httpx.URL(endpoint.base_url))
    return Peer(endpoint.host, address, "" if proxy is None else proxy.shown)


def request_url(endpoint: Endpoint, path: str, query: Mapping[str, str]) -> httpx.URL:
    """Return the address of a path, already percent-encoded, below the base address.

    Raises:
        Invalid: longer than an address may be.
    """
    base = httpx.URL(endpoint.base_url)
    root, _, given = base.raw_path.decode("ascii").partition("?")
    asked = urlencode({**endpoint.query, **query}, errors="surrogatepass", quote_via=quote)
    queries = "&".join(part for part in (given, asked) if part)
    raw_path = root.rstrip("/") + path + ("?" + queries if queries else "")
    try:
        return base.copy_with(raw_path=raw_path.encode("ascii"))
    except httpx.InvalidURL:
        raise Invalid("the id is too long for an address") from None


async def _put_location_aside(response: httpx.Response) -> None:
    """Keep httpx from parsing the address of a redirect, which it does even when it follows none.

    An address that it cannot read raises errors of several libraries, and hides the answer.
    """
    response.extensions[LOCATION] = response.headers.pop("location", "")


class _NoCookies(CookieJar):
    """Keeps no cookie and sends none: what a server sets would go out with every later request."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Leave all of them where they are."""

    def add_cookie_header(self, request: object) -> None:
        """Add none."""


def _check_address(endpoint: Endpoint) -> None:
    try:
        url = httpx.URL(endpoint.base_url)
        url.host.encode("idna")
        usable = url.scheme in _SCHEMES and bool(url.host) and "%" not in url.host
        usable = usable and (url.port or 0) <= _LAST_PORT
    except Exception:  # httpx and idna: there is no list of what they raise
        usable = False
    if not usable:
        raise SettingError("base_url: not an address such as https://host/v1")


def _standing_headers(endpoint: Endpoint) -> dict[str, str]:
    """What is sent with every request but the key; the API's own headers win."""
    given = {name.lower(): value for name, value in endpoint.headers.items()}
    wanted = {
        "openai-beta": endpoint.openai_beta,
        "accept": "application/json",
        "accept-encoding": ACCEPTED_ENCODINGS,
        "user-agent": f"assistant-tui/{__version__}",
        "openai-organization": endpoint.organization,
        "openai-project": endpoint.project,
    }
    return given | {name: value for name, value in wanted.items() if value}


def _check_headers(endpoint: Endpoint) -> None:
    if endpoint.key_header and not _HEADER_NAME.fullmatch(endpoint.key_header):
        raise SettingError("api_key_header in the profile is not the name of a header")
    for name, value in _standing_headers(endpoint).items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise SettingError(f"headers in the profile: {name!r} cannot be sent")


def _trust(endpoint: Endpoint) -> ssl.SSLContext:
    """The usual authorities, the company's own, and our certificate for servers that want one."""
    context = _usual_trust()
    if endpoint.ca_file:
        try:
            context.load_verify_locations(check_user_file(endpoint.ca_file, _LONGEST_PEM))
        except Exception as error:  # FileError, OSError, ssl's own, ValueError for some bytes
            raise SettingError(_unusable("ca_file", endpoint.ca_file, error)) from None
    if endpoint.client_cert:
        try:
            # The empty password keeps OpenSSL from asking for one on the terminal.
            context.load_cert_chain(
                check_user_file(endpoint.client_cert, _LONGEST_PEM), password=""
            )
        except Exception as error:  # as above
            raise SettingError(_unusable("client_cert", endpoint.client_cert, error)) from None
    return context


def _usual_trust() -> ssl.SSLContext:
    _check_key_log()
    other = os.environ.get(_OTHER_AUTHORITIES)
    try:
        if other:
            check_user_file(other, _LONGEST_PEM)
        return httpx.create_ssl_context()
    except Exception as error:  # ssl raises what the files that the environment names lead to
        if other:
            raise SettingError(_unusable(_OTHER_AUTHORITIES, other, error)) from None
        raise SettingError(f"{_OTHER_AUTHORITIES}, SSL_CERT_DIR: no usable authorities") from None


def _check_key_log() -> None:
    """Raise SettingError where OpenSSL could not write the secrets that it is told to log."""
    if path := os.environ.get(_KEY_LOG):
        try:
            with open(path, "ab"):
                pass
        except OSError as error:
            raise SettingError(_unusable(_KEY_LOG, path, error)) from None


def _unusable(setting: str, path: str, error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    why = said if said and not isinstance(error, ssl.SSLError) else "holds no usable PEM"
    if isinstance(error, FileError):
        why = str(error)
    where = setting if setting in os.environ else f"{setting} in the profile"
    return f"{where}: {path}: {why}"

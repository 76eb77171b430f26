"""Finds credentials in URLs, queries and headers, and removes them from text.

Only the standard library is imported: this is needed before the first frame.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, unquote, urlsplit

_NAMES = re.compile("auth|key|token|secret|cookie|password|credential", re.IGNORECASE)
"""The names of headers and query parameters that authenticate."""
_PLAIN_QUERY = ("api-version",)
"""Query parameters that may change while the account stays the same."""
_LEAST_NAMED = 4
_LEAST_IN_QUERY = 8
_LEAST_IN_HEADER = 16
"""Characters from which on a value is taken for a secret; shorter ones are parts of words."""


def userinfo(url: str) -> str:
    """The name and password of a URL as they stand there; empty without any."""
    return _split(url).netloc.rpartition("@")[0]


def credentials_in_query(url: str, query: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs of a query that may authenticate: all but those that are known not to."""
    pairs = [*parse_qsl(_split(url).query, keep_blank_values=True), *query.items()]
    return [(name, value) for name, value in pairs if name.lower() not in _PLAIN_QUERY]


def credentials_in_headers(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers that authenticate, by their names, which are in lower case."""
    return [(n.lower(), value) for n, value in headers.items() if _NAMES.search(n)]


def secrets_in(
    url: str, query: Mapping[str, str], headers: Mapping[str, str], *others: str
) -> frozenset[str]:
    """The secrets of a profile other than its key, which must not be quoted anywhere.

    Args:
        url: the base URL; its login and query are searched.
        query: the query that is sent with every request.
        headers: the headers that are sent with every request, names in lower case.
        others: further URLs, such as a proxy's, of which only the login is a secret.
    """
    found = {*_of_a_login(url), *_of_a_query(url, query), *_of_headers(headers)}
    for each in others:
        found |= {*_of_a_login(each)}
    return frozenset(found)


def _split(url: str) -> SplitResult:
    """The parts of a URL, of which a proxy's may lack the scheme; empty ones where it is none."""
    try:
        return urlsplit(url if "://" in url else f"//{url}")
    except ValueError:
        return urlsplit("")


def _of_a_login(url: str) -> Iterator[str]:
    user, given, password = userinfo(url).partition(":")
    whole = userinfo(url)
    yield from filter(None, (whole, unquote(whole), unquote(password if given else user)))


def _of_a_query(url: str, query: Mapping[str, str]) -> Iterator[str]:
    # As it stands in the URL, and as a server reads it.
    written = [part.partition("=")[::2] for part in _split(url).query.split("&")]
    plain = [pair for pair in written if pair[0].lower() not in _PLAIN_QUERY]
    for name, value in [*plain, *credentials_in_query(url, query)]:
        if len(value) >= (_LEAST_NAMED if _NAMES.search(name) else _LEAST_IN_QUERY):
            yield value


def _of_headers(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        bare = value.rpartition(" ")[2]  # behind a scheme such as Bearer
        if len(bare) >= (_LEAST_NAMED if _NAMES.search(name) else _LEAST_IN_HEADER):
            yield bare


HIDDEN = "[key]"
_SHORT = 7
"""Characters of a key that may be a part of any text, such as the `any` that local servers take."""
_PLACEHOLDERS = {
    *("anything", "changeme", "notneeded", "notrequired", "password", "placeholder"),
    *("required", "whatever"),
}
"""Longer words that are given where no key is needed."""
_BEFORE_CREDENTIALS = (
    r"((?:auth|bearer|basic|key|token|secret|cookie|password|credential)[\w-]*+[\"']?+"
    r"(?:\s(?:provided|given|is|was|of|header|scheme))?+(?:\s?[:=])?+\s?[\"'`(<\[{]*+"
    r"(?:(?:bearer|basic|token)\s)?|(?://|%2F%2F|//[^/\s@:]*:))"
)
"""What stands before credentials: what they are called, or the beginning of a URL's login."""


def redact(text: str, keys: Iterable[str]) -> str:
    """Put `[key]` in the place of each key: as it is or percent-encoded, in either case, or within
    the base64 of anything.

    A short key, and one that is a placeholder, is hidden where credentials stand alone.
    """
    for key in keys:
        if key and (len(key) <= _SHORT or key.lower() in _PLACEHOLDERS):
            weak = rf"{_BEFORE_CREDENTIALS}{re.escape(key)}(?![\w-])"
            text = re.sub(weak, rf"\g<1>{HIDDEN}", text, flags=re.IGNORECASE)
        elif key:
            forms = "|".join(map(re.escape, sorted({key, *_forms(key)}, key=len, reverse=True)))
            text = re.sub(forms, HIDDEN, text, flags=re.IGNORECASE)
    return text


def _forms(key: str) -> Iterator[str]:
    yield from (quote(key), quote(key, safe=""), quote_plus(key))
    data = key.encode(errors="surrogatepass")
    for before in range(3):
        # Six bits a character: those at the edges mix with what stands before and behind.
        first, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + data).decode()[first:end]


_PORTS = {"http": 80, "https": 443}


def normalized_url(url: str) -> str:
    """A URL in lower case where case does not count, and without what tells nothing or too much:
    the usual port, slashes at the end, the login, the query, which may hold a key, the fragment.

    Raises:
        ValueError: it is no URL.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"

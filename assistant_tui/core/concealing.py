"""Takes keys out of a text that somebody may read."""

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "[key]"
_LEAST = 8
"""Characters from which on a key is looked for in other forms; of a shorter one they are words."""


def conceal(text: str, keys: Iterable[str]) -> str:
    """Put `[key]` in the place of each key: as it is or percent-encoded, in either case, or within
    the base64 of anything."""
    for key in keys:
        if key:
            forms = "|".join(map(re.escape, sorted({key, *_forms(key)}, key=len, reverse=True)))
            text = re.sub(forms, HIDDEN, text, flags=re.IGNORECASE)
    return text


def _forms(key: str) -> Iterator[str]:
    if len(key) < _LEAST:
        return
    yield from (quote(key), quote(key, safe=""), quote_plus(key))
    data = key.encode(errors="surrogatepass")
    for before in range(3):
        # Six bits a character: those at the edges mix with what stands before and behind.
        first, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + data).decode()[first:end]

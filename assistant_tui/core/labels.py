"""How an object is called where people read: two different ids never look alike."""

import hashlib
import re

from assistant_tui.core.safe_text import escaped, visible_line

NO_ID = "(no id)"
"""How the stand-in for a missing id begins; no server is ever asked for one."""
LONGEST_ID = 100
"""Characters of an id that is shown whole in a dialog or a sentence."""
WITH_ITS_ID = 40
"""Characters of a name in a sentence of 80 cells that names it and its id, and says no more."""
IN_A_SENTENCE, IN_A_LABEL, ON_A_LINE = 24, 30, 60
"""Characters of a name: in a sentence with its id, beside an id in a list, and on its own line."""
_STAND_IN = re.compile(r"\(no id\) #[0-9a-f]{12}")
_DIGEST = 32
"""Hexadecimal digits; with fewer, two ids with the same ones could be made in an afternoon."""


def placeholder_id(text: str) -> str:
    """A placeholder for the id of an object that has none, made from its text."""
    digest = hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()
    return f"{NO_ID} #{digest[:12]}"


def shown_id(identity: str, most: int = LONGEST_ID) -> str:
    """Return an id in visible ASCII, so that no two different ids are shown alike.

    What is not a visible ASCII character is an escape. Of what is then longer than `most`,
    beginning and end are shown, with a digest of the whole.
    """
    whole = _whole(identity)
    if len(whole) <= most:
        return whole
    about = f" ({len(identity):,} characters, sha256 {_digest(identity)})"
    room = max(most - len(about) - 1, 12)
    end = room // 3
    return f"{whole[: room - end]}…{whole[-end:]}{about}"


def id_in_column(identity: str, most: int) -> str:
    """An id as `shown_id` writes it, in at most `most` characters, still different from all others.

    What is too long ends in a part of its digest; there have to be two cells at least.
    """
    whole = _whole(identity)
    if len(whole) <= most:
        return whole
    end = f"…#{_digest(identity)[: _DIGEST // 2]}"
    return (whole[: max(most - len(end), 0)] + end)[:most]


def _whole(identity: str) -> str:
    return identity if _STAND_IN.fullmatch(identity) else escaped(identity)


def _digest(identity: str) -> str:
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]


def short_name(name: str, most: int = IN_A_LABEL) -> str:
    """The beginning of a name, safe to show: no padding of it pushes the id away."""
    line = visible_line(name[: 2 * most])
    return line if len(line) <= most else line[: most - 1] + "…"


def label_of(object_id: str, name: str) -> str:
    """The id and the beginning of the name, in a line that is safe to show."""
    return f"{shown_id(object_id)} · {short_name(name) or '(no name)'}"


def named_label(name: str, object_id: str) -> str:
    """The same with the name first, where names are what is looked for."""
    return f"{short_name(name) or '(no name)'} · {shown_id(object_id)}"


def name_or_id(name: str, object_id: str, most: int = IN_A_LABEL) -> str:
    """The beginning of the name, or the id of one that has none, safe to show."""
    return short_name(name, most) or shown_id(object_id)

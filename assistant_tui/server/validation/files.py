"""What the forms of uploads must say (OpenAPI document 2.3.0, Files)."""

import re
from collections.abc import Mapping

from assistant_tui.server.errors import ApiError
from assistant_tui.server.validation.checks import (
    number,
    object_,
    one_of,
    string,
    wrong_type,
)

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
_ANCHOR, _SECONDS = "expires_after[anchor]", "expires_after[seconds]"
_FORM = object_(
    {
        "file": string(),
        "purpose": one_of(*PURPOSES),
        _ANCHOR: one_of("created_at"),
        _SECONDS: string(),
    },
    ("file", "purpose"),
    closed=True,
)


def check_form(filename: str | None, fields: Mapping[str, str]) -> int | None:
    """Check the form of an upload, and return the lifetime of the file.

    Args:
        filename: None if there is no file.
        fields: all else.

    Returns:
        Seconds after its creation, or None if it does not expire.

    Raises:
        ApiError: something is missing, unknown or wrong.
    """
    _FORM("", fields if filename is None else {**fields, "file": filename})
    given = [name for name in (_ANCHOR, _SECONDS) if name in fields]
    if not given:
        return None
    if len(given) == 1:
        missing = _SECONDS if given == [_ANCHOR] else _ANCHOR
        raise ApiError(
            f"Missing required parameter: '{missing}'.",
            code="missing_required_parameter",
            param=missing,
        )
    literal = fields[_SECONDS]
    if not re.fullmatch(r"-?[0-9]{1,18}", literal):
        raise wrong_type(_SECONDS, "an integer", "a string")
    number(3_600, 2_592_000, whole=True)(_SECONDS, int(literal))
    return int(literal)

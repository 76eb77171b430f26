"""What the bodies of requests about threads and messages must be (OpenAPI document 2.3.0)."""

from typing import Any

from assistant_tui.server.errors import ApiError
from assistant_tui.server.validation.assistants import (
    IDENTIFIER,
    METADATA,
    NAMED_TOOL_RESOURCES,
    NEW_TOOL_RESOURCES,
)
from assistant_tui.server.validation.checks import (
    any_object,
    array,
    nullable,
    object_,
    one_of,
    string,
    tagged_union,
    wrong_type,
)

LONGEST_TEXT = 256_000
"""Characters of a message that is one string, as earlier editions of the document had it."""

_DETAIL = one_of("auto", "low", "high")
_PARTS = array(
    tagged_union(
        {
            "text": object_({"text": string()}, ("text",)),
            "image_file": object_(
                {"image_file": object_({"file_id": string(), "detail": _DETAIL}, ("file_id",))},
                ("image_file",),
            ),
            "image_url": object_(
                {"image_url": object_({"url": string(minimum=1), "detail": _DETAIL}, ("url",))},
                ("image_url",),
            ),
        }
    )
)


def _content(path: str, value: Any) -> None:
    """A text, or a list of parts with one at least."""
    if isinstance(value, str):
        string(LONGEST_TEXT, minimum=1)(path, value)
    elif isinstance(value, list):
        _PARTS(path, value)
        if not value:
            message = f"Invalid '{path}': empty array. Expected an array with minimum length 1."
            raise ApiError(message, code="array_below_min_length", param=path)
    else:
        raise wrong_type(path, "a string or an array", "something else")


_ATTACHMENT = object_(
    {
        "file_id": IDENTIFIER,
        "tools": array(tagged_union({"code_interpreter": any_object, "file_search": any_object})),
    },
    ("file_id", "tools"),
)

CREATE_MESSAGE = object_(
    {
        "role": one_of("user", "assistant"),
        "content": _content,
        "attachments": nullable(array(_ATTACHMENT)),
        "metadata": METADATA,
    },
    ("role", "content"),
    closed=True,
)
"""What a request to create a message must pass."""

MODIFY_METADATA = object_({"metadata": METADATA}, closed=True)
"""What a request to modify a message or a run must pass: nothing else can be changed."""

CREATE_THREAD = object_(
    {
        "messages": array(CREATE_MESSAGE),
        "metadata": METADATA,
        "tool_resources": NEW_TOOL_RESOURCES,
    },
    closed=True,
)
"""What a request to create a thread must pass."""

MODIFY_THREAD = object_({"metadata": METADATA, "tool_resources": NAMED_TOOL_RESOURCES}, closed=True)
"""What a request to modify a thread must pass."""

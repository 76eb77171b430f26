"""What the bodies of requests about assistants must be (OpenAPI document 2.3.0, Assistants)."""

from collections.abc import Mapping
from typing import Any

from assistant_tui.server.errors import ApiError
from assistant_tui.server.validation.checks import (
    Check,
    any_object,
    array,
    boolean,
    forbidden,
    nullable,
    number,
    object_,
    one_of,
    string,
    string_map,
    tagged_union,
)

IDENTIFIER = string(64, minimum=1, pattern="[a-zA-Z0-9_-]+")
METADATA = nullable(string_map(string(512), pairs=16, key_length=64))

_FILE_SEARCH = object_(
    {
        "max_num_results": number(1, 50, whole=True),
        "ranking_options": object_(
            {"ranker": one_of("auto", "default_2024_08_21"), "score_threshold": number(0, 1)},
            ("score_threshold",),
        ),
    }
)
_FUNCTION = object_(
    {
        "name": IDENTIFIER,
        "description": string(),
        "parameters": any_object,
        "strict": nullable(boolean),
    },
    ("name",),
)
TOOL = tagged_union(
    {
        "code_interpreter": any_object,
        "file_search": object_({"file_search": _FILE_SEARCH}),
        "function": object_({"function": _FUNCTION}, ("function",)),
    }
)

_OBJECT_FORMAT = tagged_union(
    {
        "text": any_object,
        "json_object": any_object,
        "json_schema": object_(
            {
                "json_schema": object_(
                    {
                        "name": IDENTIFIER,
                        "description": string(),
                        "schema": any_object,
                        "strict": nullable(boolean),
                    },
                    ("name",),
                )
            },
            ("json_schema",),
        ),
    }
)


def response_format(path: str, value: Any) -> None:
    """The string "auto", or an object that says more."""
    check = one_of("auto") if isinstance(value, str) else _OBJECT_FORMAT
    check(path, value)


_CHUNK_SIZES = object_(
    {
        "max_chunk_size_tokens": number(100, 4096, whole=True),
        "chunk_overlap_tokens": number(0, 2048, whole=True),
    },
    ("max_chunk_size_tokens", "chunk_overlap_tokens"),
    closed=True,
)


def _chunk_sizes(path: str, value: Any) -> None:
    """Two chunks may share half of one at most."""
    _CHUNK_SIZES(path, value)
    half = value["max_chunk_size_tokens"] // 2
    number(0, half, whole=True)(f"{path}.chunk_overlap_tokens", value["chunk_overlap_tokens"])


CHUNKING_STRATEGY = tagged_union(
    {
        "auto": object_({"type": string()}, closed=True),
        "static": object_(
            {"type": string(), "static": _chunk_sizes}, ("type", "static"), closed=True
        ),
    }
)
_VECTOR_STORE = object_(
    {
        "file_ids": array(IDENTIFIER),
        "chunking_strategy": CHUNKING_STRATEGY,
        "metadata": METADATA,
    }
)
_NEW_FILE_SEARCH = object_(
    {
        "vector_store_ids": array(string(), maximum=1),
        "vector_stores": array(_VECTOR_STORE, maximum=1),
    }
)


def _new_file_search(path: str, value: Any) -> None:
    """Vector stores are named or made, not both."""
    _NEW_FILE_SEARCH(path, value)
    if "vector_store_ids" in value and "vector_stores" in value:
        message = f"Invalid '{path}': give 'vector_store_ids' or 'vector_stores', not both."
        raise ApiError(message, code="invalid_value", param=path)


_NAMED_FILE_SEARCH = object_(
    {"vector_store_ids": array(string(), maximum=1), "vector_stores": forbidden}
)


def _tool_resources(file_search: Check) -> Check:
    resources = {
        "code_interpreter": object_({"file_ids": array(string(), maximum=20)}),
        "file_search": file_search,
    }
    return nullable(object_(resources))


NEW_TOOL_RESOURCES = _tool_resources(_new_file_search)
"""What `tool_resources` must pass where vector stores can be made."""
NAMED_TOOL_RESOURCES = _tool_resources(_NAMED_FILE_SEARCH)
"""What `tool_resources` must pass where vector stores can only be named."""
REASONING_EFFORT = nullable(one_of("none", "minimal", "low", "medium", "high", "xhigh", "max"))


def _fields(tool_resources: Check) -> Mapping[str, Check]:
    return {
        "model": string(minimum=1),  # without a limit, as in the API's document
        "name": nullable(string(256)),
        "description": nullable(string(512)),
        "instructions": nullable(string(256_000)),
        "tools": array(TOOL, maximum=128),
        "metadata": METADATA,
        "top_p": nullable(number(0, 1)),
        "temperature": nullable(number(0, 2)),
        "reasoning_effort": REASONING_EFFORT,
        "response_format": nullable(response_format),
        "tool_resources": tool_resources,
    }


CREATE_ASSISTANT = object_(_fields(NEW_TOOL_RESOURCES), ("model",), closed=True)
"""What a create request must pass."""

MODIFY_ASSISTANT = object_(_fields(NAMED_TOOL_RESOURCES), closed=True)
"""What a modify request must pass: nothing is required, and no vector stores are made."""

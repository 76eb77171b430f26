"""What the bodies of requests about runs must be (OpenAPI document 2.3.0, Assistants)."""

from collections.abc import Mapping
from typing import Any

from assistant_tui.server.validation.assistants import (
    METADATA,
    NAMED_TOOL_RESOURCES,
    REASONING_EFFORT,
    TOOL,
    response_format,
)
from assistant_tui.server.validation.checks import (
    Check,
    any_object,
    array,
    boolean,
    nullable,
    number,
    object_,
    one_of,
    string,
    tagged_union,
)
from assistant_tui.server.validation.threads import CREATE_MESSAGE, CREATE_THREAD

FEWEST_TOKENS = 256
"""The least that `max_prompt_tokens` and `max_completion_tokens` may be."""
_MOST_TOKENS = 1 << 31

_NAMED_TOOL = tagged_union(
    {
        "function": object_(
            {"function": object_({"name": string(minimum=1)}, ("name",))}, ("function",)
        ),
        "code_interpreter": any_object,
        "file_search": any_object,
    }
)


def _tool_choice(path: str, value: Any) -> None:
    """One of three words, or an object that names a tool."""
    check = one_of("none", "auto", "required") if isinstance(value, str) else _NAMED_TOOL
    check(path, value)


_TRUNCATION = object_(
    {
        "type": one_of("auto", "last_messages"),
        "last_messages": nullable(number(1, _MOST_TOKENS, whole=True)),
    },
    ("type",),
)
_TOKENS = nullable(number(FEWEST_TOKENS, _MOST_TOKENS, whole=True))

_SETTINGS: Mapping[str, Check] = {
    "assistant_id": string(minimum=1),
    "model": nullable(string(minimum=1)),
    "instructions": nullable(string(256_000)),
    "tools": nullable(array(TOOL, maximum=128)),
    "metadata": METADATA,
    "temperature": nullable(number(0, 2)),
    "top_p": nullable(number(0, 1)),
    "stream": nullable(boolean),
    "max_prompt_tokens": _TOKENS,
    "max_completion_tokens": _TOKENS,
    "truncation_strategy": nullable(_TRUNCATION),
    "tool_choice": nullable(_tool_choice),
    "parallel_tool_calls": boolean,
    "response_format": nullable(response_format),
    "reasoning_effort": REASONING_EFFORT,
}

CREATE_RUN = object_(
    {
        **_SETTINGS,
        "additional_instructions": nullable(string(256_000)),
        "additional_messages": nullable(array(CREATE_MESSAGE)),
    },
    ("assistant_id",),
    closed=True,
)
"""What a request to run a thread must pass."""

CREATE_THREAD_AND_RUN = object_(
    {**_SETTINGS, "thread": CREATE_THREAD, "tool_resources": NAMED_TOOL_RESOURCES},
    ("assistant_id",),
    closed=True,
)
"""What a request to make a thread and run it at once must pass."""

LONGEST_OUTPUT = 512 * 1024
"""Characters of the output of one function call."""

SUBMIT_TOOL_OUTPUTS = object_(
    {
        "tool_outputs": array(
            object_(
                {"tool_call_id": string(), "output": string(LONGEST_OUTPUT)},
                ("tool_call_id", "output"),
            )
        ),
        "stream": nullable(boolean),
    },
    ("tool_outputs",),
    closed=True,
)
"""What a request with the outputs of function calls must pass."""

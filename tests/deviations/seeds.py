"""Assistants with all that a server might lose or alter."""

from assistant_tui.core.json_text import compose_list
from tests.fakeserver.requests import Members

DEFAULTS = {
    "name": "null",
    "description": "null",
    "instructions": "null",
    "tools": "[]",
    "tool_resources": "{}",
    "metadata": "{}",
    "temperature": "1.0",
    "top_p": "1.0",
    "response_format": '"auto"',
}
"""What a create sets that is not told otherwise."""


def seeds(count: int) -> list[Members]:
    """So many assistants, `Bot 1` and so on, with all that a server might lose or alter."""
    return [_seed(number) for number in range(1, count + 1)]


def _seed(number: int) -> Members:
    tools = ['{"type":"code_interpreter"}', _FUNCTION, '{"type": "azure_ai_search", "n": [1.0]}']
    return {
        "model": '"gpt-4o"',
        "name": f'"Bot {number}"',
        "description": f'"about {number}"',
        "instructions": f'"Be kind.\\nAs {number} is."',
        "tools": compose_list(tools),
        "metadata": '{"team": "search"}',
        "temperature": "0.50",
        "x_vendor": '{"big": 9007199254740993, "z": 1.0, "a": 1e5}',
    }


_FUNCTION = (
    '{"type":"function","function":{"strict":null,"name":"look_up",'
    '"parameters":{"z":1.0,"type":"object"}}}'
)


def sendable(held: Members) -> Members:
    """All of an assistant but what the server sets."""
    kept = ("id", "object", "created", "created_at", "updated_at")
    return {name: text for name, text in held.items() if name not in kept}

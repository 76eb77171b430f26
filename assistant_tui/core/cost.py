"""What reading a JSON text would cost, told before it is read."""

import re

MOST_PARTS = 100_000
"""Parts of one assistant that is read; 128 tools with long schemas have a third of it."""
MOST_PARTS_AT_ONCE = 2_000_000
"""Parts of one answer: 10,000 assistants with ten tools each have half of it."""
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_STRIPPED = 4_000_000
"""Characters up to which strings are told from the rest."""


def count_parts(text: str) -> int:
    """About how many names and values JSON text has; marks inside strings may be among them."""
    return sum(text.count(mark) for mark in ",:[{")


def has_too_many_parts(text: str) -> bool:
    """Whether an assistant has more parts than are read, those inside strings left out."""
    if len(text) <= MOST_PARTS or count_parts(text) <= MOST_PARTS:
        return False
    return len(text) > _STRIPPED or count_parts(_STRING.sub("", text)) > MOST_PARTS

"""What a file holds, as far as it can be read."""

from typing import NamedTuple


class Found(NamedTuple):
    """One assistant in a file."""

    line: int
    """Where it begins, counted from 1."""
    text: str
    """Its JSON, numbers as they stand in the file."""

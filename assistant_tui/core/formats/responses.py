"""A request to the Responses API that does what the assistant does; only the input is missing."""

from assistant_tui.core.document import compose, indent
from assistant_tui.core.formats.moving import moved


def write(text: str) -> str:
    """The JSON of the request, laid out over lines."""
    return indent(compose(moved(text).request)) + "\n"


def losses(text: str) -> tuple[str, ...]:
    """What the request cannot express."""
    found = moved(text)
    name = ("name: a request has none",) if found.name else ()
    return (*name, *found.lost)

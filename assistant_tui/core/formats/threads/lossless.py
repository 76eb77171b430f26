"""JSON files of threads: thread, messages, runs and steps, nothing but white space changed."""

from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import (
    compose,
    compose_list,
    elements,
    indent,
    members,
    read_json,
    write_json,
)
from assistant_tui.core.strict_json import without_bom

FORMAT = "assistant-tui thread"
"""What the member `format` of such a file says."""
VERSION = 1
"""The newest version that is read, and the one that is written."""
LARGEST_FILE = 200_000_000
"""Bytes of a file that is read."""
_LISTS = ("messages", "runs", "steps")


def write(record: ThreadRecord) -> str:
    """Write a thread with all that belongs to it."""
    parts = {
        "format": write_json(FORMAT),
        "version": str(VERSION),
        "thread": record.thread,
        **{name: compose_list(getattr(record, name)) for name in _LISTS},
    }
    return indent(compose(parts)) + "\n"


def read(text: str) -> ThreadRecord:
    """Read what `write` has written; values are kept as they stand in the file.

    Raises:
        ValueError: it is something else, is cut off, or is of a newer version.
    """
    parts = members(without_bom(text))
    if parts.get("format") != write_json(FORMAT):
        raise ValueError(f'no thread of this program: "format" is not "{FORMAT}"')
    version = read_json(parts.get("version", "null"))
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= VERSION:
        raise ValueError(f"version {parts.get('version', 'null')[:20]} is not read, {VERSION} is")
    if "thread" not in parts:
        raise ValueError('"thread" is missing')
    members(parts["thread"])
    lists = {name: tuple(elements(parts.get(name, "[]"))) for name in _LISTS}
    return ThreadRecord(parts["thread"], **lists)


def read_all(text: str) -> list[ThreadRecord]:
    """Read one thread, or several, each in a line of its own as they are written to a stream.

    Raises:
        ValueError: as `read`.
    """
    text = without_bom(text)
    first, _, rest = text.lstrip("\n").partition("\n")
    if not rest.strip() or not _is_whole(first):
        return [read(text)]
    return [read(line) for line in text.split("\n") if line.strip()]


def _is_whole(line: str) -> bool:
    try:
        members(line)
    except ValueError:
        return False
    return True


def losses(record: ThreadRecord) -> tuple[str, ...]:
    """What such a file does not hold."""
    count = len(record.file_ids)
    files = "1 file is" if count == 1 else f"{count} files are"
    return (f"the content of files: {files} named by id alone",) if count else ()

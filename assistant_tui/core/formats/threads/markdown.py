"""Threads as Markdown to be read: who said what, which tools were called, how runs ended."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from assistant_tui.core.formats.threads.arranging import ArrangedThread, arrange
from assistant_tui.core.formats.threads.losses import Losses, add_settings
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.objects import SEND_KEY, Run

_TITLES = {EntryKind.USER: "User", EntryKind.ASSISTANT: "Assistant", EntryKind.NOTE: "Run"}
_MARKS = re.compile(r"([\\`*_\[\]<>#|&])")
_BREAKS = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def write(record: ThreadRecord) -> str:
    """The transcript; what was said is quoted, so that none of it can pass for a title here."""
    thread = arrange(record)
    parts = [f"# Thread {_words(thread.thread.id)}\n", *_facts(thread)]
    parts.extend(f"\n{_block(entry)}" for entry in thread.entries)
    return "".join(parts)


def losses(record: ThreadRecord) -> tuple[str, ...]:
    """What the transcript leaves out."""
    found = Losses()
    add_settings(found, arrange(record), kept=("metadata", "usage"))
    return found.told


def _facts(thread: ArrangedThread) -> Iterator[str]:
    facts = [("created", _time(thread.thread.created_at))]
    pairs = thread.thread.metadata.items()
    facts += [(_words(name), _words(value)) for name, value in pairs if name != SEND_KEY]
    lines = [f"- {name}: {value}\n" for name, value in facts if value]
    lines += [f"- {_run(run)}\n" for run in thread.runs]
    if lines:
        yield "\n"
        yield from lines


def _run(run: Run) -> str:
    """A line about a run."""
    usage = f"{run.usage.total:,} tokens" if run.usage else ""
    said = (_words(run.assistant_id), _words(run.model), _words(run.status), usage)
    return f"run {_words(run.id)}: {' · '.join(filter(None, said))}"


def _block(entry: Entry) -> str:
    time = _time(entry.created_at)
    if entry.kind is EntryKind.CALL and entry.call is not None:
        call = entry.call
        kind = "" if call.kind == "function" else f" ({_words(call.kind)})"
        output = "No output.\n" if call.output is None else f"Output:\n\n{_code(call.output)}"
        title = f"### Call of {_words(call.name)}{kind}\n"
        return f"{title}\n{_code(call.arguments)}\n{output}"
    if entry.kind is EntryKind.STEP:
        return f"### Step\n\n{_code(entry.text)}"
    title = _TITLES.get(entry.kind, "Note")
    return f"## {title}{time and f' · {time}'}\n\n{_quote(entry.text)}"


def _quote(text: str) -> str:
    return "".join(f"> {line}".rstrip(" ") + "\n" for line in _BREAKS.split(text))


def _code(text: str) -> str:
    """A block of code that no line of the text can end."""
    longest = max(map(len, re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    lines = "\n".join(_BREAKS.split(text))
    return f"{fence}\n{lines}\n{fence}\n"


def _words(text: str) -> str:
    """A text within a line, that marks nothing up."""
    return _MARKS.sub(r"\\\1", one_line(text))


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):  # years that no calendar has
        return ""

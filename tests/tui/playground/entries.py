"""Entries of a thread, as a test needs them."""

from assistant_tui.core.threads.entries import Change, ChangeKind, Entry, EntryKind
from assistant_tui.core.threads.objects import read_call


def said(key: str, text: str, kind: EntryKind = EntryKind.ASSISTANT) -> Entry:
    """A message."""
    return Entry(key, kind, text)


def call(key: str, name: str, arguments: str, output: str | None = None) -> Entry:
    """A call of a function."""
    function = {"name": name, "arguments": arguments, "output": output}
    made = read_call({"id": key, "type": "function", "function": function}, key)
    return Entry(key, EntryKind.CALL, arguments, call=made)


def added(entry: Entry) -> Change:
    """An entry has come."""
    return Change(ChangeKind.ADDED, entry)


def appended(entry: Entry, piece: str) -> Change:
    """A piece of text has come to an entry."""
    return Change(ChangeKind.APPENDED, entry, entry.append(piece))

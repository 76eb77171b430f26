"""The entries of a transcript in their order, within bounds."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from assistant_tui.core.threads.entries import OWN_NOTE, Change, ChangeKind, Entry, EntryKind

MOST_ENTRIES = 20_000
MOST_TEXT = 16_000_000
"""Characters of all entries together."""
_LIMIT = f"{OWN_NOTE}limit"


class EntryList:
    """Adds, appends and replaces entries, and says what has changed by it."""

    def __init__(self, most_entries: int = MOST_ENTRIES, most_text: int = MOST_TEXT) -> None:
        self.listed: list[Entry] = []
        """All entries in their order; always the same list, so that a view of it stays true."""
        self._by_key: dict[str, Entry] = {}
        self._most_entries = most_entries
        self._most_text = most_text
        self._size = 0
        """Characters of all texts, as far as they were added here."""

    def get(self, key: str) -> Entry | None:
        """The entry with a key."""
        return self._by_key.get(key)

    def of_run(self, run_id: str) -> list[Entry]:
        """The entries of a run, in their order."""
        return [each for each in self.listed if run_id and each.run_id == run_id]

    def add(self, entry: Entry) -> list[Change]:
        """Add an entry at the end, unless there is one with its key."""
        if entry.key in self._by_key:
            return []
        if len(self.listed) >= self._most_entries or self._size + entry.length > self._most_text:
            return self._tell_limit()
        self._size += entry.length
        self._put(entry)
        return [Change(ChangeKind.ADDED, entry)]

    def append(self, entry: Entry, piece: str) -> list[Change]:
        """Append a piece to the text of an entry."""
        room = self._most_text - self._size
        if room <= 0:
            return self._tell_limit()
        shown = entry.append(piece[:room])
        self._size += len(shown)
        return [Change(ChangeKind.APPENDED, entry, shown)] if shown else []

    def append_output(self, entry: Entry, piece: str) -> list[Change]:
        """Append a piece to the output of a call."""
        room = self._most_text - self._size
        if room <= 0:
            return self._tell_limit()
        self._size += entry.append_output(piece[:room])
        return [Change(ChangeKind.CHANGED, entry)]

    def update(self, entry: Entry, fresh: Entry) -> list[Change]:
        """Let an entry show what another one shows, where that is something else."""
        former = entry.length
        if self._size - former + fresh.length > self._most_text:
            return self._tell_limit()
        if not entry.becomes(fresh):
            return []
        self._size += entry.length - former
        return [Change(ChangeKind.CHANGED, entry)]

    def remove(self, entry: Entry) -> list[Change]:
        """Take an entry away."""
        self.listed.remove(entry)
        del self._by_key[entry.key]
        self._size -= entry.length
        return [Change(ChangeKind.REMOVED, entry)]

    def replace_all(self, held: Sequence[Entry], is_kept: Callable[[Entry], bool]) -> list[Change]:
        """Show what a server holds, and of what it does not hold what `is_kept` says.

        What is kept stays behind the entry that it stood behind. Entries whose keys stay are the
        same objects. All is to be read anew where their order has changed, or one comes in between.
        """
        wanted = self._merged(self._within_limits(held), is_kept)
        keys = {each.key for each in wanted}
        former, known = [*self.listed], self._by_key
        changes = [Change(ChangeKind.REMOVED, each) for each in former if each.key not in keys]
        self.listed.clear()
        self._by_key, self._size = {}, 0
        added: list[Change] = []
        in_between = False
        for fresh in wanted:
            entry = known.get(fresh.key)
            if entry is None:
                added.append(Change(ChangeKind.ADDED, fresh))
            else:
                in_between = in_between or bool(added)
                if entry is not fresh and not fresh.complete and fresh.length < entry.length:
                    fresh.set_text(entry.text)  # a server may hold less than it has streamed
                if entry is not fresh and entry.becomes(fresh):
                    changes.append(Change(ChangeKind.CHANGED, entry))
            self._put(entry or fresh)
            self._size += (entry or fresh).length
        stayed = [each for each in former if each.key in keys]
        moved = stayed != [each for each in self.listed if each.key in known]
        return [Change(ChangeKind.RESET)] if moved or in_between else [*changes, *added]

    def _merged(self, held: Sequence[Entry], is_kept: Callable[[Entry], bool]) -> list[Entry]:
        keys = {each.key for each in held}
        behind: defaultdict[str, list[Entry]] = defaultdict(list)
        last = ""
        for each in self.listed:
            if each.key in keys:
                last = each.key
            elif is_kept(each):
                behind[last].append(each)
        merged = [*behind[""]]
        for each in held:
            merged.append(each)
            merged += behind.get(each.key, ())
        return merged

    def _within_limits(self, held: Sequence[Entry]) -> list[Entry]:
        """The newest entries, as many as there is room for."""
        size, first = 0, len(held)
        least = max(0, len(held) - self._most_entries)
        while first > least and size + held[first - 1].length <= self._most_text:
            first -= 1
            size += held[first].length
        if first == 0:
            return [*held]
        said = f"{first:,} older entries are not shown: they are too much for this program"
        note = Entry(_LIMIT, EntryKind.NOTE, said, complete=True)
        return [note, *held[first:]]

    def _tell_limit(self) -> list[Change]:
        if _LIMIT in self._by_key:
            return []
        said = "what follows is not shown: it is too much for this program"
        note = Entry(_LIMIT, EntryKind.NOTE, said, complete=True)
        self._put(note)
        return [Change(ChangeKind.ADDED, note)]

    def _put(self, entry: Entry) -> None:
        self.listed.append(entry)
        self._by_key[entry.key] = entry

"""The subcommands `undo`, `history` and `trash`: what was done here, and taking it back."""

import argparse
from collections.abc import Iterable, Sequence

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import BatchReport, report_saved
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.settings import ConfigurationError
from assistant_tui.core.assistants.draft import reverting_draft
from assistant_tui.core.batch import DeleteResult
from assistant_tui.core.json_text import compose, write_json
from assistant_tui.core.labels import ON_A_LINE, label_of, short_name, shown_id
from assistant_tui.core.list_spec import GAP, created_text
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.safe_text import one_line
from assistant_tui.journal.entries import ChangeKind, Entry
from assistant_tui.services.undoing import take_back

_WAYS = {
    ChangeKind.CREATED: "delete",
    ChangeKind.DELETED: "create anew",
    ChangeKind.CHANGED: "change back",
}
"""How what was done is taken back."""
_FIRST = 0
"""The number of the version before all that was done here."""


def prepare_undo(options: argparse.Namespace, console: Console) -> Subcommand:
    """Take back the last thing that was done here; of a bulk operation, all of it."""
    if not options.yes and not console.interactive:
        raise ConfigurationError("undo: there is no terminal to ask on; --yes is needed")

    async def subcommand(session: Session) -> int:
        journal = session.service.journal
        last = await journal.last()
        if last is None:
            return _nothing(session, "nothing was done here that could be undone")
        entries = await journal.batch(last.batch) if last.batch else (last,)
        if not entries:
            return _nothing(session, "nothing of it is left to undo")
        if not options.yes and not await _confirmed(console, entries):
            console.note("nothing was undone")
            return 1
        return await _take_back(session, entries, "undone")

    return subcommand


async def _confirmed(console: Console, entries: Sequence[Entry]) -> bool:
    lines = [f"{_WAYS[each.kind]:<11}  {label_of(each.object_id, each.name)}" for each in entries]
    if len(entries) == 1:
        return await console.confirmed(lines, "Undo this? [y/N]", ("y", "yes"))
    count = str(len(entries))
    return await console.confirmed(lines, f"Type {count} to undo all of these:", (count,))


async def _take_back(session: Session, entries: Sequence[Entry], participle: str) -> int:
    """Take entries back one after the other, and print the ids that the assistants have then."""
    console, service = session.console, session.service
    report = BatchReport(console, session.settings.profile, participle, len(entries))
    with report.all():
        for entry in report.in_turn(entries, lambda each: shown_id(each.object_id)):
            with session.write(), report.attempt(shown_id(entry.object_id)):
                is_there = entry.kind is not ChangeKind.DELETED
                present = entry.object_id
                if is_there:
                    present = await service.journal.present_id(present)
                done = await take_back(service, entry, present)
                report.add()
                if isinstance(done, DeleteResult):
                    console.written_id(done.id)
                else:
                    report_saved(console, done)
                    console.written_id(done.row.id)
    return report.code


def prepare_history(options: argparse.Namespace, console: Console) -> Subcommand:
    """List what was done to an assistant here, or give it back one of its versions."""

    async def subcommand(session: Session) -> int:
        entries = await session.service.journal.history(options.id)
        if options.restore is not None:
            return await _restore(session, options.id, entries, options.restore)
        if not entries:
            return _nothing(session, f"{shown_id(options.id)} was not changed here yet")
        _list(console, entries, as_json=options.json)
        if entries[-1].before is not None and not options.json:
            console.line(f"{_FIRST:>6}{GAP}{'':<16}{GAP}before all of these")
        return 0

    return subcommand


async def _restore(session: Session, who: str, entries: Sequence[Entry], number: int) -> int:
    """Give an assistant back what it had after an entry; before all of them for the number 0."""
    versions = {each.number: each.after for each in entries}
    if entries:
        versions[_FIRST] = entries[-1].before
    if (version := versions.get(number)) is None:
        there = ", ".join(str(each) for each, text in versions.items() if text is not None)
        raise ConfigurationError(
            f"--restore: {shown_id(who)} has no version {number}; there are: {there or 'none'}"
        )
    row = await session.service.fetch(who)
    draft = reverting_draft(RawJson(row.text), RawJson(version))
    if not draft.dirty:
        session.console.note(f"{shown_id(row.id)} is as it was in that version; nothing was sent")
        session.console.written_id(row.id)
        return 0
    with session.write():
        saved = await session.service.save(draft)
        report_saved(session.console, saved)
        session.console.written_id(saved.row.id)
    return 0


def prepare_trash(options: argparse.Namespace, console: Console) -> Subcommand:
    """List what was deleted here, or create some of it anew."""

    async def subcommand(session: Session) -> int:
        entries = await session.service.journal.trash()
        if options.restore:
            return await _recreate(session, entries, list(dict.fromkeys(options.restore)))
        if not entries:
            return _nothing(session, "nothing was deleted here")
        _list(console, entries, as_json=options.json)
        return 0

    return subcommand


async def _recreate(session: Session, entries: Sequence[Entry], ids: Sequence[str]) -> int:
    deleted = {each.object_id: each for each in reversed(entries)}
    missing = [each for each in ids if each not in deleted]
    for each in missing:
        session.console.note(f"{shown_id(each)} was not deleted here, or is back already")
    found = [deleted[each] for each in ids if each in deleted]
    code = await _take_back(session, found, "created anew") if found else 0
    return 1 if missing else code


def _nothing(session: Session, sentence: str) -> int:
    """Note that there is nothing, or why that is not known; returns the exit code."""
    trouble = session.service.journal.trouble
    session.console.note(trouble or sentence)
    return 1 if trouble else 0


def _list(console: Console, entries: Iterable[Entry], *, as_json: bool) -> None:
    """Numbers, times and what was done, newest first; as JSON with the objects as they were."""
    for each in entries:
        if as_json:
            console.json(_as_json(each))
        else:
            what = f"{each.kind.value:<7}{GAP}{shown_id(each.object_id)}"
            words = one_line(", ".join(each.fields)) or short_name(each.name, ON_A_LINE)
            when = created_text(int(each.at))
            console.line(f"{each.number:>6}{GAP}{when:<16}{GAP}{what}{GAP}{words}".rstrip())


def _as_json(entry: Entry) -> str:
    return compose(
        {
            "number": write_json(entry.number),
            "at": write_json(entry.at),
            "kind": write_json(entry.kind.value),
            "id": write_json(entry.object_id),
            "before": entry.before or "null",
            "after": entry.after or "null",
        }
    )

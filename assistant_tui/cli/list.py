"""The subcommands `list` and `get`: assistants in columns, in words, or as the server sent them."""

import argparse
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing

from assistant_tui.cli.console import Console, fit
from assistant_tui.cli.reports import BatchReport
from assistant_tui.cli.row_stream import RowStream, parse_filter
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.core.assistants.description import describe
from assistant_tui.core.assistants.summary import ASSISTANT_LIST
from assistant_tui.core.labels import id_in_column, shown_id
from assistant_tui.core.list_spec import GAP
from assistant_tui.core.rows import ResourceRow

_LEAST_NAME = 12
"""Cells of a row that a long id leaves for the name."""

_IN_PIPE = 77
"""Cells behind an id in a pipe, from which longer texts stick out: enough for all columns."""


def prepare_list(options: argparse.Namespace, console: Console) -> Subcommand:
    """List the first page, so many, or all."""
    wanted: int | None = options.limit
    query = parse_filter(options.filter)
    whole: bool = options.all or query is not None

    async def subcommand(session: Session) -> int:
        limit = wanted or (None if whole else session.settings.profile.page_size)
        stream = RowStream(session, options.order, query)
        async with aclosing(stream.rows(limit)) as rows:
            if options.ids:
                await _show_ids(console, rows)
            elif options.json:
                async for row in rows:
                    console.json(row.text)
            else:
                await _show(console, rows)
        if wanted is None and limit is not None and stream.has_more:
            console.note(f"these are the first {stream.yielded}; --all lists all")
        return stream.exit_code

    return subcommand


async def _show_ids(console: Console, rows: AsyncIterator[ResourceRow]) -> None:
    """Ids alone, one a line; what has none cannot be named to any command, and is noted."""
    without = 0
    async for row in rows:
        if row.has_id:
            console.id(row.id)
        else:
            without += 1
    if without:
        console.note(f"{without:,} without an id {'is' if without == 1 else 'are'} left out")


async def _show(console: Console, rows: AsyncIterator[ResourceRow]) -> None:
    """Ids and the columns of the list; the first page says how wide the ids are."""
    layout: _TableLayout | None = None
    async for row in rows:
        if layout is None:
            layout = _TableLayout(row, console)
            console.line(layout.titles)
        console.line(layout.line(row))


class _TableLayout:
    """The columns of one table; in a pipe, texts that are longer than theirs stay whole."""

    def __init__(self, first: ResourceRow, console: Console) -> None:
        self._width = console.width
        self._cuts, self._fit = console.cuts, console.fit
        self._most = max(self._width - len(GAP) - _LEAST_NAME, 2) if console.cuts else sys.maxsize
        self._id = max(len(id_in_column(first.id, self._most)), 2)

    @property
    def titles(self) -> str:
        """The line above the rows."""
        rest = self._rest(self._id)
        return (fit("Id", self._id) + GAP + ASSISTANT_LIST.titles(rest, fit)).rstrip()

    def line(self, row: ResourceRow) -> str:
        """One row, safe to show, no wider than the terminal; a longer id takes room of the rest."""
        shown = id_in_column(row.id, self._most)
        cells = max(len(shown), self._id)
        return (
            fit(shown, cells) + GAP + ASSISTANT_LIST.row_text(row, self._rest(cells), self._fit)
        ).rstrip()

    def _rest(self, cells: int) -> int:
        """The cells that are left behind an id of this many cells."""
        if not self._cuts:
            return _IN_PIPE
        return max(self._width - cells - len(GAP), 1)


def prepare_get(options: argparse.Namespace, console: Console) -> Subcommand:
    """Show assistants as the server has them now."""
    ids = list(dict.fromkeys(options.ids))

    async def subcommand(session: Session) -> int:
        if len(ids) == 1:
            _print(console, await session.service.fetch(ids[0]), as_json=options.json)
            return 0
        report = BatchReport(console, session.settings.profile, "shown", len(ids))
        with report.all():
            for place, each in enumerate(report.in_turn(ids, shown_id)):
                with report.attempt(shown_id(each)):
                    row = await session.service.fetch(each)
                    if place and not options.json:
                        console.line("")
                    _print(console, row, as_json=options.json)
                    report.add()
        return report.code

    return subcommand


def _print(console: Console, row: ResourceRow, *, as_json: bool) -> None:
    """Print an assistant as the server sent it, or in words."""
    if as_json:
        console.json(row.text)
        return
    for line in describe(row, show_all_with="--json"):
        before = " " * line.indent + line.lead
        for text in line.text.split("\n"):
            console.line(f"{before}{text}".rstrip())
            before = " " * len(before)

"""Shows a Markdown text over the whole screen; links in it are shown as text."""

from collections.abc import Sequence
from typing import ClassVar

from markdown_it import MarkdownIt
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Markdown, Static
from textual.widgets._markdown import (  # Textual exports all of it but the tables.
    MarkdownTable,
    MarkdownTableCellContents,
    MarkdownTableContent,
)
from textual.widgets.markdown import MarkdownFence

from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.dialogs.dialog import Dialog

_DISABLED_RULES = ["link", "image", "autolink", "linkify", "reference", "entity"]
"""What is shown as it was written: where a link leads must be seen, and no entity may stand for a
character that was made safe."""
_MAX_NESTING = 100
"""Beyond it the parser would leave text out; the parts of a text never nest as deep."""


def parser() -> MarkdownIt:
    """Markdown with tables, without links, images and HTML: tags are text."""
    markdown = MarkdownIt("gfm-like", {"html": False, "linkify": False, "maxNesting": _MAX_NESTING})
    return markdown.disable([*_DISABLED_RULES, "html_block", "html_inline"])


class _Code(MarkdownFence):
    """A block of code in one colour: to highlight what somebody wrote may take for ever."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        """The code as it is, below what its first line says of it."""
        return Content(f"{language}:\n{code}" if language else code)


class _Cells(MarkdownTableContent):
    """The cells of a table, without Textual's tooltips, which would parse them as markup."""

    def compose(self) -> ComposeResult:
        """The headers, then row by row."""
        for header in self.headers:
            yield MarkdownTableCellContents(header, classes="header")
        for number, row in enumerate(self.rows, 1):
            for cell in row:
                yield MarkdownTableCellContents(cell, classes=f"row{number} cell")


class _Table(MarkdownTable):
    def compose(self) -> ComposeResult:
        """Its cells."""
        yield _Cells(*self._get_headers_and_rows())


class _Page(Markdown):
    BLOCKS = {**Markdown.BLOCKS, "fence": _Code, "code_block": _Code, "table_open": _Table}  # noqa: RUF012


class MarkdownScreen(Dialog[None]):
    """Shows one part of a text after the other; what stays within one part is shown whole."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,m,f5", "close", "Close", show=False),
        *bindings(Where.PANE),
    ]

    def __init__(self, title: str, parts: Sequence[str]) -> None:
        """`title` and `parts` are shown as they are: remote text must have been made safe."""
        super().__init__()
        self._title = title
        self._parts = parts
        self._part = 0
        self._page = _Page(parser_factory=parser, open_links=False)
        self._scroll = VerticalScroll(self._page, can_focus=False)

    def compose(self) -> ComposeResult:
        """A title, the text, and the keys."""
        yield Static(Content(self._title), classes="title")
        yield self._scroll
        hint = "↑ ↓ PgUp PgDn move · Esc closes"
        if len(self._parts) > 1:
            hint = f"It is long: ↓ at the end shows the next part · {hint}"
        yield Static(Content(hint), classes="hint")

    def on_mount(self) -> None:
        """Show the title at once, and the text when it is laid out."""
        self.call_after_refresh(self._show, 0)

    async def _show(self, part: int, *, at_end: bool = False) -> None:
        self._part = part
        if len(self._parts) > 1:
            said = f"{self._title} · part {part + 1} of {len(self._parts)}"
            self.query_one(".title", Static).update(Content(said))
        await self._page.update(self._parts[part])
        if at_end:
            self.call_after_refresh(self._scroll.scroll_end, animate=False)
        else:
            self._scroll.scroll_home(animate=False)

    async def _move(self, lines: int) -> None:
        """Scroll, or show the next or the previous part."""
        at_edge = (
            self._scroll.is_vertical_scroll_end if lines > 0 else not self._scroll.scroll_offset.y
        )
        neighbour = self._part + (1 if lines > 0 else -1)
        if at_edge and neighbour in range(len(self._parts)):
            await self._show(neighbour, at_end=lines < 0)
        else:
            self._scroll.scroll_relative(y=lines, animate=False, immediate=True)

    async def action_move_down(self) -> None:
        """Scroll down a line."""
        await self._move(1)

    async def action_move_up(self) -> None:
        """Scroll up a line."""
        await self._move(-1)

    async def action_move_page_down(self) -> None:
        """Scroll down a screen."""
        await self._move(self._scroll.size.height)

    async def action_move_page_up(self) -> None:
        """Scroll up a screen."""
        await self._move(-self._scroll.size.height)

    async def action_move_first(self) -> None:
        """Go to the top of the first part."""
        if self._part:
            await self._show(0)
        self._scroll.scroll_home(animate=False, immediate=True)

    async def action_move_last(self) -> None:
        """Go to the end of the last part."""
        last = len(self._parts) - 1
        if self._part != last:
            await self._show(last, at_end=True)
        else:
            self._scroll.scroll_end(animate=False, immediate=True)

    def action_close(self) -> None:
        """Go back to what was under the text."""
        self.close(None)

"""The installed Textual is one that the display layer was tested with, and has all that it uses.

A failure here means that Textual was upgraded: docs/display-layer.md says what to do.
"""

import ast
import importlib
import io
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from rich.console import Console
from textual._compositor import Compositor
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widgets import OptionList, TextArea
from textual.widgets._markdown import MarkdownTable

from assistant_tui.tui.terminal.diffing_app import TESTED_VERSIONS, is_tested_version

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "display-layer.md").read_text("utf-8")
UPGRADE = (
    "Textual {} is installed, but the display layer was tested with {} only and is switched off. "
    "Follow 'Upgrading Textual' in docs/display-layer.md: compare the private parts that are "
    "listed there, run the tests that it names, then add the version to TESTED_VERSIONS in "
    "tui/terminal/diffing_app.py and to pyproject.toml."
)

PRIVATE_ATTRIBUTES: dict[type, tuple[str, ...]] = {
    App: (
        "_batch_count",
        "_clipboard",
        "_close_messages_no_wait",
        "_closed",
        "_closing",
        "_dispatch_action",
        "_display",
        "_driver",
        "_exit",
        "_fatal_error",
        "_get_screen",
        "_handle_exception",
        "_previous_cursor_position",
        "_pruning",
        "_running",
        "_sync_available",
    ),
    Compositor: ("_render_chops", "cuts", "visible_widgets"),
    Console: ("_color_system",),
    LinuxDriver: (
        "_file",
        "_get_terminal_size",
        "_key_thread",
        "_run_input_thread",
        "_writer_thread",
        "attrs_before",
        "exit_event",
        "run_input_thread",
    ),
    MarkdownTable: ("_get_headers_and_rows",),
    OptionList: ("_move_page",),
    Screen: ("_compositor", "_modal_binding_chain"),
    Stylesheet: ("_parse_cache", "_variables"),
    TextArea: ("_highlight_query", "_scroll_update", "_set_document"),
    WriterThread: ("_queue",),
    XTermParser: ("_timeout_time", "feed", "tick"),
}
"""What is used or overridden although Textual and Rich do not document it, by class."""

PRIVATE_NAMES = {
    "textual._ansi_sequences": ("ANSI_SEQUENCES_KEYS", "SYNC_END", "SYNC_START"),
    "textual._compositor": ("ChopsUpdate", "Compositor", "LayoutUpdate"),
    "textual._keyboard_protocol": ("FUNCTIONAL_KEYS",),
    "textual._widget_navigation": ("Direction",),
    "textual._xterm_parser": ("XTermParser",),
    "textual.drivers._writer_thread": ("WriterThread",),
    "textual.widgets._markdown": (
        "MarkdownTable",
        "MarkdownTableCellContents",
        "MarkdownTableContent",
    ),
}
"""What is imported from modules whose names begin with an underscore."""

NAMED_TUPLE_METHODS = {"_replace"}


def sources() -> list[ast.Module]:
    """The modules of the screen, parsed."""
    return [
        ast.parse(each.read_text("utf-8")) for each in (ROOT / "assistant_tui/tui").rglob("*.py")
    ]


def defined(node: ast.AST) -> Iterator[str]:
    """The names that a statement defines or assigns to."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from (each.attr for each in ast.walk(target) if isinstance(each, ast.Attribute))
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def test_the_installed_textual_is_one_that_was_tested() -> None:
    installed = version("textual")
    assert installed in TESTED_VERSIONS, UPGRADE.format(installed, ", ".join(TESTED_VERSIONS))
    assert is_tested_version(), "a private part of Textual takes other arguments than was tested"


def test_pyproject_allows_no_other_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    allowed = [each for each in project["dependencies"] if each.startswith("textual")]
    if len(TESTED_VERSIONS) == 1:
        assert allowed == [f"textual=={TESTED_VERSIONS[0]}"]
    else:
        assert allowed == [f"textual>={TESTED_VERSIONS[0]},<={TESTED_VERSIONS[-1]}"]


@pytest.mark.parametrize("kind", PRIVATE_ATTRIBUTES, ids=lambda kind: kind.__name__)
async def test_every_private_attribute_that_is_used_exists(kind: type) -> None:
    app: App[None] = App()
    made: dict[type, object] = {
        App: app,
        LinuxDriver: LinuxDriver(app),
        WriterThread: WriterThread(io.StringIO()),
        XTermParser: XTermParser(),
        Console: Console(),
        Screen: Screen(),
        Stylesheet: Stylesheet(),
        TextArea: TextArea(),
    }
    # Some are properties that work in a running program alone.
    missing = [name for name in PRIVATE_ATTRIBUTES[kind] if name not in dir(made.get(kind, kind))]
    assert not missing, f"{kind.__name__} has no {missing}: see docs/display-layer.md"


@pytest.mark.parametrize("module", PRIVATE_NAMES)
def test_every_name_that_is_imported_from_a_private_module_exists(module: str) -> None:
    found = importlib.import_module(module)
    missing = [name for name in PRIVATE_NAMES[module] if not hasattr(found, name)]
    assert not missing, f"{module} has no {missing}: see docs/display-layer.md"


def test_nothing_private_is_used_that_is_not_listed() -> None:
    nodes = [node for tree in sources() for node in ast.walk(tree)]
    ours = {name for node in nodes for name in defined(node)} | NAMED_TUPLE_METHODS
    used = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and node.attr[1:2] != "_"
    }
    assert used - ours <= {name for names in PRIVATE_ATTRIBUTES.values() for name in names}
    imported = {
        (node.module, alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module and "._" in node.module
        for alias in node.names
    }
    listed = {(module, name) for module, names in PRIVATE_NAMES.items() for name in names}
    assert imported == listed


def test_the_page_about_the_display_layer_lists_them_all() -> None:
    names = [*PRIVATE_ATTRIBUTES.values(), *PRIVATE_NAMES.values()]
    missing = [each for some in names for each in some if f"`{each}`" not in PAGE]
    assert not missing

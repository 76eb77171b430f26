"""The stylesheets: all of them are found, and none is forgotten."""

from pathlib import Path
from typing import Any

import pytest
import textual.css.stylesheet
from textual.color import Color
from textual.css.parse import parse

from assistant_tui.tui import stylesheets


def test_every_stylesheet_is_there_and_none_is_left_out() -> None:
    found = sorted(stylesheets.FOLDER.glob("*.tcss"))
    assert found == sorted(stylesheets.FIRST_SCREEN + stylesheets.DEFERRED + stylesheets.PLAYGROUND)


def test_an_installed_package_brings_its_own(tmp_path: Path) -> None:
    """Run the module as it stands in a wheel, where the styles lie inside the package."""
    package = tmp_path / "assistant_tui"
    (package / "tui").mkdir(parents=True)
    (package / "styles").mkdir()
    (tmp_path / "styles").mkdir()
    module = package / "tui" / "stylesheets.py"
    source = Path(stylesheets.__file__).read_text("utf-8")
    names: dict[str, object] = {"__file__": str(module)}
    exec(compile(source, str(module), "exec"), names)
    assert names["FOLDER"] == package.resolve() / "styles"
    (package / "styles").rmdir()
    exec(compile(source, str(module), "exec"), names)
    assert names["FOLDER"] == tmp_path.resolve() / "styles"


def test_a_source_is_read_once_for_each_set_of_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(scope: str, css: str, *others: Any, **options: Any) -> Any:
        read.append(css)
        return parse(scope, css, *others, **options)

    monkeypatch.setattr(textual.css.stylesheet, "parse", counted)
    css = "Label { color: $ink; }"
    for _ in range(2):
        sheet = stylesheets.CachingStylesheet(variables={"ink": "#ff0000"})
        sheet.add_source(css, read_from=("test", ""))
        assert _colour(sheet) == Color.parse("#ff0000")
        sheet.set_variables({"ink": "#0000ff"})
        sheet.reparse()
        assert _colour(sheet) == Color.parse("#0000ff")
    assert read == [css, css]


def _colour(sheet: stylesheets.CachingStylesheet) -> object:
    (rule,) = sheet.rules
    return rule.styles.color

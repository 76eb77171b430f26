"""The stylesheets: all of them are found, and none is forgotten."""

from pathlib import Path

from assistant_tui.tui import stylesheets


def test_every_stylesheet_is_there_and_none_is_left_out() -> None:
    found = sorted(stylesheets.FOLDER.glob("*.tcss"))
    assert found == sorted(stylesheets.FIRST_SCREEN + stylesheets.DEFERRED)


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

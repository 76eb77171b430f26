"""The files and folders that a person names for an import."""

from pathlib import Path

import pytest

from assistant_tui.storage.import_files import read_entries


@pytest.mark.parametrize("name", ["~/x", "~/x/a.json"])
def test_a_tilde_is_the_persons_home(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.json").write_text('{"model": "m"}')
    [entry] = read_entries([name])
    assert entry.origin == str(tmp_path / "x" / "a.json")

"""What a program has put on disk of the edits that are under way."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from assistant_tui.core.assistants.editor_values import EditorValue
from assistant_tui.journal.drafts import load_draft


def kept(home: Path) -> list[Mapping[str, EditorValue]]:
    """The edits that are on disk, by whomever they were typed."""
    path = home / "journal.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            rows = connection.execute("SELECT text FROM drafts ORDER BY rowid").fetchall()
        except sqlite3.OperationalError:  # the program has made the file, but not yet the table
            return []
    return [load_draft(text.decode()).raw for (text,) in rows]

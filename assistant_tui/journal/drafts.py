"""Drafts as they are kept: their text, which holds exactly what is in the editors, and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.editor_values import EditorValue, ObjectValue
from assistant_tui.core.assistants.editor_values import MetadataPair as Pair
from assistant_tui.core.raw_json import RawJson
from assistant_tui.journal.errors import JournalError

OPEN_HERE = "another draft of this assistant is open here: save or discard that one first"
_FORMAT = 2


@dataclass(frozen=True)
class KeptDraft:
    """A draft as it is on disk."""

    server: str
    key: str
    """The assistant's id, or what the caller named a new one by."""
    at: float
    """When it was last kept, in Unix seconds."""
    text: str
    """What dump_draft made."""
    owner: str
    """The token of the program that it was typed in."""


@dataclass(frozen=True)
class InEditor:
    """A text of a draft that is open in the person's own editor; the file says what it is now."""

    file: Path
    before: str
    """What it was when the editor was started."""
    stand_in: str = ""
    """What stands in the draft for the text; empty where the file holds the whole object."""


def dump_draft(draft: Draft, in_editor: InEditor | None = None) -> str:
    """Return a draft as text, its JSON and what the editors hold exactly as they are."""
    return json.dumps(
        {
            **({} if in_editor is None else {"editor": _dump_in_editor(in_editor)}),
            "format": _FORMAT,
            "original": None if draft.original is None else draft.original.text,
            "raw": {name: _dump_raw(raw) for name, raw in draft.raw.items()},
            "exact": dict(draft.exact),
            "preset": dict(draft.preset),
        },
        # Escapes would join two lone surrogates that stand side by side into one character.
        ensure_ascii=False,
    )


def load_draft(text: str) -> Draft:
    """Return the draft that dump_draft made a text of.

    Raises:
        JournalError: it is no such text, or one of a newer version of this program.
    """
    try:
        data = json.loads(text)
        if data["format"] != _FORMAT:
            raise JournalError("the draft was kept by another version of this program")
        original = data["original"]
        return Draft(
            None if original is None else RawJson(_text(original)),
            {name: _load_raw(raw) for name, raw in data["raw"].items()},
            _texts(data["exact"]),
            _texts(data["preset"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JournalError("the draft that was kept cannot be read") from error


def load_in_editor(text: str) -> InEditor | None:
    """Return what of a draft is in an editor, if anything is. Raises JournalError as load_draft."""
    try:
        found = json.loads(text).get("editor")
        if found is None:
            return None
        return InEditor(Path(found["file"]), _text(found["before"]), _text(found["stand_in"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JournalError("the draft that was kept cannot be read") from error


def put_in(text: str, in_editor: InEditor, said: str) -> Draft:
    """Return the draft with what an editor left in place of its stand-in. Raises JournalError."""
    written = json.dumps(said, ensure_ascii=False)[1:-1]
    return load_draft(text.replace(in_editor.stand_in, written))


def _dump_in_editor(in_editor: InEditor) -> Mapping[str, str]:
    return {
        "file": str(in_editor.file),
        "before": in_editor.before,
        "stand_in": in_editor.stand_in,
    }


def _dump_raw(raw: EditorValue) -> Any:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, ObjectValue):
        parts = {name: _dump_raw(part) for name, part in raw.parts.items()}
        return {"object": raw.text, "parts": parts, **({} if raw.chosen else {"off": True})}
    if pairs := [each for each in raw if isinstance(each, Pair)]:
        return {"pairs": [(pair.key, pair.value, pair.kept) for pair in pairs]}
    if composites := [each for each in raw if isinstance(each, ObjectValue)]:
        return {"objects": [_dump_raw(each) for each in composites]}
    return {"texts": raw}


def _load_raw(raw: Any) -> EditorValue:
    if isinstance(raw, str):
        return raw
    if "pairs" in raw:
        return tuple(
            Pair(_text(key), _text(value), None if kept is None else _text(kept))
            for key, value, kept in raw["pairs"]
        )
    if "objects" in raw:
        return tuple(_load_composite(each) for each in raw["objects"])
    if "object" in raw:
        return _load_composite(raw)
    return tuple(_text(each) for each in raw["texts"])


def _load_composite(raw: Any) -> ObjectValue:
    parts = {name: _load_raw(part) for name, part in raw["parts"].items()}
    return ObjectValue(_text(raw["object"]), parts, chosen=not raw.get("off"))


def _texts(value: Any) -> dict[str, str]:
    return {name: _text(text) for name, text in value.items()}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value

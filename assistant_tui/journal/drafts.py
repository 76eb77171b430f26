"""Drafts as they are kept: as text, which holds exactly what is in the editors, and in files.

The files stand beside the journal. A draft is written to one where another program holds the
journal, or where the journal is damaged or full; it is offered and taken up as those in the journal
are. A file without a text marks a draft as forgotten while the journal still holds a version of it.
"""

import glob
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.editor_values import EditorValue, ObjectValue
from assistant_tui.core.assistants.editor_values import MetadataPair as Pair
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import ASSISTANTS, ResourceKind
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.schema import file_key
from assistant_tui.storage.private_files import write_private

OPEN_HERE = "another draft of this assistant is open here: save or discard that one first"
_FORMAT = 2


@dataclass(frozen=True)
class KeptDraft:
    """A draft as it is on disk."""

    server: str
    key: str
    """The object's id, or what the caller named a new one by."""
    at: float
    """When it was last kept, in Unix seconds."""
    text: str
    """What dump_draft made."""
    owner: str
    """The token of the program that it was typed in."""
    resource: ResourceKind = ASSISTANTS
    """What kind of object it is of."""


@dataclass(frozen=True)
class EditorState:
    """A text of a draft that is open in the person's own editor; the file says what it is now."""

    file: Path
    before: str
    """What it was when the editor was started."""
    placeholder: str = ""
    """What stands in the draft for the text; empty where the file holds the whole object."""


def dump_draft(draft: Draft, editor_state: EditorState | None = None) -> str:
    """Return a draft as text, its JSON and what the editors hold exactly as they are."""
    return json.dumps(
        {
            **({} if editor_state is None else {"editor": _dump_editor_state(editor_state)}),
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


def load_editor_state(text: str) -> EditorState | None:
    """Return what of a draft is in an editor, if anything. Raises JournalError as load_draft."""
    try:
        found = json.loads(text).get("editor")
        if found is None:
            return None
        return EditorState(Path(found["file"]), _text(found["before"]), _text(found["stand_in"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise JournalError("the draft that was kept cannot be read") from error


def with_editor_text(text: str, editor_state: EditorState, said: str) -> Draft:
    """Return the draft with what an editor left for its placeholder. Raises JournalError."""
    written = json.dumps(said, ensure_ascii=False)[1:-1]
    return load_draft(text.replace(editor_state.placeholder, written))


def _dump_editor_state(editor_state: EditorState) -> Mapping[str, str]:
    return {
        "file": str(editor_state.file),
        "before": editor_state.before,
        "stand_in": editor_state.placeholder,
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


_MEMBERS = ("server", "key", "at", "text")


class DraftFiles:
    """The files with drafts beside one journal, mode 0600; one for each owner and object."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._prefix = f"{journal.name}.draft-"

    def keep(self, draft: KeptDraft) -> None:
        """Write a draft in the place of its owner's former one. Raises OSError."""
        members = {name: getattr(draft, name) for name in _MEMBERS}
        members["resource"] = draft.resource.journal_name
        # Escapes would join two lone surrogates that stand side by side into one character.
        text = json.dumps(members, ensure_ascii=False)
        write_private(self._path(draft), text, "surrogatepass")

    def note_forgotten(self, draft: KeptDraft) -> None:
        """Write that a draft is forgotten, in the place of any text. Raises OSError."""
        self.keep(replace(draft, text=""))

    def of(self, server: str, resource: ResourceKind) -> Iterator[KeptDraft]:
        """The drafts of all owners on one server; a file that cannot be read is passed over."""
        for path in self._journal.parent.glob(f"{glob.escape(self._prefix)}*"):
            draft = self._read(path, resource)
            if draft is not None and draft.server == server:
                yield draft

    def _read(self, path: Path, resource: ResourceKind) -> KeptDraft | None:
        """The draft in a file; None if it cannot be read, or is of another kind of object."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
            # Programs of version 5 kept only drafts of assistants, and did not write the kind.
            if data.get("resource", ASSISTANTS.journal_name) != resource.journal_name:
                return None
            # Only the name of the file tells the owner: it is all that hand_over changes.
            owner = path.name.removeprefix(self._prefix).rpartition("-")[0]
            members = {name: data[name] for name in _MEMBERS}
            return KeptDraft(**members, owner=owner, resource=resource)
        return None

    def hand_over(self, draft: KeptDraft, owner: str) -> bool:
        """Make a draft another owner's; False if there is none in a file (any more).

        Raises:
            JournalError: that owner has such a file already, which would be lost.
            OSError: it cannot be done; the draft is as it was.
        """
        path, own = (self._path(each) for each in (draft, replace(draft, owner=owner)))
        there = self._read(own, draft.resource) if own.exists() else None
        if there is not None and not is_forgotten(there):
            raise JournalError(OPEN_HERE)
        try:
            os.rename(path, own)
        except FileNotFoundError:
            return False
        return True

    def forget(self, draft: KeptDraft) -> bool:
        """Remove the file of an owner's draft; False if there was none. Raises OSError."""
        try:
            self._path(draft).unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, draft: KeptDraft) -> Path:
        about = file_key(draft.server, draft.key, draft.resource)
        digest = hashlib.blake2b(about, digest_size=8).hexdigest()
        return self._journal.with_name(f"{self._prefix}{draft.owner}-{digest}")


def is_forgotten(draft: KeptDraft) -> bool:
    """Whether a draft of a file says no more than that it is forgotten."""
    return not draft.text

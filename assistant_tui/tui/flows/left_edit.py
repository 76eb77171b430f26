"""An edit that was left behind, with what an editor has made of it since."""

from dataclasses import dataclass

from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft, from_editor
from assistant_tui.core.naming import short_name, shown_id
from assistant_tui.journal.drafts import InEditor, KeptDraft, load_draft, load_in_editor, put_in
from assistant_tui.journal.errors import JournalError
from assistant_tui.tui.editor import LARGEST, LARGEST_TEXT, EditorError, EditorFile, UnreadableFile
from assistant_tui.tui.flows.editing import without_error
from assistant_tui.tui.flows.editor_session import key_of_form


@dataclass(frozen=True)
class LeftEdit:
    """A draft that is kept, as far as it can be read."""

    kept: KeptDraft
    draft: Draft | None
    """None where what was kept, or what an editor left, cannot be read."""
    problem: str = ""
    """Why it cannot be read."""
    original: Document | None = None
    file: EditorFile | None = None
    """What was in an editor when the program ended."""
    is_of_a_form: bool = False
    """Whether that was one text of a form, and not the whole object."""

    @classmethod
    def read(cls, kept: KeptDraft) -> "LeftEdit":
        """Read the draft, and the file that it names."""
        try:
            base, in_editor = load_draft(kept.text), load_in_editor(kept.text)
        except JournalError as error:
            return cls(kept, None, str(error))
        if in_editor is None:
            return cls(kept, base, original=base.original)
        largest = LARGEST_TEXT if in_editor.stand_in else LARGEST
        file = EditorFile(in_editor.file, in_editor.before, largest)
        problem, draft = "", None
        try:
            draft = _with_file(kept, base, in_editor, file)
        except (UnreadableFile, JournalError, ValueError) as error:
            problem = str(error)
        return cls(kept, draft, problem, base.original, file, bool(in_editor.stand_in))

    @property
    def key(self) -> str:
        """Where the draft of its form is kept."""
        return key_of_form(self.kept.key)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was edited, since the editor was just opened."""
        return self.file is not None and self.draft is not None and not self.draft.dirty

    @property
    def name(self) -> str:
        """The beginning of its name, safe to show; the key of one that cannot be read."""
        if self.draft is None and self.original is None:
            return shown_id(self.key)
        said = self.draft.said("name") if self.draft is not None else None
        if said is None and self.original is not None:
            said = self.original.value("name")
        return short_name(said if isinstance(said, str) else "") or "(no name)"

    @property
    def id(self) -> str:
        """The id of what was edited, safe to show; empty for a new one."""
        known = None if self.original is None else self.original.value("id")
        return shown_id(known) if isinstance(known, str) else ""

    def remove_file(self) -> None:
        """Take away what was in an editor."""
        if self.file is not None:
            self.file.remove()


def _with_file(kept: KeptDraft, base: Draft, in_editor: InEditor, file: EditorFile) -> Draft:
    """The draft with what the editor left. Raises ValueError, UnreadableFile or JournalError."""
    try:
        text = file.read()
    except UnreadableFile:
        raise
    except EditorError:
        text = in_editor.before  # The file is gone: nothing was written there.
    if in_editor.stand_in:
        return _as_edited(put_in(kept.text, in_editor, text))
    return base if base.original is None else from_editor(base.original, without_error(text))


def _as_edited(draft: Draft) -> Draft:
    """The draft without the fields that are what they were."""
    plain = Draft(draft.original, exact=draft.exact, preset=draft.preset)
    for name, raw in draft.raw.items():
        plain = plain.edited(name, raw)
    return plain

"""One text in the person's own editor, which is a draft on disk before the editor starts."""

import secrets

from assistant_tui.core.draft import Draft
from assistant_tui.journal.drafts import InEditor
from assistant_tui.tui.editor import LARGEST, EditorError, EditorFile, UnreadableFile
from assistant_tui.tui.flows.desk import Desk

_SEPARATOR = "\nin the editor"


def new_stand_in() -> str:
    """A text that stands in a draft for the one in the editor, and is no other's."""
    return f"\ue000{secrets.token_hex(16)}\ue000"


def key_of_form(key: str) -> str:
    """Where the draft of the form is kept that a text in an editor belongs to."""
    return key.removesuffix(_SEPARATOR)


class EditorSession:
    """From before the editor is started until what it left is taken or given up.

    Whatever ends the program meanwhile, the next start finds the draft in the journal, and the file
    that it names.
    """

    def __init__(
        self, desk: Desk, key: str, text: str, suffix: str, largest: int = LARGEST
    ) -> None:
        """`key` is where the draft of the form is or would be kept.

        Raises:
            EditorError: there is no room for a file.
        """
        self._app = desk.app
        self._record = desk.record
        self._key = f"{key}{_SEPARATOR}"
        place = None if self._record is None else self._record.edits
        self.file = EditorFile.make(place, text, suffix, largest)

    def keep(self, draft: Draft, stand_in: str = "") -> None:
        """Put the draft on disk that the text belongs to, then the text into the file.

        Raises:
            EditorError: the disk refused.
        """
        if self._record is not None:
            in_editor = InEditor(self.file.path, self.file.before, stand_in)
            self._record.keep_draft_now(self._key, draft, in_editor)
        try:
            self.file.write(self.file.before)
        except EditorError:
            self.end()
            raise

    def run(self) -> str:
        """Start the editor and return what it left.

        Raises:
            UnreadableFile: it is no text that can be taken, and is still there.
            EditorError: nothing is taken; what was written is left behind as a draft.
        """
        try:
            self.file.run(self._app)
            return self.file.read()
        except UnreadableFile:
            raise
        except EditorError as error:
            if not self.file.changed or self._record is None:
                self.end()
                raise
            self._record.leave_draft_now(self._key)
            raise EditorError(f"{error} · R takes up what it wrote") from None

    def settle(self, draft: Draft) -> None:
        """What was written could be read: keep it as a draft, and take the file away.

        At once: what ends the program must find both or the draft alone.
        """
        if self._record is not None:
            self._record.keep_draft_now(self._key, draft)
            if self._record.trouble:
                return
        self.file.remove()

    def end(self) -> None:
        """What was written is taken over, or given up: nothing of it is left on disk."""
        if self._record is not None:
            self._record.forget_draft_now(self._key)
        self.file.remove()

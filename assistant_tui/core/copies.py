"""New assistants made from others: a clone, and one in the place of one that is gone."""

from assistant_tui.core.document import Document, compose, write_json
from assistant_tui.core.draft import Draft, anew
from assistant_tui.core.fields import FIELDS, is_kept_by_servers

COPY = " (copy)"
"""What the name of a clone ends in."""
_EMPTY = ("null", "[]", "{}")


def clone(document: Document) -> Draft:
    """The draft of a new assistant with all that can come along; nothing of it counts as typed.

    Raises ValueError where the name cannot be read.
    """
    preset = dict(anew(document).preset)
    preset.pop("name", None)
    name = document.value("name")
    if isinstance(name, str) and name:
        room = (FIELDS["name"].limit or len(name)) - len(COPY)
        preset = {"name": write_json(name[:room] + COPY), **preset}
    return Draft(preset=preset)


def created_from(document: Document) -> Draft:
    """The draft of a new assistant with all that a file says, but for what a server sets.

    Unlike in a clone, fields that the API does not name are sent: they stand there for a reason.
    """
    members = document.members.items()
    return Draft(preset={n: t for n, t in members if not is_kept_by_servers(n) and t not in _EMPTY})


def edited(draft: Draft) -> Document:
    """The assistant as it would be if a draft were saved."""
    return Document(compose({**draft.start, **draft.patch()}))


def recreated(draft: Draft) -> Draft:
    """The draft of a new assistant from the original of one that is gone and the edits of it."""
    return anew(edited(draft))


def left_behind(document: Document) -> tuple[str, ...]:
    """The fields that are set, but that a create does not take."""
    kept = anew(document).preset
    return tuple(
        name
        for name, text in document.members.items()
        if name not in kept and not is_kept_by_servers(name) and text not in _EMPTY
    )

"""An edit in progress: the original as received, and what the person changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from assistant_tui.core.assistants.editor_values import (
    EditorValue,
    from_json,
    is_editable,
    unsent_input,
)
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.assistants.serialization import FieldError, to_json
from assistant_tui.core.json_text import compose, read_json
from assistant_tui.core.raw_json import RawJson, same_edit, same_json
from assistant_tui.core.resource import READ_ONLY, is_set_by_server
from assistant_tui.core.strict_json import mask_unchanged, read_strictly, without_bom


@dataclass(frozen=True)
class Draft:
    """The original plus the edits; nothing that was not touched is ever sent."""

    original: RawJson | None = None
    """The assistant as received; None for one that is to be created."""
    raw: Mapping[str, EditorValue] = field(default_factory=dict)
    """What the editors of the touched fields hold."""
    exact: Mapping[str, str] = field(default_factory=dict)
    """JSON texts of fields that were changed as JSON, not by an editor of the form."""
    preset: Mapping[str, str] = field(default_factory=dict)
    """JSON texts that a new assistant starts with; they are sent, but nobody typed them."""

    @property
    def assistant_id(self) -> str | None:
        """The id of the assistant under edit; None for a new one."""
        return None if self.original is None else str(self.original.value("id"))

    def edited(self, name: str, raw: EditorValue) -> "Draft":
        """Take what an editor holds now; back at the original value the field counts as untouched.

        A field of a new assistant that is empty counts as untouched, too.
        """
        others = {key: value for key, value in self.raw.items() if key != name}
        exact = {key: value for key, value in self.exact.items() if key != name}
        draft = replace(self, raw={**others, name: raw}, exact=exact)
        counts = name in draft._json or name in draft.errors or name in draft.unsent_input
        if self._was_held(name, raw) or not counts:
            return replace(self, raw=others, exact=exact)
        return draft

    def _was_held(self, name: str, raw: EditorValue) -> bool:
        """Whether the editor held this at first, even if that is over a known limit."""
        try:
            return raw == from_json(FIELDS[name], self.start.get(name))
        except ValueError:
            return False

    def _is_original(self, name: str, text: str) -> bool:
        before = self.start.get(name)
        return text in ("null", "[]", "{}") if before is None else same_edit(text, before)

    @property
    def start(self) -> Mapping[str, str]:
        """The fields before the first edit, as names and JSON texts."""
        return self.preset if self.original is None else self.original.members

    @cached_property
    def _outcome(self) -> tuple[dict[str, str], dict[str, str]]:
        """The JSON texts of the sound fields, and the errors of the others."""
        sound, errors = dict(self.exact), {}
        for name, raw in self.raw.items():
            try:
                text = to_json(FIELDS[name], raw)
            except FieldError as error:
                errors[name] = str(error)
            else:
                if not self._is_original(name, text):
                    sound[name] = text
        return sound, errors

    @cached_property
    def unsent_input(self) -> Mapping[str, tuple[str, ...]]:
        """What is typed but would not be sent, described in a few words each, by field."""
        found = {name: unsent_input(FIELDS[name], raw) for name, raw in self.raw.items()}
        return {name: words for name, words in found.items() if words}

    @property
    def _json(self) -> dict[str, str]:
        return self._outcome[0]

    def _is_sent(self, name: str) -> bool:
        """Whether a save sends the field, or would if it had no error."""
        return name in self._json or name in self._outcome[1]

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong, by field; a new assistant without a model has an error, too."""
        errors = dict(self._outcome[1])
        if self.original is None and "model" not in {**self.preset, **self._json}:
            errors.setdefault("model", "Model is needed")
        return errors

    @property
    def dirty(self) -> bool:
        """Whether leaving would lose something."""
        return bool(self.raw or self.exact)

    @property
    def touched(self) -> tuple[str, ...]:
        """The names of the changed fields."""
        return tuple({**self.exact, **self.raw})

    def patch(self) -> dict[str, str]:
        """The changed fields alone, as names and JSON texts: the body of a create or modify."""
        return {**self.preset, **self._json} if self.original is None else dict(self._json)

    def full_body(self) -> dict[str, str]:
        """The patch over all that was received, for servers that replace the whole object."""
        kept = {} if self.original is None else self.original.members
        unsent = {name: text for name, text in kept.items() if not is_set_by_server(name)}
        return unsent | self.patch()

    def entered_text(self, name: str) -> str | None:
        """The text that this edit gives a field; None where it gives it none."""
        raw = self.raw.get(name)
        if raw is None and name in self.exact:
            raw = read_json(self.exact[name])
        return raw if isinstance(raw, str) else None

    def for_form(self) -> "Draft":
        """The same edits, held by editors of the form wherever one can hold them exactly."""
        draft = self
        for name, text in self.exact.items():
            if name in FIELDS and is_editable(FIELDS[name], text):
                held = draft.edited(name, from_json(FIELDS[name], text))
                if same_edit(held.patch().get(name), text):
                    draft = held
        return draft

    def rebased(self, newer: RawJson) -> "Draft":
        """The same edits over a newer original; what is equal there now is no edit any more.

        Input that would not be sent is dropped: over another value it might be sent after all.
        """
        draft = replace(self, original=newer, raw={}, exact={})
        for name, raw in self.raw.items():
            if self._is_sent(name):
                draft = draft.edited(name, raw)
        sent = {name: raw for name, raw in draft.raw.items() if draft._is_sent(name)}
        draft = replace(draft, raw=sent)
        kept = {n: text for n, text in self.exact.items() if not draft._is_original(n, text)}
        return replace(draft, exact=kept)

    def original_after_save(self, newer: RawJson, typed: Collection[str]) -> RawJson:
        """The original for further edits, once this draft was saved.

        A field that was typed into meanwhile keeps the value that the person saw: if somebody else
        changed it, the next save finds the conflict.

        Args:
            newer: what the server has after the save.
            typed: the names of the fields that were typed into during the save.
        """
        if self.original is None:
            return newer
        before, now = self.original.members, dict(newer.members)
        for name in typed:
            if name not in self.patch() and not same_json(before.get(name), now.get(name)):
                now[name] = before.get(name, "null")
        return RawJson(compose(now))

    def changed_in(self, newer: RawJson) -> tuple[str, ...]:
        """The modifiable fields that somebody else changed since the original was read."""
        if self.original is None:
            return ()
        before, now = self.original.members, newer.members
        names = dict.fromkeys([*before, *now])
        return tuple(
            name
            for name in names
            if name not in READ_ONLY and not same_json(before.get(name), now.get(name))
        )

    def conflicts(self, newer: RawJson) -> tuple[str, ...]:
        """The fields changed both here and elsewhere, to different values."""
        return tuple(
            name
            for name in self.changed_in(newer)
            if self._is_sent(name) and not same_json(newer.members.get(name), self._json.get(name))
        )


def reverting_draft(now: RawJson, wanted: RawJson) -> Draft:
    """The edit that gives an assistant back the fields of another version of it.

    A field that the other version does not have is cleared; what a server sets stays as it is.
    """
    before, after = now.members, wanted.members
    names = [name for name in {**before, **after} if not is_set_by_server(name)]
    changed = {
        name: after.get(name, "null")
        for name in names
        if not same_json(before.get(name, "null"), after.get(name, "null"))
    }
    return Draft(now, exact=changed)


def recreation_draft(gone: RawJson) -> Draft:
    """The draft of a new assistant with all that was set in one that is gone."""
    empty = ("null", "[]", "{}")
    kept = {n: gone.members[n] for n in FIELDS if gone.members.get(n, "null") not in empty}
    return Draft(preset=kept)


def editor_draft(original: RawJson, text: str) -> Draft:
    """Compare the whole object after an external editor with the original.

    A name that was taken out counts as cleared. Raises ValueError with the place and a sentence
    where the text is not a JSON object, or changes what a server never takes back.
    """
    text = without_bom(text)
    if not isinstance(read_strictly(mask_unchanged(text, original.text)), dict):
        raise ValueError("line 1, column 1: an object is allowed, the whole assistant")
    after = RawJson(text).members
    gone = {name: "null" for name in original.members if name not in after}
    return _changes(original, {**after, **gone})


def update_draft(original: RawJson, wanted: RawJson) -> Draft:
    """Compare the fields that a file names with the original; what it does not name stays.

    What a server sets is the server's, whatever the file says. Raises ValueError where one of them
    is no object.
    """
    unset = [name for name, text in wanted.members.items() if text in ("null", "[]", "{}")]
    named = {
        name: text
        for name, text in wanted.members.items()
        if not is_set_by_server(name) and (name in original.members or name not in unset)
    }
    return _changes(original, named)


def _changes(original: RawJson, wanted: Mapping[str, str]) -> Draft:
    """The edit that gives an assistant these values, where they are not what it has."""
    before = original.members
    changed = {n: text for n, text in wanted.items() if not same_edit(text, before.get(n))}
    fixed = [name for name in changed if name in READ_ONLY]
    if fixed:
        raise ValueError(f"{', '.join(fixed)} cannot be changed")
    return Draft(original, exact=changed)

"""How an edit is tried before it is saved: as overrides of runs, or as a temporary assistant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.json_text import write_json
from assistant_tui.core.raw_json import RawJson, elements_in, same_json, text_in
from assistant_tui.core.verification import verify

OVERRIDES = (
    "model",
    "instructions",
    "tools",
    "temperature",
    "top_p",
    "response_format",
    "reasoning_effort",
)
"""What a request to run a thread takes in the place of the assistant's (CreateRunRequest)."""
UNSEEN = ("name", "description", "metadata")
"""What no model ever sees, so that it changes no answer."""
MOST_TOOLS = 20
"""Tools that a run takes; an assistant takes more."""
_DEFAULTS = {"response_format": '"auto"', "tools": "[]"}
"""Values that say the same as null, which a run takes for "as the assistant has it"."""


@dataclass(frozen=True)
class TrialPlan:
    """What is to be sent so that runs answer as if a draft were saved."""

    overrides: Mapping[str, str]
    """Names and JSON texts that every run gets; empty where `reasons` say that they do not do."""
    reasons: tuple[str, ...] = ()
    """Why only a temporary assistant does, in sentences; empty where overrides do."""
    unseen: tuple[str, ...] = ()
    """Changed fields that no model sees: they are not tried at all."""

    @property
    def needs_assistant(self) -> bool:
        """Whether a temporary assistant must be made."""
        return bool(self.reasons)


def plan_trial(draft: Draft) -> TrialPlan:
    """Decide how to try a draft, which must have no errors."""
    changed = draft.patch()
    unseen = tuple(name for name in changed if name in UNSEEN)
    if draft.original is None:
        return TrialPlan({}, ("it is not created yet",))
    overrides = {n: _override(n, text) for n, text in changed.items() if n not in UNSEEN}
    reasons = tuple(_obstacles(overrides))
    return TrialPlan({} if reasons else overrides, reasons, unseen)


def _override(name: str, text: str) -> str:
    return _DEFAULTS.get(name, text) if text == "null" else text


def _obstacles(overrides: Mapping[str, str]) -> Iterator[str]:
    for name, text in overrides.items():
        if name not in OVERRIDES:
            yield f"{name} cannot be given to a run"
        elif text == "null":
            yield f"{name} is cleared, and a run cannot leave out what the assistant has"
        elif name == "tools" and len(elements_in(text)) > MOST_TOOLS:
            yield f"a run takes at most {MOST_TOOLS} tools"


def ignored_overrides(
    overrides: Mapping[str, str], saved: RawJson | None, run: RawJson
) -> tuple[str, ...]:
    """The overrides in whose place a run has what is saved in the assistant.

    What a run shows neither way, or in other words (the full name of a model), counts as taken.

    Args:
        overrides: what the run was given.
        saved: the assistant as it is on the server.
        run: the run as the server answered it.
    """
    held = {} if saved is None else saved.members
    return tuple(
        name
        for name, text in overrides.items()
        if run.members.get(name, "null") != "null"
        and same_json(run.members[name], held.get(name))
        and verify({name: text}, None, run).ignored
    )


TOKEN = "assistant-tui-temporary"
"""The key in the metadata of a temporary assistant; its value is known to this program alone."""
_DESCRIPTION = "Made by assistant-tui to try an edit that is not saved; it is deleted afterwards."
_PREFIX = "(trial) "


def temporary_draft(draft: Draft, token: str) -> Draft:
    """The draft of the assistant that answers as if `draft` were saved, until it is deleted.

    Name, description and metadata, which no model sees, tell everybody else what it is.
    """
    known = {*FIELDS, *draft.touched}
    empty = ("null", "[]", "{}")
    body = {n: t for n, t in draft.full_body().items() if n in known and t not in empty}
    name = f"{_PREFIX}{text_in(body.get('name'))}"[: FIELDS["name"].limit]
    marks = {
        "name": write_json(name),
        "description": write_json(_DESCRIPTION),
        "metadata": f"{{{write_json(TOKEN)}: {write_json(token)}}}",
    }
    return Draft(preset={**body, **marks})


def carries_token(document: RawJson, assistant_id: str, token: str) -> bool:
    """Whether this is the temporary assistant with that id and token, and no other."""
    try:
        metadata = document.value("metadata")
        same = document.value("id") == assistant_id
    except ValueError:
        return False
    return same and isinstance(metadata, dict) and metadata.get(TOKEN) == token

"""The states of a run, and which may follow which (Assistants API v2)."""

from collections.abc import Mapping

ACTIVE = frozenset({"queued", "in_progress", "requires_action", "cancelling"})
"""The thread takes neither messages nor another run while its run is in one of these."""
FINAL = frozenset({"completed", "failed", "cancelled", "expired", "incomplete"})
"""Nothing follows these."""

_ENDS = frozenset({"failed", "cancelled", "expired"})
NEXT: Mapping[str, frozenset[str]] = {
    "queued": frozenset({"in_progress", "cancelling"}) | _ENDS,
    "in_progress": frozenset({"requires_action", "cancelling", "completed", "incomplete"}) | _ENDS,
    "requires_action": frozenset({"queued", "cancelling"}) | _ENDS,
    "cancelling": _ENDS | {"completed", "incomplete"},
    **{status: frozenset() for status in FINAL},
}
"""The states that may follow each state. What was under way when a run was cancelled may still end
as it would have."""

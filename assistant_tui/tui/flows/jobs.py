"""The jobs that a key can start in the background, by the name of their command."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from assistant_tui.core.listing import Row
from assistant_tui.tui.flows import editing, recovering, samples, undoing
from assistant_tui.tui.flows.desk import Desk

Job = Coroutine[Any, Any, None]

JOBS: Mapping[str, Callable[[Desk], Job]] = {
    "undo": undoing.undo,
    "trash": undoing.trash,
    "recover": recovering.recover,
    "samples": samples.add_samples,
}
"""Those that need nothing else."""

JOBS_ON_A_ROW: Mapping[str, Callable[[Desk, Row], Job]] = {
    "edit_json": editing.edit_object,
    "history": undoing.history,
}
"""Those on the assistant that is highlighted when they start, wherever the cursor goes."""

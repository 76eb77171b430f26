"""The jobs that a key can start in the background, by the name of their command.

What they need is imported when the first of them starts: it would only delay the first rows.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from assistant_tui.core.rows import ResourceRow
from assistant_tui.tui.assistants.context import MainContext

Job = Coroutine[Any, Any, None]


def jobs() -> Mapping[str, Callable[[MainContext], Job]]:
    """Those that need nothing else; `offer` is the one that no key starts."""
    from assistant_tui.tui.assistants import (
        bulk,
        cloning_to,
        exporting,
        go_to,
        importing,
        recovering,
        samples,
        undoing,
    )

    return {
        "undo": undoing.undo,
        "trash": undoing.trash,
        "recover": recovering.recover,
        "offer": recovering.offer,
        "go_to": go_to.go_to,
        "bulk": bulk.menu,
        "delete_marked": bulk.delete_marked,
        "clone_marked": bulk.clone_marked,
        "clone_to": cloning_to.clone_to,
        "export": exporting.export,
        "import": importing.import_files,
        "samples": samples.add_samples,
    }


def jobs_on_a_row() -> Mapping[str, Callable[[MainContext, ResourceRow], Job]]:
    """Those on the assistant that is highlighted when they start, wherever the cursor goes."""
    from assistant_tui.tui.assistants import editing, undoing

    return {"edit_json": editing.edit_object, "history": undoing.history}

"""Ends a trial, and says what became of its temporary assistant."""

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.labels import shown_id
from assistant_tui.services.threads.trial import Trial


async def end_trial(trial: Trial) -> str:
    """Delete a temporary assistant; what is to be told of it, empty if there was none."""
    made = trial.assistant_id
    try:
        deleted = await trial.end()
    except ServiceError as error:
        return f"The temporary assistant {shown_id(made)} is still there: {error}"
    return f"Deleted the temporary assistant {shown_id(made)}" if deleted else ""

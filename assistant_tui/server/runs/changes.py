"""Changes a run, its steps and its messages within a transaction, and says so in events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant_tui.core.runs import FINAL
from assistant_tui.server.errors import DamagedRow
from assistant_tui.server.runs.event_log import LoggedChange
from assistant_tui.server.runs.file_search import without_contents
from assistant_tui.server.runs.objects import (
    CONTEXT,
    DONE,
    RUN,
    STEP,
    ended_step,
    moved,
    run_event,
    step_fields,
    to_json,
)
from assistant_tui.server.store.interface import Event, ObjectWriter
from assistant_tui.server.store.paging import Json, PageQuery
from assistant_tui.server.threads import MESSAGE, running_message, text_part

Result = TypeVar("Result")

_MOST_STEPS = 100
"""Steps of a run that may be open at once, by far."""
_STEP_ENDS = {"incomplete": "completed"}
"""How a step ends where its run ends as no step can."""
_REASONS = {"failed": "run_failed", "cancelled": "run_cancelled", "expired": "run_expired"}
"""Why a message is incomplete that a run was writing when it ended."""


class RunEnded(Exception):
    """The run has ended otherwise, or its thread was deleted: there is nothing to be changed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What the answer of a model is written to, as far as there is any yet."""

    message_id: str = ""
    message_step: Json | None = None
    tool_step: Json | None = None


class RunChange:
    """One run within a transaction; what is done is kept by `save`."""

    def __init__(self, objects: ObjectWriter, thread_id: str, run_id: str, now: int) -> None:
        """Read the run as it is now. Raises RunEnded."""
        run = objects.get(RUN, run_id, thread_id)
        if run is None or run["status"] in FINAL:
            raise RunEnded(run_id)
        self.objects = objects
        self.run = self._kept = run
        self.now = now
        self.events: list[Event] = []
        self.opened = Opened()
        self.tells_contents = False
        """Whether events have the texts that searches have found."""

    def save(self, result: Result) -> LoggedChange[Result]:
        """Keep the run, if it has changed; returns what the log of events asks for."""
        if self.run is not self._kept:
            self.objects.replace(RUN, self.run)
        return LoggedChange(result, self.run["id"], self.events)

    def move(self, status: str, **members: Any) -> None:
        """Bring the run to another state."""
        self.run = moved(self.run, status, self.now, **members)
        self.events.append(run_event(self.run))

    def open_step(self, details: Json) -> Json:
        """Begin a step."""
        step = self.objects.create(STEP, step_fields(self.run, details), parent=self.run["id"])
        for state in ("created", "in_progress"):
            self.events.append(Event(f"thread.run.step.{state}", to_json(step)))
        return step

    def keep_step(self, step: Json) -> None:
        """Put a step that goes on in the place of the one with its id."""
        self.objects.replace(STEP, step)

    def close_step(self, step: Json, status: str, **members: Any) -> None:
        """End a step."""
        ended = ended_step(step, status, self.now, **members)
        self.objects.replace(STEP, ended)
        shown = ended if self.tells_contents else without_contents(ended)
        self.events.append(Event(f"thread.run.step.{status}", to_json(shown)))

    def open_message(self) -> tuple[Json, Json]:
        """Begin a message, and the step that writes it; returns both, the message first."""
        message = self.objects.create(
            MESSAGE, running_message(self.run), parent=self.run["thread_id"]
        )
        creation = {"message_id": message["id"]}
        step = self.open_step({"type": "message_creation", "message_creation": creation})
        for state in ("created", "in_progress"):
            self.events.append(Event(f"thread.message.{state}", to_json(message)))
        return message, step

    def close_message(self, message_id: str, content: list[Json], reason: str = "") -> None:
        """End a message.

        Args:
            message_id: of a message that is in progress.
            content: its parts.
            reason: why it is incomplete; empty for one that is complete.
        """
        try:
            message = self.objects.get(MESSAGE, message_id, self.run["thread_id"])
        except DamagedRow:
            message = None  # the run has to end all the same
        if message is None:  # a client has deleted it meanwhile
            return
        status = "incomplete" if reason else "completed"
        ended = {**message, "content": content, "status": status, f"{status}_at": self.now}
        if reason:
            ended["incomplete_details"] = {"reason": reason}
        self.objects.replace(MESSAGE, ended)
        self.events.append(Event(f"thread.message.{status}", to_json(ended)))

    def open_steps(self) -> list[Json]:
        """The steps that are in progress, oldest first."""
        query = PageQuery(limit=_MOST_STEPS, ascending=True)
        return self.objects.page(
            STEP, query, self.run["id"], lambda step: step["status"] == "in_progress"
        ).data

    def end(
        self,
        status: str,
        content: list[Json] | None = None,
        message_reason: str = "",
        **members: Any,
    ) -> None:
        """Bring the run to a final state, and end what is open; the thread is free again.

        Args:
            status: the final state.
            content: of the message that is being written; None to take it from the log of events.
            message_reason: why that message is incomplete, if not because the run ended so.
            members: what else changes in the run.
        """
        reason = message_reason or _REASONS.get(status, "")
        for step in self.open_steps():
            if step["type"] == "message_creation":
                message_id = step["step_details"]["message_creation"]["message_id"]
                text = self._streamed_text(message_id) if content is None else content
                self.close_message(message_id, text, reason)
            errors = {"last_error": _step_error(members)} if status == "failed" else {}
            self.close_step(step, _STEP_ENDS.get(status, status), **errors)
        self.move(status, **members)
        self.objects.delete_all(CONTEXT, self.run["id"])
        self.events.append(DONE)
        self.objects.drop_lease(self.run["thread_id"])

    def _streamed_text(self, message_id: str) -> list[Json]:
        """The text of a message as far as the events of the run have it."""
        texts, after = [], 0
        while events := self.objects.events(self.run["id"], after, 1_000):
            after = events[-1].number
            for event in events:
                if event.name == "thread.message.delta":
                    delta = json.loads(event.data)
                    if delta["id"] == message_id:
                        texts += [_text(part) for part in delta["delta"]["content"]]
        text = "".join(texts)
        return [text_part(text)] if text else []


def _step_error(members: Mapping[str, Any]) -> Json:
    """The error of a run as its steps have it: for them the API knows fewer codes."""
    error = members["last_error"]
    return {**error, "code": error["code"].replace("invalid_prompt", "server_error")}


def _text(part: Json) -> str:
    return str(part["text"].get("value", "")) if part["type"] == "text" else ""

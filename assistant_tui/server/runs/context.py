"""What a run has said and heard so far, as its model is told of it in the next turn."""

from dataclasses import dataclass, replace
from typing import Self

from assistant_tui.server.runs.chat import ChatResult
from assistant_tui.server.runs.objects import CONTEXT
from assistant_tui.server.store.interface import ObjectReader, ObjectWriter
from assistant_tui.server.store.paging import Json, PageQuery

_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


@dataclass(frozen=True, slots=True)
class RunContext:
    """The turns of one run, with all that the backend said of them."""

    messages: tuple[Json, ...] = ()
    """Chat-completions messages: answers with their calls, and the outputs of these."""
    turn_count: int = 0
    usage: Json | None = None
    """The sum over all turns; None before the first, and where a backend did not count one."""
    notes: tuple[str, ...] = ()
    """What was adapted to the backend, or looks wrong; each once."""

    def after(self, result: ChatResult) -> Self:
        """The context after the model has answered."""
        message: Json = {"role": "assistant", "content": result.text or None}
        if result.reasoning:
            message["reasoning"] = result.reasoning
        if result.calls:
            message["tool_calls"] = [
                {
                    **call.extra,
                    "id": call.call_id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in result.calls
            ]
        counted = self.turn_count == 0 or self.usage is not None
        return replace(
            self,
            messages=(*self.messages, message),
            turn_count=self.turn_count + 1,
            usage=_sum(self.usage, result.usage) if counted else None,
            notes=tuple(dict.fromkeys((*self.notes, *result.notes))),
        )

    def with_output(self, call_id: str, output: str) -> Self:
        """The context after a call was answered."""
        message = {"role": "tool", "tool_call_id": call_id, "content": output}
        return replace(self, messages=(*self.messages, message))

    @classmethod
    def load(cls, objects: ObjectReader, run_id: str) -> Self:
        """The context of a run that has waited, or that begins."""
        kept = objects.page(CONTEXT, PageQuery(limit=1), run_id).data
        if not kept:
            return cls()
        fields = kept[0]
        return cls(
            tuple(fields["turns"]),
            fields["turn_count"],
            fields["usage"],
            tuple(fields["notes"]),
        )

    def save(self, objects: ObjectWriter, run_id: str) -> None:
        """Keep the context of a run that waits, in the place of an earlier one."""
        objects.delete_all(CONTEXT, run_id)
        fields = {
            "turns": [*self.messages],
            "turn_count": self.turn_count,
            "usage": self.usage,
            "notes": [*self.notes],
        }
        objects.create(CONTEXT, fields, parent=run_id)


def _sum(one: Json | None, other: Json | None) -> Json | None:
    if one is None or other is None:
        return other if one is None else None
    return {name: one.get(name, 0) + other.get(name, 0) for name in _COUNTS}

"""The turns of a run so far, as its model gets them in the next request."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Self

from assistant_tui.server.runs.chat import ChatCall, ChatResult
from assistant_tui.server.runs.file_search import SearchCall, Source
from assistant_tui.server.runs.objects import CONTEXT
from assistant_tui.server.runs.prompt import (
    AnsweredCall,
    HistoryCalls,
    HistoryItem,
    HistoryMessage,
)
from assistant_tui.server.store.interface import ObjectReader, ObjectWriter
from assistant_tui.server.store.paging import Json, PageQuery

_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


@dataclass(frozen=True, slots=True)
class RunContext:
    """The turns of one run, with all that the backend said of them."""

    items: tuple[HistoryItem, ...] = ()
    """Answers, and calls with their outputs."""
    turn_count: int = 0
    usage: Json | None = None
    """The sum over all turns; None before the first, and where a backend did not count one."""
    notes: tuple[str, ...] = ()
    """What was adapted to the backend, or looks wrong; each once."""
    vector_store_ids: tuple[str, ...] = ()
    """Where the run searches."""
    sources: tuple[Source, ...] = ()
    """What it has found there, by the marks that its answer may have."""
    search_count: int = 0
    tells_contents: bool = False
    """Whether the events of the run have the texts that were found."""

    def used(self, name: str) -> int:
        """How many tokens of a kind were counted, such as `prompt_tokens`."""
        return 0 if self.usage is None else int(self.usage.get(name, 0))

    def with_notes(self, notes: Sequence[str]) -> Self:
        """The context with more notes."""
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))

    def after(self, result: ChatResult) -> Self:
        """The context after the model has answered."""
        items = [*self.items]
        if result.text:
            items.append(HistoryMessage("assistant", (result.text,)))
        if result.calls:
            unanswered = tuple(AnsweredCall(call, None) for call in result.calls)
            items.append(HistoryCalls(unanswered, result.reasoning, result.reasoning_details))
        counted = self.turn_count == 0 or self.usage is not None
        return replace(
            self.with_notes(result.notes),
            items=tuple(items),
            turn_count=self.turn_count + 1,
            usage=_sum(self.usage, result.usage) if counted else None,
        )

    def with_searches(self, searches: Sequence[SearchCall]) -> Self:
        """The context after searches of the last turn were done."""
        answered = self.with_outputs({each.call_id: each.output for each in searches})
        sources = tuple(source for each in searches for source in each.sources)
        return replace(
            answered,
            sources=(*self.sources, *sources),
            search_count=self.search_count + len(searches),
        )

    def with_outputs(self, outputs: Mapping[str, str]) -> Self:
        """The context after calls of the last turn were answered, by their ids."""
        *before, last = self.items
        assert isinstance(last, HistoryCalls)
        answered = tuple(
            replace(each, output=outputs.get(each.call.call_id, each.output)) for each in last.calls
        )
        return replace(self, items=(*before, replace(last, calls=answered)))

    @classmethod
    def load(cls, objects: ObjectReader, run_id: str) -> Self:
        """The context of a run that has waited, or that begins."""
        kept = objects.page(CONTEXT, PageQuery(limit=1), run_id).data
        if not kept:
            return cls()
        fields = kept[0]
        return cls(
            items=tuple(_item(each) for each in fields["items"]),
            turn_count=fields["turn_count"],
            usage=fields["usage"],
            notes=tuple(fields["notes"]),
            vector_store_ids=tuple(fields["vector_store_ids"]),
            sources=tuple(Source(**each) for each in fields["sources"]),
            search_count=fields["search_count"],
            tells_contents=fields["tells_contents"],
        )

    def save(self, objects: ObjectWriter, run_id: str) -> None:
        """Keep the context of a run that begins or waits, in the place of an earlier one."""
        objects.delete_all(CONTEXT, run_id)
        objects.create(CONTEXT, asdict(self), parent=run_id)


def _item(kept: Json) -> HistoryItem:
    if "parts" in kept:
        return HistoryMessage(kept["role"], tuple(kept["parts"]))
    calls = (AnsweredCall(ChatCall(**each["call"]), each["output"]) for each in kept["calls"])
    details = tuple(kept.get("reasoning_details", ()))  # which older versions did not keep
    return HistoryCalls(tuple(calls), kept["reasoning"], details)


def _sum(one: Json | None, other: Json | None) -> Json | None:
    if one is None or other is None:
        return other if one is None else None
    return {name: one.get(name, 0) + other.get(name, 0) for name in _COUNTS}

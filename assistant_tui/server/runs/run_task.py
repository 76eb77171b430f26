"""Executes one run, turn by turn, until it ends or waits for outputs of function calls."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from assistant_tui.server.runs.changes import RunChange
from assistant_tui.server.runs.chat import (
    ChatCall,
    ChatError,
    ChatRequest,
    ChatResult,
    ReasoningDelta,
)
from assistant_tui.server.runs.context import RunContext
from assistant_tui.server.runs.file_search import (
    SearchCall,
    citations,
    search_function,
    search_name,
)
from assistant_tui.server.runs.models import ChosenModel
from assistant_tui.server.runs.objects import DONE, required_action
from assistant_tui.server.runs.prompt import HistoryItem, Prompt, PromptLimits, build_prompt
from assistant_tui.server.runs.recorder import RunRecorder
from assistant_tui.server.store.interface import Lease
from assistant_tui.server.store.paging import Json
from assistant_tui.server.threads import text_part

Search = Callable[[ChatCall, int], Awaitable[SearchCall]]

MOST_TURNS = 25
"""Turns of one run; in the last one the model has to answer without calls."""
FILTER_CUT_ANSWER = "its content filter ended the answer"


class RunTask:
    """One run that is being executed."""

    def __init__(
        self,
        recorder: RunRecorder,
        chosen: ChosenModel,
        search: Search,
        history: Sequence[HistoryItem],
        context: RunContext,
    ) -> None:
        """Prepare the execution of a run.

        Args:
            recorder: writes the run.
            chosen: what answers its turns.
            search: carries out a call of `file_search`; it is given the number of the call.
            history: what was said in the thread before.
            context: what an earlier part of this run has left.
        """
        self._recorder = recorder
        self._chosen = chosen
        self._search = search
        self._history = history
        self._context = context

    async def execute(self, run: Json) -> None:
        """Let the model answer until the run ends or waits.

        Raises:
            ChatError: the model gives no answer.
            RunEnded: the run was ended by somebody else.
            StoreError: the store cannot be used.
        """
        while True:
            self._recorder.begin_turn()
            request = self._request(run)
            if request is None:
                await self._recorder.change(self._end_without_room)
                return
            result = await self._answer_within_context(run, request)
            self._context = self._context.after(result)
            searches = [
                await self._search(call, self._context.search_count + number)
                for number, call in enumerate(self._searches(run, result), 1)
            ]
            if searches:
                self._context = self._context.with_searches(searches)
            if await self._recorder.change(partial(self._close_turn, result, searches)):
                return

    def _searches(self, run: Json, result: ChatResult) -> list[ChatCall]:
        """The calls of `file_search` in an answer that goes on."""
        name = search_name(run["tools"])
        if result.finish_reason != "tool_calls":
            return []
        return [call for call in result.calls if call.name == name]

    async def _answer_within_context(self, run: Json, request: ChatRequest) -> ChatResult:
        """Answer the request.

        If the backend refuses it as too long and tells its context size, ask again with fewer
        messages and add a note.
        """
        try:
            return await self._answer(request)
        except ChatError as error:
            shorter = None if error.begun or not error.context_size else self._request(run)
            if shorter is None or len(shorter.messages) >= len(request.messages):
                raise
            note = (
                f"The model takes {error.context_size:,} tokens, so older messages were left out."
            )
            self._context = self._context.with_notes([note])
        return await self._answer(shorter)

    async def _answer(self, request: ChatRequest) -> ChatResult:
        async with aclosing(self._chosen.model.chat(request)) as events:
            async for event in events:
                if isinstance(event, ChatResult):
                    return event
                if not isinstance(event, ReasoningDelta):
                    self._recorder.add(event)
        raise ChatError("The model gave no result.")

    def _request(self, run: Json) -> ChatRequest | None:
        """The next turn; what stands at its default is not sent. None if it may not be so long."""
        last = self._context.turn_count >= MOST_TURNS - 1
        tools = _offered(run["tools"])
        prompt = self._prompt(run, tools)
        if not prompt.fits and run["max_prompt_tokens"] is not None:
            return None
        format_ = run["response_format"]
        return ChatRequest(
            model=self._chosen.name,
            messages=prompt.messages,
            tools=tools,
            tool_choice=self._tool_choice(run, last) if tools else None,
            parallel_tool_calls=None if run["parallel_tool_calls"] or not tools else False,
            temperature=_unless(run["temperature"], 1),
            top_p=_unless(run["top_p"], 1),
            max_completion_tokens=self._tokens_left(run),
            response_format=format_ if _is_set(format_) else None,
            reasoning_effort=run["reasoning_effort"],
        )

    def _prompt(self, run: Json, tools: Sequence[Json]) -> Prompt:
        last_messages = run["truncation_strategy"]["last_messages"]
        is_counted = run["truncation_strategy"]["type"] == "last_messages"
        most = run["max_prompt_tokens"]
        limits = PromptLimits(
            last_messages=last_messages if is_counted else None,
            max_prompt_tokens=None if most is None else most - self._context.used("prompt_tokens"),
            max_completion_tokens=self._tokens_left(run),
        )
        own, estimate = self._context.items, self._chosen.estimate
        return build_prompt(run["instructions"], self._history, own, tools, limits, estimate)

    def _end_without_room(self, change: RunChange) -> None:
        details = {"reason": "max_prompt_tokens"}
        self._end(change, "incomplete", incomplete_details=details)

    def _end(
        self,
        change: RunChange,
        status: str,
        content: list[Json] | None = None,
        message_reason: str = "",
        **members: Any,
    ) -> None:
        """Bring the run to a final state, with what was counted and noted on the way."""
        notes = {"notes": [*self._context.notes]} if self._context.notes else {}
        usage = self._context.usage
        change.end(status, content, message_reason, usage=usage, **notes, **members)

    def _tool_choice(self, run: Json, last: bool) -> Any:
        """A call is forced in the first turn alone: else the run could never end."""
        if last:
            return "none"
        choice = run["tool_choice"] if self._context.turn_count == 0 else None
        if isinstance(choice, dict) and choice["type"] == "file_search":
            return {"type": "function", "function": {"name": search_name(run["tools"])}}
        return choice

    def _tokens_left(self, run: Json) -> int | None:
        most = run["max_completion_tokens"]
        return None if most is None else max(1, most - self._context.used("completion_tokens"))

    def _close_turn(
        self, result: ChatResult, searches: Sequence[SearchCall], change: RunChange
    ) -> bool:
        """Write the end of a turn; whether nothing more is to be done now."""
        content = self._recorder.content
        change.tells_contents = self._context.tells_contents
        if result.finish_reason == "length":
            details = {"reason": "max_completion_tokens"}
            self._end(change, "incomplete", content, "max_tokens", incomplete_details=details)
        elif result.finish_reason == "content_filter":
            message = f"{self._chosen.description}: {FILTER_CUT_ANSWER}"
            error = {"code": "server_error", "message": message}
            self._end(change, "failed", content, "content_filter", last_error=error)
        elif not result.calls:
            self._close_message(change, content or [text_part("")], result)
            self._end(change, "completed")
        else:
            if change.opened.message_id:
                self._close_message(change, content, result)
            return self._close_calls(change, result, searches)
        return True

    def _close_message(self, change: RunChange, content: list[Json], result: ChatResult) -> None:
        message_id, step = change.opened.message_id, change.opened.message_step
        if step is None:
            message, step = change.open_message()
            message_id = message["id"]
        for part in content:
            if part["type"] == "text":
                part["text"]["annotations"] = citations(
                    part["text"]["value"], self._context.sources
                )
        change.close_message(message_id, content)
        change.close_step(step, "completed", usage=None if result.calls else result.usage)

    def _close_calls(
        self, change: RunChange, result: ChatResult, searches: Sequence[SearchCall]
    ) -> bool:
        """Write the calls of a turn; whether the run waits for outputs now."""
        searched = {each.call_id: each.shown for each in searches}
        calls = [searched.get(call.call_id) or _function_call(call) for call in result.calls]
        details = {"type": "tool_calls", "tool_calls": calls}
        step = change.opened.tool_step or change.open_step(details)
        waiting = [call for call in calls if call["type"] == "function"]
        if not waiting:
            change.close_step(step, "completed", step_details=details, usage=result.usage)
            return False
        change.keep_step({**step, "step_details": details, "usage": result.usage})
        if change.run["status"] == "cancelling":  # another process was asked for the end
            self._end(change, "cancelled")
            return True
        self._context.save(change.objects, change.run["id"])
        change.move("requires_action", required_action=required_action(waiting))
        change.events.append(DONE)
        change.objects.put_lease(Lease(change.run["thread_id"], change.run["id"]))
        return True


def _offered(tools: Sequence[Json]) -> list[Json]:
    """The functions that the model is offered."""
    functions = [tool for tool in tools if tool["type"] == "function"]
    name = search_name(tools)
    return [*functions, search_function(name)] if name else functions


def _function_call(call: ChatCall) -> Json:
    function = {"name": call.name, "arguments": call.arguments, "output": None}
    return {"id": call.call_id, "type": "function", "function": function}


def _unless(value: float | None, default: float) -> float | None:
    return None if value == default else value


def _is_set(response_format: Any) -> bool:
    return isinstance(response_format, dict) and response_format["type"] != "text"

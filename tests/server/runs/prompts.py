"""Histories, and the prompts that are made of them, in a line for each message."""

from collections.abc import Sequence
from typing import Any

from assistant_tui.server.runs.chat import ChatCall
from assistant_tui.server.runs.prompt import (
    AnsweredCall,
    HistoryCalls,
    HistoryItem,
    HistoryMessage,
    ImagePart,
    Prompt,
    PromptLimits,
    build_prompt,
)
from assistant_tui.server.runs.token_estimate import TokenEstimate
from tests.server.runs.recorded import Json

ANY = PromptLimits()


def user(*parts: str | ImagePart) -> HistoryMessage:
    """A message of the user."""
    return HistoryMessage("user", parts)


def answer(*parts: str) -> HistoryMessage:
    """A message of the assistant."""
    return HistoryMessage("assistant", parts)


def calls(
    *outputs: str | None, arguments: str = "{}", reasoning: str = "", **extra: Any
) -> HistoryCalls:
    """Calls of one turn with these outputs; their ids are the outputs'."""
    return HistoryCalls(
        tuple(
            AnsweredCall(ChatCall(f"call_{output}", "f", arguments, extra), output)
            for output in outputs
        ),
        reasoning,
    )


def prompt(
    *history: HistoryItem,
    own: Sequence[HistoryItem] = (),
    instructions: str = "",
    limits: PromptLimits = ANY,
    estimate: TokenEstimate | None = None,
    tools: Sequence[Json] = (),
) -> Prompt:
    """The prompt for a history."""
    estimate = estimate or TokenEstimate()
    return build_prompt(instructions, history, own, tools, limits, estimate)


def short(messages: Sequence[Json]) -> list[str]:
    """The messages in a line each: the first letter of the role, and the content or the calls."""
    lines = []
    for message in messages:
        text = message["content"]
        if "tool_calls" in message:
            text += "+" + ",".join(each["id"] for each in message["tool_calls"])
        lines.append(f"{message['role'][0]}:{text}")
    return lines

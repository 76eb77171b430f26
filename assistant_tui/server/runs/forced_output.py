"""Checks that a model gave what it was forced to give: some backends ignore such demands."""

from assistant_tui.core.json_text import read_json
from assistant_tui.server.runs.chat import ChatError, ChatRequest, ChatResult


def check_forced(request: ChatRequest, result: ChatResult) -> None:
    """Raise ChatError if a call was forced and did not come, or came where none was allowed, or a
    text is not the JSON that it must be.

    Not where a limit or a filter has cut the answer off, or the model has refused: its end says so.
    """
    if result.finish_reason in ("length", "content_filter") or result.refusal:
        return
    _check_call(request, result)
    kind = request.response_format.get("type") if request.response_format else None
    if kind in ("json_schema", "json_object") and not result.calls:
        try:
            read_json(result.text)
        except ValueError:
            raise ChatError(
                f"the answer is not JSON, though response_format is {kind}: the backend does not"
                " hold the model to it"
            ) from None


def _check_call(request: ChatRequest, result: ChatResult) -> None:
    choice = request.tool_choice
    if isinstance(choice, dict):
        wanted = choice.get("function", {}).get("name")
        if wanted not in [call.name for call in result.calls]:
            raise ChatError(
                f"the model did not call {wanted}, though tool_choice forces it: the backend does"
                " not hold the model to it"
            )
    elif choice == "none" and result.calls:
        raise ChatError(
            f"the model called {result.calls[0].name}, though tool_choice is none: the backend does"
            " not hold the model to it"
        )
    elif choice == "required" and not result.calls:
        raise ChatError(
            "the model called no function, though tool_choice requires it: the backend does not"
            " hold the model to it"
        )

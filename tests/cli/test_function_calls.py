"""Calls that want an approval, and those of which nothing is known, are never answered unasked."""

from typing import Any

import pytest

from assistant_tui.cli.console import Console
from assistant_tui.cli.function_calls import CallAnswerer
from assistant_tui.config.settings import FunctionCommand
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.services.functions import FunctionError
from tests.cli.talking import python


def entry(kind: str, name: str, arguments: str = "{}") -> Entry:
    """A call that waits."""
    call = ToolCall(f"step#{name}", name, kind, name, arguments, None, {})
    return Entry(call.key, EntryKind.CALL, arguments, call=call)


class Person(Console):
    """Answers questions."""

    def __init__(self, says: bool) -> None:
        super().__init__()
        self.interactive = True
        self.asked: list[str] = []
        self._says = says

    async def confirmed(self, lines: Any, question: str, answers: Any) -> bool:
        """Note what is asked."""
        self.asked += [*lines, question]
        return self._says


@pytest.mark.parametrize("says", [True, False])
async def test_an_approval_is_what_the_person_says(says: bool) -> None:
    person = Person(says)
    answers = await CallAnswerer({}, person).answer([entry("mcp", "search", '{"q": "\x1b"}')])
    assert (answers.outputs, answers.approvals) == ({}, {"step#search": says})
    assert person.asked == ['search({"q": "\ufffd"})', "Approve it? [y/N]"]


async def test_nobody_approves_where_nobody_can_be_asked() -> None:
    with pytest.raises(FunctionError, match="waits for an approval, and nobody can be asked"):
        await CallAnswerer({}).answer([entry("mcp", "search")])


async def test_a_function_called_like_the_kind_of_a_tool_is_another_thing() -> None:
    functions = {"code_interpreter": FunctionCommand(python("print(1)"), auto=True)}
    with pytest.raises(FunctionError, match=r"^nobody answers code_interpreter\(print\(2\)\)$"):
        calls = [entry("code_interpreter", "code_interpreter", "print(2)")]
        await CallAnswerer(functions).answer(calls)


async def test_what_is_not_known_is_not_answered() -> None:
    with pytest.raises(FunctionError, match="waits for something that is not known here"):
        await CallAnswerer({}).answer([])


async def test_no_output_counts_where_another_call_has_none(tmp_path: Any) -> None:
    command = FunctionCommand(python(f"open({str(tmp_path / 'ran')!r}, 'w')"), auto=True)
    with pytest.raises(FunctionError, match=r"^nobody answers other\(\{\}\); --function other="):
        await CallAnswerer({"f": command}).answer(
            [entry("function", "f"), entry("function", "other")]
        )
    assert not (tmp_path / "ran").exists()

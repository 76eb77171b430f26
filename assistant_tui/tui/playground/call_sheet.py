"""The sheet of the calls that wait for a person: what is asked, and how it can be answered."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from assistant_tui.core.safe_text import one_line
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.playground.block import on_a_line
from assistant_tui.tui.playground.call_answers import Answer, CallAnswers
from assistant_tui.tui.playground.span_widget import SpanWidget
from assistant_tui.tui.playground.spans import Line, Span, cut
from assistant_tui.tui.playground.wording import age

_MOST_CALLS = 4
"""Calls that are in sight at once."""
_HIGH = 20
"""Lines of a screen from which on there is room for more than one."""


@dataclass
class Suggestions:
    """What is known beside the calls, by their keys."""

    last_outputs: dict[str, tuple[str, float]] = field(default_factory=dict)
    """What was last answered to the same call, and when."""
    commands: Mapping[str, str] = field(default_factory=dict)
    """The commands of functions, by their names."""
    unchecked: set[str] = field(default_factory=set)
    """The keys of calls that could not be checked, though their functions declare parameters."""
    problems: dict[str, str | None] = field(default_factory=dict)
    """What is wrong with the arguments; empty where they fit, None where nothing is known."""
    busy: dict[str, str] = field(default_factory=dict)
    """What is being done for an output."""
    outputs: dict[str, Answer] = field(default_factory=dict)
    """What commands have given that run by themselves: each is run once for a call."""
    sending: set[str] = field(default_factory=set)
    """The calls whose answers are on their way: a key that is pressed twice means it once."""


def sheet_lines(
    answers: CallAnswers,
    known: Suggestions,
    now: float,
    *,
    marks: bool = True,
    most: int = _MOST_CALLS,
) -> Iterator[Line]:
    """The lines of the sheet, of the calls around the one that keys answer.

    Args:
        answers: what waits, and what was given.
        known: what can be answered.
        now: Unix seconds.
        marks: whether the call that keys answer has a bar.
        most: calls that are shown at most.
    """
    around = answers.position - (most > 1)
    first = max(0, min(around, len(answers.calls) - most))
    for call in answers.calls[first : first + most]:
        is_current = call is answers.current
        yield tuple(_call_line(call, known, is_current and marks))
        yield tuple(_state_line(call, answers, known))
        if is_current:
            yield from _choices(call, answers, known, now)


def _call_line(call: ToolCall, known: Suggestions, marked: bool) -> Iterator[Span]:
    yield Span("▌ " if marked else "  ", "warning")
    yield Span(f"ƒ {one_line(call.name) or '(no name)'}  ", "function")
    yield from on_a_line(call.arguments or "{}")
    problem = known.problems.get(call.key)
    if problem:
        yield Span(f"  ✗ {one_line(problem)}", "error")
    elif problem is not None:
        yield Span("  arguments fit the schema ✓", "good")
    elif call.key in known.unchecked:
        yield Span("  arguments not checked", "muted")


def _state_line(call: ToolCall, answers: CallAnswers, known: Suggestions) -> Iterator[Span]:
    answer = answers.given.get(call.key)
    if said := known.busy.get(call.key):
        yield Span(f"    … {one_line(said)}", "muted")
    elif answer is None:
        words = "waits for your approval" if answers.needs_approval else "waits for an output"
        yield Span(f"    {words}", "warning")
    elif answer.approve is not None:
        yield Span("    approved" if answer.approve else "    denied", "good")
    else:
        yield from _output(answer)


def _output(answer: Answer) -> Iterator[Span]:
    yield Span("  → ", "good")
    yield from on_a_line(answer.output or "(empty)")
    yield Span(f"  {one_line(answer.source)}", "muted")


def _choices(
    call: ToolCall, answers: CallAnswers, known: Suggestions, now: float
) -> Iterator[Line]:
    if answers.needs_approval:
        yield (*_choice("y", "approve"), *_choice("n", "deny"))
        return
    if (last := known.last_outputs.get(call.key)) is not None:
        text, at = last
        yield (
            *_choice("1", "last output for the same call  "),
            *on_a_line(text),
            Span(f"  {age(at, now)} ago".replace("now ago", "just now"), "muted"),
        )
    command = known.commands.get(call.name)
    run = _choice("2", f"run  {one_line(command)}") if command else ()
    yield (*run, *_choice("3", "$EDITOR"), *_choice("4", "say that it failed"))


def _choice(key: str, words: str) -> Line:
    return (Span(f"    {key} ", "choice"), Span(words))


class CallSheet(SpanWidget, can_focus=True):
    """Shows what waits; keys answer the call that is marked."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.PANE), *bindings(Where.CALLS)]

    class Changed(Message):
        """Something else waits, or can be answered otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = CallAnswers()
        self.known = Suggestions()
        self._lines: list[Line] = []
        self.unknown: list[Line] = []
        """What is shown of an action that this program does not know."""

    def show(self) -> None:
        """Draw what waits now, or nothing."""
        answers = self.answers
        marks = self._has_keys and len(answers.calls) > 1
        most = _MOST_CALLS if self.screen.size.height >= _HIGH else 1
        lines = sheet_lines(answers, self.known, time.time(), marks=marks, most=most)
        self._lines = self.unknown or [*lines]
        self.set_class(bool(self._lines), "-waits")
        self.border_title = Content(self._title)
        self.border_subtitle = Content(self._hint)
        self.refresh(layout=True)
        self.post_message(self.Changed())

    @property
    def _has_keys(self) -> bool:
        """Whether it has the focus; `has_focus` is told only after `on_focus` and `on_blur`."""
        return self.screen.focused is self

    def on_focus(self) -> None:
        """Show which call keys answer."""
        self.show()

    def on_blur(self) -> None:
        """Say how to come back."""
        self.show()

    @property
    def offered(self) -> set[str]:
        """The names of the commands that make sense now; all but one are about the current call."""
        call = self.answers.current
        if call is None:
            return {"stop_or_leave_calls"}
        if self.answers.needs_approval:
            return {"approve", "deny", "send_answers", "stop_or_leave_calls"}
        possible = {"answer_editor", "answer_failed", "send_answers", "stop_or_leave_calls"}
        possible |= {"answer_last"} if call.key in self.known.last_outputs else set()
        return possible | ({"answer_command"} if call.name in self.known.commands else set())

    @property
    def waits(self) -> bool:
        """Whether there is anything to answer."""
        return self.has_class("-waits")

    @property
    def _title(self) -> str:
        if self.unknown:
            return "The run waits for something that is not known here"
        count, what = len(self.answers.calls), "an output"
        if self.answers.needs_approval:
            what = "your approval"
        if count == 1:
            return f"{one_line(self.answers.calls[0].name)} waits for {what}"
        return f"{count} calls wait for {what.replace('an output', 'outputs')}"

    @property
    def _hint(self) -> str:
        if self.unknown:
            return "Esc stops the run"
        if not self._has_keys:
            return "Tab answers them" if len(self.answers.calls) > 1 else "Tab answers it"
        if self.answers.is_complete:
            return "Enter sends all" if len(self.answers.calls) > 1 else "Enter sends it"
        return "nothing is sent before every call has its answer"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are."""
        return len(self._lines)

    def draw_line(self, y: int) -> Strip:
        """Draw a line."""
        width = self.size.width
        line = self._lines[y] if y < len(self._lines) else ()
        return self.strip_of(cut(line, width), width)

    def _move(self, by: int) -> None:
        self.answers.move(by)
        self.show()

    def action_move_down(self) -> None:
        """Go to the next call."""
        self._move(1)

    def action_move_up(self) -> None:
        """Go to the call before."""
        self._move(-1)

    def action_move_page_down(self) -> None:
        """Go some calls down."""
        self._move(_MOST_CALLS)

    def action_move_page_up(self) -> None:
        """Go some calls up."""
        self._move(-_MOST_CALLS)

    def action_move_first(self) -> None:
        """Go to the first call."""
        self._move(-len(self.answers.calls))

    def action_move_last(self) -> None:
        """Go to the last call."""
        self._move(len(self.answers.calls))

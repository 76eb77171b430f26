"""No control character reaches the terminal, and no line changes its width by that."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import ControlType, Segment
from textual.color import Color

from assistant_tui.core.safe_text import LETTERS
from assistant_tui.tui.terminal.diffing_app import Sanitiser
from tests.fakeserver.standalone import StandaloneServer
from tests.hostile.corpus import STEERING, assistant
from tests.tui.driver import running

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def shown(text: str) -> str:
    """A text as the sanitiser passes it on."""
    (segment,) = Sanitiser().apply([Segment(text)], Color(0, 0, 0))
    return segment.text


def is_safe(text: str) -> bool:
    """Whether nothing is left that could steer a terminal."""
    return not any(unicodedata.category(each) in UNSAFE for each in text if each not in LETTERS)


@given(st.text(max_size=40))
def test_any_text_is_safe_and_as_wide_as_before(text: str) -> None:
    assert is_safe(shown(text))
    assert cell_len(shown(text)) == cell_len(text)


@pytest.mark.parametrize("text", STEERING.values(), ids=STEERING)
def test_so_is_what_a_server_may_send(text: str) -> None:
    assert is_safe(shown(text))
    assert cell_len(shown(text)) == cell_len(text)


def test_what_takes_a_cell_is_replaced_and_all_else_stays() -> None:
    assert shown("a\ue000b\x1bc 字👩\u200d🔧") == "a\ufffdbc 字👩\u200d🔧"


def test_the_screens_own_controls_pass() -> None:
    control = Segment("\x1b[2J", None, [(ControlType.CLEAR,)])
    assert Sanitiser().apply([control], Color(0, 0, 0)) == [control]


@pytest.mark.parametrize("kind", ["C0", "zero width", "bidi"])
async def test_the_line_of_an_input_is_as_wide_as_the_screen(kind: str, tmp_path: Path) -> None:
    server = StandaloneServer(assistant(name=json.dumps(STEERING[kind])))
    async with running(server, tmp_path) as program:
        await program.press("enter")
        strips = program.app.screen._compositor.render_strips()
        assert {cell_len(strip.text) for strip in strips} == {80}

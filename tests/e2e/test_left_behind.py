"""However a program is ended, and whenever: no process of it is left, and no edit is lost.

ASSISTANT_TUI_KILLS says how often each way is tried.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.kills import KILLS, is_kept, moments, start
from tests.e2e.processes import end_all, none_is_left
from tests.e2e.sshd import missing

NUMBER = int(os.environ.get("ASSISTANT_TUI_KILLS", "3"))
EDITOR = "touch $ASSISTANT_TUI_HOME/ready; while true; do sleep 0.05; done"


@pytest.mark.parametrize("kind", KILLS)
def test_nothing_is_left_behind(kind: str, tmp_path: Path, editor: Callable[[str], str]) -> None:
    kill, rolls, script = KILLS[kind], random.Random(kind), editor(EDITOR)
    if "tmux" in kind and missing("tmux"):
        pytest.skip("this machine lacks Debian's tmux")
    for number, moment in enumerate(moments(kill, rolls, NUMBER)):
        home = tmp_path / str(number)
        running = start(kill, moment, home, script, rolls)
        try:
            with running.terminal:
                moment(running)
                kill.strike(running)
                none_is_left(home)
            assert is_kept(moment, home), moment.__name__
            assert not (home / "crash.txt").exists(), moment.__name__
        except AssertionError as error:
            raise AssertionError(f"{kind}, {moment.__name__}: {error}") from error
        finally:
            end_all(home)

"""The screen of two conversations, where it is open."""

from assistant_tui.tui.playground.pair_screen import PairScreen
from tests.tui.playground.conftest import Talk


def screen_of(talk: Talk) -> PairScreen:
    """The two conversations."""
    found = next(s for s in talk.program.app.screen_stack if isinstance(s, PairScreen))
    assert isinstance(found, PairScreen)
    return found


def is_open(talk: Talk) -> bool:
    """Whether they are there."""
    return any(isinstance(screen, PairScreen) for screen in talk.program.app.screen_stack)

"""What a person might press, and how fast."""

from random import Random

from assistant_tui.tui.commands import COMMANDS

_NEVER = {"ctrl+z"}
"""Would stop the process that runs the tests."""
_OWN = sorted({key for each in COMMANDS for key in each.keys.split(",") if key} - _NEVER)
_MOVES = (
    *("tab", "shift+tab", "enter", "escape", "up", "down", "left", "right", "home", "end"),
    *("pageup", "pagedown", "backspace", "delete", "space", "ctrl+a", "ctrl+e", "ctrl+k", "ctrl+u"),
    *("ctrl+w", "ctrl+x", "ctrl+c", "ctrl+v", "ctrl+home", "ctrl+end", "shift+down", "f2", "f6"),
)
_OFTEN = ("enter", "escape", "tab", "down", "d", "slash", "colon", "n", "space")
_TYPED = tuple("abcmodel:gpt 019-é\u3000\u200b\u05d0🙂{}[]\"'\\")
_PASTES = ("asst_1", "two\nlines", '{"a": 1}', "\x1b[31m", "x" * 3000, "\ud800")
_LONGEST = 8


def burst(random: Random) -> list[str]:
    """Some keys that arrive together; one in twenty bursts is long."""
    count = random.choice((1, 1, 1, 2, 3, random.randint(1, _LONGEST)))
    return [_key(random) for _ in range(count * (5 if random.random() < 0.05 else 1))]


def paste(random: Random) -> str:
    """A text that the terminal pastes."""
    return random.choice(_PASTES)


def _key(random: Random) -> str:
    kind = random.random()
    if kind < 0.35:
        return random.choice(_OWN)
    if kind < 0.6:
        return random.choice(_MOVES)
    return random.choice(_OFTEN if kind < 0.85 else _TYPED)

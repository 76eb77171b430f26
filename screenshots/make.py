"""Takes the pictures that README and docs show: SVG by Textual, PNG from it."""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import resvg_py
from textual.pilot import Pilot

from assistant_tui.config.folders import find_folders
from assistant_tui.config.loading import Flags, load_settings
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.raw_json import RawJson
from assistant_tui.startup.profile_opening import ProfileOpener
from assistant_tui.tui.app import AssistantApp

FOLDER = Path(__file__).resolve().parent
Steps = Callable[[Pilot[None]], Awaitable[None]]


async def _press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await _settle(pilot)


async def _settle(pilot: Pilot[None]) -> None:
    """Wait until the requests are answered and the detail has followed the cursor."""
    app = pilot.app
    # A write that asks something waits for the person.
    asked = len(app.screen_stack) > 1
    groups = ("page", "all", "search", "models", "run", "threads", *(() if asked else ("write",)))
    workers = [worker for worker in app.workers if worker.group in groups]
    if workers:  # of none, Textual would wait for all
        await app.workers.wait_for_complete(workers)
    await pilot.pause(0.2)


def _keys(*keys: str) -> Steps:
    async def press(pilot: Pilot[None]) -> None:
        await _press(pilot, *keys)

    return press


_EDIT = ("down", "down", "enter", "!", "tab", "tab", "tab", *"Be brief. ")


async def _change_elsewhere(pilot: Pilot[None]) -> None:
    """Edit two fields while somebody else changes them, and save."""
    await _press(pilot, *_EDIT)
    assert isinstance(pilot.app, AssistantApp)
    main = pilot.app.main_screen
    assert main is not None and main.list_model.highlighted is not None
    theirs = Draft(RawJson(main.list_model.highlighted.text))
    theirs = theirs.edited("name", "On-call helper for München")
    await main.context.service.save(theirs.edited("instructions", "Answer in English."))
    await pilot.press("ctrl+s")
    while pilot.app.screen is main:
        await pilot.pause(0.1)


_FUNCTION = (
    *("enter", *["tab"] * 10, "space", *"look_up_order", "tab", *"Finds an order by its number."),
    *("tab", "right", "tab", *'{"type": "object",', "enter"),
    *(*' "properties": {"number": {"type": "strin"}}}',),
)
_ASKED = ("down", "down", "t", *"Disk is full on db-7. What do I do first?", "enter")
_ANSWERED = ("down", "t", *_ASKED[3:], "tab", "4", "enter", *"And who has to be told")
_TWO = ("space", "down", "space")
PICTURES: dict[str, tuple[int, int, Flags, Steps]] = {
    "browse": (120, 36, Flags(demo=250), _keys("down", "down")),
    "list-80x24": (80, 24, Flags(demo=250), _keys("down", "down")),
    "detail-80x24": (80, 24, Flags(demo=250), _keys("down", "down", "tab")),
    "form": (120, 36, Flags(demo=250), _keys("down", "down", "enter", "!")),
    "form-80x24": (80, 24, Flags(demo=250), _keys("down", "down", "enter", "!")),
    "tools": (120, 36, Flags(demo=250), _keys(*_FUNCTION)),
    "tools-80x24": (80, 24, Flags(demo=250), _keys(*_FUNCTION)),
    "changes": (120, 36, Flags(demo=250), _keys(*_EDIT, "f3")),
    "conflict": (120, 36, Flags(demo=250), _change_elsewhere),
    "delete": (120, 36, Flags(demo=250), _keys("down", "down", "d")),
    "finding": (120, 36, Flags(demo=1000), _keys("slash", *"bill tool:function", "enter", *_TWO)),
    "filter-80x24": (80, 24, Flags(demo=1000), _keys("slash", *"created:2026-07 !model:gpt-4o")),
    "many": (120, 36, Flags(demo=250), _keys("space", "down", "space", "space", "d", "3")),
    "comparison": (120, 36, Flags(demo=250), _keys("space", "down", "space", "equals_sign")),
    "json": (120, 36, Flags(demo=250), _keys("down", "down", "v")),
    "help": (80, 24, Flags(demo=250), _keys("question_mark")),
    "playground": (120, 36, Flags(demo=250), _keys(*_ANSWERED)),
    "playground-80x24": (80, 24, Flags(demo=250), _keys(*_ANSWERED)),
    "playground-calls": (120, 36, Flags(demo=250), _keys(*_ASKED, "tab", "4")),
    "playground-light": (120, 36, Flags(demo=250, theme="textual-light"), _keys(*_ANSWERED)),
    "empty": (80, 24, Flags(), _keys()),
    "light": (120, 36, Flags(demo=250, theme="textual-light"), _keys("down", "down")),
}


async def _take(name: str, size: tuple[int, int], flags: Flags, steps: Steps) -> None:
    places = find_folders()
    settings = load_settings(flags, places.config_file, environ={})
    app = AssistantApp(settings, ProfileOpener(settings, places), crash_folder=places.state)
    async with app.run_test(size=size) as pilot:
        await _settle(pilot)
        await steps(pilot)
        svg = app.export_screenshot(title="assistant-tui", simplify=True)
    (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
    png = resvg_py.svg_to_bytes(
        svg_string=svg, monospace_family="Fira Code", font_family="Fira Code"
    )
    (FOLDER / f"{name}.png").write_bytes(bytes(png))


def main() -> None:
    """Take all pictures, in a home of their own, with times in UTC."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as home:
        os.environ["ASSISTANT_TUI_HOME"] = home
        for name, (width, height, flags, steps) in PICTURES.items():
            asyncio.run(_take(name, (width, height), flags, steps))
            print(f"screenshots/{name}.svg, .png")


if __name__ == "__main__":
    main()

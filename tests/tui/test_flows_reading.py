"""The reading view: what was written is shown, nothing in it can be followed, nothing hangs."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from textual.widget import Widget
from textual.widgets import TextArea

from assistant_tui.config.settings import Profile
from assistant_tui.server.app import create_app
from assistant_tui.tui.dialogs.markdown_screen import MarkdownScreen
from tests.fakeserver.deviations import empty_list
from tests.fakeserver.in_process import InProcessServer
from tests.fakeserver.standalone import StandaloneServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running


def with_instructions(text: Any) -> StandaloneServer:
    """A server whose one assistant has these instructions."""
    assistant = {"id": "a", "name": "n", "model": "m", "instructions": text}
    return StandaloneServer(json.dumps(assistant), models=empty_list)


async def laid_out(program: Driver) -> MarkdownScreen:
    """Wait until the text is there."""
    screen = program.app.screen
    assert isinstance(screen, MarkdownScreen)
    await program.until(lambda: bool(screen._page.children))
    await program.settle()
    return screen


@pytest.mark.parametrize("key", ["escape", "q", "m"])
async def test_the_instructions_are_laid_out_and_left_again(tmp_path: Path, key: str) -> None:
    text = "# Who you are\n\nBe **kind** and `exact`.\n\n- one\n- two\n\n|a|b|\n|--|--|\n|1|2|"
    server = with_instructions(text)
    async with running(server, tmp_path) as program:
        asked = len(server.requests)
        await program.press("m")
        await laid_out(program)
        assert "Instructions of n" in program.lines[0]
        for words in ("Who you are", "Be kind and exact.", "• one", "• two"):
            assert words in program.text
        assert "**" not in program.text and "|--" not in program.text
        await program.press(key)
        assert not program.asked
        assert program.app.is_running
        assert len(server.requests) == asked


async def test_the_detail_has_it_too_and_a_read_only_profile(tmp_path: Path) -> None:
    profile = Profile("p", base_url="https://server.test", read_only=True)
    async with running(with_instructions("# Hello"), tmp_path, profile=profile) as program:
        await program.press("tab", "m")
        await laid_out(program)
        assert "Hello" in program.text


async def test_the_form_shows_what_is_typed_now(tmp_path: Path) -> None:
    server = with_instructions("old")
    async with running(server, tmp_path) as program:
        await program.press("enter", "!", "tab", "tab", "tab", *"# New ")
        await program.press("f5")
        await laid_out(program)
        assert "Instructions of n!" in program.lines[0]
        assert "New old" in program.text and "# New" not in program.text
        await program.press("f5")
        assert not program.asked
        area = program.main.focused
        assert isinstance(area, TextArea) and area.text == "# New old"
        assert server.writes == []


async def test_keys_move_and_stay_within_the_text(tmp_path: Path) -> None:
    text = "\n\n".join(f"line {number}" for number in range(60))
    async with running(with_instructions(text), tmp_path) as program:
        await program.press("m")
        await laid_out(program)

        def top() -> str:
            found = re.search(r"line \d+", "\n".join(program.lines[1:]))
            return found[0] if found else ""

        assert top() == "line 0"
        await program.press("k", "up", "pageup")
        assert top() == "line 0"
        await program.press("j", "down")
        assert top() == "line 1"
        await program.press("k", "k", "pagedown")
        assert top() == "line 11"
        await program.press("G")
        assert "line 59" in program.text
        await program.press("j", "pagedown")
        assert "line 59" in program.text
        await program.press("g")
        assert top() == "line 0"


async def test_a_long_text_goes_on_part_by_part_and_says_so(tmp_path: Path) -> None:
    text = "\n\n".join(f"paragraph {number}" for number in range(700))
    async with running(with_instructions(text), tmp_path, size=(80, 100)) as program:
        await program.press("m")
        screen = await laid_out(program)
        assert "part 1 of 3" in program.lines[0]
        assert "It is long: ↓ at the end shows the next part" in program.lines[-1]
        seen = set[str]()
        for _ in range(22):
            seen |= {*re.findall(r"paragraph \d+", program.text)}
            await program.press("pagedown")
        assert len(seen) == 700, "reading on shows every line once"
        assert "part 3 of 3" in program.lines[0]
        await program.press("g")
        assert "part 1 of 3" in program.lines[0] and "paragraph 0" in program.text
        await program.press("G")
        assert "part 3 of 3" in program.lines[0] and "paragraph 699" in program.text
        await program.press("g", "G", "k")
        for _ in range(22):
            await program.press("pageup")
        assert "part 1 of 3" in program.lines[0] and "paragraph 0" in program.text
        assert screen.is_current


HOSTILE = """# [@click=app.quit]head[/] [/]

[@click=app.quit]text[/] [/] [red]r[/red] \x1b]52;c;aGk=\x07 \u202e

[a link](https://evil.test/x) <https://evil.test/y> https://evil.test/z
![an image](https://evil.test/i.png)

<script>alert(1)</script> <!-- comment --> &#27; &#x202e;

| [@click=app.quit]cell[/] | [/] |
|---|---|
| [/] | [link](file:///etc/passwd) |

```python [/]
[@click=app.quit]code[/]
```

[ref]: https://evil.test/ref
"""


async def test_nothing_can_be_followed_and_all_of_it_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    server = with_instructions(HOSTILE)
    async with running(server, tmp_path, size=(100, 50)) as program:
        monkeypatch.setattr(program.app, "open_url", lambda url, **_: opened.append(url))
        asked = len(server.requests)
        await program.press("m")
        screen = await laid_out(program)
        for words in (
            "[@click=app.quit]head[/] [/]",
            "[@click=app.quit]text[/] [/] [red]r[/red]",
            "[a link](https://evil.test/x) <https://evil.test/y> https://evil.test/z",
            "![an image](https://evil.test/i.png)",
            "<script>alert(1)</script> <!-- comment --> &#27; &#x202e;",
            "[@click=app.quit]cell[/]",
            "[link](file:///etc/passwd)",
            "python [/]",
            "[@click=app.quit]code[/]",
            "[ref]: https://evil.test/ref",
        ):
            assert words in " ".join(program.text.split())
        assert not set("\x1b\x07\u202e") & set(program.text)
        for row in range(1, 49):
            for column in range(2, 90, 6):
                assert not screen.get_style_at(column, row).meta.get("@click")
        assert all(widget.tooltip is None for widget in screen._page.walk_children(Widget))
        for row in range(2, 40, 2):
            await program.pilot.click(offset=(8, row))
        assert (opened, len(server.requests)) == ([], asked)
        assert program.app.is_running and screen.is_current


N = 256_000
LONG = {
    "one line": "lorem ipsum " * (N // 12),
    "one word": "x" * N,
    "quotes": "> " * (N // 2),
    "dashes": "- " * (N // 2),
    "brackets": "[" * N,
    "stars": "*" * N,
    "starred": "*a* " * (N // 4),
    "tables": "| a | b |\n|---|---|\n| 1 | 2 |\n\n" * (N // 32),
    "a wide table": "|a" * (N // 6) + "\n" + "|-" * (N // 6) + "\n" + "|b" * (N // 6),
    "items": "- a\n" * (N // 4),
    "deep items": "".join(f"{'  ' * (number % 250)}- a\n" for number in range(900)),
    "500 quotes": "> " * 500 + "a",
    "500 lists": "- " * 500 + "a",
    "headings": "# \U0001f4a5 [/]\n#\n" * (N // 12),
    "code": "```\n" + "x = 1\n" * (N // 6),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
async def test_nothing_hangs(tmp_path: Path, text: str) -> None:
    """Time depends on the machine; that few widgets are made means that it is little."""
    async with running(with_instructions(text), tmp_path) as program:
        await program.press("m")
        screen = await laid_out(program)
        assert len([*screen._page.walk_children()]) < 700
        await program.press("pagedown", "G", "g", "escape")
        assert not program.asked


async def test_closing_before_it_is_laid_out(tmp_path: Path) -> None:
    async with running(with_instructions("- a\n" * 1000), tmp_path) as program:
        await program.burst("m", "G", "escape", "m", "q")
        assert not program.asked
        assert program.app.is_running


@pytest.mark.parametrize("value", [None, "", 17, ["a"]])
async def test_where_there_are_none_that_is_said(tmp_path: Path, value: object) -> None:
    async with running(with_instructions(value), tmp_path) as program:
        await program.press("m")
        await laid_out(program)
        assert "No instructions." in program.text


@pytest.mark.parametrize("size", [(40, 10), (20, 4)])
async def test_a_tiny_terminal_reads_too(tmp_path: Path, size: tuple[int, int]) -> None:
    store = SampleStore(3)
    async with running(
        InProcessServer(create_app(store, models=())), tmp_path, size=size
    ) as program:
        await program.press("m")
        await laid_out(program)
        await program.press("pagedown", "G", "g", "escape")
        assert not program.asked

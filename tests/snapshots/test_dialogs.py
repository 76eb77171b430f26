"""Pictures of dialogs, at the sizes that matter to them."""

from pathlib import Path

import pytest

from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.snapshots.conftest import Looks
from tests.stores import SampleStore
from tests.tui.driver import running

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])


@SIZES
async def test_conflict(size: tuple[int, int], tmp_path: Path, looks_as_before: Looks) -> None:
    store = SampleStore(3)
    async with running(
        InProcessServer(create_app(store, models=("m",))), tmp_path, size=size
    ) as program:
        await program.press("enter")
        elsewhere = {"name": "Support bot (theirs)", "description": None, "temperature": 0.35}
        store.modify(sample(0)["id"], lambda old: {**old, **elsewhere})
        await program.press("!", "tab", "tab", "!", "tab", "!", "tab", "backspace", "ctrl+s")
        await program.press("down", "space")
        looks_as_before(program)


@SIZES
async def test_many(size: tuple[int, int], tmp_path: Path, looks_as_before: Looks) -> None:
    """The question before many are deleted, and what became of each."""
    server = InProcessServer(create_app(SampleStore(5), models=("m",)))
    broken = (500, b'{"error": {"message": "the upstream of this gateway is not there"}}')
    server.refuse = lambda method, path: (
        broken if method == "DELETE" and path.endswith(sample(2)["id"]) else None
    )
    async with running(server, tmp_path, size=size) as program:
        await program.press("plus", "d", "5")
        looks_as_before(program)
        await program.press("enter")
        await program.until(lambda: "Failed: 1" in program.text)
        looks_as_before(program)


@SIZES
async def test_comparison(size: tuple[int, int], tmp_path: Path, looks_as_before: Looks) -> None:
    server = InProcessServer(create_app(SampleStore(5), models=("m",)))
    async with running(server, tmp_path, size=size) as program:
        await program.press("space", "down", "space", "equals_sign")
        looks_as_before(program)


async def test_reading(tmp_path: Path, looks_as_before: Looks) -> None:
    store = SampleStore(3)
    store.modify(sample(0)["id"], lambda old: {**old, "instructions": INSTRUCTIONS})
    async with running(InProcessServer(create_app(store, models=("m",))), tmp_path) as program:
        await program.press("m")
        await program.until(lambda: "Last words" in program.text)
        await program.settle()
        looks_as_before(program)


INSTRUCTIONS = """# Data lake researcher

You answer **from sources** and say `I do not know` otherwise. See [the style](https://a.test/s).

- cite the page
  - and the line
- <context> is what was found

| Word | Meaning |
|---|---|
| lake | many files |

```json
{"answer": "…"}
```

> Last words
"""

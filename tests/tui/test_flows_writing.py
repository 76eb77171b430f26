"""One owner of all that writes: one at a time, counted, and waited for; faults end nothing else."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from assistant_tui.services.assistants import AssistantService
from assistant_tui.tui.assistants.context import MainContext
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import WRITES, Driver, running

ID, NAME = sample(0)["id"], sample(0)["name"]


def is_write(method: str, path: str) -> bool:
    """Hold back what changes something."""
    return method in WRITES


async def deletes(program: Driver, server: InProcessServer) -> None:
    """Delete the first; the answer is held."""
    server.hold = is_write
    await program.pilot.press("d", "tab", "enter")
    await server.arrived.wait()


@pytest.mark.parametrize("key", ["x", "i", "e", "u", "n", "R", "H", "b", "d"])
async def test_while_an_answer_is_awaited_no_other_job_begins(
    key: str, program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await deletes(program, server)
    await program.pilot.press("j", key)
    await program.pilot.pause()
    assert not program.asked and not program.main.query("AssistantForm")
    server.opened.set()
    await program.settle()
    assert server.write_paths() == [f"DELETE /assistants/{ID}"]


async def test_a_job_that_a_palette_or_dialog_starts_late_is_refused_and_that_is_said(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await deletes(program, server)
    await program.main.action_run("export")
    await program.pilot.pause()
    assert program.status == "! Not begun: something else is still under way"
    assert not program.asked
    await program.pilot.press("q")
    await program.until(lambda: "A request is under way" in program.text)
    await program.pilot.press("escape")
    server.opened.set()
    await program.settle()
    assert store.get(ID) is None


async def test_quitting_waits_for_a_write_whoever_began_it(
    program: Driver, server: InProcessServer
) -> None:
    """Also where no job of the screen is under way: what the service writes is counted."""
    server.hold = is_write
    deletion = asyncio.create_task(program.main.context.service.delete(ID))
    await server.arrived.wait()
    await program.pilot.press("q")
    await program.until(lambda: "A request is under way" in program.text)
    await program.pilot.press("escape")
    server.opened.set()
    assert await deletion
    await program.press("q")
    assert not program.app.is_running


async def test_a_signal_lets_a_write_end_that_is_about_to(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await deletes(program, server)
    program.app._end(143)
    await asyncio.sleep(0)
    server.opened.set()
    await program.until(lambda: not program.app.is_running)
    assert program.app.return_code == 143
    assert store.get(ID) is None


async def test_a_signal_waits_for_no_answer_that_does_not_come(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await deletes(program, server)
    program.app._end(143)
    await program.until(lambda: not program.app.is_running)
    assert store.get(ID)


async def test_a_dialog_of_a_job_is_no_request(program: Driver) -> None:
    await program.press("i")
    assert "Go to an assistant" in program.text
    await program.pilot.press("ctrl+q")
    await program.until(lambda: not program.app.is_running)


@pytest.mark.parametrize("keys", [("e",), ("x",)])
async def test_a_fault_in_a_job_is_reported_and_the_next_one_runs(
    keys: tuple[str, ...],
    program: Driver,
    store: SampleStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(*given: Any) -> None:
        raise KeyError("sk-secret")

    monkeypatch.setattr("assistant_tui.tui.assistants.editing.edit_object", fails)
    monkeypatch.setattr("assistant_tui.tui.assistants.exporting.export", fails)
    await program.press(*keys)
    assert "Not done: stopped by a fault of this program (KeyError" in program.status
    assert "KeyError" in (tmp_path / "crash.txt").read_text()
    await program.press("d", "tab", "enter")
    assert store.get(ID) is None


async def test_a_fault_in_a_write_frees_the_way_out(
    program: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*given: Any, **named: Any) -> None:
        raise KeyError("x")

    monkeypatch.setattr(AssistantService, "delete", fails)
    await program.press("d", "tab", "enter")
    assert "Not done" in program.status
    await program.press("q")
    assert not program.app.is_running and program.app.return_code == 0


async def test_a_fault_in_an_action_is_reported_and_the_program_goes_on(
    program: Driver, store: SampleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(context: MainContext) -> None:
        raise IndexError("x")

    monkeypatch.setattr("assistant_tui.tui.assistants.showing.show_json", fails)
    await program.press("v")
    assert "Not done: stopped by a fault of this program (IndexError" in program.status
    await program.press("d", "tab", "enter")
    assert store.get(ID) is None


@pytest.mark.parametrize("moments", range(0, 60, 6))
async def test_models_that_arrive_while_the_form_goes_are_no_fault(
    moments: int, store: SampleStore, tmp_path: Path
) -> None:
    server = InProcessServer(create_app(store, models=("m",)))
    server.hold = lambda method, path: path in ("/models", "/files", "/vector_stores")
    async with running(server, tmp_path) as program:
        await program.pilot.press("enter")
        await server.arrived.wait()
        program.app.simulate_key("escape")
        for _ in range(moments):
            await asyncio.sleep(0)
        server.opened.set()
        await program.settle()
        assert program.app.crash_report is None
        await program.press("d", "tab", "enter")
        assert store.get(ID) is None


@pytest.mark.parametrize("keys", [(":", "pagedown"), (":", "pageup"), (":", "pagedown", "enter")])
async def test_keys_that_come_before_the_palette_is_laid_out(
    keys: tuple[str, ...], program: Driver
) -> None:
    await program.burst(*keys)
    await program.press("escape", "escape")
    assert program.app.is_running and program.app.crash_report is None


@pytest.mark.parametrize("key", ["pageup", "pagedown"])
async def test_keys_that_come_before_a_choice_or_the_palette_of_a_form_is_laid_out(
    key: str, program: Driver
) -> None:
    await program.press("space", "space")
    await program.burst("b", key, "escape")
    await program.press("minus", "enter", "x")
    await program.burst("ctrl+p", key)
    await program.press("escape")
    assert f"{NAME}x" in program.text or program.main.query("AssistantForm")
    assert program.app.crash_report is None

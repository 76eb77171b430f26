"""`import`: first a plan, then just that, and what was exported comes back to the letter."""

import json
import signal
import threading
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.json_text import compose, compose_list, members
from tests.cli.conftest import Run
from tests.cli.support import ended, program
from tests.core.formats.support import HARD, exactly
from tests.e2e.terminal import Program
from tests.fakeserver.deviations import answer, refusal
from tests.fakeserver.relay import RelayServer
from tests.fakeserver.requests import json_of
from tests.limits import LIMIT


class Keeper:
    """A server that keeps every body to the letter, unknown fields included."""

    def __init__(self, server: RelayServer, *texts: str) -> None:
        self.texts = [*texts]
        for part in ("list", "create", "retrieve", "modify"):
            server.deviations[part] = getattr(self, f"_{part}")

    def _list(self, request: httpx.Request) -> httpx.Response:
        return self._say(compose({"data": compose_list(self.texts), "has_more": "false"}))

    def _create(self, request: httpx.Request) -> httpx.Response:
        head = {"id": f'"asst_new{len(self.texts)}"', "object": '"assistant"', "created_at": "9"}
        self.texts.insert(0, compose(head | members(request.content.decode())))
        return self._say(self.texts[0])

    def _retrieve(self, request: httpx.Request) -> httpx.Response:
        known = str(request.url).rpartition("/")[2]
        found = [text for text in self.texts if json.loads(text)["id"] == known]
        return self._say(found[0]) if found else refusal(404)

    def _modify(self, request: httpx.Request) -> httpx.Response:
        known = str(request.url).rpartition("/")[2]
        [place] = [i for i, text in enumerate(self.texts) if json.loads(text)["id"] == known]
        self.texts[place] = compose(members(self.texts[place]) | members(request.content.decode()))
        return self._say(self.texts[place])

    def _say(self, text: str) -> httpx.Response:
        return answer(text.encode(errors="backslashreplace"))


@pytest.mark.parametrize("form", ["json", "yaml", "markdown"])
def test_what_is_exported_imported_and_exported_again_is_the_same(
    ask: Run, server: RelayServer, tmp_path: Path, form: str
) -> None:
    keeper = Keeper(server, HARD)
    out, again = tmp_path / "out", tmp_path / "again"
    assert ask("export", "--all", "--format", form, "--output", str(out)).code == 0
    assert ask("import", str(out), "--yes").code == 0
    assert keeper.texts == [HARD] and not server.writes  # it is there, and unchanged
    keeper.texts = []
    assert ask("import", str(out), "--yes").code == 0
    [made] = keeper.texts
    as_before = members(HARD) | {name: members(made)[name] for name in ("id", "created_at")}
    assert exactly(made) == exactly(compose(as_before))
    assert ask("export", "--all", "--format", form, "--output", str(again)).code == 0
    [first], [second] = out.iterdir(), again.iterdir()
    renamed = second.read_bytes().replace(b"asst_new0", b"asst_1")
    for before, after in ((b'created_at": 9', b'created_at": 1'), (b"ted_at: 9", b"ted_at: 1")):
        renamed = renamed.replace(before, after)
    assert first.read_bytes() == renamed


def folder(server: RelayServer, tmp_path: Path) -> tuple[Path, str, str]:
    """Files of one that is changed, one that is not, a new one, and one with a fault."""
    one, two = server.make("One", instructions="Be brief."), server.make("Two")
    place = tmp_path / "in"
    (place / "deep").mkdir(parents=True)
    (place / "a.md").write_text(f"---\nid: {one}\nname: Uno\n---\n\nBe kind.\n")
    (place / "b.json").write_text(json.dumps(server.held()[0]))
    (place / "deep" / "c.yaml").write_text("model: gpt-4o\nname: New\n")
    (place / "d.yml").write_text("model: gpt-4o\nname: [\n")
    (place / ".hidden.json").write_text("{}")
    (place / "e.responses.json").write_text("{}")
    (place / "f.txt").write_text("")
    return place, one, two


def test_a_dry_run_prints_the_plan_and_sends_nothing(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    place, one, two = folder(server, tmp_path)
    done = ask("import", str(place), "--dry-run")
    fault = "line 3, column 1: expected the node content, but found '<stream end>'"
    assert done.lines == [
        f"change      {one} · Uno · name, instructions · {place}/a.md",
        f"unchanged   {two} · Two · {place}/b.json",
        f"unreadable  {fault} · {place}/d.yml",
        f"create      New · {place}/deep/c.yaml",
    ]
    assert done.err == "assistant-tui: 1 change, 1 unchanged, 1 unreadable, 1 create\n"
    assert (done.code, server.writes) == (1, [])


def test_just_what_differs_is_sent(ask: Run, server: RelayServer, tmp_path: Path) -> None:
    place, one, _ = folder(server, tmp_path)
    (place / "d.yml").unlink()
    done = ask("import", str(place), "--yes")
    new = server.held()[0]
    assert done.code == 0
    assert done.lines[-2:] == [
        f"changed     {one} · {place}/a.md",
        f"created     {new['id']} · {place}/deep/c.yaml",
    ]
    assert server.sent == [
        {"name": "Uno", "instructions": "Be kind."},
        {"model": "gpt-4o", "name": "New"},
    ]
    assert [each["name"] for each in server.held()] == ["New", "Two", "Uno"]
    assert done.err.endswith("assistant-tui: 2 of 2 imported\n")


def test_a_file_with_a_fault_keeps_no_other_from_being_imported(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    place, _, _ = folder(server, tmp_path)
    assert ask("import", str(place), "--yes").code == 1
    assert [each["name"] for each in server.held()] == ["New", "Two", "Uno"]


def test_a_failure_in_the_middle_is_told_and_the_next_is_done(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"model":"m","name":"A"},\n{"model":"m","name":"B"},\n{"model":"m"}]')
    server.deviations["create"] = lambda request: (
        refusal(400, "no B") if json_of(request).get("name") == "B" else server.pass_on(request)
    )
    done = ask("import", str(path), "--yes")
    assert (done.code, len(server.held())) == (1, 2)
    assert f"{path}:2 was not imported: Refused: no B (status 400)\n" in done.err
    assert done.err.endswith("assistant-tui: 2 of 3 imported\n")


def test_what_is_hopeless_is_not_tried_again_and_again(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"model":"m"},\n{"model":"m"},\n{"model":"m"}]')
    server.deviations["create"] = lambda request: refusal(403)
    done = ask("import", str(path), "--yes")
    assert (done.code, server.writes) == (1, ["create"])
    assert done.err.endswith("assistant-tui: 0 of 3 imported\n")


def test_somebody_elses_change_meanwhile_is_not_overwritten(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    who = server.make("One")
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"id": who, "name": "Mine"}))
    looks: list[httpx.Request] = []

    def change_after_the_first_look(request: httpx.Request) -> httpx.Response:
        answer = server.pass_on(request)
        if not looks:
            server.change(who, name="Theirs")
        looks.append(request)
        return answer

    server.deviations["retrieve"] = change_after_the_first_look
    done = ask("import", str(path), "--yes")
    assert (done.code, server.writes) == (1, [])
    assert "name: changed here and elsewhere; nothing was saved" in done.err


def test_a_signal_lets_the_write_under_way_end_and_begins_no_other(
    server: RelayServer, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"model":"m","name":"A"},\n{"model":"m","name":"B"}]')
    creating, answering = threading.Event(), threading.Event()

    def late(request: httpx.Request) -> httpx.Response:
        creating.set()
        assert answering.wait(LIMIT)
        return server.pass_on(request)

    server.deviations["create"] = late
    with program("import", str(path), "--yes", "--base-url", server.url, home=home) as process:
        assert creating.wait(LIMIT)
        process.send_signal(signal.SIGTERM)
        answering.set()
        code, out, err = ended(process)
    [held] = server.held()
    assert (code, held["name"]) == (143, "A")
    assert out.decode().splitlines()[-1] == f"created     {held['id']} · {path}:1"
    assert err.endswith("assistant-tui: 1 of 2 imported\n")


@pytest.mark.parametrize(("answer", "code", "names"), [(b"y\r", 0, ["A"]), (b"\r", 1, [])])
def test_a_person_is_asked_below_the_plan(
    server: RelayServer, home: Path, tmp_path: Path, answer: bytes, code: int, names: list[str]
) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"model": "m", "name": "A"}')
    with Program("import", str(path), "--base-url", server.url, home=home) as terminal:
        terminal.shows("create      A · ", "Create 1? [y/N]")
        terminal.press(answer)
        assert terminal.ends() == code
    assert [each["name"] for each in server.held()] == names


def test_where_nothing_is_to_be_done_nobody_is_asked(
    server: RelayServer, home: Path, tmp_path: Path
) -> None:
    server.make("One")
    path = tmp_path / "a.json"
    path.write_text(json.dumps(server.held()[0]))
    with Program("import", str(path), "--base-url", server.url, home=home) as terminal:
        assert terminal.ends() == 0
    assert "[y/N]" not in terminal.text and not server.writes


def test_a_hostile_file_steers_nothing(ask: Run, server: RelayServer, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J.yaml"
    path.write_text('model: m\nname: "\\x1b]0;EVIL\\n\\u202e"\n')
    done = ask("import", str(path), "--dry-run")
    assert b"EVIL" in done.out and b"\x1b" not in done.out and len(done.lines) == 1


@pytest.mark.parametrize("words", [["--read-only"], ["--read-only", "--dry-run"]])
def test_a_read_only_profile_gets_a_plan_alone(
    ask: Run, server: RelayServer, tmp_path: Path, words: list[str]
) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"model": "m"}')
    done = ask("import", str(path), "--yes", *words)
    assert (done.code, server.writes) == (0 if "--dry-run" in words else 2, [])


def test_yaml_may_list_assistants_and_repeat_what_they_share(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(
        "- model: gpt-4o\n  name: A\n  metadata: &team {team: a}\n"
        "- model: gpt-4o\n  name: B\n  metadata: *team\n"
    )
    done = ask("import", str(path), "--yes")
    assert done.code == 0 and f"create      B · {path}:4" in done.lines
    assert server.sent == [
        {"model": "gpt-4o", "name": "A", "metadata": {"team": "a"}},
        {"model": "gpt-4o", "name": "B", "metadata": {"team": "a"}},
    ]


def test_wrong_usage_is_one_line(ask: Run, server: RelayServer, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.json").write_bytes(b'{"model":\n"\xff"}')
    allowed = ".json, .jsonl, .yaml, .yml, .md"
    for words, told in (
        ([str(tmp_path / "a.json")], "import: there is no terminal to ask on; --yes or --dry-run"),
        (["/no/such.json", "--yes"], "import /no/such.json: No such file or directory"),
        (["a.txt", "--yes"], f"import a.txt: files that end in {allowed} are read"),
        (["a.responses.json", "--yes"], "import a.responses.json: files that end in "),
        ([str(tmp_path / "empty"), "--yes"], f"no file in it ends in {allowed}"),
        ([str(tmp_path / "a.json"), "--yes"], "a.json: line 2: not UTF-8"),
    ):
        done = ask("import", *words)
        assert (done.code, done.out, server.requests) == (2, b"", [])
        assert told in done.err and done.err.count("\n") == 1

"""`eval`: each case in a thread of its own, what came of it in words, and an exit code for CI."""

import json
import signal
from pathlib import Path

import pytest

from assistant_tui.server.runs.chat import ChatError
from tests.cli.conftest import Done, Run
from tests.cli.support import ended, program
from tests.cli.talking import TalkingServer, function, python
from tests.e2e.terminal import Program
from tests.e2e.test_terminal_server import FORBIDDEN
from tests.fakeserver.deviations import answer
from tests.fakeserver.relay import RelayServer
from tests.server.runs.support import Pause, calls, says


def case_file(folder: Path, *cases: object) -> str:
    """A file with these cases, one a line."""
    path = folder / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, cases)))
    return str(path)


def results(done: Done) -> list[dict[str, object]]:
    """What was printed of each case."""
    return [json.loads(line) for line in done.out.splitlines()]


def listed(talk: Run) -> list[str]:
    """The threads that are known here."""
    return [json.loads(line)["id"] for line in talk("threads", "list", "--json").lines]


def test_all_that_is_as_expected_passes(talk: Run, talking: TalkingServer, tmp_path: Path) -> None:
    talking.model.turns = [says("Paris, "), says("Paris, ")]
    cases = case_file(
        tmp_path,
        {"prompt": "Capital of France?", "contains": "Paris"},
        {"prompt": "And?", "regex": "^Paris", "assert": [{"type": "not-contains", "value": "x"}]},
    )
    done = talk("eval", talking.assistant(), "--cases", cases)
    assert (done.code, done.err) == (0, "assistant-tui: 2 of 2 passed\n")
    assert all("  pass  " in line and "10 tokens" in line for line in done.lines)
    assert (listed(talk), talking.threads()) == ([], [])
    prompts = sorted(str(request.messages[-1]["content"]) for request in talking.model.requests)
    assert prompts == ["And?", "Capital of France?"]


def test_what_is_not_as_expected_fails_with_its_reason(
    talk: Run, talking: TalkingServer, tmp_path: Path
) -> None:
    talking.model.turns = [says("London")]
    cases = case_file(tmp_path, {"name": "France\x1b", "prompt": "Capital?", "expected": "Paris"})
    done = talk("eval", talking.assistant(), "--cases", cases)
    assert done.code == 1 and done.err == "assistant-tui: 0 of 1 passed\n"
    assert done.lines[0].startswith("France\ufffd") and "  FAIL  " in done.lines[0]
    assert done.lines[1] == "  expected: equals Paris"


def test_results_are_json_for_programs(talk: Run, talking: TalkingServer, tmp_path: Path) -> None:
    talking.model.turns = [says("\u202eLondon")]
    cases = case_file(tmp_path, {"name": "F", "prompt": "Capital?", "expected": "Paris"})
    done = talk("eval", talking.assistant(), "--cases", cases, "--json", "--keep")
    (found,) = results(done)
    seconds = found.pop("seconds")
    (thread,) = listed(talk)
    assert done.code == 1 and isinstance(seconds, float)
    assert found == {
        "name": "F",
        "prompt": "Capital?",
        "passed": False,
        "failures": ["expected: equals Paris"],
        "answer": "\u202eLondon",
        "calls": [],
        "status": "completed",
        "tokens": 10,
        "thread_id": thread,
    }
    assert talking.said(thread) == [("user", "Capital?"), ("assistant", "\u202eLondon")]


def test_a_test_file_of_promptfoo_is_read(
    talk: Run, talking: TalkingServer, tmp_path: Path
) -> None:
    talking.model.turns = [says("PARIS")]
    path = tmp_path / "tests.yaml"
    path.write_text(
        "prompts: ['Capital of {{country}}?']\n"
        "tests:\n- vars: {country: France}\n  assert: [{type: icontains, value: paris}]\n"
    )
    done = talk("eval", talking.assistant(), "--cases", str(path))
    assert done.code == 0, done.err
    assert talking.model.requests[0].messages[-1]["content"] == "Capital of France?"


def test_functions_are_called_and_answered(
    talk: Run, talking: TalkingServer, tmp_path: Path
) -> None:
    who = talking.assistant(tools=[function("get_order")])
    wanted = {"name": "get_order", "arguments": {"id": 7}}
    cases = case_file(tmp_path, {"prompt": "Order 7?", "function": wanted, "contains": "sent"})
    talking.model.turns = [calls("get_order", arguments='{"id": 7}'), says("It was sent")]
    answer = f"get_order={python('print(5)')}"
    assert talk("eval", who, "--cases", cases, "--function", answer).code == 0
    talking.model.turns = [calls("get_order", arguments='{"id": 8}')]
    done = talk("eval", who, "--cases", cases, "--json")
    assert done.code == 1
    assert results(done)[0]["failures"] == [
        "expected: contains sent",
        'get_order was called with {"id": 8}, expected: {"id": 7}',
    ]


def test_a_call_is_enough_where_only_that_is_expected(
    talk: Run, talking: TalkingServer, tmp_path: Path
) -> None:
    who = talking.assistant(tools=[function("get_order")])
    talking.model.turns = [calls("get_order"), calls("get_order")]
    cases = case_file(tmp_path, {"prompt": "a", "function": "get_order"}, {"prompt": "b"})
    done = talk("eval", who, "--cases", cases, "--json")
    assert done.code == 1
    assert [each["failures"] for each in results(done)] == [
        [],
        ["nobody answers get_order({}); --function get_order=COMMAND does"],
    ]
    assert listed(talk) == []


def test_a_run_that_fails_fails_the_case(talk: Run, talking: TalkingServer, tmp_path: Path) -> None:
    talking.model.turns = [[ChatError("The model is gone.")]]
    done = talk("eval", talking.assistant(), "--cases", case_file(tmp_path, {"prompt": "a"}))
    assert done.code == 1 and "The model is gone." in done.lines[1]


def test_after_a_fault_of_the_program_no_thread_is_left(
    talk: Run, talking: TalkingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("assistant_tui.cli.eval.failures", fail)
    talking.model.turns = [says("Yes")]
    done = talk("eval", talking.assistant(), "--cases", case_file(tmp_path, {"prompt": "a"}))
    assert done.code == 1 and "stopped by a fault of this program (RuntimeError" in done.lines[1]
    assert talking.threads() == []


def test_a_server_that_lists_no_messages_fails_the_case(
    run: Run, talking: TalkingServer, tmp_path: Path
) -> None:
    talking.model.turns = [says("Paris"), says("Paris")]
    who = talking.assistant()
    cases = case_file(tmp_path, {"prompt": "Capital?", "contains": "Paris"}, {"prompt": "And?"})
    nothing = b'{"object": "list", "data": [], "has_more": false}'
    with RelayServer(talking.url) as server:
        server.deviations["any"] = lambda request: (
            answer(nothing)
            if request.method == "GET" and request.url.path.endswith(("/messages", "/steps"))
            else None
        )
        done = run("eval", who, "--cases", cases, "--base-url", server.url)
    assert (done.code, done.err) == (1, "assistant-tui: 0 of 2 passed\n")
    assert "fault of this program" not in done.out.decode() and talking.threads() == []


def test_two_are_compared_and_the_first_decides(
    talk: Run, talking: TalkingServer, tmp_path: Path
) -> None:
    good, bad = talking.assistant(instructions="good"), talking.assistant(instructions="bad")
    talking.model.answer = lambda request: says(str(request.messages[0]["content"]))
    cases = case_file(tmp_path, {"prompt": "a", "contains": "good"}, {"prompt": "b"})
    done = talk("eval", good, "--cases", cases, "--against", bad)
    assert done.code == 0
    assert f"{good}: 2 of 2 passed; {bad}: 1 of 2 passed; better in 1, worse in 0" in done.err
    titles, row = done.lines[:2]
    assert [titles.index(good), titles.index(bad)] == [row.index("pass"), row.index("FAIL")]
    assert done.lines[2] == f"  {bad}: expected: contains good"
    done = talk("eval", bad, "--cases", cases, "--against", good, "--json")
    assert done.code == 1
    first = results(done)[0]
    assert first["answer"] == "bad" and first["passed"] is False
    assert isinstance(first["against"], dict) and first["against"]["answer"] == "good"


def test_another_model_is_compared_with_its_own(
    talk: Run, talking: TalkingServer, tmp_path: Path
) -> None:
    talking.model.answer = lambda request: says(request.model)
    cases = case_file(tmp_path, {"prompt": "a", "expected": "gpt-4o"})
    done = talk("eval", talking.assistant(), "--cases", cases, "--model", "o3-mini", "--json")
    (found,) = results(done)
    assert done.code == 0 and found["answer"] == "gpt-4o"
    assert isinstance(found["against"], dict) and found["against"]["answer"] == "o3-mini"


def test_a_server_that_is_gone_ends_it_and_says_what_was_not_tried(
    run: Run, server: RelayServer, tmp_path: Path
) -> None:
    cases = case_file(tmp_path, *({"prompt": str(n)} for n in range(9)))
    done = run("eval", "asst_1", "--cases", cases, "--json", "--base-url", "http://127.0.0.1:9")
    found = results(done)
    assert done.code == 1 and len(found) == 9 and not any(each["passed"] for each in found)
    assert found[-1]["failures"] == ["not tried: Offline"]


def test_a_signal_stops_the_runs_and_deletes_the_threads(
    talk: Run, talking: TalkingServer, home: Path, tmp_path: Path
) -> None:
    pauses = [Pause(), Pause()]
    talking.model.turns = [[each] for each in pauses]
    cases = case_file(tmp_path, {"prompt": "a"}, {"prompt": "b"})
    words = ["eval", talking.assistant(), "--cases", cases, "--base-url", talking.url]
    with program(*words, home=home) as process:
        talking.wait(*(each.reached for each in pauses))
        process.send_signal(signal.SIGINT)
        code, out, err = ended(process)
    assert (code, out) == (130, b""), err
    talking.wait(*(each.closed for each in pauses))
    assert talking.threads() == []


def test_a_bar_is_shown_on_a_terminal_which_is_not_steered(
    talking: TalkingServer, home: Path, tmp_path: Path
) -> None:
    talking.model.turns = [says("x")]
    evil = "\x1b[31mEVIL\u202e"
    cases = case_file(tmp_path, {"name": evil, "prompt": evil, "expected": evil})
    words = ["eval", talking.assistant(), "--cases", cases, "--base-url", talking.url]
    with Program(*words, home=home) as terminal:
        assert terminal.ends() == 1
    assert b"[--------------------] 0 of 1" in terminal.raw
    assert b"EVIL" in terminal.raw and not FORBIDDEN.search(terminal.raw)


@pytest.mark.parametrize(
    ("words", "text", "told"),
    [
        ([], "", "there is no case in it"),
        ([], '{"prompt": 5}', 'line 1: "prompt" is needed'),
        (["--against", "a", "--model", "b"], "", "not allowed with argument"),
        (["--function", "x"], "{}", "NAME=COMMAND is allowed"),
        (["--read-only"], '{"prompt": "a"}', "eval: profile url is read-only"),
    ],
)
def test_wrong_usage_is_one_line(
    ask: Run, server: RelayServer, tmp_path: Path, words: list[str], text: str, told: str
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(text)
    done = ask("eval", "asst_1", "--cases", str(path), *words)
    assert (done.code, done.out, server.requests) == (2, b"", [])
    assert told in done.err and done.err.count("\n") == 1

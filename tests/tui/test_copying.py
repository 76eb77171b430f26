"""What can be copied, what is said of it, and a curl command that holds no secret."""

import base64
import json
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.config.settings import LOCAL, Profile, demo
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import has_controls
from assistant_tui.tui.assistants.copying import Copied, Part, copy, curl, part_of
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.dialogs.dialog import QuestionDialog
from assistant_tui.tui.terminal.clipboard import Clipboard
from assistant_tui.tui.widgets.status_line import Tone
from tests.tui.driver import running
from tests.tui.rows import HOSTILE, row
from tests.tui.test_ids_in_dialogs import assistant, serving

WORK = Profile("work", base_url="https://api.example.com/v1/", api_key_env="WORK_KEY OTHER_KEY")
BETA = "OpenAI-Beta: assistants=v2"


def words(profile: Profile, identity: str = "asst_1") -> list[str]:
    """The command as a shell without variables would take it apart."""
    return shlex.split(curl(profile, row(identity)))


class Told:
    """A context that notes what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Tone]] = []

    def say(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Note it."""
        self.said.append((sentence, tone))


async def told(clipboard: Clipboard, text: str, name: str) -> tuple[str, Tone]:
    """What is said of one copy."""
    context = Told()
    await copy(cast(Reporter, context), clipboard, text, name)
    (said,) = context.said
    return said


def test_each_part_is_as_the_server_sent_it() -> None:
    shown = row(name=HOSTILE)
    assert part_of(shown, Part.ID, WORK) == Copied("asst_1", "asst_1")
    assert part_of(shown, Part.NAME, WORK) == Copied(HOSTILE, "the name")
    assert part_of(shown, Part.JSON, WORK) == Copied(shown.text, "the JSON", lines=True)
    assert part_of(shown, Part.CURL, WORK) == Copied(curl(WORK, shown), "the curl command")


async def test_an_id_sent_to_the_terminal_can_be_shown_too() -> None:
    over_ssh = Clipboard("", {"SSH_TTY": "x"}, lambda sequence: None)
    said = await told(over_ssh, "asst_1", "asst_1")
    assert said == ("asst_1 sent to your terminal (OSC 52) · Y shows it", Tone.PLAIN)


async def test_y_is_not_offered_for_what_it_does_not_show() -> None:
    over_ssh = Clipboard("", {"SSH_TTY": "x"}, lambda sequence: None)
    said = await told(over_ssh, "{}", "the JSON")
    assert said == ("the JSON sent to your terminal (OSC 52)", Tone.PLAIN)


async def test_a_sure_copy_needs_no_hint() -> None:
    said = await told(Clipboard("true", {}, lambda sequence: None), "asst_1", "asst_1")
    assert said == ("asst_1 copied by clipboard_command", Tone.PLAIN)


async def test_a_failure_is_told_with_its_reason_and_a_way_out() -> None:
    said = await told(Clipboard("false", {}, lambda sequence: None), "asst_1", "asst_1")
    assert said == (
        "asst_1 was not copied: false ended with exit code 1 · Y shows the id",
        Tone.ERROR,
    )


def test_the_command_reads_the_assistant_and_names_the_key_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTHER_KEY", "sk-secret")
    assert words(WORK) == [
        "curl",
        "https://api.example.com/v1/assistants/asst_1",
        "-H",
        BETA,
        "-H",
        "Authorization: Bearer $OTHER_KEY",
    ]


def test_without_any_key_set_the_last_variable_is_named() -> None:
    assert words(WORK)[-1] == "Authorization: Bearer $OTHER_KEY"


@pytest.mark.parametrize(
    "profile",
    [
        Profile("work", base_url=WORK.base_url, api_key_command="secret place"),
        Profile("work", base_url=WORK.base_url, api_key_keyring="secret place"),
        Profile("work", base_url=WORK.base_url, api_key_file="secret place"),
    ],
)
def test_a_key_kept_elsewhere_becomes_a_variable(profile: Profile) -> None:
    assert words(profile)[-1] == "Authorization: Bearer $API_KEY"
    assert "secret" not in curl(profile, row())


def test_a_server_without_a_key_gets_none() -> None:
    assert words(replace(WORK, api_key_env=""))[-1] == BETA


def test_everything_that_a_profile_sends_is_in_the_command() -> None:
    profile = replace(
        WORK,
        base_url="https://api.example.com/v1?a=b",
        api_key_header="api-key",
        headers={"X-Team": "it's us"},
        query={"api-version": "2024 05&x"},
        organization="org_1",
        project="proj_1",
    )
    assert words(profile) == [
        "curl",
        "https://api.example.com/v1/assistants/asst_1?a=b&api-version=2024%2005%26x",
        "-H",
        BETA,
        "-H",
        "OpenAI-Organization: org_1",
        "-H",
        "OpenAI-Project: proj_1",
        "-H",
        "X-Team: it's us",
        "-H",
        "api-key: $OTHER_KEY",
    ]


@pytest.mark.parametrize("profile", [LOCAL, demo(3)])
def test_the_own_store_is_read_through_serve(profile: Profile) -> None:
    assert words(profile) == ["curl", "http://127.0.0.1:8808/v1/assistants/asst_1", "-H", BETA]


def test_a_password_in_the_address_stays_out() -> None:
    profile = replace(WORK, base_url="https://me:hunter2@api.example.com/v1")
    assert "hunter2" not in curl(profile, row())


@pytest.mark.parametrize(
    "identity",
    ["$(touch owned)", "`touch owned`", "'; touch owned; '", "a\ntouch owned\n", HOSTILE],
)
def test_no_id_can_run_anything_where_the_command_is_pasted(identity: str, tmp_path: Path) -> None:
    command = curl(replace(WORK, query={"q": identity}), row(identity))
    assert command.isprintable()
    script = f"curl() {{ for word; do :; done; }}; {command}"
    subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True)
    assert [*tmp_path.iterdir()] == []


def test_an_id_of_dots_does_not_climb() -> None:
    assert words(WORK, "../files")[1].endswith("/v1/assistants/%2E%2E%2Ffiles")


RUNS = "asst_1\ntouch owned\n"


class Asked(Told):
    """A context with a person who gives one answer."""

    def __init__(self, answer: str | None) -> None:
        super().__init__()
        self.questions: list[QuestionDialog] = []
        self._answer = answer

    async def ask(self, question: QuestionDialog) -> str | None:
        """Answer."""
        self.questions.append(question)
        return self._answer


async def copied(text: str, answer: str | None, *, lines: bool = False) -> tuple[Asked, list[str]]:
    """What reached the terminal, decoded, after one question."""
    context, written = Asked(answer), list[str]()
    clipboard = Clipboard("", {"SSH_TTY": "x"}, written.append)
    await copy(cast(Reporter, context), clipboard, text, "the name", lines)
    sent = [each.removeprefix("\x1b]52;c;").removesuffix("\a") for each in written]
    return context, [base64.b64decode(each).decode() for each in sent]


@pytest.mark.parametrize(
    "text", [RUNS, "a\x1b[31m", "a\x7f", "a\x9b", "a\u2028b", "a\u202eb", "a\rb"]
)
@pytest.mark.parametrize("answer", ["cancel", None])
async def test_control_characters_are_not_copied_without_an_agreement(
    text: str, answer: str | None
) -> None:
    context, sent = await copied(text, answer)
    assert sent == [] and len(context.questions) == 1
    assert context.said == [("the name was not copied", Tone.WARNING)]


async def test_what_was_agreed_to_is_copied() -> None:
    assert (await copied(RUNS, "exact"))[1] == [RUNS]
    assert (await copied(RUNS, "escaped"))[1] == ["asst_1\\ntouch owned\\n"]


async def test_lines_that_are_meant_need_no_agreement_but_other_controls_do() -> None:
    context, sent = await copied("a\n\tb\r\nc", "cancel", lines=True)
    assert sent == ["a\n\tb\r\nc"] and context.questions == []
    context, sent = await copied("a\n\x1bb", "cancel", lines=True)
    assert sent == [] and len(context.questions) == 1


@given(st.text(st.sampled_from('ab\n\r\t\x1b\x7f\u2028\u202e\u3164\\\\"')))
def test_json_is_copied_without_controls_and_means_the_same(name: str) -> None:
    text = json.dumps({"id": "a", "name": name}, ensure_ascii=False, indent=1)
    for sent in (text, text.replace("\\n", "\n").replace("\\u001b", "\x1b")):
        shown = part_of(
            ResourceRow("a", 1, sent, summary=AssistantSummary(name, "m")), Part.JSON, WORK
        )
        assert not has_controls(shown.text, lines=True)
        assert json.loads(shown.text, strict=False) == json.loads(sent, strict=False)


async def test_y_on_an_id_of_several_lines_asks_and_cancel_has_the_focus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    async def take(self: Clipboard, text: str) -> str:
        sent.append(text)
        return "copied"

    monkeypatch.setattr(Clipboard, "copy", take)
    async with running(serving(assistant(RUNS)), tmp_path) as program:
        await program.press("y")
        assert sent == []
        assert "Copy control characters?" in program.text
        assert "asst_1\\ntouch owned\\n" in program.text
        await program.press("enter")
        assert sent == [] and "was not copied" in program.status
        await program.press("y", "tab", "enter")
        assert sent == ["asst_1\\ntouch owned\\n"]
        await program.press("y", "tab", "tab", "enter")
        assert sent[1:] == [RUNS]
        assert program.status == "asst_1\\ntouch\\x20owned\\n copied"


@pytest.mark.parametrize("secret", ["hunter2", "correcthorse", "two words"])
def test_no_secret_is_copied_however_short_it_is(secret: str) -> None:
    token = secret.replace(" ", "")
    profile = replace(
        WORK, query={"code": secret}, headers={"x-pass": token, "authorization": f"Own {token}"}
    )
    profile = replace(profile, base_url=f"https://api.example.com/v1?sig={quote(secret)}&limit=9")
    shown = words(profile)
    hidden = [each for each in profile.secrets if len(each) > 2]
    assert not any(f"={quote(each)}" in shown[1] or each in shown[1:] for each in hidden)
    assert all(line.endswith("[key]") for line in shown if line.startswith(("x-pass", "author")))

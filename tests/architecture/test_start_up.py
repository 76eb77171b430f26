"""What a start imports, asked of a fresh interpreter: every module costs before the first frame."""

import json
import subprocess
import sys

import pytest

from tests.limits import LIMIT

HEAVY = {"httpx", "pydantic", "starlette", "uvicorn", "anyio", "pyperclip", "keyring"}
"""Packages that no start needs before its first usable screen."""
SCREEN = {"textual", "rich"}
SERVER = "assistant_tui.server"

_OPENER = """
from pathlib import Path
from assistant_tui.config.folders import find_folders
from assistant_tui.config.settings import LOCAL, Profile, Settings, demo
from assistant_tui.startup.profile_opening import ProfileOpener
opener = ProfileOpener(Settings(LOCAL), find_folders())
"""


def loaded_by(code: str) -> set[str]:
    """The modules that are there when some code has run in a process of its own."""
    tail = "import json, sys\nprint(json.dumps([*sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tail}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT,
    )
    assert done.stderr == ""
    return set(json.loads(done.stdout.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    """The outermost names of modules."""
    return {module.partition(".")[0] for module in modules}


def below(modules: set[str], package: str) -> set[str]:
    """Those modules that are a package or stand in it."""
    return {each for each in modules if each == package or each.startswith(f"{package}.")}


def test_the_package_itself_imports_nothing() -> None:
    assert loaded_by("import assistant_tui") - loaded_by("") == {"assistant_tui"}


@pytest.mark.parametrize(
    "code",
    [
        "import assistant_tui.cli.composition",
        "import assistant_tui.cli.composition as cli\nassert cli.main(['--demo']) == 2",
        "import assistant_tui.cli.composition as cli\n"
        "try: cli.main(['--version'])\nexcept SystemExit: pass",
    ],
    ids=["import", "refusal", "version"],
)
def test_arguments_and_settings_need_no_screen_and_no_client(code: str) -> None:
    quiet = "import sys, os\nsys.stderr = open(os.devnull, 'w')\n"
    modules = loaded_by(f"{quiet}{code}\nsys.stderr.close()\nsys.stderr = sys.__stderr__")
    assert "assistant_tui.config.loading" in modules
    assert not packages(modules) & (HEAVY | SCREEN | {"asyncio", "sqlite3", "tomllib"})


@pytest.mark.parametrize("verb", ["list", "create", "delete", "export", "import"])
def test_the_help_of_a_command_needs_nothing_heavy(verb: str) -> None:
    modules = loaded_by(
        "import sys, os\nsys.stdout = open(os.devnull, 'w')\n"
        "import assistant_tui.cli.composition as cli\n"
        f"try: cli.main(['{verb}', '--help'])\nexcept SystemExit: pass\nsys.stdout = sys.__stdout__"
    )
    assert not below(modules, "assistant_tui.cli.session")
    assert not packages(modules) & (
        HEAVY | SCREEN | {"asyncio", "sqlite3", "wcwidth", "yaml", "shtab"}
    )


@pytest.mark.parametrize("end", [["list"], ["get", "nobody"], ["delete", "nobody", "--yes"]])
def test_a_command_needs_no_screen(end: list[str]) -> None:
    modules = loaded_by(
        "import sys, os\nsys.stdout = sys.stderr = open(os.devnull, 'w')\n"
        f"import assistant_tui.cli.composition as cli\ncli.main([*{end}, '--demo', '3'])\n"
        "sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__"
    )
    assert "httpx" in modules
    # httpx itself imports rich, where its command line could be used.
    assert not packages(modules) & {"textual", "pyperclip", "uvicorn"}
    # What plainly fits the API is read without the models.
    assert end != ["list"] or not packages(modules) & {"pydantic"}


@pytest.mark.parametrize(
    "profile", ["demo(250)", "LOCAL", "Profile('p', base_url='https://server.test')"]
)
def test_the_first_screen_needs_no_client_no_models_and_no_server(profile: str) -> None:
    modules = loaded_by(f"import assistant_tui.tui.app\n{_OPENER}\nopener.cached_rows({profile})")
    assert "textual.app" in modules
    assert not packages(modules) & (HEAVY | {"sqlite3"})
    for part in ("form", "editors", "filter_bar"):
        assert not below(modules, f"assistant_tui.tui.widgets.{part}"), part
    for action in (
        "bulk",
        "cloning",
        "editing",
        "history",
        "opening",
        "recovering",
        "saving",
        "undoing",
    ):
        assert not below(modules, f"assistant_tui.tui.assistants.{action}"), action
    assert not below(modules, "markdown_it") and "textual.widgets._markdown" not in modules
    assert (
        not {"assistant_tui.core.markdown_parts", "assistant_tui.core.assistants.conflict"}
        & modules
    )
    for part in (
        "api",
        "server",
        "services.profiles",
        "services.assistants",
        "core.assistants.model",
        "core.threads",
        "tui.playground",
    ):
        assert not below(modules, f"assistant_tui.{part}"), part


def test_what_was_seen_last_is_shown_without_them() -> None:
    modules = loaded_by(
        "import assistant_tui.cli.composition as cli\n"
        "from assistant_tui.config.folders import find_folders\n"
        "from assistant_tui.config.settings import LOCAL, Settings\n"
        "from assistant_tui.startup.remembered_frame import show_frame\n"
        "with show_frame(cli._remembered_frame(Settings(LOCAL), find_folders()).frame): pass"
    )
    assert "assistant_tui.startup.remembered_frame" in modules
    assert not packages(modules) & (HEAVY | SCREEN | {"asyncio", "sqlite3", "logging"})


def test_a_demo_makes_its_first_rows_without_them_too() -> None:
    """Not an empty promise: the rows are there, though nothing heavy is."""
    modules = loaded_by(f"{_OPENER}\nassert len(opener.cached_rows(demo(250))) == 50")
    assert not packages(modules) & (HEAVY | SCREEN)


def test_a_remote_profile_needs_no_server_code() -> None:
    modules = loaded_by(
        f"{_OPENER}\n"
        "import asyncio\n"
        "async def run():\n"
        "    service = await opener.connect(Profile('p', base_url='https://server.test'))\n"
        "    await service.close()\n"
        "asyncio.run(run())"
    )
    assert "assistant_tui.services.assistants" in modules and "httpx" in modules
    assert not below(modules, "assistant_tui.server")
    assert not packages(modules) & {"starlette", "uvicorn", "textual"}
    assert not packages(modules) & {"click", "pygments", "rich"}, "httpx's own command line"


@pytest.mark.parametrize("profile", ["demo(3)", "LOCAL"])
def test_a_local_profile_needs_the_server_of_assistants_alone(profile: str) -> None:
    """No socket server, and nothing of runs, files and searches before somebody asks for them."""
    modules = loaded_by(
        f"{_OPENER}\n"
        "import asyncio\n"
        "async def run():\n"
        f"    service = await opener.connect({profile})\n"
        "    rows = (await service.page()).rows\n"
        f"    assert len(rows) == {profile}.samples\n"
        "    await service.close()\n"
        "asyncio.run(run())"
    )
    assert "assistant_tui.server.app" in modules
    assert not packages(modules) & {"uvicorn", "textual"}
    server = {each.removeprefix("assistant_tui.server.") for each in below(modules, SERVER)}
    assert server >= {"routes.assistants", "validation.assistants"}
    for part in ("run_api", "runs", "threads", "http.multipart", "validation.runs"):
        assert not below(server, part), part
    assert {each for each in below(server, "routes") if "." in each} == {"routes.assistants"}
    assert not below(server, "vector_stores.text_search")
    for part in ("core.threads", "api.threads", "api.run_answer", "services.threads"):
        assert not below(modules, f"assistant_tui.{part}"), part


def test_what_was_put_off_is_there_when_it_is_asked_for() -> None:
    modules = loaded_by(
        f"{_OPENER}\n"
        "import asyncio\n"
        "async def run():\n"
        "    service = await opener.connect(demo(3))\n"
        "    assert await service.inventory.models()\n"
        "    await service.close()\n"
        "asyncio.run(run())"
    )
    assert {f"{SERVER}.run_api", f"{SERVER}.vector_stores.text_search"} <= modules


def test_serving_needs_no_screen_and_no_client() -> None:
    modules = loaded_by(
        "import contextlib, io\n"
        "from assistant_tui.cli import composition\n"
        "with contextlib.redirect_stderr(io.StringIO()):\n"
        "    assert composition.main(['serve', '--host', '0.0.0.0']) == 2"
    )
    assert "uvicorn" in modules
    # The backends of its runs are asked by httpx; nobody needs the command line of that.
    assert not packages(modules) & ({"pydantic", "pyperclip"} | SCREEN)
    assert not below(modules, "assistant_tui.api")

"""`make` sets the project up wherever pip can install, whether uv can or not.

A small project stands in for this one: it has its Makefile and a package index of two wheels on
disk, so that nothing is fetched from anywhere.
"""

import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.limits import LIMIT

MAKEFILE = Path(__file__).parents[2] / "Makefile"

_BACKEND = """
import pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "project-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        wheel.writestr("project.pth", str(pathlib.Path.cwd()))
        info = "project-1.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: project\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
_PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "project"
version = "1"
"""
_FAILS = """#!/bin/sh
echo 'error: invalid peer certificate: UnknownIssuer' >&2
exit 2
"""
_SAYS = """#!/bin/sh
echo "$UV_DEFAULT_INDEX $UV_SYSTEM_CERTS" >> "$ASKED"
"""
_PYTHON = """#!/bin/sh
if [ "$*" != "-m venv .venv" ]; then exec {python} "$@"; fi
{python} -m venv --without-pip .venv && cp -pR {pip} .venv/lib/python*/site-packages
"""
"""This Python; a new environment gets its pip from here, since ensurepip compiles for seconds."""


def add_wheel(index: Path, name: str, files: dict[str, str]) -> None:
    """Put version 1 of a package into an index."""
    folder = index / name
    folder.mkdir(parents=True)
    wheel = folder / f"{name}-1-py3-none-any.whl"
    info = f"{name}-1.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, text)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr(f"{info}/RECORD", "")
    (folder / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')


def _files_of_pip() -> str:
    """The folders of the pip that this environment has, for a shell."""
    pip = find_spec("pip")
    if pip is None or pip.origin is None:
        pytest.skip("needs pip in the environment that the tests run in")
    package = Path(pip.origin).parent
    return shlex.join(map(str, [package, *package.parent.glob("pip-*.dist-info")]))


class Project:
    """A checkout on a machine where pip is configured in pip.conf, and uv is not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.index = folder / "index"
        self._home = folder / "home"
        (self.folder / "assistant_tui").mkdir(parents=True)
        self.index.mkdir()
        shutil.copy(MAKEFILE, self.folder)
        (self.folder / "backend.py").write_text(_BACKEND)
        (self.folder / "pyproject.toml").write_text(_PYPROJECT)
        (self.folder / "requirements.lock").write_text("needed==1\nuv==1\n")
        (self.folder / "assistant_tui" / "__init__.py").touch()
        self._home.mkdir()
        self._python = self._home / "python"
        self._python.write_text(_PYTHON.format(python=sys.executable, pip=_files_of_pip()))
        self._python.chmod(0o700)
        (self._home / "pip.conf").write_text(f"[global]\nindex-url = {self.index.as_uri()}\n")
        add_wheel(self.index, "needed", {"needed.py": ""})

    def offer_uv(self, script: str) -> None:
        """Let the index have a uv that does what a script says."""
        add_wheel(self.index, "uv", {"uv-1.data/scripts/uv": script})

    def set_up(self) -> str:
        """Run make for the file that says that all is there; returns what it said."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_", "MAKE"))}
        environ = {
            **ours,
            "PIP_CONFIG_FILE": str(self._home / "pip.conf"),
            "HOME": str(self._home),
            "ASKED": str(self._home / "asked"),
        }
        done = subprocess.run(
            ["make", "-s", f"PYTHON={self._python}", ".venv/.ready"],
            cwd=self.folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def imports(self, *modules: str) -> bool:
        """Whether the project's own Python has these modules."""
        python = self.folder / ".venv" / "bin" / "python"
        code = f"import {', '.join(modules)}"
        done = subprocess.run([python, "-c", code], cwd="/", capture_output=True, timeout=LIMIT)
        return done.returncode == 0

    @property
    def asked(self) -> list[str]:
        """The index and the certificates that each call of uv was told of."""
        return (self._home / "asked").read_text().splitlines()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    if shutil.which("make") is None:
        pytest.skip("needs the Debian package make")
    return Project(tmp_path)


@pytest.mark.parametrize("uv", [_FAILS, None], ids=["uv-distrusts-the-network", "no-uv"])
def test_pip_installs_where_uv_cannot_and_one_line_says_so(
    project: Project, uv: str | None
) -> None:
    if uv is not None:
        project.offer_uv(uv)
    said = project.set_up()
    assert project.imports("needed", "assistant_tui")
    assert len(said.splitlines()) == 1 and "pip does it" in said
    log = (project.folder / ".venv" / "uv.log").read_text()
    assert "invalid peer certificate" in log if uv else "uv==1" in log


def test_uv_asks_the_index_that_pip_is_configured_for(project: Project) -> None:
    project.offer_uv(_SAYS)
    assert project.set_up() == ""
    assert project.asked == [f"{project.index.as_uri()} true"] * 2

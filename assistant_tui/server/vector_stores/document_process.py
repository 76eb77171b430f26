"""Gets the text out of PDF, DOCX and HTML files, in a process of its own.

Such files are programs of a kind: one that was made with bad intent, or only badly, can take any
amount of time and memory to read. The process has limits of both, and leaves the processor of this
one to requests.
"""

import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

from assistant_tui.server.vector_stores.decoding import NoText

_LIBRARIES = {"pdf": "pypdf", "docx": "docx", "html": "html"}
_NAMES = {"pdf": "PDF", "docx": "DOCX", "html": "HTML"}
CPU_SECONDS = 120
MEMORY = 2 * 1024**3
"""Bytes of address space."""
_INFLATED = 256 * 1024 * 1024
"""Bytes that the parts of a DOCX may take when they are decompressed."""
_WAIT_SECONDS = 1.0
"""Between two questions whether to go on."""


def extract_document(kind: str, content: BinaryIO, go_on: Callable[[], bool]) -> str:
    """The text of a document.

    Args:
        kind: `pdf`, `docx` or `html`.
        content: the file, which has a descriptor.
        go_on: asked about once a second; where it says no, the process is ended.

    Raises:
        NoText: the document cannot be read, or what reads it is not installed.
    """
    if importlib.util.find_spec(_LIBRARIES[kind]) is None:
        raise NoText(
            "unsupported_file",
            f"{_NAMES[kind]} files need an extra of this server:"
            " pip install 'assistant-tui[documents]'.",
        )
    with subprocess.Popen(
        [sys.executable, "-m", __name__, kind, str(CPU_SECONDS), str(MEMORY)],
        stdin=content,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:replace"},
    ) as process:
        try:
            output = _output(process, go_on)
        finally:
            process.kill()
    return _text_in(output, process.returncode)


def _output(process: subprocess.Popen[bytes], go_on: Callable[[], bool]) -> bytes:
    while True:
        try:
            return process.communicate(timeout=_WAIT_SECONDS)[0]
        except subprocess.TimeoutExpired:
            if not go_on():
                raise NoText("server_error", "It was given up.") from None


def _text_in(output: bytes, code: int) -> str:
    if code == -signal.SIGXCPU or code == -signal.SIGKILL:
        raise NoText("invalid_file", f"It takes longer than {CPU_SECONDS} seconds to read.")
    try:
        answer = json.loads(output)
    except ValueError:
        raise NoText("invalid_file", "It takes too much memory to read.") from None
    if "text" not in answer:
        raise NoText(answer["code"], answer["failure"])
    return str(answer["text"])


def _main(kind: str, cpu_seconds: int, memory: int) -> None:
    """What the process does: prints the text, or why there is none, as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        sys.stdin.buffer.seek(0)  # this process shares the place with the one that opened it
        answer = {"text": "\n\n".join(_READERS[kind](sys.stdin.buffer))}
    except NoText as failure:
        answer = {"code": failure.code, "failure": failure.message}
    except MemoryError:
        answer = {"code": "invalid_file", "failure": "It takes too much memory to read."}
    except Exception as error:  # whatever the library raises, it cannot read the file
        reason = f"{type(error).__name__}: {error}"[:200]
        reason = f"It cannot be read as {_NAMES[kind]} ({reason})."
        answer = {"code": "invalid_file", "failure": reason}
    print(json.dumps(answer))


def _pdf(file: BinaryIO) -> Iterator[str]:
    import pypdf

    reader = pypdf.PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("it is protected by a password")
    for page in reader.pages:
        yield page.extract_text()


def _docx(file: BinaryIO) -> Iterator[str]:
    import zipfile

    import docx
    from docx.table import Table

    with zipfile.ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > _INFLATED:
            raise ValueError("its parts are too large")
    for block in docx.Document(file).iter_inner_content():
        if isinstance(block, Table):
            yield "\n".join("\t".join(cell.text for cell in row.cells) for row in block.rows)
        else:
            yield block.text


def _html(file: BinaryIO) -> Iterator[str]:
    from assistant_tui.server.vector_stores.html_text import read_html

    yield read_html(file)


_READERS = {"pdf": _pdf, "docx": _docx, "html": _html}


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

"""Makes the body of a message from its text and the files that are attached."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant_tui.api.threads import ThreadsClient
from assistant_tui.api.uploads import is_image
from assistant_tui.core.errors import Invalid
from assistant_tui.core.json_text import write_json

_SEARCHED = {
    ".c", ".cpp", ".cs", ".css", ".doc", ".docx", ".go", ".html", ".java", ".js", ".json", ".md",
    ".pdf", ".php", ".pptx", ".py", ".rb", ".sh", ".tex", ".ts", ".txt",
}  # fmt: skip
"""The endings of what the API's file search reads; others are for the code interpreter."""


class Attachments:
    """Uploads files, each once as long as it stays the same."""

    def __init__(self, client: ThreadsClient) -> None:
        self._client = client
        self._uploaded: dict[tuple[Path, int, int], str] = {}
        """The ids of files, by path, size and time."""
        self._contents: dict[str, str] = {}
        """Names and digests of what was uploaded, by the ids."""

    def identity(self, body: Mapping[str, str]) -> Mapping[str, str]:
        """The body with what its files contain in the place of their ids.

        A later program uploads the same files anew, under other ids: it is the same message.
        """
        return {name: self._with_contents(text) for name, text in body.items()}

    def _with_contents(self, text: str) -> str:
        for file_id, content in self._contents.items():
            text = text.replace(write_json(file_id), write_json(content))
        return text

    async def body(self, text: str, paths: Sequence[Path]) -> Mapping[str, str]:
        """Upload what is attached, and return the body of the message.

        Args:
            text: of the message.
            paths: files that were checked.

        Raises:
            ServiceError: a file was not taken; no message is to be sent.
        """
        images: list[Any] = []
        attached: list[Any] = []
        for path in paths:
            file_id = await self._upload(path)
            if is_image(path):
                images.append({"type": "image_file", "image_file": {"file_id": file_id}})
            else:
                tool = "file_search" if path.suffix.lower() in _SEARCHED else "code_interpreter"
                attached.append({"file_id": file_id, "tools": [{"type": tool}]})
        content: Any = text
        if images:  # a bare text is what every server takes
            content = [{"type": "text", "text": text}, *images] if text.strip() else images
        body = {"role": '"user"', "content": write_json(content)}
        return {**body, "attachments": write_json(attached)} if attached else body

    async def _upload(self, path: Path) -> str:
        try:
            found = path.stat()
        except OSError as error:  # it was there when it was checked
            raise Invalid(f"{path.name}: {error.strerror}") from None
        key = (path, found.st_size, found.st_mtime_ns)
        if key not in self._uploaded:
            content = await asyncio.to_thread(_digest, path)
            file_id = self._uploaded[key] = (await self._client.upload(path)).id
            self._contents[file_id] = content
        return self._uploaded[key]


def _digest(path: Path) -> str:
    """The name of a file, and a digest of what is in it."""
    try:
        with path.open("rb") as file:
            return f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise Invalid(f"{path.name}: {error.strerror}") from None

"""/files: upload, list, retrieve, read and delete files."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from assistant_tui.server.errors import ApiError, ServerBusy
from assistant_tui.server.files.contents import Upload
from assistant_tui.server.files.files import FILE, Files, new_file, shown
from assistant_tui.server.http.multipart import Form, consume_body, read_form
from assistant_tui.server.http.requests import read_query
from assistant_tui.server.http.responses import JSONResponse, list_response, object_response
from assistant_tui.server.http.routing import Backing, route
from assistant_tui.server.store.paging import StoredPage
from assistant_tui.server.vector_stores.membership import remove_from_all

FILE_LIMIT = 512 * 1024 * 1024
"""Bytes of one file."""
UPLOADS_AT_ONCE = 16
_FORM_OVERHEAD = 64 * 1024
"""Bytes of a request that are not of the file: fields, boundaries, headers of parts."""
_BLOCK = 256 * 1024
"""Bytes of a content that are read and sent at once."""


class FileRoutes:
    """The five operations on files."""

    def __init__(self, backing: Backing) -> None:
        self._contents = backing.contents
        self._text_search = backing.text_search
        self._files = Files(backing.store, self._contents)
        self._executor = backing.executor
        self._uploads = asyncio.Semaphore(UPLOADS_AT_ONCE)

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix."""
        return [
            route(f"{prefix}/files", GET=self._list, POST=self._create),
            route(f"{prefix}/files/{{id}}", GET=self._retrieve, DELETE=self._delete),
            route(f"{prefix}/files/{{id}}/content", GET=self._content),
        ]

    async def _list(self, request: Request) -> Response:
        """GET /files: a page of them."""
        query = read_query(request.query_params, default=10_000, maximum=10_000)
        purpose = request.query_params.get("purpose")
        page = await self._executor.read(lambda: self._files.page(query, purpose))
        return list_response(StoredPage([shown(each) for each in page.data], page.has_more))

    async def _create(self, request: Request) -> Response:
        """POST /files: a new one, which is on disk when it is answered."""
        if int(request.headers.get("content-length", "0")) > FILE_LIMIT + _FORM_OVERHEAD:
            await consume_body(request, _refuse)
        if self._uploads.locked():
            raise ServerBusy("Too many files are being uploaded at once.")
        async with self._uploads:
            upload = await run_in_threadpool(self._contents.begin)
            try:
                form = await read_form(request, "file", _bounded(upload))
                return await self._keep(upload, form)
            finally:
                upload.discard()

    async def _keep(self, upload: Upload, form: Form) -> Response:
        fields = new_file(form, upload.size)
        await run_in_threadpool(upload.finish)
        return await self._executor.write(
            lambda: JSONResponse(shown(self._files.create(upload, fields)))
        )

    async def _retrieve(self, request: Request) -> Response:
        """GET /files/{id}."""
        file_id = request.path_params["id"]
        file = await self._executor.read(lambda: self._files.get(file_id))
        return object_response(FILE, file_id, None if file is None else shown(file))

    async def _content(self, request: Request) -> Response:
        """GET /files/{id}/content: the bytes as they were uploaded."""
        file_id = request.path_params["id"]
        found = await self._executor.read(lambda: self._files.open(file_id))
        if found is None:
            return object_response(FILE, file_id, None)
        file, content = found
        headers = {
            "content-length": str(file["bytes"]),
            # Whatever it is, a browser must not take it for a page of this server.
            "content-disposition": "attachment",
            "x-content-type-options": "nosniff",
        }
        return _ContentResponse(content, headers)

    async def _delete(self, request: Request) -> Response:
        """DELETE /files/{id}."""
        file_id = request.path_params["id"]
        deleted = await self._executor.write(lambda: self._files.delete(file_id, remove_from_all))
        self._text_search.wake()
        answer = {"id": file_id, "object": "file", "deleted": True}
        return object_response(FILE, file_id, answer if deleted else None)


def _bounded(upload: Upload) -> Callable[[bytes], Awaitable[None]]:
    async def take(block: bytes) -> None:
        if upload.size + len(block) > FILE_LIMIT:
            raise _too_large()
        await run_in_threadpool(upload.write, block)

    return take


def _too_large() -> ApiError:
    return ApiError(f"The file is larger than {FILE_LIMIT} bytes.", status=413, param="file")


async def _refuse(piece: bytes) -> None:
    raise _too_large()


class _ContentResponse(StreamingResponse):
    """A content, which is closed however the response ends."""

    def __init__(self, content: BinaryIO, headers: dict[str, str]) -> None:
        super().__init__(_blocks(content), headers=headers, media_type="application/octet-stream")
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._content:
            await super().__call__(scope, receive, send)


async def _blocks(content: BinaryIO) -> AsyncIterator[bytes]:
    while block := await run_in_threadpool(content.read, _BLOCK):
        yield block

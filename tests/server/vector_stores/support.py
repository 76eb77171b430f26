"""What the tests of vector stores share."""

import asyncio
import threading

import httpx

from assistant_tui.server.vector_stores.ingestion import THREAD_NAME
from tests.limits import LIMIT
from tests.server.files.support import upload
from tests.server.support import Json


async def ingested() -> None:
    """Wait until all that was put into vector stores is read, or has failed."""
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            await asyncio.to_thread(thread.join, LIMIT)


async def create(http: httpx.AsyncClient, path: str = "/vector_stores", **body: object) -> Json:
    """What a POST has made."""
    answer = await http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    made: Json = answer.json()
    return made


async def get(http: httpx.AsyncClient, path: str) -> Json:
    """What a GET gives."""
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def filled(http: httpx.AsyncClient, *texts: str) -> tuple[str, list[str]]:
    """A vector store with a file for each text, all read: the ids of both."""
    ids = [(await upload(http, text.encode(), f"{n}.txt"))["id"] for n, text in enumerate(texts)]
    store = await create(http, file_ids=ids)
    await ingested()
    return store["id"], ids

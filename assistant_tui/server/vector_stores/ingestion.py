"""Brings the text index in line with the vector stores, in a thread beside the requests.

What is to be done stands in the store as tasks, oldest first. A task is claimed for a short time,
and claimed anew while it goes on: several programs on one store share the work, and what a program
leaves unfinished is done by another, or when the store is used again.
"""

import logging
import threading
import time
from collections.abc import Callable

from assistant_tui.core.safe_text import one_line
from assistant_tui.server.errors import StoreError
from assistant_tui.server.files.contents import FileContents
from assistant_tui.server.files.files import FILE, Files
from assistant_tui.server.store.interface import ObjectReader, ObjectWriter, Store
from assistant_tui.server.store.paging import Json, PageQuery
from assistant_tui.server.vector_stores.chunking import cut
from assistant_tui.server.vector_stores.decoding import NoText
from assistant_tui.server.vector_stores.index_recovery import IndexRecovery
from assistant_tui.server.vector_stores.membership import change_file, remove_from_all
from assistant_tui.server.vector_stores.objects import INDEX_TASK, VECTOR_STORE_FILE
from assistant_tui.server.vector_stores.text_extraction import extract_text
from assistant_tui.server.vector_stores.text_index import IndexLost, TextIndex

_log = logging.getLogger(__name__)

CLAIM_SECONDS = 10.0
"""After which a task that was claimed, and not claimed anew, may be claimed by others."""
_RENEW_SECONDS = CLAIM_SECONDS / 4
_SWEEP_SECONDS = 60.0
_LOSS_SECONDS = 0.5
"""Until an index that was lost is made anew: a disk may go on failing."""
THREAD_NAME = "ingestion"


class Ingestion:
    """Carries out the tasks of one store, in a thread that lives while there are any."""

    def __init__(
        self, store: Store, contents: FileContents, index: TextIndex, recovery: IndexRecovery
    ) -> None:
        self._recovery = recovery
        self._sweep_at = 0.0
        self._store = store
        self._contents = contents
        self._index = index
        self._files = Files(store, contents)
        self._begun = False
        self._lock = threading.Lock()
        self._running = False
        self._asked = False
        """Whether there may be tasks that the thread has not looked for."""
        self._closed = threading.Event()

    def wake(self) -> None:
        """Let the thread look for tasks, soon; does not block."""
        with self._lock:
            self._asked = True
            if self._running:
                return
            self._running = True
        # A daemon: what it leaves unfinished at the end of the process is found again.
        threading.Thread(target=self._run, name=THREAD_NAME, daemon=True).start()

    def close(self) -> None:
        """Let the thread end soon, without a word; what it leaves unfinished is found again."""
        self._closed.set()

    def _run(self) -> None:
        while self._is_asked():
            try:
                self._begin()
                self._recovery.check()
                self._remove_expired()
                while (task := self._next_task()) is not None:
                    self._work_on(task)
            except IndexLost as error:
                _log.warning("All files are read again: %s", one_line(str(error)))
                self._recovery.note_loss()
                self.wake()
                self._closed.wait(_LOSS_SECONDS)
            except StoreError as error:
                # It is closed, full or locked: the tasks wait until something is asked again.
                if self._closed.is_set():
                    return
                _log.warning("Files wait to be made searchable: %s", one_line(str(error)))

    def _begin(self) -> None:
        """Remove what earlier programs have left behind; done once by each program."""
        if not self._begun:
            self._files.remove_leftovers(remove_from_all)
            self._begun = True

    def _work_on(self, task: Json) -> None:
        work = _Work(self._store, self._contents, self._index, task, self._closed)
        try:
            work.run()
        except IndexLost:
            work.release()
            raise

    def _remove_expired(self) -> None:
        """Remove from the index what has expired, once in a while."""
        if time.monotonic() >= self._sweep_at:
            self._sweep_at = time.monotonic() + _SWEEP_SECONDS
            self._recovery.remove_expired()

    def _is_asked(self) -> bool:
        with self._lock:
            asked, self._asked = self._asked, False
            self._running = asked
            return asked

    def _next_task(self) -> Json | None:
        """The oldest task that nobody works on, claimed for this program alone."""
        if self._closed.is_set():
            return None
        return self._store.read(_free_task) and self._store.write(_claim)


def _free_task(objects: ObjectReader) -> Json | None:
    now = time.time()
    page = objects.page(
        INDEX_TASK, PageQuery(limit=1, ascending=True), wanted=lambda task: task["until"] <= now
    )
    return page.data[0] if page.data else None


def _claim(objects: ObjectWriter) -> Json | None:
    task = _free_task(objects)
    if task is None:
        return None
    claimed = {**task, "until": time.time() + CLAIM_SECONDS}
    objects.replace(INDEX_TASK, claimed)
    return claimed


class _Work:
    """One task: makes a file searchable, or removes what is not in a vector store any more."""

    def __init__(
        self,
        store: Store,
        contents: FileContents,
        index: TextIndex,
        task: Json,
        closed: threading.Event,
    ) -> None:
        """`closed` is set when the program ends, which ends the work with a StoreError."""
        self._store = store
        self._contents = contents
        self._index = index
        self._task = task
        self._closed = closed
        self._store_id, self._file_id = task["vector_store_id"], task["file_id"]
        self._renew_at = time.monotonic() + _RENEW_SECONDS

    def run(self) -> None:
        """Do it, and remove the task once nothing of it is left to do. Raises StoreError."""
        file = self._store.read(self._find)
        if file is not None and file["status"] == "in_progress":
            self._ingest(file)
        elif file is None or file["status"] != "completed":
            self._index.remove(self._store_id, self._file_id)
        self._store.write(lambda objects: objects.delete(INDEX_TASK, self._task["id"]))

    def release(self) -> None:
        """Let the task be claimed anew at once."""
        self._store.write(lambda objects: objects.replace(INDEX_TASK, {**self._task, "until": 0.0}))

    def _find(self, objects: ObjectReader) -> Json | None:
        if not self._file_id:
            return None
        return objects.get(VECTOR_STORE_FILE, self._file_id, self._store_id)

    def _ingest(self, file: Json) -> None:
        sizes = file["chunking_strategy"]["static"]
        try:
            text = self._text()
            size, overlap = sizes["max_chunk_size_tokens"], sizes["chunk_overlap_tokens"]
            chunks = cut(text, int(size), int(overlap))  # 800.0 is an integer, too
            size = self._index.add(self._store_id, self._file_id, chunks, self._goes_on(file))
        except NoText as failure:
            self._fail(file, failure)
        except StoreError:
            raise
        except Exception:  # a fault in here must not keep the other files from being read
            _log.exception("File %s could not be made searchable", self._file_id)
            self._fail(file, NoText("server_error", "There was a fault while it was read."))
        else:
            if size is not None:
                self._settle(file, "completed", None, size)

    def _fail(self, file: Json, failure: NoText) -> None:
        self._index.remove(self._store_id, self._file_id)
        self._settle(file, "failed", {"code": failure.code, "message": failure.message}, 0)

    def _text(self) -> str:
        found = self._store.read(lambda objects: objects.get(FILE, self._file_id))
        content = None if found is None else self._contents.open(self._file_id)
        if found is None or content is None:
            raise NoText("invalid_file", f"No file found with id '{self._file_id}'.")
        with content:
            return extract_text(found["filename"], content, lambda: self._renewed() is not None)

    def _goes_on(self, file: Json) -> Callable[[], bool]:
        """Asked from time to time: whether the file is still to be made searchable."""

        def goes_on() -> bool:
            found = self._renewed()
            return found is not None and _is_same(found, file)

        return goes_on

    def _renewed(self) -> Json | None:
        """The file as it is now; claims the task anew when it is time."""
        if self._closed.is_set():
            raise StoreError("the program ends")
        if time.monotonic() >= self._renew_at:
            self._renew_at = time.monotonic() + _RENEW_SECONDS
            self._store.write(self._renew)
        return self._store.read(self._find)

    def _renew(self, objects: ObjectWriter) -> None:
        if objects.get(INDEX_TASK, self._task["id"]) is not None:
            objects.replace(INDEX_TASK, {**self._task, "until": time.time() + CLAIM_SECONDS})

    def _settle(self, file: Json, status: str, error: Json | None, size: int) -> None:
        """Say what came of it, unless the file was taken out or put in anew meanwhile."""

        def settle(objects: ObjectWriter) -> None:
            found = self._find(objects)
            if found is not None and _is_same(found, file):
                settled = {"status": status, "last_error": error, "usage_bytes": size}
                change_file(objects, found, {**found, **settled})

        self._store.write(settle)


def _is_same(found: Json, file: Json) -> bool:
    """Whether a file was neither settled nor put in anew with another chunking strategy."""
    same_strategy: bool = found["chunking_strategy"] == file["chunking_strategy"]
    return found["status"] == "in_progress" and same_strategy

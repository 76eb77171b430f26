"""The file objects of the API, and the contents that belong to them."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from assistant_tui.server.files.contents import FileContents, Upload
from assistant_tui.server.store.interface import (
    ObjectKind,
    ObjectReader,
    ObjectWriter,
    Store,
    new_id,
)
from assistant_tui.server.store.paging import Json, PageQuery, StoredPage
from assistant_tui.server.validation.files import check_form

if TYPE_CHECKING:
    from assistant_tui.server.http.multipart import Form

FILE = ObjectKind("file", "file", members={"bytes": int, "filename": str, "purpose": str})

_BATCH_SECONDS = 30 * 24 * 3600
"""After which a file for a batch expires, unless the upload says otherwise."""


def new_file(form: "Form", size: int) -> Json:
    """The fields of a file object; the store adds id, object and created_at.

    Raises ApiError for a form that is not as the API wants it. `expires_in` is for
    :func:`shown` alone.
    """
    lifetime = check_form(form.filename, form.fields)
    if lifetime is None and form.fields["purpose"] == "batch":
        lifetime = _BATCH_SECONDS
    return {
        "bytes": size,
        "filename": form.filename or "file",
        "purpose": form.fields["purpose"],
        "status": "processed",
        "expires_in": lifetime,
    }


def shown(file: Json) -> Json:
    """A file as the API shows it: with the time at which it expires, if it does."""
    rest = {key: value for key, value in file.items() if key != "expires_in"}
    expires_at = _expires_at(file)
    return rest if expires_at is None else {**rest, "expires_at": expires_at}


def _expires_at(file: Json) -> int | None:
    lifetime = file.get("expires_in")
    return None if lifetime is None else file["created_at"] + lifetime


def is_expired_file(file: Json) -> bool:
    """Whether the time of a file is over; it is then not there any more."""
    expires_at = _expires_at(file)
    return expires_at is not None and expires_at <= time.time()


def find_file(objects: ObjectReader, file_id: str) -> Json | None:
    """A file, or None if there is none (any more)."""
    file = objects.get(FILE, file_id)
    return None if file is None or is_expired_file(file) else file


class Files:
    """The files of one store; methods block. A file that has expired is not there."""

    def __init__(self, store: Store, contents: FileContents) -> None:
        self._store = store
        self._contents = contents

    def create(self, upload: Upload, fields: Json) -> Json:
        """Make the file whose content was uploaded; content and object appear together."""
        file_id = new_id("file").replace("_", "-")  # as clients know ids of files

        def make_object(keep: Callable[[], None]) -> Json:
            def create(objects: ObjectWriter) -> Json:
                made = objects.create(FILE, fields, object_id=file_id)
                keep()
                return made

            return self._store.write(create)

        return upload.commit(file_id, make_object)

    def get(self, file_id: str) -> Json | None:
        """A file, or None if there is none (any more)."""
        return self._store.read(lambda objects: find_file(objects, file_id))

    def page(self, query: PageQuery, purpose: str | None) -> StoredPage:
        """A page of the files, of those with a purpose if one is given."""

        def is_wanted(file: Json) -> bool:
            return purpose in (None, file["purpose"]) and not is_expired_file(file)

        return self._store.read(lambda objects: objects.page(FILE, query, wanted=is_wanted))

    def open(self, file_id: str) -> tuple[Json, BinaryIO] | None:
        """A file and its content, which the caller closes."""
        file = self.get(file_id)
        content = None if file is None else self._contents.open(file_id)
        return None if file is None or content is None else (file, content)

    def delete(self, file_id: str, detach: Callable[[ObjectWriter, str], None]) -> bool:
        """Remove a file and its content; False if there is no such file.

        Args:
            file_id: of the file.
            detach: takes it out of what it is in, in the same transaction.
        """

        def delete(objects: ObjectWriter) -> bool:
            detach(objects, file_id)
            return objects.delete(FILE, file_id)

        deleted = self._store.write(delete)
        if deleted:
            self._contents.delete(file_id)
        return deleted

    def remove_leftovers(self, detach: Callable[[ObjectWriter, str], None]) -> None:
        """Remove files that have expired, and contents that belong to no file.

        Args:
            detach: see :meth:`delete`.
        """
        query = PageQuery(limit=1_000, ascending=True)
        for file in self._store.read(
            lambda objects: objects.page(FILE, query, wanted=is_expired_file)
        ).data:
            self.delete(file["id"], detach)
        self._contents.remove_orphans(lambda file_id: self.get(file_id) is not None)

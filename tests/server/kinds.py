"""A kind of object, its fields, and the ids on a page."""

from assistant_tui.server.assistants import created
from assistant_tui.server.store.interface import (
    Collection,
    ObjectKind,
)
from assistant_tui.server.store.paging import PageQuery

MESSAGE = ObjectKind("thread.message", "msg")

FIELDS = created({"model": "m"})


def ids(collection: Collection, query: PageQuery | None = None) -> list[str]:
    """The ids on a page, oldest first."""
    return [each["id"] for each in collection.page(query or PageQuery(ascending=True)).data]

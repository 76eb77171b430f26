"""The server's stores with the assistants in them at hand, for what tests look up and change."""

from collections.abc import Callable
from typing import Any, Protocol

from assistant_tui.server import sample_store
from assistant_tui.server.assistants import ASSISTANT
from assistant_tui.server.store import sqlite_store
from assistant_tui.server.store.interface import Collection, Store
from assistant_tui.server.store.paging import PageQuery, StoredPage

Json = dict[str, Any]


class AssistantStore(Store, Protocol):
    """A store with the five operations on assistants."""

    def _assistants(self) -> Collection:
        return Collection(self, ASSISTANT)

    def create(self, fields: Json) -> Json:
        """Make an assistant behind the program's back."""
        return self._assistants().create(fields)

    def get(self, assistant_id: str) -> Json | None:
        """An assistant as the store has it."""
        return self._assistants().get(assistant_id)

    def page(self, query: PageQuery) -> StoredPage:
        """A page of assistants."""
        return self._assistants().page(query)

    def modify(self, assistant_id: str, change: Callable[[Json], Json]) -> Json | None:
        """Change an assistant behind the program's back."""
        return self._assistants().modify(assistant_id, change)

    def delete(self, assistant_id: str) -> bool:
        """Delete an assistant behind the program's back."""
        return self._assistants().delete(assistant_id)


class SampleStore(sample_store.SampleStore, AssistantStore):
    """The store of the demo."""


class SQLiteStore(sqlite_store.SQLiteStore, AssistantStore):
    """The store on disk."""

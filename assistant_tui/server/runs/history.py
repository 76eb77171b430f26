"""Reads what was said in a thread before a run, as its model is told of it."""

from assistant_tui.server.store.interface import ObjectReader
from assistant_tui.server.store.paging import Json, PageQuery
from assistant_tui.server.threads import MESSAGE


def read_history(objects: ObjectReader, run: Json) -> list[Json]:
    """The messages of the thread as chat-completions messages, the instructions first."""
    history: list[Json] = []
    if run["instructions"]:
        history.append({"role": "system", "content": run["instructions"]})
    query = PageQuery(limit=100, ascending=True)
    while True:
        page = objects.page(MESSAGE, query, run["thread_id"])
        for message in page.data:
            if message["run_id"] != run["id"]:
                text = "".join(
                    part["text"]["value"] for part in message["content"] if part["type"] == "text"
                )
                history.append({"role": message["role"], "content": text})
        if not page.has_more:
            return history
        query = PageQuery(limit=100, ascending=True, after=page.data[-1]["id"])

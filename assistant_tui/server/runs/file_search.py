"""The tool `file_search` of a run: a function that the model calls, and the output that it gets.

It is a text search, not a semantic one. Each result has a mark like `【2:1†plan.md】`; a
mark that the model repeats in its answer becomes a citation of that file.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant_tui.core.json_text import read_json
from assistant_tui.server.runs.chat import ChatCall
from assistant_tui.server.store.paging import Json
from assistant_tui.server.vector_stores.text_search import DEFAULT_RESULTS, SearchResult, TextSearch

_NAMES = ("file_search", "search_attached_files")
"""What the model calls it: the second where a function of the assistant has the first name."""
_MARK = re.compile(r"【\d+:\d+†[^】]{0,300}】")
_NOTHING = "Nothing was found. Other words may find something."
_NO_QUERY = 'The search needs a query: {"query": "words to look for"}.'
_HOW_TO_CITE = (
    "Each result begins with its mark in 【】. Put the mark, exactly as it is, behind what you have"
    " taken from that result."
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a mark stands for."""

    mark: str
    file_id: str


@dataclass(frozen=True, slots=True)
class SearchCall:
    """A call of the search and what came of it."""

    call_id: str
    shown: Json
    """As the step of the run has it."""
    output: str
    """As the model gets it."""
    sources: tuple[Source, ...] = ()


def search_tool(tools: Sequence[Json]) -> Json | None:
    """The tool `file_search` among the tools of a run, if it is there."""
    return next((tool for tool in tools if tool["type"] == "file_search"), None)


def search_name(tools: Sequence[Json]) -> str:
    """The name under which the model calls the search; empty for a run without it."""
    if search_tool(tools) is None:
        return ""
    taken = {tool["function"]["name"] for tool in tools if tool["type"] == "function"}
    return next(name for name in (*_NAMES, "text_search_of_files") if name not in taken)


def search_function(name: str) -> Json:
    """The function that the model is offered."""
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": "Searches the attached files for words, and returns the parts of them"
            " that fit best.",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string", "description": "The words to look for."}
                },
                "required": ["query"],
            },
        },
    }


def run_search(
    search: TextSearch, call: ChatCall, number: int, tool: Json, vector_store_ids: Sequence[str]
) -> SearchCall:
    """Search for a call of the model; blocks.

    Args:
        search: of the store.
        call: of the model.
        number: of the call within its run, from 1.
        tool: as the run has it, with its options.
        vector_store_ids: where to look.

    Raises:
        StoreError: the store cannot be used.
    """
    options = tool.get("file_search") or {}
    query = _query_of(call)
    results = search.search(
        vector_store_ids if query else (),
        query,
        max_num_results=options.get("max_num_results", DEFAULT_RESULTS),
        ranking_options=options.get("ranking_options"),
    )
    return _answered(call, number, options, results)


def _query_of(call: ChatCall) -> str:
    """The words that a call looks for; empty if it names none."""
    try:
        arguments = read_json(call.arguments)
    except ValueError:
        return ""
    query = arguments.get("query") if isinstance(arguments, dict) else None
    return query.strip() if isinstance(query, str) else ""


def _answered(
    call: ChatCall, number: int, options: Json, results: Sequence[SearchResult]
) -> SearchCall:
    sources = tuple(
        Source(f"【{number}:{index}†{_printable(each.filename)}】", each.file_id)
        for index, each in enumerate(results)
    )
    parts = [f"{source.mark}\n{each.text}" for source, each in zip(sources, results, strict=True)]
    if not _query_of(call):
        output = _NO_QUERY
    else:
        output = "\n\n".join([_HOW_TO_CITE, *parts]) if parts else _NOTHING
    ranking = options.get("ranking_options") or {}
    shown = {
        "id": call.call_id,
        "type": "file_search",
        "file_search": {
            "ranking_options": {
                "ranker": ranking.get("ranker", "auto"),
                "score_threshold": ranking.get("score_threshold", 0),
            },
            "results": [_shown(each) for each in results],
        },
    }
    return SearchCall(call.call_id, shown, output, sources)


def citations(text: str, sources: Iterable[Source]) -> list[Any]:
    """The annotations of an answer: each mark in it that stands for a file."""
    files = {source.mark: source.file_id for source in sources}
    return [
        {
            "type": "file_citation",
            "text": found.group(),
            "start_index": found.start(),
            "end_index": found.end(),
            "file_citation": {"file_id": files[found.group()]},
        }
        for found in _MARK.finditer(text)
        if found.group() in files
    ]


def without_contents(step: Json) -> Json:
    """A step without the texts that its searches found, which are sent only if asked for."""
    details = step["step_details"]
    if details["type"] != "tool_calls":
        return step
    calls = [_without_content(call) for call in details["tool_calls"]]
    return {**step, "step_details": {**details, "tool_calls": calls}}


def _without_content(call: Json) -> Json:
    if call["type"] != "file_search" or "results" not in call["file_search"]:
        return call
    results = [
        {key: value for key, value in each.items() if key != "content"}
        for each in call["file_search"]["results"]
    ]
    return {**call, "file_search": {**call["file_search"], "results": results}}


def _shown(found: SearchResult) -> Json:
    return {
        "file_id": found.file_id,
        "file_name": found.filename,
        "score": found.score,
        "content": [{"type": "text", "text": found.text}],
    }


def _printable(filename: str) -> str:
    """The name as a mark can hold it."""
    return re.sub(r"[【】†\s]+", " ", filename)[:200]

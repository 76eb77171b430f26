"""Small edits that can be made of many assistants alike; each sends only the field it is about."""

from collections.abc import Callable, Iterable

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.editor_values import ObjectValue, tool_label
from assistant_tui.core.assistants.fields import FIELDS, METADATA_KEY_LIMIT, METADATA_VALUE_LIMIT
from assistant_tui.core.errors import Invalid
from assistant_tui.core.json_text import (
    compose,
    compose_list,
    elements,
    members,
    read_json,
    write_json,
)
from assistant_tui.core.raw_json import RawJson, same_edit

BulkEdit = Callable[[RawJson], Draft]
"""The draft with what an edit changes in one assistant; not dirty where nothing changes.

Raises Invalid, naming the field, where it cannot be made of this assistant.
"""


def with_model(name: str) -> BulkEdit:
    """Set the model."""
    return lambda document: _changed(document, "model", write_json(name))


def with_metadata(key: str, value: str) -> BulkEdit:
    """Add a pair to the metadata, or replace its value; the other pairs stay as received.

    Raises:
        Invalid: the key or the value is longer than the API allows.
    """
    if not 0 < len(key) <= METADATA_KEY_LIMIT:
        raise Invalid(f"a key of 1 to {METADATA_KEY_LIMIT} characters is allowed", param="metadata")
    if len(value) > METADATA_VALUE_LIMIT:
        raise Invalid(
            f"a value of at most {METADATA_VALUE_LIMIT} characters is allowed", param="metadata"
        )

    def edit(document: RawJson) -> Draft:
        pairs = {**_parts(document, "metadata"), key: write_json(value)}
        _check_count("metadata", len(pairs))
        return _changed(document, "metadata", compose(pairs))

    return edit


def without_metadata(key: str) -> BulkEdit:
    """Remove a pair from the metadata."""

    def edit(document: RawJson) -> Draft:
        pairs = _parts(document, "metadata")
        if key not in pairs:
            return Draft(document)
        return _changed(
            document, "metadata", compose({n: text for n, text in pairs.items() if n != key})
        )

    return edit


def with_tool(tool: str) -> BulkEdit:
    """Append a tool, given as JSON; it replaces one of the same name or type."""
    label = tool_key(tool)

    def edit(document: RawJson) -> Draft:
        tools = _tools(document)
        at = [position for position, each in enumerate(tools) if tool_key(each) == label]
        if any(same_edit(tools[position], tool) for position in at):
            return Draft(document)
        if at:
            tools[at[0]] = tool
        else:
            tools.append(tool)
        _check_count("tools", len(tools))
        return _changed(document, "tools", compose_list(tools))

    return edit


def without_tool(label: str) -> BulkEdit:
    """Remove the tools with this key, as `tool_key` makes it."""

    def edit(document: RawJson) -> Draft:
        tools = _tools(document)
        kept = [tool for tool in tools if tool_key(tool) != label]
        if len(kept) == len(tools):
            return Draft(document)
        return _changed(document, "tools", compose_list(kept))

    return edit


def tool_key(tool: str) -> str:
    """What identifies a tool within an assistant: its type, and a function's name."""
    return tool_label(ObjectValue(tool))


def tools_of(documents: Iterable[RawJson]) -> dict[str, str]:
    """The tools of some assistants by their labels, each as the first that has it; sorted."""
    found: dict[str, str] = {}
    for document in documents:
        try:
            for tool in _tools(document):
                found.setdefault(tool_key(tool), tool)
        except Invalid:
            continue
    return dict(sorted(found.items()))


def metadata_keys(documents: Iterable[RawJson]) -> tuple[str, ...]:
    """The keys of the metadata of some assistants, sorted."""
    found: set[str] = set()
    for document in documents:
        try:
            found.update(_parts(document, "metadata"))
        except Invalid:
            continue
    return tuple(sorted(found))


def _changed(document: RawJson, name: str, text: str) -> Draft:
    before = document.members.get(name)
    if before is not None and same_edit(text, before):
        return Draft(document)
    return Draft(document, exact={name: text})


def _tools(document: RawJson) -> list[str]:
    text = _text(document, "tools")
    try:
        return [] if text is None else elements(text)
    except ValueError:
        raise Invalid("the tools are no list", param="tools") from None


def _parts(document: RawJson, name: str) -> dict[str, str]:
    text = _text(document, name)
    try:
        return {} if text is None else members(text)
    except ValueError:
        raise Invalid(f"{name} is no object", param=name) from None


def _text(document: RawJson, name: str) -> str | None:
    """The JSON of a field; None where it is absent or null. Raises Invalid."""
    try:
        text = document.members.get(name)
        return None if text is None or read_json(text) is None else text
    except ValueError:
        raise Invalid(f"{name} cannot be read", param=name) from None


def _check_count(name: str, count: int) -> None:
    limit = FIELDS[name].limit
    if limit is not None and count > limit:
        raise Invalid(f"at most {limit} are allowed, it would have {count}", param=name)

"""The pydantic model of one assistant as servers send it, lenient where they deviate."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

_MILLISECONDS_ABOVE = 1e11
"""Seconds reach this in the year 5138, milliseconds in 1973: larger ones are milliseconds."""
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999, the last that Python's dates know."""


def _to_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _to_seconds(value: object) -> object:
    """Take seconds or milliseconds, as integers, floats or decimal strings, and ISO 8601."""
    if isinstance(value, str):
        value = _read_time(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value // 1000 if value > _MILLISECONDS_ABOVE else value
        if not 0 <= seconds <= _LAST_SECOND:
            raise ValueError("should be a time")
        return int(seconds)
    return value


def _read_time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError("should be a time") from None


def _to_empty(kind: type) -> BeforeValidator:
    return BeforeValidator(lambda value: kind() if value is None else value)


class Tool(BaseModel):
    """One tool of any type; what belongs to the type is kept as it came."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str


class RankingOptions(BaseModel):
    """How a file search ranks what it found."""

    model_config = ConfigDict(frozen=True, extra="allow")

    ranker: str | None = None
    score_threshold: float | None = None


class FileSearchOverrides(BaseModel):
    """The settings of a file search."""

    model_config = ConfigDict(frozen=True, extra="allow")

    max_num_results: int | None = None
    ranking_options: RankingOptions | None = None


class FileSearch(Tool):
    """A search in the attached vector store."""

    file_search: FileSearchOverrides | None = None


class FunctionDefinition(BaseModel):
    """A function that the model may call."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = ""
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Function(Tool):
    """A tool that the client carries out; one server keeps nothing of it but its type."""

    function: FunctionDefinition | None = None


_KNOWN_TOOLS: dict[str, type[Tool]] = {"file_search": FileSearch, "function": Function}


def _to_tool(value: object) -> object:
    """Read a tool by its type; `code_interpreter` and unknown types have nothing more to read."""
    if isinstance(value, dict):
        return _KNOWN_TOOLS.get(str(value.get("type")), Tool).model_validate(value)
    return value


class Assistant(BaseModel):
    """One assistant; fields that the API does not name are kept among the extras.

    Only the id is asked for: servers leave out any of the others.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Annotated[str, BeforeValidator(_to_text), Field(min_length=1)]
    created_at: Annotated[
        int | None,
        BeforeValidator(_to_seconds),
        Field(validation_alias=AliasChoices("created_at", "created")),
    ] = None
    """Unix seconds; one server calls it `created`."""
    name: str | None = None
    description: str | None = None
    model: Annotated[str, _to_empty(str)] = ""
    instructions: str | None = None
    tools: Annotated[tuple[Annotated[Tool, BeforeValidator(_to_tool)], ...], _to_empty(tuple)] = ()
    tool_resources: Annotated[dict[str, Any], _to_empty(dict)] = {}
    metadata: Annotated[dict[str, Any], _to_empty(dict)] = {}
    temperature: float | None = None
    top_p: float | None = None
    response_format: str | dict[str, Any] | None = None
    reasoning_effort: str | None = None

"""The one table of what can be edited in an assistant, with its kinds and limits.

The limits are those of the API description, texts counted in code points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class FieldKind(Enum):
    """What a field holds, and so which editor suits it."""

    LINE = auto()
    """A text of one line."""
    TEXT = auto()
    """A text of many lines."""
    MODEL = auto()
    """The name of a model; any text is allowed."""
    NUMBER = auto()
    """A decimal number, or nothing for the server's default."""
    COUNT = auto()
    """A whole number, or nothing."""
    CHOICE = auto()
    """One of a few texts, or nothing."""
    FLAG = auto()
    """`true`, `false`, or nothing."""
    SCHEMA = auto()
    """A JSON Schema, or nothing."""
    IDS = auto()
    """Ids of other objects on the server."""
    METADATA = auto()
    """Names and texts."""
    TOOLS = auto()
    """The tools, in their order."""
    FORMAT = auto()
    """What an answer must look like: a word, or an object with parts."""
    RESOURCES = auto()
    """Files and vector stores, by the tool that uses them."""


@dataclass(frozen=True)
class Field:
    """One editable field, or one part of a field that is an object."""

    name: str
    """The API's name; of a part, its path with dots: `function.name`."""
    label: str
    kind: FieldKind
    limit: int | None = None
    """The most characters of a text, or entries of a list."""
    least: float = 0.0
    most: float = 0.0
    """The bounds of a number, both allowed."""
    nullable: bool = True
    """Whether it may be left empty: null, back to the default, is sent then."""
    choices: tuple[str, ...] = ()
    """The texts of a CHOICE that the API names; servers may know more."""
    pattern: str = ""
    """A regular expression that the whole text must match."""
    allowed: str = ""
    """What the pattern allows, in words."""


def _identifier(name: str) -> Field:
    """What the API names functions and schemas by."""
    allowed = "a–z, A–Z, 0–9, _ and - are allowed"
    pattern = "[A-Za-z0-9_-]*"
    return Field(name, "Name", FieldKind.LINE, 64, nullable=False, pattern=pattern, allowed=allowed)


def _parts(*fields: Field) -> Mapping[str, Field]:
    return {field.name: field for field in fields}


FUNCTION = _parts(
    _identifier("function.name"),
    Field("function.description", "Description", FieldKind.TEXT),
    Field("function.strict", "Strict", FieldKind.FLAG),
    Field("function.parameters", "Parameters", FieldKind.SCHEMA),
)
FILE_SEARCH = _parts(
    Field("file_search.max_num_results", "Most results", FieldKind.COUNT, least=1, most=50),
    Field(
        "file_search.ranking_options.ranker",
        "Ranker",
        FieldKind.CHOICE,
        choices=("auto", "default_2024_08_21"),
    ),
    Field(
        "file_search.ranking_options.score_threshold",
        "Least score",
        FieldKind.NUMBER,
        most=1.0,
        nullable=False,
    ),
)
TOOL_PARTS: Mapping[str, Mapping[str, Field]] = {
    "code_interpreter": {},
    "function": FUNCTION,
    "file_search": FILE_SEARCH,
}
"""What can be edited in a tool of each type that the API names."""

FORMAT_TYPE = Field(
    "type",
    "Type",
    FieldKind.CHOICE,
    choices=("auto", "text", "json_object", "json_schema"),
)
FORMAT = _parts(
    FORMAT_TYPE,
    _identifier("json_schema.name"),
    Field("json_schema.description", "Description", FieldKind.TEXT),
    Field("json_schema.strict", "Strict", FieldKind.FLAG),
    Field("json_schema.schema", "Schema", FieldKind.SCHEMA),
)
RESOURCES = _parts(
    Field("code_interpreter.file_ids", "Code files", FieldKind.IDS, limit=20),
    Field("file_search.vector_store_ids", "Vector store", FieldKind.IDS, limit=1),
)

FIELDS: Mapping[str, Field] = _parts(
    Field("name", "Name", FieldKind.LINE, limit=256),
    # The API states no limit for a model, and the embedded server has none; this one is our own.
    Field("model", "Model", FieldKind.MODEL, limit=256, nullable=False),
    Field("description", "Description", FieldKind.TEXT, limit=512),
    Field("instructions", "Instructions", FieldKind.TEXT, limit=256_000),
    Field("temperature", "Temperature", FieldKind.NUMBER, most=2.0),
    Field("top_p", "Top P", FieldKind.NUMBER, most=1.0),
    Field(
        "reasoning_effort",
        "Reasoning",
        FieldKind.CHOICE,
        choices=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    ),
    Field("response_format", "Response format", FieldKind.FORMAT),
    Field("tools", "Tools", FieldKind.TOOLS, limit=128),
    Field("tool_resources", "Tool resources", FieldKind.RESOURCES),
    Field("metadata", "Metadata", FieldKind.METADATA, limit=16),
)
"""The fields of the form, in its order: all that a modify request takes; servers may know more."""

METADATA_KEY_LIMIT = 64
METADATA_VALUE_LIMIT = 512

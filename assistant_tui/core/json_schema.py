"""Checks a JSON Schema as it is typed, against JSON Schema's own meta-schema."""

from functools import lru_cache
from typing import Any

from assistant_tui.core.strict import read_strictly

LONGEST_CHECKED = 20_000
"""Characters up to which the meta-schema is asked at every key; longer ones are only read."""


MOST_CHECKED = 200
"""Objects in it up to which it is asked, which takes a third of a millisecond for each."""


@lru_cache(maxsize=64)
def schema_problem(text: str) -> str:
    """What is wrong with the text of a JSON Schema, and where; empty if nothing is.

    Checked against the meta-schema that its `$schema` names, else that of draft 2020-12; patterns
    must be regular expressions. Nothing is fetched.
    """
    try:
        schema = read_strictly(text)
    except ValueError as error:
        return str(error)
    if not isinstance(schema, dict):
        return 'an object is allowed: {"type": "object", …}'
    too_large = len(text) > LONGEST_CHECKED or text.count("{") > MOST_CHECKED
    return "" if too_large else _meta_problem(schema)


def _meta_problem(schema: dict[str, Any]) -> str:
    # Only who edits a schema waits for this import.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for

    try:
        # Its protocol does not name the keyword that all of its classes take.
        checker: Any = validator_for(schema, default=Draft202012Validator)
        checker.check_schema(schema, format_checker=checker.FORMAT_CHECKER)
    except SchemaError as error:
        return _told(error)
    except RecursionError:
        return "nested too deeply"
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        # The library stumbles over some: a `$schema` that is no URL, a pattern beyond all bounds.
        return f"no schema that can be checked: {error}"
    return ""


def _told(error: Any) -> str:
    """The place and the words of the innermost cause: not that none of several schemas fits."""
    from jsonschema.exceptions import relevance

    while error.context:
        error = max(error.context, key=relevance)
    return f"{error.json_path}: {error.message}"

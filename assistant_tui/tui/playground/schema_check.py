"""Checks the arguments of a call against the parameters that its function declares."""

from collections.abc import Mapping
from typing import Any

from assistant_tui.core.json_text import read_json
from assistant_tui.core.threads.objects import ToolCall

_LARGEST = 200_000
"""Characters of arguments that are checked."""


class SchemaCheck:
    """The parameters of an assistant's functions; each call is checked once.

    A schema that cannot be checked by says nothing, and nothing is fetched for it.
    """

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._found: dict[str, tuple[str, str, str | None]] = {}
        """Function, arguments and what was found, by the keys of the calls."""

    def knows(self, call: ToolCall) -> bool:
        """Whether there is anything to check a call against."""
        return call.kind == "function" and isinstance(self._schemas.get(call.name), dict)

    def verdict(self, call: ToolCall) -> str | None:
        """What is wrong with the arguments of a call, empty where they fit.

        None where they cannot be checked: by no schema, by one that is none, or for their length.
        """
        if not self.knows(call) or len(call.arguments) > _LARGEST:
            return None
        name, arguments, found = self._found.get(call.key, ("", "", None))
        if (name, arguments) != (call.name, call.arguments):
            found = self._check(call)
            self._found[call.key] = (call.name, call.arguments, found)
        return found

    def problem(self, call: ToolCall) -> str:
        """What is wrong with the arguments of a call; empty where they fit, or nothing is known.

        Arguments that are still being written are wrong until they are whole.
        """
        return self.verdict(call) or ""

    def _check(self, call: ToolCall) -> str | None:
        from jsonschema import Draft202012Validator
        from referencing import Registry

        try:
            arguments = read_json(call.arguments)
        except ValueError:
            return "the arguments are no JSON"
        schema = self._schemas[call.name]
        try:
            Draft202012Validator.check_schema(schema)
            validator: Any = Draft202012Validator(schema, registry=Registry())
            first = next(validator.iter_errors(arguments), None)
        except Exception:  # no schema, or it names what is not here, or recurses without end
            return None
        if first is None:
            return ""
        where = ".".join(map(str, first.absolute_path))
        return f"{where}: {first.message}" if where else str(first.message)

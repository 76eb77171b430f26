"""Checks the arguments of a call against the parameters that its function declares."""

from collections.abc import Mapping
from typing import Any

from assistant_tui.core.json_text import read_json
from assistant_tui.core.threads.objects import ToolCall

_LARGEST = 200_000
"""Characters of arguments that are checked."""


class SchemaCheck:
    """The parameters of an assistant's functions; each call is checked once."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._found: dict[tuple[str, str], str] = {}

    def knows(self, call: ToolCall) -> bool:
        """Whether there is anything to check a call against."""
        return call.kind == "function" and isinstance(self._schemas.get(call.name), dict)

    def problem(self, call: ToolCall) -> str:
        """What is wrong with the arguments of a call; empty where they fit, or nothing is known.

        Arguments that are still being written are wrong until they are whole.
        """
        if not self.knows(call) or len(call.arguments) > _LARGEST:
            return ""
        key = (call.name, call.arguments)
        if key not in self._found:
            self._found[key] = self._check(call)
        return self._found[key]

    def _check(self, call: ToolCall) -> str:
        from jsonschema import Draft202012Validator, SchemaError

        try:
            arguments = read_json(call.arguments)
        except ValueError:
            return "the arguments are no JSON"
        try:
            Draft202012Validator.check_schema(self._schemas[call.name])
            errors = Draft202012Validator(self._schemas[call.name]).iter_errors(arguments)
            first = next(iter(errors), None)
        except (SchemaError, RecursionError):
            return ""
        if first is None:
            return ""
        where = ".".join(map(str, first.absolute_path))
        return f"{where}: {first.message}" if where else str(first.message)

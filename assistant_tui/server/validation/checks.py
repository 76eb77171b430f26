"""Checks of JSON values, combined into tables: what a value must be, and the error if it is not.

A check takes a path (`tools[0].function.name`) and a value, and raises :class:`ApiError` at the
first thing that is wrong. The codes and the wording of messages are those the API was seen to use.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from assistant_tui.server.errors import ApiError

Check = Callable[[str, Any], None]

_SHOWN = 64
"""So many characters of a refused value are repeated in the message."""

_NAMES: Mapping[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    type(None): "null",
}


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"


def _at(path: str) -> str:
    return f" for '{path}'" if path else ""


def wrong_type(path: str, expected: str, got: str) -> ApiError:
    """The error for a value of the wrong type; both types come with their article."""
    message = f"Invalid type{_at(path)}: expected {expected}, but got {got} instead."
    return ApiError(message, code="invalid_type", param=path or None)


def unsupported_value(path: str, value: str, allowed: tuple[str, ...]) -> ApiError:
    """The error for a string that is not among the allowed ones."""
    listed = ", ".join(f"'{each}'" for each in allowed)
    message = f"Invalid value: '{_shown(value)}'. Supported values are: {listed}."
    return ApiError(message, code="invalid_value", param=path)


def _expect(path: str, value: Any, kinds: tuple[type, ...], expected: str) -> None:
    # type() and not isinstance(): for Python True is an integer, for JSON it is not.
    if type(value) not in kinds:
        raise wrong_type(path, expected, f"{_NAMES[type(value)]}")


def _out_of_bounds(path: str, what: str, code: str, expected: str, got: str) -> ApiError:
    return ApiError(
        f"Invalid '{path}': {what}. Expected {expected}, but got {got} instead.",
        code=code,
        param=path,
    )


def _wrong_length(path: str, how: str, bound: int, size: int) -> ApiError:
    """The error for a string that is too `long` (above its maximum) or too `short`."""
    side, end = ("above", "max") if how == "long" else ("below", "min")
    return _out_of_bounds(
        path,
        f"string too {how}",
        f"string_{side}_{end}_length",
        f"a string with {end}imum length {bound}",
        f"a string with length {size}",
    )


def string(maximum: int | None = None, minimum: int = 0, pattern: str | None = None) -> Check:
    """A string.

    Args:
        maximum: its length in Unicode code points at most.
        minimum: its length at least.
        pattern: a regular expression that must match the whole.
    """

    def check(path: str, value: Any) -> None:
        _expect(path, value, (str,), "a string")
        if maximum is not None and len(value) > maximum:
            raise _wrong_length(path, "long", maximum, len(value))
        if len(value) < minimum:
            raise _wrong_length(path, "short", minimum, len(value))
        if pattern is not None and not re.fullmatch(pattern, value):
            message = (
                f"Invalid '{path}': string does not match pattern. "
                f"Expected a string that matches the pattern '^{pattern}$'."
            )
            raise ApiError(message, code="invalid_value", param=path)

    return check


def one_of(*allowed: str) -> Check:
    """A string out of a fixed few."""

    def check(path: str, value: Any) -> None:
        _expect(path, value, (str,), f"one of {', '.join(map(repr, allowed))}")
        if value not in allowed:
            raise unsupported_value(path, value, allowed)

    return check


def number(low: int, high: int, *, whole: bool = False) -> Check:
    """A number within bounds, both included; `whole` takes integers alone, of which 1.0 is one."""
    kinds, noun = ((int,), "integer") if whole else ((int, float), "decimal")

    def check(path: str, value: Any) -> None:
        if whole and type(value) is float and value.is_integer():
            value = int(value)  # as JSON Schema has it; it is kept as it was sent
        _expect(path, value, kinds, _NAMES[kinds[-1]])
        if low <= value <= high:
            return
        side, end, sign, bound = (
            ("above", "max", "<=", high) if value > high else ("below", "min", ">=", low)
        )
        raise _out_of_bounds(
            path,
            f"{noun} {side} {end}imum value",
            f"{noun}_{side}_{end}_value",
            f"a value {sign} {bound}",
            "a larger one" if value > high else "a smaller one",
        )

    return check


def boolean(path: str, value: Any) -> None:
    """A boolean."""
    _expect(path, value, (bool,), "a boolean")


def any_object(path: str, value: Any) -> None:
    """Any object; it is kept as it was sent, such as a JSON Schema."""
    _expect(path, value, (dict,), "an object")


def nullable(check: Check) -> Check:
    """The value, or null."""
    return lambda path, value: None if value is None else check(path, value)


def array(item: Check, maximum: int | None = None) -> Check:
    """A list of `maximum` values at most, each of which passes `item`."""

    def check(path: str, value: Any) -> None:
        _expect(path, value, (list,), "an array")
        if maximum is not None and len(value) > maximum:
            raise _out_of_bounds(
                path,
                "array too long",
                "array_above_max_length",
                f"an array with maximum length {maximum}",
                f"an array with length {len(value)}",
            )
        for index, each in enumerate(value):
            item(f"{path}[{index}]", each)

    return check


def string_map(value_check: Check, pairs: int, key_length: int) -> Check:
    """An object with any keys, such as metadata.

    Args:
        value_check: what each value must pass.
        pairs: how many there may be.
        key_length: characters of a key at most.
    """

    def check(path: str, value: Any) -> None:
        _expect(path, value, (dict,), "an object")
        if len(value) > pairs:
            raise _out_of_bounds(
                path,
                "too many properties",
                "object_above_max_properties",
                f"an object with at most {pairs} properties",
                f"an object with {len(value)} properties",
            )
        for key, each in value.items():
            inner = f"{path}.{_shown(key)}"
            if len(key) > key_length:
                message = (
                    f"Invalid property name in '{path}': '{_shown(key)}' is too long. "
                    f"Expected a string with maximum length {key_length}, "
                    f"but got a string with length {len(key)} instead."
                )
                raise ApiError(message, code="property_name_above_max_length", param=inner)
            value_check(inner, each)

    return check


def object_(
    fields: Mapping[str, Check], required: tuple[str, ...] = (), *, closed: bool = False
) -> Check:
    """An object with known keys.

    Args:
        fields: what the value of each key must pass.
        required: the keys that must be there.
        closed: whether other keys are an error.
    """

    def check(path: str, value: Any) -> None:
        _expect(path, value, (dict,), "an object")
        prefix = f"{path}." if path else ""
        for key in required:
            if key not in value:
                raise ApiError(
                    f"Missing required parameter: '{prefix}{key}'.",
                    code="missing_required_parameter",
                    param=prefix + key,
                )
        for key in value if closed else ():
            if key not in fields:
                raise unknown_parameter(f"{prefix}{_shown(key)}")
        for key, inner in fields.items():
            if key in value:
                inner(prefix + key, value[key])

    return check


def unknown_parameter(path: str) -> ApiError:
    """The error for a key that the request does not have."""
    return ApiError(f"Unknown parameter: '{path}'.", code="unknown_parameter", param=path)


def forbidden(path: str, value: Any) -> None:
    """A key that stands in a table only to be refused there."""
    raise unknown_parameter(path)


def tagged_union(variants: Mapping[str, Check]) -> Check:
    """An object whose `type` says which check the whole must pass."""
    tag = object_({"type": one_of(*variants)}, ("type",))

    def check(path: str, value: Any) -> None:
        tag(path, value)
        variants[value["type"]](path, value)

    return check

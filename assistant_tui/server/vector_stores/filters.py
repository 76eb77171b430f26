"""Filters of a search by the attributes of files (OpenAPI document, CompoundFilter)."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def fits(attributes: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a file with these attributes fits a filter, which was checked before."""
    kind = wanted["type"]
    if kind in ("and", "or"):
        several = (fits(attributes, each) for each in wanted["filters"])
        return all(several) if kind == "and" else any(several)
    return _compares(kind, attributes.get(wanted["key"]), wanted["value"])


def _compares(kind: str, value: Any, operand: Any) -> bool:
    if kind in ("in", "nin"):
        operands = operand if isinstance(operand, list) else [operand]
        return any(_equal(value, each) for each in operands) == (kind == "in")
    if kind in ("eq", "ne"):
        return _equal(value, operand) == (kind == "eq")
    # Only numbers can be compared with numbers, and strings with strings.
    if _sort_of(value) != _sort_of(operand) or _sort_of(value) not in (str, float):
        return False
    return _COMPARE[kind](value, operand)


def _equal(value: Any, operand: Any) -> bool:
    return _sort_of(value) == _sort_of(operand) and value == operand


def _sort_of(value: Any) -> type:
    """The type, in which integers are numbers like others, but booleans are none."""
    return float if type(value) is int else type(value)

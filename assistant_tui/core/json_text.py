"""Splits and joins JSON as text, so that what nobody touched goes back byte for byte."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},:]', re.DOTALL)
"""A string, one that is cut off included, or a mark; possessive, so that no text takes long."""
_DECODER = json.JSONDecoder(strict=False)
_BLANK = " \t\r\n"
DEEPEST = 200
"""Levels of nesting that are read and laid out; far below Python's recursion limit, so that code
called from deep inside the screen can still read what was read before."""


def read_json(text: str) -> Any:
    """Return the value of JSON text; control characters inside strings are let through.

    Raises:
        ValueError: not JSON, nested too deeply, or a number too long to read.
    """
    if is_too_deep(text):
        raise ValueError("JSON nested too deeply to read")
    value, end = _DECODER.raw_decode(text.lstrip(_BLANK + "\ufeff"))
    if text.lstrip(_BLANK + "\ufeff")[end:].strip(_BLANK):
        raise ValueError("text after the end of the JSON")
    return value


def is_too_deep(text: str) -> bool:
    """Whether JSON text is nested more than `DEEPEST` levels."""
    return text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST


def _depth(text: str) -> int:
    """The nesting depth; counting stops once it exceeds `DEEPEST`."""
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        depth += (mark in "[{") - (mark in "]}")
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            break
    return deepest


def write_json(value: Any) -> str:
    """Return the JSON text of a value, Unicode left readable; a lone surrogate is escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return text


def on_one_line(text: str) -> str:
    """JSON without its line breaks; one inside a string, which JSON forbids, becomes an escape."""
    if "\n" not in text and "\r" not in text:
        return text
    out, at = [], 0
    for token in _TOKEN.finditer(text):
        out.append(text[at : token.start()].translate(_NO_BREAKS))
        out.append(token[0].translate(_ESCAPED_BREAKS))
        at = token.end()
    return "".join([*out, text[at:].translate(_NO_BREAKS)])


_NO_BREAKS = {ord(each): None for each in "\r\n"}
_ESCAPED_BREAKS = {ord("\r"): "\\r", ord("\n"): "\\n"}


def minified(text: str) -> str:
    """JSON without the white space between its parts; nothing is decoded."""
    out, at = [], 0
    for token in _TOKEN.finditer(text):
        out += [text[at : token.start()].strip(_BLANK), token[0]]
        at = token.end()
    return "".join([*out, text[at:].strip(_BLANK)])


def elements(text: str) -> list[str]:
    """Split the text of a JSON array into the exact texts of its elements.

    Nothing is decoded, so one element that cannot be read does not hide the others.

    Raises:
        ValueError: not an array, or cut off.
    """
    return [piece for piece in _pieces(text, "[", "]")]


def members(text: str) -> dict[str, str]:
    """Split the text of a JSON object into its names and the exact texts of its values.

    Of a name that stands twice the last counts, as in most readers of JSON.

    Raises:
        ValueError: not an object, or cut off.
    """
    pieces = iter(_pieces(text, "{", "}"))
    try:
        return {str(read_json(name)): next(pieces) for name in pieces}
    except StopIteration:
        raise ValueError("a name without a value") from None


def compose(parts: Mapping[str, str]) -> str:
    """Return the text of a JSON object from names and the exact texts of their values."""
    return "{" + ", ".join(f"{write_json(name)}: {value}" for name, value in parts.items()) + "}"


def compose_list(parts: Iterable[str]) -> str:
    """Return the text of a JSON array from the exact texts of its elements."""
    return "[" + ", ".join(parts) + "]"


def member_at(text: str, path: Sequence[str]) -> str | None:
    """The exact text of a value inside nested objects.

    Args:
        text: the JSON of the outermost object.
        path: the names that lead to the value, from the outside in.

    Returns:
        None where the value is absent, or something on the path is not an object.
    """
    for name in path:
        try:
            found = members(text).get(name)
        except ValueError:
            return None
        if found is None:
            return None
        text = found
    return text


def with_member(text: str, path: Sequence[str], value: str | None) -> str:
    """Replace or remove one value inside nested objects; every other value stays as it was.

    Args:
        text: the JSON of the outermost object.
        path: the names that lead to the value, from the outside in.
        value: the new JSON text; None removes the value, and what is then an empty object.
    """
    parts = members(text) if text.lstrip(_BLANK).startswith("{") else {}
    name, *inner = path
    if inner:
        value = with_member(parts.get(name, "{}"), inner, value)
        value = None if value == "{}" else value
    if value is None:
        parts.pop(name, None)
    else:
        parts[name] = value
    return compose(parts)


def _pieces(text: str, opening: str, closing: str) -> list[str]:
    return [text[start:end] for start, end in spans(text, opening, closing)]


def spans(text: str, opening: str, closing: str) -> list[tuple[int, int]]:
    """The start and end of each text between the commas and colons of the outermost level.

    Raises:
        ValueError: it does not begin with `opening`, does not end with `closing`, or is cut off.
    """
    start = len(text) - len(text.lstrip(_BLANK + "\ufeff"))
    if not text.startswith(opening, start):
        raise ValueError(f"expected '{opening}'")
    pieces: list[tuple[int, int]] = []
    depth, begin = 0, start + 1
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if mark in "[{":
            depth += 1
        elif mark in "]}":
            depth -= 1
        if (depth == 1 and mark in ",:") or depth == 0:
            pieces.append(_stripped(text, begin, token.start()))
            begin = token.end()
        if depth == 0:
            if mark != closing or text[begin:].strip(_BLANK):
                raise ValueError("text after the end of the JSON")
            return [] if len(pieces) == 1 and pieces[0][0] == pieces[0][1] else pieces
    raise ValueError("the JSON is cut off")


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Where what is between stands without the white space around it."""
    while start < end and text[start] in _BLANK:
        start += 1
    while end > start and text[end - 1] in _BLANK:
        end -= 1
    return start, end


def indent(text: str) -> str:
    """Lay JSON out over lines without decoding it, so that `1.0` and long integers stay.

    Of text that is not JSON, too, nothing but white space changes. What is nested deeper than
    `DEEPEST` stays in its line: margins that grow with every level would fill the memory.
    """
    out: list[str] = []
    depth, at = 0, 0
    for token in _TOKEN.finditer(text):
        out.append(text[at : token.start()].strip(_BLANK))
        at, mark = token.end(), token[0]
        if depth + (mark in "[{") > DEEPEST:
            depth += (mark in "[{") - (mark in "]}")
            out.append(mark)
            continue
        if mark in "]}":
            depth -= 1
            empty = "".join(out[-2:]).strip() in ("[", "{")
            out.append(mark if empty else "\n" + "  " * depth + mark)
            continue
        depth += mark in "[{"
        follows = text[at : at + 200].lstrip(_BLANK)[:1]
        newline = mark in "[{," and not (mark in "[{" and follows in ("]", "}"))
        out.append(mark + (" " if mark == ":" else "\n" + "  " * depth if newline else ""))
    return "".join([*out, text[at:].strip(_BLANK)])

"""Markdown files: the instructions as they are, below all other fields as YAML front matter."""

import re
from collections.abc import Mapping

from assistant_tui.core.formats import yaml_file
from assistant_tui.core.formats.json_file import ParsedAssistant
from assistant_tui.core.json_text import compose, members, read_json, write_json
from assistant_tui.core.strict_json import without_bom

_NAME = "instructions"
_BEFORE = "model"
"""The field that stands before the instructions in the API's own order."""
_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def write(text: str) -> str:
    """Write one assistant; instructions that no text file can hold stay among the other fields.

    Where they have an unusual place among the fields, `null` keeps it for them.
    """
    parts = members(text)
    body = _body(parts.get(_NAME))
    if not body:
        return f"---\n{yaml_file.write(text)}---\n"
    others = {name: value for name, value in parts.items() if name != _NAME}
    if list(_joined(others, body)) != list(parts):
        others = {**parts, _NAME: "null"}
    return f"---\n{yaml_file.write(compose(others))}---\n\n{body}\n"


def read(text: str) -> list[ParsedAssistant]:
    """Read the one assistant of a file.

    Raises:
        ValueError: no front matter, or a fault in it; the message says where.
    """
    text = without_bom(text)
    front = _FRONT.match(text)
    if front is None:
        raise ValueError("line 1: the fields are expected between two lines of ---")
    found = yaml_file.read(front[1], line=2)
    if len(found) != 1:
        raise ValueError("line 2: the fields of one assistant are expected")
    parts = members(found[0].text)
    body = text[front.end() :].removeprefix(front[2])
    # An editor of another system ends the last line as it does the others.
    ends_otherwise = front[2] == "\r\n" and body.endswith("\r\n")
    body = body.removesuffix("\r\n" if ends_otherwise else "\n")
    if not body:
        return [ParsedAssistant(2, found[0].text)]
    if parts.get(_NAME, "null") != "null":
        raise ValueError(f"line 2: {_NAME} stand here and below")
    return [ParsedAssistant(2, compose(_joined(parts, body)))]


def _body(value: str | None) -> str:
    """The instructions, if a file of UTF-8 can hold them as they are; else nothing."""
    try:
        body = read_json(value or "null")
        return body if isinstance(body, str) and body.encode() else ""
    except ValueError:
        return ""


def _joined(others: Mapping[str, str], body: str) -> dict[str, str]:
    """All fields, the instructions in the place kept for them, else in their usual one."""
    if _NAME in others:
        return {**others, _NAME: write_json(body)}
    joined = {}
    for name, value in others.items():
        joined[name] = value
        if name == _BEFORE:
            joined[_NAME] = write_json(body)
    return {**joined, _NAME: write_json(body)}

"""Values that a hostile server may send, as the JSON text that goes over the wire.

Not made by json.dumps alone: what no writer of JSON makes is what readers trip over.
"""

import json
from collections.abc import Iterator, Mapping

DEPTH = 100_000
"""Levels of nesting, far beyond any reader's stack."""
DIGITS = 10_000
"""Digits of a number, beyond what Python converts."""
LONGEST = 256_000
"""Characters of one line."""
LONGEST_INSIDE = 110_000
"""Characters of a value that is put into many places."""

STEERING: Mapping[str, str] = {
    "clipboard": "\x1b]52;c;RVZJTA==\x07EVIL",
    "clipboard, ended by ST": "\x1b]52;c;RVZJTA==\x1b\\EVIL",
    "title": "\x1b]0;EVIL\x07\x1b]2;EVIL\x1b\\",
    "link": "\x1b]8;;http://EVIL\x1b\\EVIL\x1b]8;;\x1b\\",
    "colour and clear": "\x1b[31m\x1b[2J\x1b[HEVIL",
    "device control": '\x1bP$q"pEVIL\x1b\\\x1b_EVIL\x1b\\\x1b^EVIL\x1b\\\x1bXEVIL\x1b\\',
    "reset": "\x1bcEVIL\x1b#8",
    "C1": "\x9b31m\x9d0;EVIL\x9c\x90EVIL\x9c\x85\x84",
    "C0": "".join(map(chr, range(0x20))) + "\x7fEVIL",
    "bidi": "\u202eEVIL\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "zero width": "E\u200bV\u200cI\u2060L\ufeff\u00ad\u180e\U000e0041",
    "separators": "EVIL\u2028EVIL\u2029EVIL",
    "private use": "\ue000\U000f0000\U0010fffdEVIL",
    "markup": "[/][red]EVIL[/red][@click=app.quit]EVIL[/][b]]\\[",
    "tags": "<b>EVIL</b>&#27;[31m&ZeroWidthSpace;",
    "combining": "E" + "\u0301" * 200 + "VIL",
    "wide": "字" * 200 + "🏳️‍🌈👩‍👩‍👧‍👦" * 20,
    "breaks": "EVIL\r\nEVIL\rEVIL\nEVIL\tEVIL\x0bEVIL\x0cEVIL",
    "blank": " \u3000\u00a0 ",
}
"""Texts that would steer a terminal, a layout or a parser of markup, by what they do."""

TEXTS: Mapping[str, str] = {
    **{name: json.dumps(text) for name, text in STEERING.items()},
    **{
        f"{name}, not escaped": json.dumps(text, ensure_ascii=False)
        for name, text in STEERING.items()
    },
    "controls as they are": '"' + STEERING["colour and clear"] + '\x00\x01\x7f"',
    "lone surrogates": r'"\ud800EVIL\udfff \udc00\ud800"',
    "NUL": r'"\u0000EVIL\u0000"',
    "empty": '""',
    "one long line": '"' + "x" * LONGEST + '"',
    "long words": '"' + "EVIL words " * (LONGEST // 11) + '"',
    "many lines": json.dumps("EVIL\n" * 20_000),
}
"""JSON strings."""

ODD: Mapping[str, str] = {
    "null": "null",
    "true": "true",
    "zero": "-0",
    "huge integer": "9" * DIGITS,
    "huge number": "-" + "9" * DIGITS + ".5e10",
    "infinite": "1e999",
    "tiny": "1e-999",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "empty list": "[]",
    "empty object": "{}",
    "list of odd things": r'[null, true, -0, 1e999, "\ud800", {"a": [[]]}, {"type": null}, []]',
    "nested lists": "[" * DEPTH + "]" * DEPTH,
    "nested objects": '{"a":' * DEPTH + "1" + "}" * DEPTH,
    "nested as deep as the stack, nearly": "[" * 940 + "]" * 940,
    "nested as far as it is read": "[" * 190 + "]" * 190,
    "names twice": r'{"type": "a", "type": "b", "\u0074ype": "c", "": 1, "": 2}',
    "hostile names": r'{"\u001b]0;EVIL\u0007": "[/]", "\ud800": 1, "[/]": {"\u202e": []}}',
}
"""JSON of every other kind."""

VALUES: Mapping[str, str] = {**TEXTS, **ODD}


def assistant(identity: str = "asst_1", /, **members: str) -> str:
    """The JSON of an assistant, sound but for `members`, which are JSON texts."""
    parts = {
        "id": json.dumps(identity),
        "object": '"assistant"',
        "created_at": "1700000000",
        "name": '"a name"',
        "description": "null",
        "model": '"gpt-4o"',
        "instructions": '"Answer."',
        "tools": "[]",
        "metadata": "{}",
        **members,
    }
    return "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in parts.items()) + "}"


FIELDS = (
    "id",
    "object",
    "created_at",
    "name",
    "description",
    "model",
    "instructions",
    "tools",
    "tool_resources",
    "metadata",
    "temperature",
    "top_p",
    "response_format",
    "reasoning_effort",
    "unknown_to_us",
)


def inside(value: str) -> dict[str, str]:
    """A value in the places inside the fields that have parts."""
    return {
        "tools": (
            f'[{{"type": {value}}}, {{"type": "function", "function": {{"name": {value}, '
            f'"description": {value}, "parameters": {value}, "strict": {value}}}}}, '
            f'{{"type": "file_search", "file_search": {{"max_num_results": {value}, '
            f'"ranking_options": {{"ranker": {value}, "score_threshold": {value}}}}}}}, '
            f'{{"type": "mcp", "mcp": {value}}}, {value}]'
        ),
        "tool_resources": (
            f'{{"code_interpreter": {{"file_ids": [{value}, "file_1"]}}, '
            f'"file_search": {{"vector_store_ids": [{value}], "vector_stores": {value}}}, '
            f'"other": {value}}}'
        ),
        "metadata": f'{{"key": {value}, {_as_name(value)}: "value", "both": {value}}}',
        "response_format": (
            f'{{"type": "json_schema", "json_schema": {{"name": {value}, "schema": {value}, '
            f'"description": {value}, "strict": {value}}}}}'
        ),
    }


def _as_name(value: str) -> str:
    return value if value.startswith('"') else '"name"'


def holding(value: str) -> Iterator[str]:
    """Assistants with a value in every field, and in every place inside the fields with parts.

    What is very long stands in a few fields alone, so that the tests stay quick.
    """
    short = len(value) <= LONGEST_INSIDE
    for field in FIELDS if short else ("id", "name", "instructions", "tools", "metadata"):
        yield assistant(**{field: value})
    for field, text in inside(value).items() if short else ():
        yield assistant(**{field: text})

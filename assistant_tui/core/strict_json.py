"""Reads the JSON that a person gives: in an editor, a file, a schema, on standard input.

What servers send is read tolerantly (`json_text`); here everything is refused that another reader
could understand differently, and the message says where it stands.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NoReturn

from assistant_tui.core.json_text import DEEPEST, is_too_deep, minified, read_json, spans

_BLANK = " \t\r\n"
_BOM = "\ufeff"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
"""In JSON without a fault of grammar: a string, a mark, or a number or word."""
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NO_INK = re.compile(r"[^\r\n]")
_PRIVATE, _MANY = 0xE000, 6_400
"""Characters of Unicode's private area stand in for names."""
TOO_DEEP = f"nested too deeply, {DEEPEST} levels are allowed"
_HALF = "half a character (a lone UTF-16 surrogate), whole ones are allowed"
_LONGEST_NUMBER = 1_000


class ParsedValue:
    """One JSON value of a text that may hold several."""

    def __init__(self, start: int, text: str, meaning: Any) -> None:
        self.start = start
        """Where it begins in the text that was read."""
        self.text = text
        """Exactly as it stands there."""
        self.meaning = meaning
        """What it says."""


class _Suspect(ValueError):
    """Valid JSON grammar with a fault that must be reported with its place."""


def without_bom(text: str) -> str:
    """The text without the byte order mark that some editors put before it."""
    return text.removeprefix(_BOM)


def line_and_column(text: str, at: int) -> str:
    """Where something stands, as a person looks for it: `line 2, column 5`."""
    line, start = text.count("\n", 0, at) + 1, text.rfind("\n", 0, at) + 1
    return f"line {line}, column {at - start + 1}"


def read_strictly(text: str) -> Any:
    """Return what a text says that holds one JSON value.

    Beside faults of grammar these are refused: a name that stands twice, NaN and Infinity, a number
    of more than a thousand characters, half a character, and more than `DEEPEST` levels.

    Raises:
        ValueError: the message begins with the place and says what is wrong or allowed.
    """
    text = without_bom(text)
    start = _next(text, 0)
    value = _read(text, start)
    if (end := _next(text, start + len(value.text))) < len(text):
        raise ValueError(f"{line_and_column(text, end)}: extra data")
    return value.meaning


def read_each(text: str) -> Iterator[ParsedValue]:
    """Read JSON values that stand one after the other, as `read_strictly` reads one.

    Raises:
        ValueError: as `read_strictly`, when the iteration reaches it.
    """
    text = without_bom(text)
    at = _next(text, 0)
    while at < len(text):
        value = _read(text, at)
        yield value
        at = _next(text, at + len(value.text))


def mask_unchanged(text: str, original: str) -> str:
    """The text of an object, with `0` for each value that `original` had under the same name.

    So what a server sent may be as odd as it was, while everything that the person changed is read
    strictly. Lines and columns stay the same.

    Args:
        text: the object after the person edited it.
        original: the object as the server sent it.
    """
    try:
        before, after = _members(original), _members(text)
    except ValueError:
        return text  # The reader says what is wrong.
    kept = {(name, minified(original[slice(*value)])) for name, _, value in before}
    had, has = (Counter(name for name, *_ in pairs) for pairs in (before, after))
    out, done = [], 0
    for number, (name, where, value) in enumerate(after):
        if (name, minified(text[slice(*value)])) not in kept:
            continue
        if had[name] == has[name] and where[1] - where[0] > 2:
            # It may stand twice there, or be odd itself.
            stand_in = f'"{chr(_PRIVATE + number % _MANY)}'.ljust(where[1] - where[0] - 1) + '"'
            out += [text[done : where[0]], stand_in]
            done = where[1]
        out += [text[done : value[0]], "0", _NO_INK.sub(" ", text[value[0] + 1 : value[1]])]
        done = value[1]
    return "".join([*out, text[done:]])


def _members(text: str) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    """The names of an object, and where each name and its value stand. Raises ValueError."""
    found = spans(text, "{", "}")
    if len(found) % 2:
        raise ValueError("a name without a value")
    pairs = zip(found[::2], found[1::2], strict=True)
    return [(str(read_json(text[slice(*name)])), name, value) for name, value in pairs]


def number_problem(text: str) -> str:
    """What is wrong with a number of JSON; empty if nothing is. It may be beyond any double."""
    if len(text) <= _LONGEST_NUMBER:
        return ""
    return f"a number of {len(text):,} characters, {_LONGEST_NUMBER:,} are allowed"


def text_problem(text: str) -> str:
    """What is wrong with what a string says; empty if nothing is."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _HALF
    return ""


def _read(text: str, start: int) -> ParsedValue:
    """Read the value that begins at a place; decoding is quick, and only a fault is looked for."""
    try:
        meaning, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        words = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise ValueError(f"{line_and_column(text, error.pos)}: {words}") from None
    except (_Suspect, RecursionError):
        meaning, end = None, len(text)
    value = ParsedValue(start, text[start:end], meaning)
    if meaning is None or _is_suspect(value.text):
        for at, words in _faults(text, start, end):
            raise ValueError(f"{line_and_column(text, at)}: {words}")
    return value


def _is_suspect(text: str) -> bool:
    """Whether there may be a fault in what could be decoded."""
    return bool(_ESCAPED_SURROGATE.search(text)) or bool(text_problem(text)) or is_too_deep(text)


def _faults(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The faults beyond grammar, in their order, each with its place."""
    names: list[set[str] | None] = []
    """For each level that is open the names so far; None for an array."""
    expected = False
    """Whether a string is a name."""
    for token in _TOKEN.finditer(text, start, end):
        at, word = token.start(), token[0]
        if word in "[{":
            names.append(set() if word == "{" else None)
            if len(names) > DEEPEST:
                yield at, TOO_DEEP
                return
        elif word in "]}":
            names = names[:-1]
        elif word.startswith('"'):
            yield from ((at, problem) for problem in _of_string(word, names, expected))
        elif word not in ":," and (problem := _of_word(word)):
            yield at, problem
        expected = word == "{" or (word == "," and bool(names) and names[-1] is not None)


def _of_string(word: str, names: list[set[str] | None], expected: bool) -> Iterator[str]:
    try:
        said = json.loads(word)
    except ValueError:
        return  # A fault of grammar behind the first one that is looked for.
    if problem := text_problem(said):
        yield problem
    known = names[-1] if names and expected else None
    if known is not None:
        if said in known:
            yield f"the name {word} stands twice"
        known.add(said)


def _of_word(word: str) -> str:
    if word in ("true", "false", "null"):
        return ""
    if word in ("NaN", "Infinity", "-Infinity"):
        return f"{word} is no JSON, a number or null is allowed"
    return number_problem(word)


def _next(text: str, at: int) -> int:
    """Where the next thing begins that is no white space."""
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _suspect(text: str) -> NoReturn:
    raise _Suspect(text)


def _float(text: str) -> float:
    return _suspect(text) if number_problem(text) else float(text)


def _int(text: str) -> int:
    return _suspect(text) if number_problem(text) else int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _suspect("")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_suspect
)


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
        return _described(error)
    except RecursionError:
        return "nested too deeply"
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        # The library stumbles over some: a `$schema` that is no URL, a pattern beyond all bounds.
        return f"no schema that can be checked: {error}"
    return ""


def _described(error: Any) -> str:
    """The place and the words of the innermost cause: not that none of several schemas fits."""
    from jsonschema.exceptions import relevance

    while error.context:
        error = max(error.context, key=relevance)
    return f"{error.json_path}: {error.message}"

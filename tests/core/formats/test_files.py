"""Each format that can be read again holds an assistant to the letter."""

import json
from itertools import pairwise

import pytest
import yaml
from hypothesis import example, given

from assistant_tui.core.formats import json_file, markdown_file, yaml_file
from assistant_tui.core.json_text import compose, read_json, write_json
from tests.core.formats.support import HARD, assistants, exactly, values


@example(HARD)
@given(assistants)
def test_json_is_what_was_written(text: str) -> None:
    written = json_file.write(text)
    [found] = json_file.read(written)
    assert (found.line, exactly(found.text)) == (1, exactly(text))
    assert json_file.write(found.text) == written


@example(HARD)
@given(assistants)
def test_yaml_is_what_was_written(text: str) -> None:
    written = yaml_file.write(text)
    [found] = yaml_file.read(written)
    assert exactly(found.text) == exactly(text)
    assert yaml_file.write(found.text) == written


@example(HARD)
@given(assistants)
def test_markdown_is_what_was_written(text: str) -> None:
    written = markdown_file.write(text)
    [found] = markdown_file.read(written)
    assert exactly(found.text) == exactly(text)
    assert markdown_file.write(found.text) == written


@example('"...\\n"')
@given(values)
def test_what_is_written_means_the_same_to_another_reader_of_yaml(text: str) -> None:
    """But for numbers, of which YAML 1.1 knows fewer: nothing else turns into one, or a date."""
    kept = json.dumps(_without_numbers(read_json(text)))
    read = yaml.safe_load(yaml_file.write(compose({"a": kept})))
    assert read == {"a": json.loads(kept)}


def _without_numbers(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_numbers(item) for item in value]
    return str(value) if isinstance(value, float) or type(value) is int else value


@pytest.mark.parametrize(
    "word", ["no", "On", "y", "null", "~", "1_000", "0x1F", "012", "1e5", "12:30", "2001-01-01"]
)
def test_a_text_that_looks_like_something_else_stays_a_text(word: str) -> None:
    text = compose({"a": write_json(word), word: "1"})
    assert f'"{word}": 1' in yaml_file.write(text)
    assert yaml.safe_load(yaml_file.write(text)) == {"a": word, word: 1}


def test_long_texts_are_read_in_lines() -> None:
    text = compose({"instructions": write_json("Be brief.\n\n- One\n  two\n")})
    assert yaml_file.write(text) == "instructions: |\n  Be brief.\n\n  - One\n    two\n"
    assert markdown_file.write(text) == "---\n{}\n---\n\nBe brief.\n\n- One\n  two\n\n"


def test_what_is_no_json_to_the_letter_is_written_as_it_is_and_refused_with_its_place() -> None:
    written = yaml_file.write('{"a": NaN, "b": [-Infinity]}')
    assert written == 'a: !json "NaN"\nb:\n- !json "-Infinity"\n'
    with pytest.raises(ValueError, match=r"^line 1, column 4: in the JSON here, .* NaN is no JSON"):
        yaml_file.read(written)


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in pairwise("abcdefghijklmn")
)
"""A list of lists of lists: ten times as much in each line as in the one before."""
DEEP = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 250))
"""A line adds a level to the line before."""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a: b\nc: 1_000",
            "line 2, column 4: 1_000 is no number of JSON: write it as JSON does, or in q",
        ),
        ("a: [0x1F]", "line 1, column 5: 0x1F is no number of JSON"),
        ("a: 012", "line 1, column 4: 012 is no number"),
        ("a: .5", "line 1, column 4: .5 is no number"),
        ("a: -.inf", "line 1, column 4: -.inf is no number"),
        ("a: 12:30:00", "line 1, column 4: 12:30:00 is no number"),
        ("a: !!int 0x1F", "line 1, column 4: 0x1F is no number"),
        (
            "a: !!python/object/apply:os.system [x]",
            "line 1, column 4: the tag tag:yaml.org,2002:pyth",
        ),
        ("a:\n  !x {b: 1}", "line 2, column 3: the tag !x is not read"),
        ("a: !json '{'", "line 1, column 4: "),
        ("a: &x\n  b: *x", "line 1, column 4: an alias stands inside of what it repeats"),
        ("a: &x [*x]", "line 1, column 4: an alias stands inside of what it repeats"),
        ("a: *x", "line 1, column 4: found undefined alias"),
        ("a: &x 1\n---\na: *x", "line 3, column 4: found undefined alias"),
        (LAUGHS, "line 6, column 4: aliases repeat more than 10,000,000 characters"),
        (
            "a: &x " + "y" * 2_000_000 + "\nb: [*x, *x, *x, *x, *x, *x]",
            "line 1, column 4: aliases ",
        ),
        (DEEP, "line 1, column 1: nested too deeply"),
        ("- a: b\n- c", "line 2, column 3: names with values are allowed"),
        ("[{a: b}, [c]]", "line 1, column 10: names with values are allowed"),
        ("a: b\n- c", "line 2, column 1: "),
        ("- a", "line 1, column 1: names with values are allowed"),
        ("a: 1\n\na: 2", "line 3, column 1: the name a stands twice"),
        ("? [a]\n: b", "line 1, column 3: a text is allowed as a name"),
        ("a: b\nc: \x07", "line 2, column 4: a character that YAML does not allow"),
        ("a: " + "[" * 5_000, "line 1, column 203: nested too deeply"),
    ],
)
def test_yaml_that_json_cannot_hold_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ValueError) as fault:
        yaml_file.read(text)
    assert str(fault.value).startswith(told)


def test_a_yaml_file_may_list_assistants() -> None:
    first, second, third = yaml_file.read("- name: A\n  top_p: 1.0\n- name: B\n---\nname: C\n")
    assert [each.line for each in (first, second, third)] == [1, 3, 5]
    assert [first.text, second.text, third.text] == [
        '{"name": "A", "top_p": 1.0}',
        '{"name": "B"}',
        '{"name": "C"}',
    ]


def test_an_alias_is_what_it_repeats() -> None:
    text = (
        "- &base\n  model: m\n  n: &n 1.0\n  tools: &t [{type: x}]\n"
        "- {a: *base, n: *n, t: *t}\n- *base\n"
    )
    first, second, third = yaml_file.read(text)
    whole = '{"model": "m", "n": 1.0, "tools": [{"type": "x"}]}'
    assert first.text == third.text == whole
    assert second.text == f'{{"a": {whole}, "n": 1.0, "t": [{{"type": "x"}}]}}'


def test_yaml_as_people_write_it() -> None:
    text = (
        "# two\n---\nname: no\nx: 2001-01-01\ny: ~\nz:\nf: True\n1: !!str 5\n---\n{a: [1.50, b]}\n"
    )
    first, second = yaml_file.read(text)
    assert (first.line, second.line) == (3, 10)
    assert json.loads(first.text) == {
        "name": "no", "x": "2001-01-01", "y": None, "z": None, "f": True, "1": "5"
    }  # fmt: skip
    assert second.text == '{"a": [1.50, "b"]}'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"a": 1}\n{"b": 1.0}\n', [1, 2]),
        ('\n{\n"a": 1}\n\n{"b": 1.0}', [2, 5]),
        ('[{"a": 1},\n {"b": 1.0}]', [1, 2]),
        ('[{"a": 1}, {"b": 1.0}]', [1, 1]),
    ],
)
def test_json_as_people_write_it(text: str, lines: list[int]) -> None:
    found = json_file.read(text)
    assert [each.line for each in found] == lines
    assert [json.loads(each.text) for each in found] == [{"a": 1}, {"b": 1.0}]
    assert found[1].text == '{"b": 1.0}'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1}\n{"b": }', "line 2, column 7: expecting value"),
        ('{"a": 1}\n5', "line 2, column 1: an object is allowed, one for each assistant"),
        ('[{"a": 1},\n[]]', "line 2, column 1: an object is allowed"),
        ('{"a": NaN}', "line 1, column 7: NaN is no JSON"),
        ('[{"a": 1}', "line 1, column 10: expecting ',' delimiter"),
        ("[" * 100_000, "line 1, column 201: nested too deeply"),
        ('{"a":' * 100_000, "line 1, column 1001: nested too deeply"),
    ],
    ids=range(7),
)
def test_what_is_no_json_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ValueError) as fault:
        json_file.read(text)
    assert str(fault.value).startswith(told)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("---\nname: A\n---\nBe brief.", {"name": "A", "instructions": "Be brief."}),
        (
            "---\r\nname: A\r\n---\r\n\r\nBe\r\nbrief.",
            {"name": "A", "instructions": "Be\r\nbrief."},
        ),
        ("---\nname: A\n---\n", {"name": "A"}),
        ("---\nname: A\n---", {"name": "A"}),
        ("---\nname: A\n---\n\na\n---\nb\n", {"name": "A", "instructions": "a\n---\nb"}),
        ("---\nmodel: m\nname: A\n---\nB", {"model": "m", "instructions": "B", "name": "A"}),
        ("---\ninstructions: null\nname: A\n---\nB", {"instructions": "B", "name": "A"}),
        ("---\ninstructions: ''\n---\n", {"instructions": ""}),
    ],
)
def test_markdown_as_people_write_it(text: str, meaning: dict[str, str]) -> None:
    [found] = markdown_file.read(text)
    assert [*json.loads(found.text).items()] == [*meaning.items()]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# Read me\n", "line 1: the fields are expected between two lines of ---"),
        ("---\nname: A\n", "line 1: the fields are expected between two lines of ---"),
        ("---\n---\nBe brief.", "line 2: the fields of one assistant are expected"),
        ("---\nname: A\nx: 0x1F\n---\n", "line 3, column 4: 0x1F is no number of JSON"),
        ("---\ninstructions: a\n---\nb", "line 2: instructions stand here and below"),
    ],
)
def test_what_is_no_assistant_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ValueError) as fault:
        markdown_file.read(text)
    assert str(fault.value).startswith(told)


def test_the_last_line_break_of_another_system_is_no_part_of_the_instructions() -> None:
    [found] = markdown_file.read("\ufeff---\r\nname: A\r\n---\r\n\r\nBe\r\nbrief.\r\n")
    assert json.loads(found.text) == {"name": "A", "instructions": "Be\r\nbrief."}


def test_carriage_returns_in_instructions_stay_where_the_file_has_none_else() -> None:
    text = '{"model":"m","instructions":"One\\r\\nTwo\\r\\n"}'
    [found] = markdown_file.read(markdown_file.write(text))
    assert json.loads(found.text) == json.loads(text)

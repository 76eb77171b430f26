"""YAML files that hold JSON exactly, and that mean the same to readers of YAML 1.1 and 1.2.

Nothing is constructed: trees of nodes are written and read, so that no tag of a file can do
anything, and a number stays the text that it was.
"""

import math
import re
from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from assistant_tui.core.document import (
    DEEPEST,
    compose,
    compose_list,
    elements,
    members,
    read_json,
    write_json,
)
from assistant_tui.core.formats.found import Found

_YAML = "tag:yaml.org,2002:"
_NULL, _FLAG, _NUMBER, _TEXT = (f"{_YAML}{kind}" for kind in ("null", "bool", "float", "str"))
_WHOLE = f"{_YAML}int"
_ODD = "odd"
"""Plain words that YAML takes for numbers and JSON does not."""
EXACT = "!json"
"""The tag of JSON that YAML has no form for, kept as a text."""

_NUMBER_FORM = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_ODD_FORM = re.compile(
    r"[-+]?(?:[0-9][0-9_]*|0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+|[0-9][0-9_]*(?::[0-5]?[0-9])+"
    r"|\.[0-9][0-9_]*|[0-9][0-9_]*\.[0-9_]*)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_PLAIN = re.compile(r"[^\W\d_][\w./@+-]*(?: [\w./@+-]+)*")
"""Texts that are written without quotes: they look like nothing else to anybody."""
_LINES = {ord("\n"): None, ord("\t"): None}
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

_RESOLVERS = [
    (_NULL, re.compile(r"(?:~|null|Null|NULL|)\Z")),
    (_FLAG, re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
    (_NUMBER, re.compile(rf"{_NUMBER_FORM.pattern}\Z")),
    (_ODD, re.compile(rf"(?:{_ODD_FORM.pattern})\Z")),
]


class _Writer(yaml.SafeDumper):
    """Leaves unquoted what reads the same without quotes."""


class _Reader(yaml.SafeLoader):
    """Knows the plain words of JSON alone."""


for each in (_Writer, _Reader):
    each.yaml_implicit_resolvers = {None: _RESOLVERS}


def write(text: str) -> str:
    """Write JSON as one YAML document, without the mark that begins it."""
    written: str = yaml.serialize(_node(text), Dumper=_Writer, allow_unicode=True, width=math.inf)
    return written[:-4] if written.endswith("\n...\n") else written


def read(text: str) -> list[Found]:
    """Read every document of a file that holds an object.

    Raises:
        ValueError: not YAML, or what JSON cannot hold; the message says where.
    """
    found = []
    try:
        for node in yaml.compose_all(text, Loader=_Reader):
            if not isinstance(node, MappingNode):
                raise _fault(node, "names with values are allowed, for one assistant")
            found.append(Found(_line(node), _Reading().json(node)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{place}{error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ValueError(f"line {line}: a character that YAML does not allow") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found


def _node(text: str, depth: int = 0) -> Node:
    """The tree for a JSON text; what is no JSON to the letter, or too deep, is kept as a text."""
    text = text.strip()
    try:
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        if text.startswith("{"):
            pairs = [(_string(n), _node(v, depth + 1)) for n, v in members(text).items()]
            return MappingNode(f"{_YAML}map", pairs, flow_style=False)
        if text.startswith("["):
            items = [_node(each, depth + 1) for each in elements(text)]
            return SequenceNode(f"{_YAML}seq", items, flow_style=False)
        if text.startswith('"'):
            return _string(str(read_json(text)), blocks=True)
    except ValueError:
        return ScalarNode(EXACT, text, style='"')
    if text == "null":
        return ScalarNode(_NULL, text)
    if text in ("true", "false"):
        return ScalarNode(_FLAG, text)
    if _NUMBER_FORM.fullmatch(text):
        return ScalarNode(_NUMBER, text)
    return ScalarNode(EXACT, text, style='"')


def _string(value: str, *, blocks: bool = False) -> ScalarNode:
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return ScalarNode(_TEXT, value)
    # U+0085 and others are line breaks to YAML 1.1 alone.
    lines = "\n" in value and value.translate(_LINES).isprintable()
    style = "|" if blocks and lines else '"'
    return ScalarNode(_TEXT, value, style=style)


class _Reading:
    """Reads one document; a node that an alias leads to again could go on for ever."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def json(self, node: Node) -> str:
        """The JSON that a tree stands for."""
        if id(node) in self._seen:
            raise _fault(node, "aliases to this are not read")
        self._seen.add(id(node))
        if isinstance(node, MappingNode) and node.tag == f"{_YAML}map":
            return compose(dict(self._pairs(node)))
        if isinstance(node, SequenceNode) and node.tag == f"{_YAML}seq":
            return compose_list(self.json(each) for each in node.value)
        if not isinstance(node, ScalarNode):
            raise _fault(node, f"the tag {node.tag} is not read")
        return _scalar(node)

    def _pairs(self, node: MappingNode) -> Iterator[tuple[str, str]]:
        """The names and values of an object. A name that stands twice is a fault of the file."""
        names = set()
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise _fault(key, "a text is allowed as a name")
            if key.value in names:
                raise _fault(key, f"the name {key.value} stands twice")
            names.add(key.value)
            yield key.value, self.json(value)


def _scalar(node: ScalarNode) -> str:
    tag, value = node.tag, node.value
    if tag == _TEXT:
        return write_json(value)
    if tag == _NULL:
        return "null"
    if tag == _FLAG and value.lower() in ("true", "false"):
        return str(value.lower())
    if tag in (_NUMBER, _WHOLE) and _NUMBER_FORM.fullmatch(value):
        return str(value)
    if tag == EXACT:
        return _exact(node)
    if tag in (_ODD, _NUMBER, _WHOLE):
        raise _fault(node, f"{value} is no number of JSON: write it as JSON does, or in quotes")
    raise _fault(node, f"the tag {tag} is not read")


def _exact(node: ScalarNode) -> str:
    try:
        read_json(node.value)
    except ValueError as error:
        raise _fault(node, str(error)) from None
    return str(node.value)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark is not None else 1


def _fault(node: Node | None, problem: str) -> ValueError:
    line = 1 if node is None else _line(node)
    return ValueError(f"line {line}: {problem}")

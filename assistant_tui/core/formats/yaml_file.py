"""YAML files that hold JSON exactly, and that mean the same to readers of YAML 1.1 and 1.2.

Nothing is constructed: trees of nodes are written and read, so that no tag of a file can do
anything, and a number stays the text that it was.
"""

import math
import re
from collections.abc import Collection, Iterator
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from assistant_tui.core.formats.json_file import ParsedAssistant
from assistant_tui.core.json_text import (
    DEEPEST,
    compose,
    compose_list,
    elements,
    is_too_deep,
    members,
    read_json,
    write_json,
)
from assistant_tui.core.strict_json import (
    TOO_DEEP,
    line_and_column,
    number_problem,
    read_strictly,
    text_problem,
    without_bom,
)

_YAML = "tag:yaml.org,2002:"
_NULL, _FLAG, _NUMBER, _TEXT = (f"{_YAML}{kind}" for kind in ("null", "bool", "float", "str"))
_WHOLE = f"{_YAML}int"
_ODD = "odd"
"""Plain words that YAML takes for numbers and JSON does not."""
MOST_REPEATED = 10_000_000
"""Characters of JSON that the aliases of one document may add to it."""
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

_NULL_FORM = re.compile(r"(?:~|null|Null|NULL|)\Z")
_RESOLVERS = [
    (_NULL, _NULL_FORM),
    (_FLAG, re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")),
    (_NUMBER, re.compile(rf"{_NUMBER_FORM.pattern}\Z")),
    (_ODD, re.compile(rf"(?:{_ODD_FORM.pattern})\Z")),
]


class _Writer(yaml.SafeDumper):
    """Leaves unquoted what reads the same without quotes."""


class _Reader(yaml.SafeLoader):
    """Knows the plain words of JSON alone; an alias is the node that it repeats."""

    _depth = 0

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.aliased: set[int] = set()
        """The ids of the nodes of this document that stand in several places."""

    def nodes(self) -> Iterator[Node]:
        """The tree of each document, as soon as it is read."""
        while self.check_node():
            self.aliased = set()
            node = self.get_node()
            assert node is not None, "there is another document"
            yield node

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Compose one node and all that is inside it."""
        # The stubs of PyYAML leave it without types.
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            node = super().compose_node(parent, index)
            self.aliased.add(id(node))
            return node
        if self._depth >= DEEPEST and isinstance(event, yaml.CollectionStartEvent):
            raise _fault(event, TOO_DEEP)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


for each in (_Writer, _Reader):
    each.yaml_implicit_resolvers = {None: _RESOLVERS}


def write(text: str) -> str:
    """Write JSON as one YAML document, without the mark that begins it."""
    written: str = yaml.serialize(_node(text), Dumper=_Writer, allow_unicode=True, width=math.inf)
    return written[:-4] if written.endswith("\n...\n") else written


def read(text: str, line: int = 1, *, lists: bool = False) -> list[ParsedAssistant]:
    """Read every object of a file: its documents, or what they list.

    Args:
        text: the file, or a part of it.
        line: that of its first line.
        lists: whether a document may be a list that is one value, not one of assistants.

    Raises:
        ValueError: not YAML, or what JSON cannot hold; the message says where.
    """
    found = []
    try:
        # What stands before keeps the lines of a part of a file what they are in the file.
        reader = _Reader("\n" * (line - 1) + without_bom(text))
        for document in reader.nodes():
            conversion = _Conversion(reader.aliased)
            for node in [document] if lists else _items(document):
                if not isinstance(node, MappingNode | SequenceNode if lists else MappingNode):
                    raise _fault(node, "names with values are allowed, for one assistant")
                found.append(ParsedAssistant(_line(node), conversion.whole(node)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{_place(mark)}: " if mark else ""
        raise ValueError(f"{where}{error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        where = line_and_column("\n" * (line - 1) + without_bom(text), error.position)
        raise ValueError(f"{where}: a character that YAML does not allow") from None
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


def _items(document: Node) -> list[Node]:
    """The objects that a document lists; the document itself where it is no list of objects."""
    listed = isinstance(document, SequenceNode) and document.tag == f"{_YAML}seq"
    if listed and document.value and isinstance(document.value[0], MappingNode):
        return list(document.value)
    return [document]


class _Conversion:
    """Makes JSON of the nodes of one document; what aliases repeat is limited."""

    def __init__(self, aliased: Collection[int]) -> None:
        """`aliased` are the ids of the nodes that stand in several places."""
        self._aliased = aliased
        self._texts: dict[int, str] = {}
        """The JSON of those, once it is made."""
        self._begun: set[int] = set()
        self._repeated = 0
        """Characters that aliases have added."""

    def whole(self, node: Node) -> str:
        """The JSON that a tree stands for."""
        text = self._json(node)
        if self._aliased and is_too_deep(text):
            raise _fault(node, TOO_DEEP)
        return text

    def _json(self, node: Node) -> str:
        if id(node) not in self._aliased:
            return self._plain(node)
        if id(node) in self._texts:
            self._repeated += len(self._texts[id(node)])
            if self._repeated > MOST_REPEATED:
                raise _fault(node, f"aliases repeat more than {MOST_REPEATED:,} characters")
        elif id(node) in self._begun:
            raise _fault(node, "an alias stands inside of what it repeats")
        else:
            self._begun.add(id(node))
            self._texts[id(node)] = self._plain(node)
        return self._texts[id(node)]

    def _plain(self, node: Node) -> str:
        if isinstance(node, MappingNode) and node.tag == f"{_YAML}map":
            return compose(dict(self._pairs(node)))
        if isinstance(node, SequenceNode) and node.tag == f"{_YAML}seq":
            return compose_list(self._json(each) for each in node.value)
        if not isinstance(node, ScalarNode):
            raise _fault(node, f"the tag {node.tag} is not read")
        return _scalar(node)

    def _pairs(self, node: MappingNode) -> Iterator[tuple[str, str]]:
        """The names and values of an object. A name that stands twice is a fault of the file."""
        names = set()
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise _fault(key, "a text is allowed as a name")
            if key.tag not in (_TEXT, _FLAG, _NUMBER, _ODD):
                raise _fault(key, f"a text is allowed as a name, put {key.value or 'it'} in quotes")
            if key.value == "<<" and key.style is None:
                raise _fault(key, "merges are not read, write the fields themselves")
            if key.value in names:
                raise _fault(key, f"the name {key.value} stands twice")
            names.add(key.value)
            yield _text(key), self._json(value)


def _scalar(node: ScalarNode) -> str:
    tag, value = node.tag, node.value
    if tag == _TEXT:
        return write_json(_text(node))
    if tag == EXACT:
        return _exact(node)
    if tag == _NULL and _NULL_FORM.match(value):
        return "null"
    if tag == _FLAG and value.lower() in ("true", "false"):
        return str(value.lower())
    if tag in (_NUMBER, _WHOLE) and _NUMBER_FORM.fullmatch(value):
        if problem := number_problem(value):
            raise _fault(node, problem)
        return str(value)
    if tag in (_ODD, _NUMBER, _WHOLE):
        raise _fault(node, f"{value} is no number of JSON: write it as JSON does, or in quotes")
    raise _fault(node, f"the tag {tag} is not read")


def _text(node: ScalarNode) -> str:
    if problem := text_problem(node.value):
        raise _fault(node, problem)
    return str(node.value)


def _exact(node: ScalarNode) -> str:
    try:
        read_strictly(node.value)
    except ValueError as error:
        raise _fault(node, f"in the JSON here, {error}") from None
    return str(node.value)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark is not None else 1


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _fault(node: Node | yaml.Event | None, problem: str) -> ValueError:
    if node is None or node.start_mark is None:
        return ValueError(f"line 1: {problem}")
    return ValueError(f"{_place(node.start_mark)}: {problem}")

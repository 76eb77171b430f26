"""Assistants for files, and what JSON texts mean to the letter."""

import json
from typing import Any

from hypothesis import strategies as st

from assistant_tui.core.json_text import compose, write_json
from tests.core.json_texts import is_strict, sample_texts

HARD = (
    '{"id":"asst_1","object":"assistant","created_at":1,"name":"no","description":"a: b # c",'
    '"model":"gpt-4o","instructions":"\u00dcb\u2028\\r\\n\\t end \\n\\n",'
    '"tools":[{"type":"new","x":[1.0,-0]}],'
    '"metadata":{"yes":"1_000","0x1F":"2001-01-01","~":"null","":"12:30"},"temperature":1.0,'
    '"top_p":1e400,"big":12345678901234567890123,'
    '"nul":"\\u0000","odd":{"b":1,"a":2}}'
)
"""What a format could stumble over, in the API's order of fields."""


class Exact(str):
    """A number as it was written."""


def exactly(text: str) -> Any:
    """What JSON means, numbers and the order of names to the letter."""
    return json.loads(
        text, parse_int=Exact, parse_float=Exact, object_pairs_hook=lambda p: [*dict(p).items()]
    )


_lines = st.lists(
    st.sampled_from(["", " ", "- a", "  b", "c ", "---", "\u2028", "x: y", "#", "\t"])
)
block_texts = _lines.map("\n".join) | st.text() | st.text("\n\r \ta:-#'\"|>\\\x00\x85\u2028\ufeff")
"""Texts of many lines, with whatever means something to YAML."""

values = sample_texts | block_texts.map(write_json)
_names = st.text(max_size=5) | st.sampled_from(["model", "id", "no"])
assistants = st.builds(
    lambda parts, instructions: compose({**parts, **instructions}),
    st.dictionaries(
        st.text(max_size=5) | st.sampled_from(["model", "id", "no"]), values, max_size=4
    ),
    st.just({}) | st.fixed_dictionaries({"instructions": values}),
).filter(is_strict)
"""The JSON of objects, some with instructions of any kind at some place."""

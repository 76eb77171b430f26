"""The samples: always the same, all different, and each a valid assistant."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.samples import sample, sample_id, sample_index, three_samples

MANY = [sample(index) for index in range(1500)]


@given(st.integers(0, 10**9 - 1))
def test_an_id_leads_back_to_its_index(index: int) -> None:
    made = sample_id(index)
    prefix, _, rest = made.partition("_")
    assert prefix == "asst" and len(rest) == 24 and rest.isascii() and rest.isalnum()
    assert sample_index(made) == index


@given(st.text() | st.from_regex(r"asst_[0-9A-Za-z]{24}", fullmatch=True))
def test_any_other_text_is_no_sample(text: str) -> None:
    index = sample_index(text)
    assert index is None or sample_id(index) == text


def test_near_misses_are_no_samples() -> None:
    made = sample_id(5)
    for other in (made[5:], made[:-1], made + "0", made[:-1] + "-", made[:-1] + "é", ""):
        assert sample_index(other) is None
    assert sample_index(sample_id(10**9)) is None
    assert sample_index(sample_id(-1)) is None


def test_the_first_is_the_newest_and_all_others_are_older() -> None:
    assert sample(0)["created_at"] == datetime(2026, 8, 1, 12, tzinfo=UTC).timestamp()
    times = [assistant["created_at"] for assistant in MANY]
    assert times == sorted(set(times), reverse=True)
    assert sample(99_999)["created_at"] < sample(99_998)["created_at"]
    assert datetime.fromtimestamp(sample(99_999)["created_at"], UTC).year >= 2025


def test_they_are_all_different_and_always_the_same() -> None:
    code = (
        "from assistant_tui.core.assistants.samples import sample; "
        "print([sample(i) for i in range(50)])"
    )
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert again.stdout.strip() == repr(MANY[:50])
    assert len({assistant["id"] for assistant in MANY}) == len(MANY)


def test_they_are_varied() -> None:
    names = [assistant["name"] for assistant in MANY]
    assert None in names and names[0] is not None
    assert 250 <= max(len(name) for name in names if name) <= 256
    assert any(name and not name.isascii() and len(name) < 60 for name in names)
    assert len(set(names)) > 500
    assert len({assistant["model"] for assistant in MANY}) >= 6
    assert max(len(assistant["instructions"] or "") for assistant in MANY) > 10_000
    tools = [Counter(tool["type"] for tool in assistant["tools"]) for assistant in MANY]
    assert any(count["function"] >= 3 for count in tools) and any(not count for count in tools)
    formats = {str(assistant["response_format"])[:20] for assistant in MANY}
    assert len(formats) == 3
    for key in ("metadata", "tool_resources", "reasoning_effort", "description"):
        assert any(assistant[key] for assistant in MANY)
        assert not all(assistant[key] for assistant in MANY)


def test_reading_them_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys, assistant_tui.core.assistants.samples;"
        "print({'pydantic', 'httpx', 'starlette', 'json'} & sys.modules.keys())"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "set()"


def test_three_to_begin_with() -> None:
    bodies = three_samples()
    assert len(bodies) == 3 == len({body["name"] for body in bodies})
    for body in bodies:
        assert body["model"] and body["instructions"]
        assert not body.keys() & {"id", "object", "created_at"}

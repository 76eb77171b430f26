"""A thread as tests for Promptfoo."""

import pytest

from assistant_tui.core.formats.threads import promptfoo
from tests.core.formats.threads.support import (
    COMMON,
    ORDERS,
)


def test_tests_for_promptfoo() -> None:
    assert (
        promptfoo.write(ORDERS)
        == """\
description: Thread thread_1
prompts:
- "{{prompt}}"
tests:
- vars:
    prompt: |-
      Where is order 7?

      [image file-1]
  assert:
  - type: tool-call-f1
    value:
    - get_order
- vars:
    prompt: Thanks
"""
    )
    assert promptfoo.losses(ORDERS) == (
        *COMMON,
        "arguments and outputs of calls, and the answers after them",
        "what was said before a turn: each test begins anew",
    )


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("plain: yes", "plain: yes"),
        ("a {{b}}", "{% raw %}a {{b}}{% endraw %}"),
        ("file:///etc/passwd", "{% raw %}file:///etc/passwd{% endraw %}"),
        (" exec:rm", "{% raw %} exec:rm{% endraw %}"),
        (
            "{% endraw %}",
            "{% raw %}{% endraw %}{{'{% endraw %}'}}{% raw %}{% endraw %}",
        ),
    ],
)
def test_what_promptfoo_would_act_on_is_marked_as_text(text: str, literal: str) -> None:
    assert promptfoo.literal(text) == literal

"""Whatever stands in a refusal, in its body or its headers: it becomes one short error."""

import math

import pytest

from assistant_tui.transport.http_errors import RequestContext, http_error
from assistant_tui.transport.messages import Response
from tests.hostile.corpus import VALUES

ASKED = RequestContext("POST", "host", "/v1/assistants/asst_1", True)
LONGEST_SAID = 3_000
"""Characters: a message, with a field, a code and a request id."""


def bodies(value: str) -> list[str]:
    """A value in every place where servers put their words."""
    return [
        value,
        f'{{"error": {value}}}',
        f'{{"error": {{"message": {value}, "param": {value}, "code": {value}, "type": {value}}}}}',
        f'{{"error": {{"message": "m", "param": {value}, "code": {value}}}}}',
        f'{{"detail": {value}}}',
        f'{{"detail": [{{"loc": ["body", {value}], "msg": {value}}}, {value}]}}',
        f'{{"message": {value}, "msg": {value}}}',
    ]


@pytest.mark.parametrize("value", VALUES)
def test_it_is_one_short_error(value: str) -> None:
    for body in bodies(VALUES[value]):
        for status in (302, 401, 404, 422, 429, 500, 599, 999):
            error = http_error(Response(status, {}, body), ASKED).error
            assert len(str(error)) <= LONGEST_SAID
            assert len(error.code or "") <= LONGEST_SAID


HEADERS = [
    "",
    "-1",
    "1e999",
    "NaN",
    "9" * 10_000,
    "٣",
    "1_0",
    "\x00",
    "Mon, 01 Jan 0000 00:00:00 GMT",
    "Fri, 31 Dec 99999 23:59:59 +9999",
    "Thu, 01 Jan 1970 00:00:00 -0000",
    ", , , : :",
    "Wed, 99 Foo 2026 25:61:61 XYZ",
    "[" * 10_000,
]


@pytest.mark.parametrize("text", HEADERS)
def test_a_time_to_wait_is_a_number_or_nothing(text: str) -> None:
    headers = {"retry-after": text, "retry-after-ms": text, "x-should-retry": text}
    wait = http_error(Response(429, headers, ""), ASKED, now=1_800_000_000.0).error.retry_after
    assert wait is None or (wait > 0 and math.isfinite(wait))

"""Forms of uploads: read the same in whatever pieces they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.server.errors import ApiError
from assistant_tui.server.http.multipart import FormParser

BOUNDARY = "b-1"
TYPE = f'multipart/form-data; charset=utf-8; boundary="{BOUNDARY}"'
PIECES = [b"\r\n", b"\r", b"\n", b"--", f"--{BOUNDARY}".encode(), b"\r\n--b-", b"x", b"-", b"\0"]


def form_of(content: bytes) -> bytes:
    """A form with a field before the file and one behind it."""
    return (
        b"a preamble\r\n--b-1 \r\n"
        b'Content-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
        b"--b-1\r\n"
        b'content-type: text/plain\r\ncontent-disposition: form-data; name="file"; '
        b'filename="a\\"b;%22.txt"\r\n\r\n' + content + b"\r\n--b-1\r\n"
        b"Content-Disposition: form-data; name=empty\r\n\r\n\r\n--b-1--\r\nan epilogue"
    )


@given(parts=st.lists(st.sampled_from(PIECES), max_size=12), size=st.integers(1, 40))
def test_a_file_comes_out_as_it_went_in(parts: list[bytes], size: int) -> None:
    content = b"".join(parts)
    if f"\r\n--{BOUNDARY}".encode() in b"\r\n" + content:
        return  # no client may choose such a boundary
    body = form_of(content)
    parser = FormParser(TYPE, "file")
    read = b"".join(parser.feed(body[at : at + size]) for at in range(0, len(body), size))
    assert read == content and parser.ended
    assert parser.form.filename == 'a"b;".txt'
    assert parser.form.fields == {"purpose": "assistants", "empty": ""}


@given(body=st.binary(max_size=200) | st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    parser = FormParser(TYPE, "file")
    try:
        parser.feed(body)
    except ApiError as error:
        assert error.status == 400


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "multipart/form-data", f"multipart/form-data; boundary={'x' * 71}"],
)
def test_another_type_or_no_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(ApiError) as caught:
        FormParser(content_type, "file")
    assert caught.value.status == 415

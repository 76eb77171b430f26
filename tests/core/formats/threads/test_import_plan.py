"""What an import of a thread sends: requests that the API takes, and the same words again."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.formats.threads.import_plan import ThreadImport, plan_import
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import compose
from assistant_tui.server.validation.threads import CREATE_MESSAGE, CREATE_THREAD
from tests.core.formats.threads.support import ORDERS, message, messages, objects, record
from tests.core.json_texts import is_strict


def sent(plan: ThreadImport) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The bodies of the requests, as the server reads them."""
    return json.loads(compose(plan.create)), [json.loads(compose(each)) for each in plan.further]


def test_a_thread_is_made_anew_with_its_words_and_its_origin() -> None:
    plan = plan_import(ORDERS)
    create, further = sent(plan)
    assert further == []
    assert create["metadata"] == {"team": "a", "imported_from": "thread_1"}
    assert create["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Where is order 7?"},
                {"type": "text", "text": "[image file-1]"},
            ],
        },
        {
            "role": "assistant",
            "content": "Order 7 is on its way【1】.\n\n# Not a title",
            "metadata": {"n": "1"},
        },
        {"role": "user", "content": "Thanks"},
    ]
    assert plan.lost == (
        "runs, steps and calls: a new thread begins with its messages alone",
        "times, and who wrote a message in which run",
        "images in files: they are not uploaded anew, their ids stand in the text",
        "attachments: their files are not uploaded anew",
        "the files and vector stores of the thread",
    )


def test_files_can_be_named_again_on_the_same_server() -> None:
    create, _ = sent(plan_import(ORDERS, keep_files=True))
    assert create["tool_resources"] == {"code_interpreter": {"file_ids": ["file-3"]}}
    assert create["messages"][0]["content"][1]["image_file"]["file_id"] == "file-1"
    assert create["messages"][2]["attachments"] == [{"file_id": "file-4", "tools": []}]


def test_a_long_thread_takes_further_requests_in_its_order() -> None:
    long = record(messages=[message(n, "user", f"No. {n}") for n in range(70)])
    create, further = sent(plan_import(long))
    assert [each["content"] for each in create["messages"]] == [f"No. {n}" for n in range(32)]
    assert [each["content"] for each in further] == [f"No. {n}" for n in range(32, 70)]


def test_the_origin_has_room_where_the_metadata_is_full() -> None:
    full = record(thread={"id": "thread_1", "metadata": {f"k{n}": "v" for n in range(16)}})
    plan = plan_import(full)
    create, _ = sent(plan)
    assert create["metadata"] == {f"k{n}": "v" for n in range(14)} | {"imported_from": "thread_1"}
    assert plan.lost == tuple(f"metadata.k{n}: no room beside the origin" for n in (14, 15))


def test_odd_messages_are_sent_as_far_as_possible_and_told() -> None:
    odd = ThreadRecord(
        "{}",
        (
            '{"role": "system", "content": [{"type": "text", "text": ["a", {"value": "b"}]}]}',
            '{"role": "user", "content": [{"type": "audio", "x": 1.0}]}',
            '{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}',
            '{"role": "assistant", "content": []}',
            "17",
            '{"role": "user", "content": "plain", "metadata": {"n": 1}}',
        ),
    )
    plan = plan_import(odd)
    create, _ = sent(plan)
    assert [(each["role"], each["content"]) for each in create["messages"]] == [
        ("user", "ab"),
        ("user", '{"type": "audio", "x": 1.0}'),
        ("assistant", "No."),
        ("user", "plain"),
    ]
    assert plan.lost == (
        'the role "system": sent as the user\'s',
        "content of the type audio: sent as its JSON",
        "that a message is a refusal",
        "messages without content (2 times)",
        "metadata.n: no pair of texts that the API takes",
    )


@given(objects, st.lists(messages, max_size=40))
def test_whatever_a_file_holds_the_requests_are_valid(thread: str, texts: list[str]) -> None:
    create, further = sent(plan_import(ThreadRecord(thread, tuple(texts))))
    CREATE_THREAD("", create)
    for body in further:
        CREATE_MESSAGE("", body)


@given(st.lists(st.text(min_size=1), max_size=3).filter(bool))
def test_texts_are_sent_to_the_letter(texts: list[str]) -> None:
    plan = plan_import(record(messages=[message(1, "user", *texts)]))
    if not is_strict(plan.create["messages"]):
        return
    (said,) = sent(plan)[0]["messages"]
    content = said["content"]
    parts = [content] if isinstance(content, str) else [part["text"] for part in content]
    assert parts == texts

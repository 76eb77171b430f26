"""Texts of a transcript come in pieces, cut anywhere, and stay within bounds."""

import time

from assistant_tui.core.threads.objects import read_message
from assistant_tui.core.threads.transcript import ChangeKind, Transcript
from tests.core.threads.support import (
    THREAD,
    applied,
    changes_of,
    delta,
    event,
    message,
    run,
    text_part,
)


def test_half_a_character_waits_for_its_other_half() -> None:
    transcript = applied(event(run("in_progress")), delta("m", "-"))
    pieces = [delta("m", "a\ud83d"), delta("m", "\ude00b"), delta("m", "\udc00")]
    changes = changes_of(transcript, pieces)
    assert [change.text for change in changes] == ["a", "\U0001f600b", "\ufffd"]
    assert transcript.last_text == "-a\U0001f600b\ufffd"


def test_images_in_pieces_stand_apart_and_once() -> None:
    image = {"index": 1, "type": "image_file", "image_file": {"file_id": "file_1"}}
    transcript = applied(
        event(run("in_progress")), delta("m", "See"), delta("m", image), delta("m", image)
    )
    assert transcript.last_text == "See\n\n[image file_1]"
    whole = message("m", None, status="completed", content=[text_part("See"), image])
    assert changes_of(transcript, [event(whole)])[-1].kind is ChangeKind.CHANGED
    assert transcript.last_text == "See\n\n[image file_1]"


def test_a_piece_costs_the_same_at_any_length() -> None:
    def seconds(count: int) -> float:
        transcript = applied(event(run("in_progress")))
        piece = delta("m", "word ")
        begun = time.process_time()
        for _ in range(count):
            transcript.apply(piece)
        return time.process_time() - begun

    seconds(1_000)
    few, many = seconds(5_000), seconds(50_000)
    assert many < 40 * few


def test_bounds_are_told_once() -> None:
    transcript = Transcript(THREAD, most_entries=3, most_text=20)
    transcript.apply(event(run("in_progress")))
    kinds = [each.kind for each in changes_of(transcript, [delta("m", "12345")] * 10)]
    assert kinds == [ChangeKind.ADDED, *[ChangeKind.APPENDED] * 3, ChangeKind.ADDED]
    assert transcript.entries[0].length == 20
    for at in range(10):
        transcript.apply(event(message(f"msg_{at}", "x")))
    assert len(transcript.entries) == 2 and "not shown" in transcript.entries[-1].text


def test_of_a_thread_that_is_too_long_the_newest_is_shown() -> None:
    transcript = Transcript(THREAD, most_entries=3)
    messages = [read_message(message(f"msg_{at}", f"{at}")) for at in range(10)]
    transcript.replace(messages, [], [])
    assert [each.text for each in transcript.entries][1:] == ["7", "8", "9"]
    assert transcript.entries[0].text.startswith("7 older entries")


def test_very_many_pieces_with_and_without_a_known_id_are_one_text() -> None:
    transcript = applied(event(run("in_progress")))
    pieces = [delta("m", "x" * 8), delta("other", "y" * 8)]
    for _ in range(100_000):
        transcript.apply(pieces[0])
        transcript.apply(pieces[1])
    assert transcript.entries[0].length == 1_600_000 == len(transcript.last_text)

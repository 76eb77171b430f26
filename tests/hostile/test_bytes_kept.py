"""What a server sent stays as it was sent: shown, copied, kept, and never sent back untouched."""

from pathlib import Path

from assistant_tui.config.settings import LOCAL
from assistant_tui.journal.entries import ChangeKind
from assistant_tui.journal.journal import Journal
from assistant_tui.tui.assistants.copying import Part, part_of
from tests.fakeserver.standalone import StandaloneServer
from tests.tui.driver import running

ODD = r"""{"id" :"asst_1", "name":"One","model" : "m\/\u006d",
 "unknown": 1.50, "unknown": 1E5, "\u0075nknown": -0, "tools":[ {"type":"odd", "z":0.10,"z":[ ]} ],
 "metadata":{"k":"\u0041\ud83d\ude00","l":"\ud800"}, "huge":12345678901234567890.5e-3,
 "":{"deep":[[ ]]}, "instructions":"\u2028\r\n\u000b<>&\u0000" ,"NaN":NaN}"""


async def test_an_edit_of_one_field_touches_no_other_byte(tmp_path: Path) -> None:
    server = StandaloneServer(ODD)
    async with running(server, tmp_path) as program:
        row = program.main.list_model.highlighted
        assert row is not None
        assert part_of(row, Part.JSON, LOCAL)[0] == ODD
        await program.press("enter", "!", "ctrl+s")
        assert program.status.startswith("Saved One!")
    assert server.bodies == ['{"name": "One!"}']
    with Journal(tmp_path / "journal.db") as journal:
        entry = journal.entries.last(LOCAL.name)
    assert entry is not None
    assert (entry.kind, entry.before) == (ChangeKind.CHANGED, ODD)
    assert entry.after == server.texts["asst_1"]


async def test_a_deletion_keeps_every_byte_for_the_way_back(tmp_path: Path) -> None:
    server = StandaloneServer(ODD)
    async with running(server, tmp_path) as program:
        await program.press("d", "tab", "enter")
        assert server.texts == {}
    with Journal(tmp_path / "journal.db") as journal:
        entry = journal.entries.last(LOCAL.name)
    assert entry is not None
    assert (entry.kind, entry.before) == (ChangeKind.DELETED, ODD)

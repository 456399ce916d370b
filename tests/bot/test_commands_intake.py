"""A chat record or an exported file in the group is taken in when an admin says so, once."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from chat_files import KEY, telegram_json, telegram_rows
from commanding import T0, TG, Talk, rows, said, told

from archive.consent import opt_out
from archive.database import Archive
from archive.records import Attachment, Message
from bot.commands.command import Intake
from bot.intake import take_in
from bot.undoing import take_back

RECORD = (
    Message(TG, sender_name="老周", sent_at=T0 - 900, text="在别处说的"),
    Message(TG, sender_name="老周", sent_at=T0 - 890, nested=(
        Message(TG, sender_name="阿布", sent_at=T0 - 880, text="更里面"),)),
    Message(TG, sender_name="李四", sent_at=T0 + 2, text="这里也有"),
)  # fmt: skip


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = Talk(archive)
    told(archive, said("2", "这里也有", "2"), said("9", "", kind="forward", nested=RECORD))
    return talk


def test_a_record_is_unfolded_and_what_is_here_is_known_again(talk: Talk) -> None:
    answer = talk.ask("/导入", "1", reply="9")
    assert "读到 3 条，新增 2" in answer and "已经有的" in answer
    texts = rows(talk.archive, "SELECT text, sent_at FROM messages WHERE text != '' ORDER BY id")
    assert texts == [("在别处说的", T0 - 900), ("更里面", T0 - 880), ("这里也有", T0 + 2)]
    assert "3 read, 0 new" in talk.ask("/import", "1", reply="9")
    assert take_back(talk.archive, 1, "operator").stay == 2


def test_members_and_other_messages_are_refused(talk: Talk) -> None:
    assert "群主或管理员" in talk.ask("/导入", "2", reply="9")
    assert "没有能导入的" in talk.ask("/导入", "1", reply="2")
    assert rows(talk.archive, "SELECT count(*) FROM messages") == [(2,)]


def test_who_opted_out_does_not_come_in_by_a_record(talk: Talk) -> None:
    with talk.archive.writing() as db:
        opt_out(db, "telegram:2", "telegram:2")
    before = rows(talk.archive, "SELECT count(*) FROM messages WHERE text = '这里也有'")
    assert "新增 2" in talk.ask("/导入", "1", reply="9")
    assert rows(talk.archive, "SELECT count(*) FROM messages WHERE text = '这里也有'") == before


def intake(archive: Archive, path: Path, name: str = "result.json") -> Intake:
    with path.open("rb") as file:
        stored = archive.media.take(file)
    told(archive, said("20", "", kind="file", attachments=(
        Attachment("file", name, sha256=stored.sha256, size=stored.size),)))  # fmt: skip
    return Intake("main", TG, stored.sha256, name, "telegram:1", "5001", True, "k1")


def test_a_file_is_begun_once_it_is_here(talk: Talk, tmp_path: Path) -> None:
    intake(talk.archive, telegram_json(tmp_path / "r.json", telegram_rows(3)))
    answer = talk.give(talk.asked("/导入", "1", reply="20"))
    assert answer is not None and answer.intake is not None and answer.intake.group_key == TG
    gone = Attachment("file", "a.zip", missing="too large")
    told(talk.archive, said("21", "", kind="file", attachments=(gone,)))
    assert "没有取下来" in talk.ask("/导入", "1", reply="21")


def test_a_file_goes_into_its_own_group_only(talk: Talk, tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "own.json", telegram_rows(5))
    anothers = intake(talk.archive, export)
    assert "别的群" in take_in(talk.archive, anothers, "Asia/Shanghai")
    assert rows(talk.archive, "SELECT count(*) FROM groups") == [(1,)]
    own = msgspec.structs.replace(anothers, group_key=KEY)
    answer = take_in(talk.archive, own, "Asia/Shanghai")
    assert "新增 5" in answer and "chendian import undo" in answer
    assert "新增 0" in take_in(talk.archive, own, "Asia/Shanghai")
    nonsense = tmp_path / "n.txt"
    nonsense.write_text("nothing")
    found = take_in(talk.archive, intake(talk.archive, nonsense, "../../n.txt"), "Asia/Shanghai")
    assert "读不懂" in found

"""A chat record or an exported file in the group is taken in when an admin says so, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from chat_files import KEY, telegram_json, telegram_rows
from commanding import T0, TG, Talk, rows, said, told

from adapters.contract import Brought
from archive.consent import opt_out
from archive.database import Archive
from archive.records import Attachment, Group, Message
from bot.commands.command import Intake
from bot.commands.intake_work import Work
from bot.intake import file_name, take_in
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
    gone = Attachment("file", "a.zip", missing="not fetched yet")
    told(talk.archive, said("21", "", kind="file", attachments=(gone,)))
    assert "没有取下来" in talk.ask("/导入", "1", reply="21")


def test_a_file_goes_into_its_own_group_only(talk: Talk, tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "own.json", telegram_rows(5))
    anothers = intake(talk.archive, export)
    assert "别的群" in take_in(talk.archive, Work(anothers), "Asia/Shanghai")
    assert rows(talk.archive, "SELECT count(*) FROM groups") == [(1,)]
    own = msgspec.structs.replace(anothers, group_key=KEY)
    assert "没有在存档" in take_in(talk.archive, Work(own), "Asia/Shanghai")
    talk.agree(KEY)
    answer = take_in(talk.archive, Work(own), "Asia/Shanghai")
    assert "新增 5" in answer and "chendian import undo" in answer
    assert "新增 0" in take_in(talk.archive, Work(own), "Asia/Shanghai")
    nonsense = tmp_path / "n.txt"
    nonsense.write_text("nothing")
    unread = Work(intake(talk.archive, nonsense, "../../n.txt"))
    assert "读不懂" in take_in(talk.archive, unread, "Asia/Shanghai")


SENT = Brought((Attachment("file", "result.json", size=900, source="f1"),))
OTHER, THIRD = "telegram:-100777", "telegram:-100888"


def alone(talk: Talk, text: str, who: str = "1", **more: Any) -> Any:
    return talk.give(talk.asked(text, who, private=True, **{"brought": SENT, **more}))


@pytest.fixture
def two_groups(talk: Talk) -> Talk:
    for key, title in ((OTHER, "读书群"), (THIRD, "没开的群")):
        told(talk.archive, Group(key, title), said("1", "hi", "1", group=key))
    talk.agree(OTHER)
    talk.roles |= {(OTHER, "telegram:1"): "owner", (THIRD, "telegram:1"): "owner"}
    return talk


def test_the_only_group_of_an_admin_is_meant_in_private(talk: Talk) -> None:
    answer = alone(talk, "/导入")
    found = answer.intake
    assert (found.group_key, found.sha256, found.source) == (TG, None, "f1") and found.private
    assert "到“技术群”" in answer.text
    (draft,) = talk.drafts()
    assert (draft.group_key, draft.member_key) == (None, "telegram:1")
    assert rows(talk.archive, "SELECT key FROM intakes") == [(found.key,)]
    assert (TG, "telegram:1") in talk.questions


@pytest.mark.parametrize(
    ("words", "key"),
    [("读书群", OTHER), (TG, TG), ("技术", TG), ("1", TG), ("2", OTHER), ("", None),
     ("没开的群", None), ("无此群", None)],
)  # fmt: skip
def test_one_of_several_groups_is_named(two_groups: Talk, words: str, key: str | None) -> None:
    answer = alone(two_groups, f"/导入 {words}")
    assert (answer.intake.group_key if answer.intake else None) == key
    if key is None:
        assert "2 个" in answer.text and "1. 技术群\n2. 读书群" in answer.text


def test_who_is_no_admin_imports_nothing_in_private(two_groups: Talk) -> None:
    answer = alone(two_groups, "/导入 技术群", "2")
    assert answer.intake is None and "群主和管理员" in answer.text and "技术群" not in answer.text
    two_groups.roles[TG, "telegram:1"] = "member"
    assert alone(two_groups, "/import 技术群").intake is None
    two_groups.shows_roles = False
    assert "does not tell me who is in which group" in alone(two_groups, "/import").text


def test_a_record_sent_in_private_is_unfolded_into_the_group(talk: Talk) -> None:
    nested = tuple(msgspec.structs.replace(one, group_key="telegram:1") for one in RECORD)
    answer = alone(talk, "/导入", brought=Brought(nested=nested))
    assert "读到 3 条，新增 2" in answer.text
    found = rows(talk.archive, "SELECT count(*), count(DISTINCT group_id) FROM messages")
    assert found == [(4, 1)]


def test_what_cannot_be_imported_in_private_is_said(talk: Talk) -> None:
    assert "先把导出的文件" in alone(talk, "/导入", brought=None).text
    picture = Brought((Attachment("photo", "a.jpg", source="f2"),))
    assert "没有能导入的" in alone(talk, "/导入", brought=picture).text
    for more in ({"size": 200 << 20, "source": "f"}, {"missing": "too large for the Bot API"}):
        large = Brought((Attachment("file", "a.zip", **more),))
        answer = alone(talk, "/导入", brought=large)
        assert "太大" in answer.text and answer.intake is None


def test_a_file_with_the_command_under_it_is_taken_in_the_group(talk: Talk) -> None:
    answer = talk.give(talk.asked("/导入", "1", brought=SENT))
    assert answer is not None and answer.intake is not None
    assert (answer.intake.group_key, answer.intake.private) == (TG, False)
    assert "回复它" in talk.ask("/导入", "1")


@pytest.mark.parametrize(
    ("name", "harmless"),
    [("群 导出.zip", "群 导出.zip"), ("../../etc/n.TXT", "n.txt"), ("..\\x.json", "x.json"),
     ("a\x00b\n.csv", "a_b_.csv"), (".zip", "zip.txt"),
     ("长" * 300 + ".html", "长" * 60 + ".html")],
)  # fmt: skip
def test_a_file_keeps_a_harmless_form_of_its_name(name: str, harmless: str) -> None:
    assert file_name(name) == harmless

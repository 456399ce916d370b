"""A group agrees, stops and pauses; before that nothing is kept and little is answered."""

from __future__ import annotations

import time

import msgspec
import pytest
from commanding import TG, Talk, rows, said, told

from archive.consent import standing
from archive.database import Archive
from archive.groups import set_visibility


def keeps(talk: Talk) -> bool:
    with talk.archive.reading() as db:
        return standing(db).keeps(TG)


def paused(talk: Talk, seconds: float = 0) -> bool:
    """Tell whether what is said so many seconds after a command falls into a pause."""
    with talk.archive.reading() as db:
        return standing(db).paused_at(TG, talk.now + seconds)


def test_group_that_has_not_agreed_is_answered_about_itself_only(archive: Archive) -> None:
    """TRUST 37: a bot that was added without an admin's consent."""
    talk = Talk(archive, archived=False)
    for text in (
        "/搜 部署",
        "/看精华",
        "/标签列表",
        "/精华",
        "/取消精华",
        "/标签 #a",
        "/出处",
        "/pause 1h",
    ):
        assert talk.ask(text, "1", reply="7") == "", text
    assert talk.drafts() == [] and rows(archive, "SELECT * FROM handled") == []
    for text in ("/帮助", "/隐私", "/新人"):
        assert talk.ask(text), text
    assert "群主或管理员" in talk.ask("/开启存档", "2") and not keeps(talk)


def test_admin_starts_it_with_a_notice_that_says_everything(archive: Archive) -> None:
    """TRUST 37: nothing before the consent, whose notice has a version."""
    talk = Talk(archive, archived=False)
    answer = talk.give(talk.asked("/开启存档", "1"))
    assert answer is not None and answer.consent_changed and keeps(talk)
    parts = (
        "小王 wang@site.example|为什么|存什么|存多久|30 天|/不要存我|[不存]|/关闭存档|第 1 版|张三"
    )
    for part in (*parts.split("|"), "https://site.example/about"):
        assert part in answer.text, part
    assert rows(archive, "SELECT group_key, notice, started_by FROM consents") == [
        (TG, 1, "telegram:1")]  # fmt: skip
    again = talk.ask("/archive on", "1")
    assert "already" in again and len(rows(archive, "SELECT * FROM consents")) == 1


def test_notice_says_who_can_read_it(archive: Archive) -> None:
    talk = Talk(archive, archived=False)
    with archive.writing() as db:
        set_visibility(db, TG, "public", "operator")
    talk.setting = msgspec.structs.replace(talk.setting, operator="", keep_raw_days=0)
    answer = talk.ask("/archive on", "1")
    assert "Anyone can read it" in answer and "whoever runs this bot" in answer
    assert "goes once it is read" in answer


@pytest.mark.parametrize("text", ["/关闭存档", "/archive off", "/archive OFF", "/archive 关闭"])
def test_consent_withdrawn_stops_at_once_and_says_how_to_go_on(archive: Archive, text: str) -> None:
    """TRUST 37: consent withdrawn."""
    talk = Talk(archive)
    told(archive, said("7", "我说过", "2"))
    answer = talk.give(talk.asked(text, "1"))
    assert answer is not None and answer.consent_changed and not keeps(talk)
    assert "/开启存档" in answer.text or "/archive on" in answer.text
    assert talk.ask("/搜 说过") == ""
    assert talk.ask(text, "1") and not keeps(talk)
    assert "删掉了 1 条" in talk.ask("/删掉", "2", reply="7"), "one's own can still be erased"
    assert talk.ask("/archive on", "1") and keeps(talk)


def test_group_that_is_not_in_the_archive_yet_can_agree(archive: Archive) -> None:
    talk = Talk(archive, archived=False)
    new = "telegram:-100999"
    talk.roles[new, "telegram:1"] = "owner"
    assert "开始存档" in talk.ask("/开启存档", "1", group=new)
    with archive.reading() as db:
        assert standing(db).keeps(new) and not standing(db).keeps(TG)
    assert "正在存档" in talk.ask("/隐私", group=new)
    assert "没有找到" in talk.ask("/搜 部署", group=new)
    assert talk.ask("/标签列表", group=new) and talk.ask("/看精华", group=new)
    assert "没有这条消息" in talk.ask("/出处", group=new, reply="5")


def test_pause_ends_by_itself_or_when_archiving_is_started_again(archive: Archive) -> None:
    talk = Talk(archive)
    talk.now = int(time.time())
    assert "1 小时" in talk.ask("/暂停存档", "1") and paused(talk, 60) and not paused(talk, 3700)
    assert "暂停到" in talk.ask("/隐私") and "暂停到" in talk.ask("/archive", "1") + talk.ask(
        "/隐私"
    )
    assert "2 天" in talk.ask("/暂停存档 两天", "1") and paused(talk, 86_400 + 60)
    assert "暂停结束" in talk.ask("/开启存档", "1") and not paused(talk, 60) and keeps(talk)
    assert "已经在存档" in talk.ask("/开启存档", "1")


def test_pause_asked_for_while_nobody_listened_begins_when_it_was_asked_for(
    archive: Archive,
) -> None:
    """TRUST 37: what was said since is still on its way, as is what was said after its end."""
    talk = Talk(archive)
    assert "1 小时" in talk.ask("/暂停存档", "1")
    assert [paused(talk, seconds) for seconds in (-1, 0, 3599, 3600)] == [False, True, True, False]
    talk.now += 600
    assert "暂停结束" in talk.ask("/开启存档", "1") and paused(talk, -1) and not paused(talk)


@pytest.mark.parametrize("words", ["x", "0h", "31d", "-1h", "1h 2h", "永远"])
def test_pause_that_is_no_time_or_too_long_changes_nothing(archive: Archive, words: str) -> None:
    talk = Talk(archive)
    assert "最长 30 天" in talk.ask(f"/暂停存档 {words}", "1") and not paused(talk, 60)


def test_member_cannot_start_stop_or_pause(archive: Archive) -> None:
    talk = Talk(archive)
    for text in ("/关闭存档", "/archive off", "/archive", "/暂停存档 1h"):
        answer = talk.ask(text)
        assert "管理员" in answer or "admins" in answer, text
    assert keeps(talk) and not paused(talk, 60)
    assert [line[2] for line in talk.audit("refused")] == ["archive", "archive", "archive", "pause"]


def test_archive_without_a_word_tells_how_things_are(archive: Archive) -> None:
    talk = Talk(archive)
    answer = talk.ask("/archive", "1")
    assert "is being archived" in answer and "/archive off" in answer
    talk.ask("/archive off", "1")
    assert "not archived" in talk.ask("/archive maybe", "1")


def test_consent_is_not_given_in_a_private_conversation(archive: Archive) -> None:
    talk = Talk(archive, archived=False)
    for text in ("/开启存档", "/archive on", "/pause 1h"):
        assert "群里" in talk.ask(text, "1", private=True) or "in the group" in talk.ask(
            text, "1", private=True
        )
    assert not keeps(talk)

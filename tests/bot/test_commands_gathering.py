"""Gathering: threads from a reply, a number or a time; columns; each with its undoing."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from commanding import T0, TG, Talk, rows, said, speaking, told

from archive.access import operator
from archive.columns import items, list_columns
from archive.consent import start
from archive.database import Archive
from archive.records import Group, Recall
from archive.threads import ThreadView, get_thread, list_threads
from archive.verify import verify

TEXTS = {str(n): f"第 {n} 句" for n in range(1, 6)}


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = speaking(archive, TEXTS)
    told(archive, said("6", "/帮助", "2"), said("7", "李四说一句", "2"))
    return talk


def threads(talk: Talk) -> list[ThreadView]:
    with talk.archive.reading() as db:
        return [get_thread(db, operator(), line.id) for line in list_threads(db, operator())]


def ids(view: ThreadView) -> list[str]:
    return [message.key.rpartition(":")[2] for message in view.messages]


def test_reply_gathers_up_to_now_without_the_commands(talk: Talk) -> None:
    answer = talk.ask("/归拢 部署  流程", "1", reply="3")
    (view,) = threads(talk)
    assert (view.title, ids(view)) == ("部署 流程", ["3", "4", "5", "7"])
    assert "4 条，王五、李四" in answer and "https://site.example/m/telegram:-100123:3" in answer
    undo = re.search(r"/归拢 \w{6} -", answer)
    assert undo is not None
    assert "解散" in talk.ask(undo[0], "1")
    assert threads(talk) == [] and verify(talk.archive) == []
    assert "不在帖子里" in talk.ask(undo[0], "1")


def test_second_code_is_where_it_ends(talk: Talk) -> None:
    first, last = talk.code("2"), talk.code("4")
    talk.ask(f"/thread {last} by reply", "1", reply="2")
    talk.ask(f"/thread {first} {last} by code", "1")
    assert [(view.title, ids(view)) for view in threads(talk)] == [
        ("by code", ["2", "3", "4"]), ("by reply", ["2", "3", "4"])]  # fmt: skip


def test_last_messages_are_gathered(talk: Talk) -> None:
    for text in ("/归拢 最近 3 小结", "/thread last 3 summary", "/归拢 最近3条 小结"):
        talk.ask(text, "1")
    assert {tuple(ids(view)) for view in threads(talk)} == {("4", "5", "7")}
    assert "帖子" not in talk.ask("/归拢 最近 0 空", "1") and len(threads(talk)) == 3


def test_live_session_is_gathered_by_its_time(talk: Talk) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    evening = datetime.fromtimestamp(T0, zone).replace(hour=19, minute=30, second=0)
    at = int(evening.timestamp())
    told(talk.archive, said("20", "开讲", at=at), said("21", "讲完", at=at + 90 * 60),
         said("22", "散了", at=at + 91 * 60))  # fmt: skip
    for now, text in (
        (at + 3 * 3600, "/归拢 19:30-21:00 分享"),
        (at + 86_400 - 3600, "/归拢 19：30 ～ 21：00 分享"),
        (at + 86_400, "/thread yesterday 19:30-21:00 talk"),
        (at + 9 * 86_400, f"/归拢 {evening:%Y-%m-%d} 19:30到21:00 分享"),
    ):
        talk.now = now
        talk.ask(text, "1")
    assert {tuple(ids(view)) for view in threads(talk)} == {("20", "21")}
    assert len(threads(talk)) == 4
    for text in ("/归拢 25:00-26:00 x", "/归拢 2026-13-01 19:30-21:00 x", "/归拢 03:00-03:01 x"):
        talk.ask(text, "1")
    assert len(threads(talk)) == 4


def test_thread_without_a_title_or_a_run_says_how(talk: Talk) -> None:
    for text in ("/归拢", "/归拢 标题", "/thread last 5", "/归拢 19:30-21:00"):
        answer = talk.ask(text, "1")
        assert "19:30-21:00" in answer, text
    assert "19:30-21:00" in talk.ask("/归拢", "1", reply="2")
    assert threads(talk) == []


def test_only_admins_gather_and_refusals_are_noted(talk: Talk) -> None:
    """Also an admin of another group, by code in private (TRUST 32)."""
    code = talk.code("2")
    for text in ("/归拢 标题", "/专栏 新手"):
        assert "群主或管理员" in talk.ask(text, "2", reply="2")
        talk.roles = {("telegram:-9", "telegram:2"): "admin"}
        assert "归拢成帖" not in talk.ask(f"{text.split()[0]} {code} 标题", "2", private=True)
    assert threads(talk) == [] and rows(talk.archive, "SELECT * FROM columns") == []
    assert len(talk.audit("refused")) == 4


def test_code_of_another_group_ends_nothing(talk: Talk) -> None:
    """It is a word of the title like one that does not exist (TRUST 31)."""
    other = "telegram:-9"
    told(talk.archive, Group(other, "别群"), said("1", "秘密", group=other))
    with talk.archive.writing() as db:
        start(db, other, by="telegram:1")
    code = talk.code("1", other)
    elsewhere, nowhere = (talk.ask(f"/归拢 {end} x", "1", reply="2") for end in (code, "zzzzz9"))
    assert elsewhere.replace(code, "zzzzz9") == nowhere and "“zzzzz9 x”" in nowhere
    first, second = threads(talk)
    assert ids(first) == ids(second) == ["2", "3", "4", "5", "7"]


def test_too_long_a_run_is_refused(talk: Talk) -> None:
    told(talk.archive, (said(str(n), "话") for n in range(100, 605)))
    assert "最多 500 条" in talk.ask("/归拢 太长", "1", reply="100")
    assert threads(talk) == []


def test_column_takes_a_message_and_marks_it(talk: Talk) -> None:
    answer = talk.ask("/专栏 新手 必读 ｜ 先看这个", "1", reply="2")
    with talk.archive.reading() as db:
        (view,) = list_columns(db, operator())
        (item,) = items(db, operator(), view.id)
    assert (view.title, item.note, item.essence.title) == ("新手 必读", "先看这个", "第 2 句")
    assert "同时成了精华" in answer
    assert [d.essence for d in talk.drafts() if d.purpose == "mark"] == [("2", True)]
    assert "新手 必读 1" in talk.ask("/专栏", "1")
    undo = re.search(r"/专栏 \w{6} - 新手 必读", answer)
    assert undo is not None
    assert "还是精华" in talk.ask(undo[0], "1")
    assert "还没有专栏" in talk.ask("/专栏", "1")
    assert "不在那个专栏" in talk.ask(undo[0], "1")
    assert verify(talk.archive) == []


def test_column_of_essence_marks_nothing_anew(talk: Talk) -> None:
    talk.ask("/essence", "1", reply="2")
    answer = talk.ask("/column basics", "1", reply="2")
    assert "became essence" not in answer and "“basics”, which has 1" in answer
    assert len([d for d in talk.drafts() if d.purpose == "mark"]) == 1


def test_what_is_no_column_or_taken_back_changes_nothing(talk: Talk) -> None:
    told(talk.archive, Recall(TG, "3"))
    assert "撤回" in talk.ask("/专栏 新手", "1", reply="3")
    for words in ("", "|", "长" * 41):
        assert "写上专栏的名称" in talk.ask(f"/专栏 {words}", "1", reply="2")
    assert rows(talk.archive, "SELECT * FROM columns") == []


def test_hostile_titles_stay_on_their_line(talk: Talk) -> None:
    """TRUST 9, 25."""
    answer = talk.ask("/归拢 @all \u202e<script>\nalert(1)</script>", "1", reply="2")
    answer += talk.ask("/专栏 @all \u202e<b>", "1", reply="2") + talk.ask("/专栏", "1")
    assert "@all" not in answer and "\u202e" not in answer

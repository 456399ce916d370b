"""Files, links and what people save for themselves."""

from __future__ import annotations

import re

import pytest
from commanding import TG, Talk, rows, said, speaking, told

from archive.consent import opt_out, start
from archive.database import Archive
from archive.records import Attachment, Group, Recall
from archive.verify import verify

OTHER = "telegram:-9"


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = speaking(archive, {"1": "第一句", "2": "第二句", "3": "看 https://example.org/@all?p=1"})
    told(
        archive,
        said("4", "", "3", attachments=(Attachment("file", "年报 @all.pdf", size=3 << 20),)),
        said("5", "", "3", attachments=(Attachment("file", "合同.pdf", missing="too large"),)),
        said("6", "/链接 https://example.org/command", "2"),
        Group(OTHER, "别群"),
        said("1", "别群的 https://secret.example", group=OTHER,
             attachments=(Attachment("file", "别群年报.pdf"),)),
    )  # fmt: skip
    with archive.writing() as db:
        start(db, OTHER, by="telegram:1")
    return talk


def test_files_are_listed_with_name_size_and_code(talk: Talk) -> None:
    answer = talk.ask("/文件 年报")
    assert re.search(r"王五 .+：年报 @\u200ball\.pdf 3\.0 MB · \w{6}\n", answer)
    assert answer.endswith("/search?q=%E5%B9%B4%E6%8A%A5+has%3Afile+in%3Atelegram%3A-100123")
    assert "别群" not in answer
    assert "合同.pdf (not kept)" in talk.ask("/file 合同")
    assert "没有找到" in talk.ask("/文件 没有这个") and "2 条消息" in talk.ask("/文件")


def test_links_are_listed_but_not_those_of_commands(talk: Talk) -> None:
    answer = talk.ask("/links example.org")
    assert "https://example.org/@\u200ball?p=1" in answer and "/command" not in answer
    assert "secret" not in talk.ask("/链接")


def test_links_lead_to_the_web_only(talk: Talk) -> None:
    """TRUST 26."""
    told(talk.archive, said("8", "javascript:alert(1) www.x.example data:text/html,1", "3"))
    assert "javascript" not in talk.ask("/链接") and "data:" not in talk.ask("/链接 html")


def test_search_words_that_cannot_be_understood_are_explained(talk: Talk) -> None:
    for text in ("/文件 from:", "/links before:nonsense"):
        assert talk.ask(text)


def test_saving_is_answered_in_private_and_undone(talk: Talk) -> None:
    answer = talk.ask("/收藏", "2", reply="1")
    assert "只有你看得到" in answer
    draft = talk.drafts()[-1]
    assert (draft.group_key, draft.member_key) == (None, "telegram:2")
    listed = talk.ask("/我的收藏", "2")
    assert "第一句" in listed and talk.drafts()[-1].group_key is None
    assert "没有收藏" in talk.ask("/我的收藏", "3")
    undo = re.search(r"/收藏 \w{6} -", answer)
    assert undo is not None
    assert "不再收藏" in talk.ask(undo[0], "2", private=True)
    assert "Nothing is saved" in talk.ask("/saved", "2")
    assert verify(talk.archive) == []


def test_saved_messages_are_paged_newest_first(talk: Talk) -> None:
    for number in range(4):
        talk.now += 60
        talk.ask("/save", "2", reply=str(number + 1))
    first = talk.ask("/saved", "2")
    assert first.splitlines()[1].find("年报") > 0 and "/saved 2" in first
    assert "第一句" in talk.ask("/我的收藏 2", "2") and "都看完了" in talk.ask("/我的收藏 3", "2")


def test_saved_in_private_shows_only_what_may_still_be_read(talk: Talk) -> None:
    """An ex-member of the other group sees nothing of it (TRUST 31)."""
    told(talk.archive, said("30", "我说过话", "2"), said("31", "也说过", "2", group=OTHER))
    talk.ask("/收藏", "2", reply="1")
    talk.ask("/收藏", "2", reply="1", group=OTHER)
    shown = talk.ask("/我的收藏", "2", private=True)
    assert "第一句" in shown and "别群的" in shown
    talk.roles[OTHER, "telegram:2"] = None
    talk.clock += 3600
    left = talk.ask("/我的收藏", "2", private=True)
    assert "第一句" in left and "别群的" not in left


def test_what_is_taken_back_is_neither_saved_nor_shown(talk: Talk) -> None:
    talk.ask("/收藏", "2", reply="1")
    told(talk.archive, Recall(TG, "1"), Recall(TG, "2"))
    assert "撤回" in talk.ask("/收藏", "2", reply="2")
    assert "没有收藏" in talk.ask("/我的收藏", "2")


def test_who_wants_nothing_kept_saves_nothing(talk: Talk) -> None:
    with talk.archive.writing() as db:
        opt_out(db, "telegram:2", by="telegram:2")
    assert "/optin" in talk.ask("/save", "2", reply="1")
    assert rows(talk.archive, "SELECT * FROM saved") == []


def test_anonymous_admin_saves_nothing(talk: Talk) -> None:
    assert "匿名" in talk.ask("/收藏", sender_key=TG, reply="1")
    assert rows(talk.archive, "SELECT * FROM saved") == []

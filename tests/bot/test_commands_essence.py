"""Keeping: marks, nominations and tags, each with its undoing."""

from __future__ import annotations

import re

import pytest
from commanding import TG, Talk, rows, said, speaking, told

from archive.access import operator
from archive.database import Archive
from archive.essence import feed
from archive.messages import get_message
from archive.records import Recall
from archive.verify import verify
from archive.views import EssenceView
from bot.commands.tags import split_tags


@pytest.fixture
def talk(archive: Archive) -> Talk:
    return speaking(archive, {"7": "先备份再部署", "8": "别忘了测试"})


def kept(talk: Talk) -> list[EssenceView]:
    with talk.archive.reading() as db:
        return feed(db, operator())


def test_mark_keeps_reason_and_tags_and_thanks_the_author(talk: Talk) -> None:
    answer = talk.ask("/精华 #部署 #备份# 讲得 清楚", "1", reply="7")
    (view,) = kept(talk)
    assert (view.reason, set(view.tags)) == ("讲得 清楚", {"部署", "备份"})
    assert view.source == "command" and "telegram" not in view.marked_by
    assert "谢谢 王五" in answer and "https://site.example/m/telegram:-100123:7" in answer
    undo = re.search(r"/取消精华 \w{6}", answer)
    assert undo is not None
    assert "不再是精华" in talk.ask(undo[0], "1")
    assert kept(talk) == []
    assert verify(talk.archive) == []


def test_mark_and_its_undoing_follow_on_the_platform(talk: Talk) -> None:
    talk.ask("/essence", "1", reply="7"), talk.ask("/unessence", "1", reply="7")
    marks = [draft for draft in talk.drafts() if draft.purpose == "mark"]
    assert [(d.group_key, d.essence, d.text) for d in marks] == [
        (TG, ("7", True), ""), (TG, ("7", False), "")]  # fmt: skip


def test_message_without_an_id_is_marked_here_only(talk: Talk) -> None:
    told(talk.archive, said("1", "x").__class__(TG, None, 1_790_000_900, "telegram:3", text="无号"))
    (key,) = [f"{TG}:{id}" for (id,) in rows(talk.archive, "SELECT platform_id FROM messages"
              " WHERE text = '无号'")]  # fmt: skip
    assert "收进精华" in talk.ask("/精华", "1", reply_key=key)
    assert [draft for draft in talk.drafts() if draft.purpose == "mark"] == []


def test_nobody_is_thanked_for_marking_what_they_said_themselves(talk: Talk) -> None:
    told(talk.archive, said("9", "我自己的", "1"))
    assert "谢谢" not in talk.ask("/精华", "1", reply="9")


def test_marking_again_changes_what_is_given(talk: Talk) -> None:
    talk.ask("/精华 旧理由", "1", reply="7")
    assert "改好了" in talk.ask("/加精 #备份 新理由", "1", reply="7")
    (view,) = kept(talk)
    assert (view.reason, view.tags) == ("新理由", ("备份",))


def test_short_code_does_as_well_as_a_reply_also_in_private(talk: Talk) -> None:
    code = talk.code("7")
    answer = talk.ask(f"/精华 {code.lower()} #备份 好", "1", private=True)
    (view,) = kept(talk)
    assert (view.reason, view.tags) == ("好", ("备份",)) and code in answer
    mark, answered = [d for d in talk.drafts() if d.text == answer or d.purpose == "mark"]
    assert (mark.group_key, mark.essence) == (TG, ("7", True))
    assert (answered.group_key, answered.member_key) == (None, "telegram:1")


def test_mark_without_a_message_says_how_to_name_one(talk: Talk) -> None:
    for text in ("/精华", "/精华 很好", "/精华 python", "/取消精华", "/标签 #a", "/出处"):
        answer = talk.ask(text, "1")
        assert "回复它" in answer and "短码" in answer, text
    assert kept(talk) == []


def test_nominations_are_counted_once_a_person(talk: Talk) -> None:
    assert "1 人" in talk.ask("/精华 好", "2", reply="7")
    assert "1 人" in talk.ask("/精华", "2", reply="7")
    answer = talk.ask("/essence", "3", reply="7")
    assert "by 2 so far" in answer
    code = re.search(r"/essence (\w{6})", answer)
    assert code is not None
    assert "收进精华" in talk.ask(f"/精华 {code[1]}", "1")
    assert "已经是精华" in talk.ask("/精华", "2", reply="7")


def test_message_taken_back_is_not_marked_or_tagged(talk: Talk) -> None:
    told(talk.archive, Recall(TG, "7"))
    assert "撤回" in talk.ask("/精华", "1", reply="7")
    assert "撤回" in talk.ask("/标签 #a", "1", reply="7")
    assert kept(talk) == []


def test_unmarking_what_is_not_essence_says_so(talk: Talk) -> None:
    assert "不是精华" in talk.ask("/取消精华", "1", reply="7")
    assert "not essence" in talk.ask("/unessence", "1", reply="7")


def test_tags_are_added_and_never_replaced(talk: Talk) -> None:
    assert "#部署 · " in talk.ask("/标签 #部署", "3", reply="7")
    answer = talk.ask("/tag docker，备份", "1", reply="7")
    assert "#部署 #docker #备份" in answer
    assert [line[:2] for line in talk.audit("tag")] == [
        ("telegram:3", f"{TG}:7"), ("telegram:1", f"{TG}:7")]  # fmt: skip
    with talk.archive.reading() as db:
        assert set(get_message(db, operator(), f"{TG}:7").tags) == {"部署", "docker", "备份"}
    listed = talk.ask("/标签列表")
    assert "#docker 1" in listed and "/搜 标签:" in listed
    assert "先备份" in talk.ask("/搜 标签:备份")
    assert verify(talk.archive) == []


@pytest.mark.parametrize(
    "words", ["", "#", "##", "#" + "长" * 65, "，，", "#\u200b", " ".join("abcdefghi")]
)
def test_what_is_no_tag_changes_nothing(talk: Talk, words: str) -> None:
    assert "标签" in talk.ask(f"/标签 {words}", "1", reply="7")
    with talk.archive.reading() as db:
        assert get_message(db, operator(), f"{TG}:7").tags == ()


def test_essence_with_a_wrong_tag_marks_nothing(talk: Talk) -> None:
    assert "不能当标签" in talk.ask("/精华 #" + "长" * 65, "1", reply="7")
    assert kept(talk) == []


def test_tags_are_taken_out_of_words() -> None:
    assert split_tags("#a 很 ＃b#c 好 #标签# 尾") == (("a", "b", "c", "标签"), "很 好 尾", "")
    assert split_tags("") == ((), "", "")
    assert split_tags("#a #a")[0] == ("a",)


def test_no_tags_yet_says_how_to_make_one(talk: Talk) -> None:
    assert "还没有标签" in talk.ask("/标签列表") and "No tags yet" in talk.ask("/tags")


def test_many_tags_fit_into_one_answer(talk: Talk) -> None:
    told(talk.archive, said("50", " ".join(f"#标签{n}" for n in range(40)), "3"))
    answer = talk.ask("/标签列表")
    assert "还有 24 个" in answer and len(answer) < 600

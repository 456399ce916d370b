"""Who knows what, introductions, and the pack for newcomers."""

from __future__ import annotations

import msgspec
import pytest
from commanding import SETTING, T0, TG, Talk, rows, said, speaking, told

from archive.consent import opt_out
from archive.database import Archive
from archive.records import Group, Reaction, Recall


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = speaking(archive, {"1": "部署先备份 #运维#", "2": "部署用 docker", "3": "做菜先热锅"})
    for id in ("1", "2"):
        talk.ask("/精华", "1", reply=id)
    return talk


def test_who_knows_a_topic_is_named_with_what_it_rests_on(talk: Talk) -> None:
    answer = talk.ask("/找人 部署")
    assert "王五：2 条精华或采纳，“部署" in answer and talk.code("1") in answer + talk.ask(
        "/找人 运维"
    )
    assert "kept or accepted" in talk.ask("/who docker")
    assert "还没有人" in talk.ask("/找人 做菜") and "docker" in talk.ask("/who")


def test_who_says_so_of_themselves_is_named_after_those(talk: Talk) -> None:
    talk.ask("/自我介绍 会部署，电话 13812345678", "2")
    answer = talk.ask("/找人 部署")
    assert answer.index("王五") < answer.index("李四：自我介绍“会部署") and "1381234" not in answer


def test_introduction_is_written_changed_and_taken_away(talk: Talk) -> None:
    assert "/自我介绍 -" in talk.ask("/自我介绍 在杭州", "2")
    talk.ask("/intro I bake", "2")
    assert rows(talk.archive, "SELECT member_key, text FROM introductions") == [
        ("telegram:2", "I bake")]  # fmt: skip
    assert "删掉了" in talk.ask("/自我介绍 -", "2")
    assert "没有自我介绍" in talk.ask("/自我介绍 -", "2")
    assert rows(talk.archive, "SELECT * FROM introductions") == []
    for words in ("", "长" * 301):
        assert "最多 300 个字" in talk.ask(f"/自我介绍 {words}", "2")
    assert "要在群里发" in talk.ask("/自我介绍 在杭州", "2", private=True)


def test_person_who_opted_out_or_is_anonymous_has_no_introduction(talk: Talk) -> None:
    with talk.archive.writing() as db:
        opt_out(db, "telegram:2", by="telegram:2")
    assert "/optin" in talk.ask("/intro hello", "2")
    assert "匿名" in talk.ask("/自我介绍 你好", sender_key=TG)
    assert rows(talk.archive, "SELECT * FROM introductions") == []


def test_pack_tells_a_newcomer_what_the_group_is(talk: Talk) -> None:
    told(talk.archive, said("2", "部署用 docker", "3", reactions=(Reaction("👍", 3),)))
    talk.setting = msgspec.structs.replace(SETTING, welcome={TG: "不发广告\n@all 周五分享"})
    answer = talk.ask("/新人", "9")
    lines = answer.splitlines()
    assert "「技术群」" in lines[0] and "精华 2 篇" in lines[0]
    assert lines[1] == "不发广告 @\u200ball 周五分享"
    assert lines[2].startswith("先看：部署用 docker · ")
    assert lines[3] == "问谁：王五（运维）"
    assert len(lines) == 6 and lines[5].startswith("https://site.example/essence?group=")
    assert "Begin with" in talk.ask("/start", "9")


def test_pack_is_shown_in_private_to_who_is_in_the_group_now(talk: Talk) -> None:
    """Who left sees what everybody sees (TRUST 31)."""
    told(talk.archive, said("9", "我来了", "2"))
    assert "「技术群」里值得留下" in talk.ask("/新人", "2", private=True)
    assert "我是「技术群」的机器人" in talk.ask("/新人", "8", private=True)
    talk.roles[TG, "telegram:2"] = None
    talk.clock += 3600
    assert "部署" not in talk.ask("/新人", "2", private=True)


def test_who_is_in_several_groups_picks_one_in_private(talk: Talk) -> None:
    """Groups the person has left are not listed (TRUST 31)."""
    titles = ["钓鱼群", "读书群 @all", "A 群", "技术二群", "已退的群"]
    for number, title in enumerate(titles, 1):
        key = f"telegram:-{number}"
        told(talk.archive, Group(key, title), said("1", "我来了", "2", group=key))
        talk.agree(key)
    told(talk.archive, said("9", "我来了", "2"))
    talk.roles[f"telegram:-{len(titles)}", "telegram:2"] = None
    listed = talk.ask("/新人", "2", private=True)
    head, *lines = listed.splitlines()
    assert len(lines) == 4 and "5 个存档的群" in head and "/新人 加编号或群名" in head
    assert "@all" not in listed and "已退的群" not in listed
    for words in ("/新人 技术群", "/新人 群:技术群", "/start 技术群"):
        assert "技术群" in talk.ask(words, "2", private=True).splitlines()[0]
    number = next(line.partition(".")[0] for line in lines if "A 群" in line)
    assert "“A 群”" in talk.ask(f"/start {number}", "2", private=True)
    for words in ("/start", "/start 99", "/start 已退", "/start 群"):
        assert "Which one?" in talk.ask(words, "2", private=True)


def test_pack_has_nothing_that_was_taken_back(talk: Talk) -> None:
    told(talk.archive, Recall(TG, "1"), Recall(TG, "2"))
    assert "部署" not in talk.ask("/新人", "9")


def test_start_without_an_archived_group_is_as_before(archive: Archive) -> None:
    talk = Talk(archive, archived=False)
    told(archive, said("1", "以前导入的秘密", at=T0))
    for more in ({}, {"private": True}):
        answer = talk.ask("/新人", "2", **more)
        assert "我是「技术群」的机器人" in answer and "秘密" not in answer

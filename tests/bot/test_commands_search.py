"""Finding: the three closest, what was kept, where a message is; never from another group."""

from __future__ import annotations

import msgspec
import pytest
from commanding import QQ, T0, TG, Talk, said, speaking, told

from archive.database import Archive
from archive.essence import mark
from archive.groups import set_visibility
from archive.records import Attachment, Group, Recall


@pytest.fixture
def talk(archive: Archive) -> Talk:
    texts = {str(n): f"部署第 {n} 步：先备份" for n in range(1, 6)}
    return speaking(archive, texts | {"9": "吃饭了吗"})


def test_search_shows_three_with_codes_and_a_link_to_all(talk: Talk) -> None:
    lines = talk.ask("/搜 部署").splitlines()
    assert len(lines) == 5 and "5 条" in lines[0]
    for line in lines[1:4]:
        assert line.startswith("王五 ") and "部署第" in line
        code = line.rpartition(" · ")[2]
        assert len(code) == 6 and "王五" in talk.ask(f"/出处 {code}")
    assert lines[4] == ("https://site.example/search?q=%E9%83%A8%E7%BD%B2+in%3Atelegram%3A-100123")


def test_search_in_english_is_the_same(talk: Talk) -> None:
    lines = talk.ask("/search 備份").splitlines()
    assert len(lines) == 5 and "5 hits" in lines[0]
    assert lines[1].startswith("王五 09-")


def test_one_hit_none_and_no_words_are_said_so(talk: Talk) -> None:
    assert talk.ask("/找 吃饭").startswith("“吃饭”有 1 条：")
    assert "没有找到“火星”" in talk.ask("/搜 火星")
    assert "例如" in talk.ask("/搜") and "For example" in talk.ask("/search")
    assert "没有叫「赵六」的人" in talk.ask("/搜 from:赵六")


@pytest.mark.parametrize(
    "words", ["from:", "after:乱写", "x" * 3000, "'; DROP TABLE", "(", "NEAR/", "*", "%", "#", "😀"]
)
def test_query_that_cannot_be_understood_is_answered_in_a_line(talk: Talk, words: str) -> None:
    answer = talk.ask(f"/搜 {words}")
    assert answer and len(answer.splitlines()) <= 5 and len(answer) < 1000
    assert "没做成" not in answer


def test_commands_are_not_what_anyone_looks_for(talk: Talk) -> None:
    told(talk.archive, said("20", "/搜 部署", "2"), said("21", "／搜 部署", "2"))
    answer = talk.ask("/搜 部署")
    assert "/搜" not in answer.replace("/search", "") and "5 条" in answer


def test_search_in_a_group_looks_there_only(talk: Talk) -> None:
    told(talk.archive, Group(QQ, "公开群"), said("1", "部署在别处", group=QQ))
    talk.agree(QQ)
    with talk.archive.writing() as db:
        set_visibility(db, QQ, "public", "operator")
    for words in ("在别处", "在别处 OR 别处", "在别处 in:公开群 -部署"):
        assert "部署在别处" not in talk.ask(f"/搜 {words}"), words
    assert "部署在别处" in talk.ask("/搜 在别处", "3", group=QQ)


def test_answer_calls_nobody_and_shows_no_personal_numbers(talk: Talk) -> None:
    hostile = "周末 @all ＠全体成员 \u202e反了\u2066 \x07\n第二行 13800138000 [CQ:at,qq=all]"
    told(talk.archive, said("30", hostile, "3"), said("31", "周末", "4\u202e@all"))
    answer = talk.ask("/搜 周末")
    assert "@all" not in answer and "＠全体" not in answer
    assert not set("\u202e\u2066\x07\0") & set(answer)
    assert "13800138000" not in answer and len(answer.splitlines()) == 4


def test_long_message_is_cut_around_what_was_found(talk: Talk) -> None:
    told(talk.archive, said("30", "前" * 400 + "钥匙在门垫下" + "后" * 400, "3"))
    (line,) = [line for line in talk.ask("/搜 钥匙").splitlines() if "钥匙在门垫下" in line]
    assert len(line) < 100 and "…前" in line


def test_without_an_address_there_are_codes_and_no_links(talk: Talk) -> None:
    talk.setting = msgspec.structs.replace(talk.setting, base_url="")
    told_texts = [
        talk.ask("/搜 部署"),
        talk.ask("/出处", reply="1"),
        talk.ask("/看精华"),
        talk.ask("/帮助"),
    ]
    assert all(text and "http" not in text for text in told_texts)


def test_link_gives_the_permanent_address_and_says_who_can_open_it(talk: Talk) -> None:
    answer = talk.ask("/出处", reply="1")
    assert "https://site.example/m/telegram:-100123:1" in answer and "没有公开" in answer
    with talk.archive.writing() as db:
        set_visibility(db, TG, "public", "operator")
    assert "public" in talk.ask("/link", reply="1")


def test_link_of_what_has_no_words_or_was_taken_back(talk: Talk) -> None:
    told(talk.archive, said("40", "", "3", kind="photo", attachments=(Attachment("photo"),)))
    told(talk.archive, said("41", "收回", "3"), Recall(TG, "41"))
    assert "［图片］" in talk.ask("/出处", reply="40") and "[photo]" in talk.ask(
        "/link", reply="40"
    )
    assert "已撤回" in talk.ask("/出处", reply="41") and "收回" not in talk.ask("/出处", reply="41")


def test_best_lists_the_newest_essence_by_time_and_tag(talk: Talk) -> None:
    assert "还没有" in talk.ask("/看精华")
    with talk.archive.writing() as db:
        for n in range(1, 6):
            at = T0 + 3600 - n * 86_400
            mark(db, [f"{TG}:{n}"], by="telegram:1", tags=("备份",) if n == 4 else (), at=at)
    lines = talk.ask("/看精华").splitlines()
    assert ["第 1 步" in lines[1], "第 2 步" in lines[2], "第 3 步" in lines[3]] == [True] * 3
    assert lines[4] == "https://site.example/essence?group=telegram%3A-100123"
    assert "第 4 步" in talk.ask("/best #备份") and "第 1 步" not in talk.ask("/best #备份")
    assert "2 条" in talk.ask("/看精华 最近两天") and "第 3 步" not in talk.ask("/看精华 2d")
    assert "还没有" in talk.ask("/看精华 1d #备份")
    for wrong in ("/看精华 乱写", "/看精华 #a #b"):
        assert "这样用" in talk.ask(wrong), wrong


def test_private_search_sees_the_groups_the_person_is_in_now(talk: Talk) -> None:
    told(talk.archive, Group(QQ, "别的"), said("1", "部署机密", "3", group=QQ))
    other = "telegram:-100777"
    told(talk.archive, Group(other, "离开的群"), said("1", "部署旧事", "3", group=other))
    talk.agree(QQ), talk.agree(other)
    talk.roles[other, "telegram:3"] = None
    answer = talk.ask("/搜 部署", "3", private=True)
    assert "5 条" in answer and "机密" not in answer and "旧事" not in answer
    assert "还没见过你" in talk.ask("/搜 部署", "8", private=True)
    talk.others = None
    talk.clock += 60
    assert "还没见过你" in talk.ask("/搜 部署", "3", private=True)


def test_private_code_opens_for_members_of_its_group_only(talk: Talk) -> None:
    code = talk.code("1")
    assert "第 1 步" in talk.ask(f"/出处 {code.lower()}", "8", private=True)
    talk.others = None
    talk.clock += 60
    assert "没有这条消息" in talk.ask(f"/出处 {code}", "8", private=True)
    talk.shows_roles = False
    assert "没有这条消息" in talk.ask(f"/出处 {code}", "3", private=True)


def test_what_stands_in_several_groups_is_said_once_and_where_else(talk: Talk) -> None:
    """Fault 31: of a group the others may not see nothing is said."""
    article = (
        "上线前先停写，再核对两边的行数，最后切换读取，出错就退回上一个版本，谁都不要临时改配置"
    )
    told(talk.archive, Group(QQ, "公开群"), Group("qq:404", "密室"))
    for group in (TG, QQ, "qq:404"):
        told(talk.archive, said("77", article, group=group))
    with talk.archive.writing() as db:
        set_visibility(db, QQ, "public", "test")
    answer = talk.ask("/搜 核对两边")
    assert "有 1 条" in answer and "（还在 公开群）" in answer and "密室" not in answer
    assert "(also in 公开群)" in talk.ask("/search 核对两边")

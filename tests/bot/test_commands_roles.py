"""Who may: as the platform says at that moment, and nobody else."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from commanding import QQ, TG, Talk, said, speaking, told

from archive.access import operator
from archive.database import Archive
from archive.essence import feed
from archive.groups import set_visibility
from archive.records import Group, Member
from bot.commands import roles


@pytest.fixture
def talk(archive: Archive) -> Talk:
    return speaking(archive, {"7": "先备份再部署", "8": "好"})


def kept(talk: Talk) -> list[str]:
    with talk.archive.reading() as db:
        return [view.messages[0].key for view in feed(db, operator())]


def test_admin_marks_and_is_asked_for_every_time(talk: Talk) -> None:
    assert "收进精华" in talk.ask("/精华", "1", reply="7")
    assert "不再是精华" in talk.ask("/取消精华", "1", reply="7")
    assert talk.questions == [(TG, "telegram:1")] * 2


def test_admin_demoted_a_second_ago_is_refused(talk: Talk) -> None:
    """TRUST 32: the role that counts is the one at the moment of the command."""
    assert talk.ask("/help", "1")
    talk.ask("/精华", "1", reply="7")
    talk.roles.clear()
    assert "群主或管理员" in talk.ask("/取消精华", "1", reply="7", role="admin")
    assert kept(talk) == [f"{TG}:7"]
    assert talk.audit("refused") == [("telegram:1", f"{TG}:7", "unessence")]


def test_member_nominates_and_cannot_unmark(talk: Talk) -> None:
    """TRUST 32: /精华 by who is no admin."""
    assert "提名" in talk.ask("/精华 讲得好", reply="7")
    assert kept(talk) == []
    assert "群主或管理员" in talk.ask("/取消精华", reply="7")
    assert talk.audit("refused") == [("telegram:2", f"{TG}:7", "unessence")]


def test_anonymous_admin_is_one_and_a_channel_is_none(talk: Talk) -> None:
    """TRUST 32: an anonymous admin speaks as the group; the event says that it is an admin."""
    assert "收进精华" in talk.ask("/精华", None, reply="7", sender_key=TG, role="admin")
    assert talk.questions == []
    refused = talk.ask("/取消精华", None, reply="7", sender_key="telegram:-9", role=None)
    assert "群主或管理员" in refused and kept(talk) == [f"{TG}:7"]


def test_bot_is_not_obeyed_nor_answered(talk: Talk) -> None:
    """TRUST 32: by a bot."""
    talk.roles[TG, "telegram:9"] = "admin"
    assert talk.ask("/精华", "9", reply="7", is_bot=True, role="admin") == ""
    assert talk.ask("/help", "9", is_bot=True) == ""
    assert kept(talk) == [] and talk.drafts() == []
    assert talk.audit("refused") == [("telegram:9", f"{TG}:7", "essence")]


def test_marking_twice_is_marking_once(talk: Talk) -> None:
    """TRUST 32: twice."""
    first = talk.ask("/精华", "1", reply="7")
    again = talk.ask("/精华", "1", reply="7")
    assert "收进精华" in first and "早就是精华" in again
    assert kept(talk) == [f"{TG}:7"]
    assert [d.essence for d in talk.drafts() if d.purpose == "mark"] == [("7", True)]


def test_erased_message_is_not_marked(talk: Talk) -> None:
    """TRUST 32: on an erased message; the answer is that for one that never was."""
    assert "删掉了 1 条" in talk.ask("/删掉", "1", reply="7")
    gone = talk.ask("/精华", "1", reply="7")
    assert gone == talk.ask("/精华", "1", reply="4711") and "没有这条消息" in gone
    assert "没有这条消息" in talk.ask("/删掉", "1", reply="7")
    assert kept(talk) == []


def test_nothing_is_changed_while_the_platform_does_not_say_who_is_admin(talk: Talk) -> None:
    talk.away = True
    for text in ("/精华", "/取消精华", "/标签 #a", "/删掉"):
        answer = talk.ask(text, "1", reply="7")
        assert "谁是管理员" in answer or "自己说的话" in answer, text
    assert "谁是管理员" in talk.ask("/关闭存档", "1")
    assert kept(talk) == []
    assert "删掉了 1 条" in talk.ask("/删掉", "3", reply="8"), "one's own needs nobody's word"
    assert "Find:" in talk.ask("/help", "1")


def test_configured_admins_count_where_the_platform_shows_no_roles(archive: Archive) -> None:
    talk = Talk(archive, archived=False)
    talk.shows_roles = False
    assert "群主或管理员" in talk.ask("/开启存档", "1")
    talk.setting = msgspec.structs.replace(
        talk.setting, admins={TG: frozenset(("telegram:2",)), QQ: frozenset(("telegram:1",))}
    )
    assert "群主或管理员" in talk.ask("/开启存档", "1")
    assert "开始存档" in talk.ask("/开启存档", "2")


def test_configured_admins_do_not_outweigh_the_platform(talk: Talk) -> None:
    talk.setting = msgspec.structs.replace(talk.setting, admins={TG: frozenset(("telegram:2",))})
    assert "提名" in talk.ask("/精华", "2", reply="7")


def test_role_that_the_event_states_counts_where_the_platform_cannot_be_asked(talk: Talk) -> None:
    talk.shows_roles = False
    assert "提名" in talk.ask("/精华", "2", reply="7", role="member")
    assert "收进精华" in talk.ask("/精华", "2", reply="7", role="owner")


def test_who_asks_alone_is_told_that_the_platform_tells_nobodys_groups(talk: Talk) -> None:
    talk.shows_roles = False
    assert "请在群里发 /搜" in talk.ask("/搜 部署", "3", private=True)
    assert "send /search in the group" in talk.ask("/search docker", "3", private=True)


def test_who_wants_no_name_is_not_sent_to_the_group_with_the_question(talk: Talk) -> None:
    talk.others = None
    assert "先在群里说句话，再私聊" in talk.ask("/匿名问 怎么退款", "8", private=True)
    assert "to me in private" in talk.ask("/anon how do I get a refund", "8", private=True)
    talk.shows_roles = False
    assert "可以在群里发 /问，会带上你的名字" in talk.ask("/匿名问 怎么退款", "3", private=True)
    assert "send /ask, with your name" in talk.ask("/anon and a refund", "3", private=True)


def test_help_asks_for_the_role_at_most_twice_a_minute(talk: Talk) -> None:
    for _ in range(3):
        assert "管理：" in talk.ask("/帮助", "1")
        talk.clock -= 55
    assert len(talk.questions) == 1
    talk.clock += 60
    talk.roles.clear()
    assert "管理：" not in talk.ask("/帮助", "1")


def silent_admin(talk: Talk, groups: int) -> list[str]:
    """Make groups of which 9, who never spoke, is admin of the first; return their keys."""
    keys = [f"telegram:-{n}" for n in range(1, groups + 1)]
    for key in keys:
        told(talk.archive, Group(key, f"群 {key}"), said("1", f"话 {key}", "3", group=key))
        talk.agree(key)
    talk.others = None
    talk.roles[keys[0], "telegram:9"] = "admin"
    return keys


def test_admin_who_never_spoke_is_known_in_private(talk: Talk) -> None:
    first, second = silent_admin(talk, 2)
    talk.roles[second, "telegram:9"] = "member"
    answer = talk.ask("/搜 话", "9", private=True)
    assert f"话 {first}" in answer and f"话 {second}" not in answer
    assert "还没见过你" in talk.ask("/搜 话", "8", private=True)
    talk.clock += 60
    talk.roles.clear()
    assert "还没见过你" in talk.ask("/搜 话", "9", private=True), "no admin any more"


def test_twenty_groups_at_most_are_asked_and_not_again_at_once(talk: Talk) -> None:
    keys = silent_admin(talk, 30)
    told(talk.archive, Member("telegram:9", "赵六", group_key=keys[0], role="admin"))
    assert f"话 {keys[0]}" in talk.ask("/搜 话", "9", private=True)
    assert len(talk.questions) == 20
    talk.clock -= 50
    assert f"话 {keys[0]}" in talk.ask("/搜 话", "9", private=True)
    assert len(talk.questions) == 20


def test_slow_platform_holds_nobody_up(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "WITHIN", 0.05)
    first, second = silent_admin(talk, 2)
    talk.roles[second, "telegram:9"] = "owner"

    async def role_of(group_key: str, member_key: str) -> str | None:
        if group_key == second:
            await asyncio.sleep(60)
        return await talk.role_of(group_key, member_key)

    asked = talk.asked("/搜 话", "9", private=True)
    answer = asyncio.run(talk.router.handle(asked, talk.setting, role_of))
    assert answer is not None and f"话 {first}" in answer.text and second not in answer.text


def test_configured_admin_who_never_spoke_is_known_in_private(talk: Talk) -> None:
    talk.shows_roles = False
    talk.setting = msgspec.structs.replace(talk.setting, admins={TG: frozenset(("telegram:9",))})
    assert "先备份" in talk.ask("/搜 备份", "9", private=True)
    assert "平台不告诉我" in talk.ask("/搜 备份", "8", private=True)


def test_author_tags_and_forgets_own_words_only(talk: Talk) -> None:
    assert "#备份" in talk.ask("/标签 备份", "3", reply="7")
    assert "自己说的话" in talk.ask("/标签 #备份", "2", reply="7")
    assert "自己说的话" in talk.ask("/删掉", "2", reply="7")
    assert "删掉了 1 条" in talk.ask("/删掉", "3", reply="7")


def test_code_of_another_group_is_as_good_as_none(talk: Talk) -> None:
    told(talk.archive, Group(QQ, "别的群"), said("1", "机密", group=QQ))
    talk.agree(QQ)
    code = talk.code("1", QQ)
    talk.roles[QQ, "telegram:1"] = "admin"
    hidden = talk.ask(f"/出处 {code}", "1")
    assert hidden == talk.ask("/出处", "1", reply="4711") and "机密" not in hidden
    assert hidden == talk.ask("/出处 ZZZZZ9", "1"), "nobody learns which codes there are"
    assert "没有这条消息" in talk.ask(f"/精华 {code}", "1") and kept(talk) == []
    with talk.archive.writing() as db:
        set_visibility(db, QQ, "public", "operator")
    assert "机密" in talk.ask(f"/出处 {code}", "1")
    assert "没有这条消息" in talk.ask(f"/精华 {code}", "1") and kept(talk) == []

"""Another name, consent to be public, one's own data, reports: what is said is what happens."""

from __future__ import annotations

import pytest
from commanding import SETTING, TG, Talk, rows, said, speaking, told

from archive.access import member, operator
from archive.consent import opt_out
from archive.database import Archive
from archive.errors import NotFound
from archive.forget import forget, forget_member
from archive.records import Member
from archive.reports import handle, open_reports
from archive.rights import may_publish
from bot.commands.command import Setting

HERS = "telegram:3"


@pytest.fixture
def talk(archive: Archive) -> Talk:
    """王五 said 7 and 8; 张三 is admin and 李四 a member."""
    made = speaking(archive, {"7": "先备份再部署", "8": "别忘了测试"})
    told(archive, said("9", "好", "2", reply_to="7"))
    return made


def test_alias_is_what_everybody_sees_from_now_on(talk: Talk) -> None:
    assert "王五" in talk.ask("/搜 备份") and "没有化名" in talk.ask("/化名", "3")
    answer = talk.ask("/化名 小石头", "3")
    assert "“小石头”" in answer and "/化名 -" in answer
    for asked in ("/搜 备份", "/出处", "/精华"):
        shown = talk.ask(asked, "1", reply="7")
        assert "王五" not in shown, asked
    assert "小石头" in talk.ask("/搜 备份") and "“小石头”" in talk.ask("/alias", "3")
    assert "小石头" in talk.ask("/看精华")
    assert talk.audit("alias") == [(HERS, HERS, TG)]


def test_search_finds_the_alias_and_no_more_the_name(talk: Talk) -> None:
    talk.ask("/化名 小石头", "3")
    assert "先备份" in talk.ask("/搜 备份 from:小石头")
    assert "先备份" not in talk.ask("/搜 备份 from:王五")
    assert "先备份" not in talk.ask("/搜 备份 from:王")
    assert "好" in talk.ask("/搜 好 from:李四")


def test_name_of_another_group_does_not_lead_to_the_alias(talk: Talk, archive: Archive) -> None:
    other = "telegram:-100777"
    talk.agree(other)
    told(archive, said("1", "备份在别的群", "3", group=other), said("2", "嗯", "2", group=other))
    talk.ask("/化名 小石头", "3")
    found = talk.ask("/搜 备份 from:王五", "2", private=True)
    assert "备份在别的群" in found and "先备份" not in found
    found = talk.ask("/搜 备份 from:小石头", "2", private=True)
    assert "先备份" in found and "别的群" not in found


def test_no_answer_shows_who_is_behind_an_alias(talk: Talk) -> None:
    talk.ask("/化名 小石头", "3")
    answers = [
        talk.ask("/精华 好", "2", reply="7"), talk.ask("/精华", "1", reply="7"),
        talk.ask("/出处", "2", reply="7"), talk.ask("/标签 #备份", "1", reply="7"),
        talk.ask("/举报", "2", reply="7"), talk.ask("/取消精华", "1", reply="7"),
        talk.ask("/精华", "1", quote_text="先备份", quote_sender="王五"),
    ]  # fmt: skip
    assert any("小石头" in answer for answer in answers) and all(answers)
    assert not any("王五" in answer for answer in answers)
    assert not any("王五" in draft.text for draft in talk.drafts())


def test_alias_goes_with_a_word(talk: Talk) -> None:
    talk.ask("/alias Stone", "3")
    assert "Stone" in talk.ask("/search 备份")
    assert "gone" in talk.ask("/alias -", "3") and "no alias" in talk.ask("/alias -", "3")
    assert "王五" in talk.ask("/搜 备份 from:王五")


@pytest.mark.parametrize("name", ["李四", "＠李四", "长" * 21, "a\u200bb", "张三"])
def test_alias_is_nobody_elses_name_and_short(talk: Talk, name: str) -> None:
    told(talk.archive, said("10", "在", "1"))
    assert "不能当化名" in talk.ask(f"/化名 {name}", "3")
    assert rows(talk.archive, "SELECT * FROM shown_names") == []


def test_two_people_do_not_share_an_alias_and_it_calls_nobody(talk: Talk) -> None:
    talk.ask("/化名 @all", "3")
    assert "@all" not in talk.ask("/搜 备份")
    assert "不能当化名" in talk.ask("/化名 ALL", "2")


def test_anonymous_admin_has_no_alias(talk: Talk) -> None:
    for command in ("/化名 甲", "/可以公开", "/我的数据"):
        assert "匿名" in talk.ask(command, None, sender_key=TG, role="admin")


def test_consent_to_publish_is_given_and_taken_back(talk: Talk) -> None:
    def agrees() -> bool:
        with talk.archive.reading() as db:
            return may_publish(db, HERS)

    assert not agrees()
    assert "/可以公开 -" in talk.ask("/可以公开", "3") and agrees()
    assert "早就" in talk.ask("/可以公开", "3")
    assert "at once" in talk.ask("/publish -", "3", private=True) and not agrees()
    talk.ask("/publish", "3")
    with talk.archive.writing() as db:
        opt_out(db, HERS, HERS)
    assert not agrees() and "stay out" in talk.ask("/publish", "3")
    assert [target for _, target, _ in talk.audit("publish withdrawn")] == [HERS]


def test_my_data_is_answered_to_the_person_alone(talk: Talk) -> None:
    answer = talk.give(talk.asked("/我的数据", "3"))
    assert answer is not None and answer.direct
    assert "2 条" in answer.text and f"{SETTING.base_url}/me" in answer.text
    assert "0 messages" in talk.ask("/mydata", "77", private=True)
    talk.setting = Setting(operator=SETTING.operator)
    assert f"chendian mydata {HERS}" in talk.ask("/我的数据", "3")


def test_report_reaches_the_admins_and_names_nobody(talk: Talk, archive: Archive) -> None:
    told(archive, Member("telegram:1", "张三", group_key=TG, role="owner"))
    answer = talk.give(talk.asked("/举报 广告 @all", "2", reply="7"))
    assert answer is not None and answer.direct and "不会说是谁" in answer.text
    (draft,) = [draft for draft in talk.drafts() if draft.purpose == "report"]
    assert (draft.member_key, draft.group_key) == ("telegram:1", None)
    assert "先备份再部署" in draft.text and "广告" in draft.text
    assert "李四" not in draft.text and "@all" not in draft.text
    assert "举报过了" in talk.ask("/举报", "2", reply="7")
    talk.ask("/report spam", "3", reply="7")
    with archive.writing() as db:
        (first, second) = open_reports(db, operator())
        assert (first.message.key, first.reason[:2], first.who) == (f"{TG}:7", "广告", "telegram:2")
        assert second.reason == "spam"
        inside = open_reports(db, member(frozenset((TG,))), TG)
        assert [one.who for one in inside] == [None, None]
        assert open_reports(db, member(frozenset())) == []
        with pytest.raises(NotFound):
            handle(db, member(frozenset()), f"{TG}:7", "telegram:1")
        assert handle(db, operator(), f"{TG}:7", "telegram:1") == 2
        assert open_reports(db, operator()) == []


def agreed_by_the_configuration(archive: Archive) -> None:
    """Let nobody be known as an admin by having agreed."""
    with archive.writing() as db:
        db.execute("UPDATE consents SET started_by = 'configuration'")


def test_report_is_withdrawn_and_vanishes_with_the_message(talk: Talk, archive: Archive) -> None:
    agreed_by_the_configuration(archive)
    assert "小王" in talk.ask("/举报", "2", reply="7"), "no admin is known"
    assert "撤回了" in talk.ask("/举报 -", "2", reply="7")
    assert "没有举报过" in talk.ask("/举报 -", "2", reply="7")
    talk.ask("/举报 不好", "2", reply="7")
    with archive.writing() as db:
        forget(db, [f"{TG}:7"], by=HERS)
    assert rows(archive, "SELECT * FROM reports") == []


def test_admins_of_the_configuration_are_told(archive: Archive) -> None:
    admins = {TG: frozenset(("telegram:9", "qq:1"))}
    talk = speaking(archive, {"7": "话"}, setting=Setting(operator=SETTING.operator, admins=admins))
    agreed_by_the_configuration(archive)
    assert "已经告诉" in talk.ask("/举报", "2", reply="7")
    assert [d.member_key for d in talk.drafts() if d.purpose == "report"] == ["telegram:9"]


def test_bot_that_is_an_admin_itself_is_nobody_to_tell(archive: Archive) -> None:
    """On Telegram it has a user name, on QQ the names it is called by have its id."""
    setting = Setting(operator="小王", own_names=("chendian_bot", "10001"))
    talk = speaking(archive, {"7": "话"}, setting=setting)
    agreed_by_the_configuration(archive)
    told(archive, Member("telegram:5", "沉淀", "Chendian_bot", group_key=TG, role="admin"))
    told(archive, Member("telegram:10001", "沉淀", group_key=TG, role="admin"))
    assert "小王" in talk.ask("/举报", "2", reply="7"), "no admin is known"
    told(archive, Member("telegram:1", "张三", group_key=TG, role="owner"))
    assert "已经告诉" in talk.ask("/举报", "3", reply="7")
    assert [d.member_key for d in talk.drafts() if d.purpose == "report"] == ["telegram:1"]


def test_who_is_forgotten_leaves_nothing_of_it(talk: Talk, archive: Archive) -> None:
    talk.ask("/化名 小石头", "3"), talk.ask("/可以公开", "3")
    talk.ask("/举报 不好", "3", reply="9")
    with archive.writing() as db:
        forget_member(db, HERS, HERS)
    for table in ("shown_names", "publish_consents", "reports"):
        assert rows(archive, f"SELECT * FROM {table}") == [], table

"""The roster in the chat: for admins, alone; and the invitation."""

from __future__ import annotations

import pytest
from commanding import TG, Talk, rows, said, speaking, told

from archive.database import Archive
from archive.records import Group, Member
from archive.roster import take
from archive.roster_csv import read_roster

CSV = """姓名,角色,到期,备注
张三,嘉宾,,
李四,会员,2026-09-30,"@all\u202e 常来"
王五,会员,2026-09-20,
赵六,会员,2026-10-30,
"""


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = speaking(archive, {"1": "话"})
    with archive.writing() as db:
        take(db, TG, read_roster(CSV), "operator")
    return talk


def test_roster_is_told_to_the_admin_alone(talk: Talk) -> None:
    answer = talk.ask("/名册", "1")
    assert "名册 4 人：嘉宾 1、成员 3" in answer and "14 天内到期 1 人，已过期 1 人" in answer
    draft = talk.drafts()[-1]
    assert (draft.group_key, draft.member_key) == (None, "telegram:1")
    one = talk.ask("/roster 李四", "1")
    assert "李四 · member · until 2026-09-30" in one and "@all" not in one and "\u202e" not in one
    assert "ended on 2026-09-20" in talk.ask("/roster 王五", "1")
    assert "没有这个名字" in talk.ask("/名册 没有", "1")


def test_who_ends_soon_is_listed_nearest_first(talk: Talk) -> None:
    near, far = talk.ask("/快到期", "1"), talk.ask("/快到期 60", "1")
    assert "李四" in near and "赵六" not in near
    assert far.index("李四") < far.index("赵六") and "王五" not in far
    assert "Within 21 days 1 end" in talk.ask("/expiring 3w", "1")
    for words in ("0", "9999", "x", "-3"):
        assert "1 到 366" in talk.ask(f"/快到期 {words}", "1")


def test_roster_is_for_admins_of_the_group(talk: Talk) -> None:
    """Neither members, nor in private, nor an admin of elsewhere (TRUST 31, 32)."""
    for text in ("/名册", "/快到期", "/邀请 来吧", "/roster", "/expiring 60"):
        assert "李四" not in talk.ask(text, "2")
        assert "李四" not in talk.ask(text, "1", private=True)
    assert rows(talk.archive, "SELECT * FROM group_texts") == []
    other = "telegram:-9"
    told(talk.archive, Group(other, "别群"), said("1", "x", group=other))
    talk.agree(other)
    talk.roles[other, "telegram:2"] = "admin"
    assert "空的" in talk.ask("/名册", "2", group=other)


def test_empty_roster_says_where_one_comes_from(archive: Archive) -> None:
    talk = speaking(archive, {"1": "话"})
    assert "chendian roster import" in talk.ask("/名册", "1")
    assert "没有人到期" in talk.ask("/快到期", "1")


def test_invitation_is_set_shown_and_taken_away(talk: Talk) -> None:
    assert "还没有邀请语" in talk.ask("/邀请", "1")
    assert "/邀请 -" in talk.ask("/邀请 找小王，\n@all 每月一批", "1")
    assert talk.ask("/邀请", "1") == "邀请语：找小王， @\u200ball 每月一批"
    assert "删掉了" in talk.ask("/邀请 -", "1") and "本来就没有" in talk.ask("/邀请 -", "1")
    assert "600" in talk.ask(f"/邀请 {'长' * 601}", "1")
    assert [line[:2] for line in talk.audit("invitation")] == [("telegram:1", TG)] * 3


def test_members_who_are_named_later_are_told_by_their_name(talk: Talk) -> None:
    told(talk.archive, Member("telegram:8", "赵六", group_key=TG))
    assert "赵六" in talk.ask("/快到期 60", "1")

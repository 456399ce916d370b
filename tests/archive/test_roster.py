"""The roster: who belongs, as what, until when; an end takes nothing that was said."""

from __future__ import annotations

from datetime import date

import pytest
from test_threads import united
from told import T0, TG, full_group, rows, said, texts, told

from archive import consent
from archive.access import member, operator, public
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.forget import forget_member
from archive.records import Group, Member
from archive.roster import RoleView, Taken, expiring, remove, roster, standing_of, take
from archive.roster_csv import Entry, read_roster
from archive.welcome import greet

INSIDE = member(frozenset({TG}))
TODAY = date(2026, 11, 20)


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(),
         said("1", "话"), said("2", "话", who="43"), said("3", "话", who="44"),
         Member("telegram:44", "Wang Wu", group_key=TG, role="owner", at=T0))  # fmt: skip
    return archive


def taken(archive: Archive, *lines: str, group: str = TG) -> Taken:
    text = "\n".join(("姓名,账号,角色,到期,备注", *lines))
    with archive.writing() as db:
        return take(db, group, read_roster(text, "telegram"), "operator")


def listed(archive: Archive, reader: object = INSIDE) -> list[tuple[str | None, ...]]:
    with archive.reading() as db:
        found = roster(db, reader, TG)  # type: ignore[arg-type]
    return [(line.name, line.member_key, line.role, line.expires_on) for line in found]


def role(archive: Archive, who: str, today: date = TODAY) -> RoleView:
    with archive.reading() as db:
        return standing_of(db, TG, f"telegram:{who}", today)


def test_lines_are_taken_and_members_found_by_their_name(talk: Archive) -> None:
    done = taken(
        talk,
        "张三,,嘉宾,2026-12-31,常来",
        "李四,43,会员,2026-11-20,",
        "没来过,,,,",
    )
    assert done == Taken(3, 0, 0, ())
    assert listed(talk) == [
        ("李四", "telegram:43", "member", "2026-11-20"),
        ("张三", "telegram:42", "guest", "2026-12-31"),
        ("没来过", None, "member", None),
    ]
    assert rows(talk, "SELECT who, action, target FROM audit") == [("operator", "roster", TG)]


def test_second_import_changes_only_what_it_says(talk: Archive) -> None:
    taken(talk, "张三,,嘉宾,2026-12-31,常来", "没来过,,,2026-12-01,")
    assert taken(talk, "张三,,嘉宾,2026-12-31,常来", "没来过,,,,") == Taken(0, 0, 2, ())
    assert taken(talk, "张三,,,2027-01-01,", "没来过,88,,永久,") == Taken(0, 2, 0, ())
    assert listed(talk) == [
        ("张三", "telegram:42", "guest", "2027-01-01"),
        ("没来过", "telegram:88", "member", None),
    ]


def test_last_day_still_counts(talk: Archive) -> None:
    taken(talk, "张三,,,2026-11-20,", "李四,,,2026-11-19,")
    assert role(talk, "42") == RoleView("member", False, "2026-11-20")
    assert role(talk, "43") == RoleView("member", True, "2026-11-19")
    with talk.reading() as db:
        assert [one.name for one in expiring(db, INSIDE, TG, TODAY, 14)] == ["张三"]
        assert expiring(db, INSIDE, TG, date(2026, 11, 5), 13) == []
        assert len(expiring(db, INSIDE, TG, date(2026, 11, 5), 15)) == 2


def test_end_takes_nothing_that_was_said(talk: Archive) -> None:
    taken(talk, "李四,,,2020-01-01,")
    assert role(talk, "43").expired and len(texts(talk, "from:李四")) == 1


def test_owner_and_admin_are_the_platforms_word(talk: Archive) -> None:
    taken(talk, "张三,42,群主,,", "Wang Wu,44,嘉宾,2020-01-01,", "李四,43,嘉宾,,")
    assert role(talk, "44") == RoleView("owner", True, "2020-01-01")
    assert role(talk, "42").role == "member"
    assert role(talk, "43").role == "guest"
    assert role(talk, "99") == RoleView(None, False, None)
    told(talk, Member("telegram:43", "李四", group_key=TG, role="left", at=T0 + 99))
    assert role(talk, "43").role is None


def test_name_alone_gives_no_role(talk: Archive) -> None:
    """Whoever calls themselves like a guest is none."""
    taken(talk, "将来的嘉宾,,嘉宾,2026-11-01,")
    told(talk, said("9", "我来了", who="50"),
         Member("telegram:50", "将来的嘉宾", group_key=TG, at=T0 + 50))  # fmt: skip
    assert role(talk, "50") == RoleView("member", True, "2026-11-01")


def test_newcomer_is_who_was_greeted_lately(talk: Archive) -> None:
    with talk.writing() as db:
        consent.start(db, TG, by="x")
        assert greet(db, TG, "telegram:60") is not None
    told(talk, Member("telegram:60", "新来的", group_key=TG, role="member", at=T0))
    assert role(talk, "60", date.today()).role == "newcomer"
    assert role(talk, "60", date(2099, 1, 1)).role == "member"


def test_line_is_removed_by_name_or_key(talk: Archive) -> None:
    taken(talk, "重名,telegram:1,,,", "重名,telegram:2,,,", "张三,,,,")
    with talk.writing() as db:
        assert remove(db, TG, "张三", "x").member_key == "telegram:42"
        with pytest.raises(ArchiveError, match="2 are called so"):
            remove(db, TG, "重名", "x")
        remove(db, TG, "telegram:2", "x")
        with pytest.raises(NotFound):
            remove(db, TG, "没有", "x")
    assert [line[1] for line in listed(talk)] == ["telegram:1"]


def test_roster_is_for_those_inside(talk: Archive) -> None:
    taken(talk, "张三,,,,")
    with talk.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    assert listed(talk, public()) == [] and len(listed(talk, operator())) == 1


def test_person_who_opts_out_leaves_the_roster_and_is_not_put_back(talk: Archive) -> None:
    """By key and by name, also when the same file is imported again (TRUST 33)."""
    taken(talk, "张三,,,,", "李四,,嘉宾,2026-12-31,金丝雀")
    with talk.writing() as db:
        consent.opt_out(db, "telegram:43", by="telegram:43")
        forget_member(db, "telegram:43", by="telegram:43")
    assert [line[0] for line in listed(talk)] == ["张三"]
    again = taken(talk, "张三,,,,", "李四,,嘉宾,2026-12-31,金丝雀", "小李,43,,,")
    assert again.left_out == (3, 4)
    assert "金丝雀" not in str(rows(talk, "SELECT * FROM roster"))


def test_line_known_by_name_only_goes_with_the_person(talk: Archive) -> None:
    with talk.writing() as db:
        take(db, TG, [Entry(2, "阿新")], "operator")
    told(talk, said("9", "我", who="70"), Member("telegram:70", "阿新", group_key=TG, at=T0 + 9))
    with talk.writing() as db:
        forget_member(db, "telegram:70", by="telegram:70")
    assert listed(talk) == []


def test_rosters_of_united_groups_become_one(talk: Archive) -> None:
    other = "telegram:-5"
    told(talk, Group(other, "旧群"), said("8", "旧", group=other))
    taken(talk, "张三,,嘉宾,,")
    taken(talk, "张三,,,2020-01-01,", "只在旧群,,,,", group=other)
    united(talk, other, TG)
    assert sorted(line[0] or "" for line in listed(talk)) == ["只在旧群", "张三"]
    assert role(talk, "42") == RoleView("guest", False, None)

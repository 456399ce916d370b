"""Groups and people are called as the newest source calls them, whatever is imported when."""

from __future__ import annotations

import time
from contextlib import closing
from itertools import permutations
from typing import Any

import pytest
from told import (
    T0,
    TG,
    assert_whole,
    full_group,
    proposed,
    rows,
    said,
    texts,
    titled,
    told,
    undone,
)

from archive.access import operator
from archive.database import Archive, transaction
from archive.groups import get_group
from archive.keep import Keeper, keep
from archive.messages import get_message
from archive.prepare import prepare_all
from archive.records import AnyRecord, Group, Member, Message
from archive.stats import stats

MONTH = 30 * 86_400
BEGAN = T0 - 12 * MONTH


def export(title: str, name: str, months: int) -> list[AnyRecord]:
    """What an export says after so many months: everything is called as of that day."""
    own = [Message(TG, "1", BEGAN, "telegram:42", name, text="话", quality=2)]
    others = (said(str(n), "别的", BEGAN + n * MONTH, "43") for n in range(2, months + 1))
    return [Group(TG, title), *own, *others]


def called(archive: Archive) -> tuple[str, str]:
    with archive.reading() as db:
        title = get_group(db, operator(), TG).title
        return title, get_message(db, operator(), f"{TG}:1").sender


@pytest.mark.parametrize("order", list(permutations((2, 3, 5))))
def test_newest_export_names_group_and_people_in_any_order(
    archive: Archive, order: tuple[int, ...]
) -> None:
    for months in order:
        told(archive, export(f"群名{months}", f"人名{months}", months), source="import")
    assert called(archive) == ("群名5", "人名5")
    for name in ("人名2", "人名3", "人名5"):
        assert texts(archive, f"from:{name}") == ["话"]


def test_older_export_does_not_rename_after_messages_without_a_title(archive: Archive) -> None:
    told(archive, export("三月", "丙", 3))
    told(archive, said("99", "后来", BEGAN + 9 * MONTH, "43"))
    told(archive, export("二月", "乙", 2), source="import")
    assert called(archive)[0] == "三月"
    told(archive, export("四月", "丁", 4), source="import")
    assert called(archive) == ("四月", "丁")


def test_title_seen_at_a_time_counts_as_of_that_time(archive: Archive) -> None:
    told(archive, export("五月", "丙", 5))
    told(archive, Group(TG, "改名", at=BEGAN + 6 * MONTH))
    told(archive, Group(TG, "又一次听说的旧名", at=BEGAN + 3 * MONTH))
    told(archive, Group(TG, "不知何时"))
    assert called(archive)[0] == "改名"
    told(archive, Group(TG, "从前", at=BEGAN), Group(TG, "刚才", at=BEGAN + 7 * MONTH),
         Group(TG, "之前", at=BEGAN + MONTH))  # fmt: skip
    assert called(archive)[0] == "刚才"


def test_title_of_a_group_known_by_its_messages_only_is_taken(archive: Archive) -> None:
    told(archive, said("1", "话"))
    assert called(archive)[0] == TG
    told(archive, full_group("技术群"))
    assert called(archive)[0] == "技术群"


def silent(name: str, months: int, **more: Any) -> list[AnyRecord]:
    """An export that names its people apart from their messages."""
    return [
        Member("telegram:42", name, group_key=TG, **more),
        Message(TG, "1", BEGAN, "telegram:42", text="话", quality=2),
        said(str(months), "别的", BEGAN + months * MONTH, "43"),
    ]


@pytest.mark.parametrize("order", list(permutations((2, 3, 5))))
def test_newest_list_of_members_wins_where_messages_show_no_names(
    archive: Archive, order: tuple[int, ...]
) -> None:
    for months in order:
        known = silent(f"人名{months}", months, role=f"职{months}", username=f"u{months}")
        told(archive, known, source="import")
    assert called(archive)[1] == "人名5"
    assert rows(archive, "SELECT s.name, role, p.name, username FROM memberships s"
                " JOIN members p ON p.id = member_id WHERE key = 'telegram:42'") == [
        ("人名5", "职5", "人名5", "u5")]  # fmt: skip


def test_name_beside_a_message_comes_before_that_of_the_same_list(archive: Archive) -> None:
    told(archive, Member("telegram:42", "账号名", group_key=TG), said("1", "话"), source="import")
    assert called(archive)[1] == "张三"


def test_card_changed_at_a_time_is_shown_from_then_on(archive: Archive) -> None:
    told(archive, said("1", "话", BEGAN), said("2", "别的", BEGAN + MONTH, "43"))
    card = Member("telegram:42", group_key=TG, group_name="新名片", at=BEGAN + 2 * MONTH)
    told(archive, card)
    told(archive, said("1", "话", BEGAN), said("2", "别的", BEGAN + MONTH, "43"), source="import")
    assert called(archive)[1] == "新名片"


def test_message_of_long_ago_heard_live_renames_nobody(archive: Archive) -> None:
    with closing(archive.connect_for_writing()) as db:
        keeper = Keeper(db)
        keeper.begin_file()
        for title, name, at in (("新群名", "新名", BEGAN + MONTH), ("旧群名", "旧名", BEGAN)):
            row = Message(TG, f"{at}", at, "telegram:42", name, text="话")
            with transaction(db):
                keeper.write(list(prepare_all([Group(TG, title), row])))
        with transaction(db):
            keeper.write([Member("telegram:42", "更新的名", group_key=TG)], BEGAN + 2 * MONTH)
    assert rows(archive, "SELECT title FROM groups") == [("新群名",)]
    assert rows(archive, "SELECT name FROM memberships") == [("更新的名",)]


def test_role_and_name_told_with_one_live_batch_are_both_kept(archive: Archive) -> None:
    admin = Member("telegram:42", group_key=TG, role="admin")
    told(archive, admin, said("1", "话", BEGAN), said("2", "别的", BEGAN + MONTH, "43"))
    assert rows(archive, "SELECT s.name, role FROM memberships s JOIN members p ON p.id = member_id"
                " WHERE key = 'telegram:42'") == [("张三", "admin")]  # fmt: skip


def members(archive: Archive) -> int:
    with archive.reading() as db:
        counted = get_group(db, operator(), TG).members
        assert stats(db, operator()).members == counted
    return counted


@pytest.mark.parametrize("first", ("full", "html"))
def test_person_renamed_between_exports_with_and_without_ids_is_counted_once(
    archive: Archive, first: str
) -> None:
    both = {
        "full": [full_group(), said("1", "一"), said("2", "二", who="43")],
        "html": [proposed(), titled("1", "一", who="旧名"), titled("2", "二", who="李四")],
    }
    told(archive, both.pop(first))
    told(archive, *both.values())
    assert members(archive) == 2
    assert texts(archive, "from:telegram:42") == ["一"]
    told(archive, *both.values())
    assert members(archive) == 2
    with undone(archive) as db:
        assert_whole(db)


def test_person_known_by_a_former_name_counts_while_something_is_theirs_alone(
    archive: Archive,
) -> None:
    told(archive, full_group(), said("1", "一"))
    told(archive, proposed(), titled("1", "一", who="旧名"), titled("5", "五", who="旧名"))
    assert members(archive) == 2
    assert texts(archive, "from:旧名") == ["五"]


def test_person_a_source_lists_by_id_is_counted_before_saying_anything(archive: Archive) -> None:
    told(archive, full_group(), Member("telegram:77", "潜水员", group_key=TG), said("1", "一"))
    assert members(archive) == 2


def test_twenty_thousand_people_known_by_name_are_joined_in_seconds(archive: Archive) -> None:
    names = [f"人{n}" for n in range(20_000)]
    began = time.perf_counter()
    with undone(archive) as db:
        keep(db, [proposed(), *(titled(str(n), "话", who=who) for n, who in enumerate(names, 1))])
        keep(db, [proposed(), titled("1", "话", who="人0")])
        assert db.execute("SELECT count(*) FROM members").fetchone() == (20_000,)
    assert time.perf_counter() - began < 20

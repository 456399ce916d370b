"""Columns: essence in an order, for as long as it is essence and there."""

from __future__ import annotations

import pytest
from test_threads import united
from told import T0, TG, full_group, said, told

from archive.access import member, operator, public
from archive.columns import MAX_TITLE, add, items, list_columns, move, take_out
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.essence import mark, unmark
from archive.forget import forget
from archive.groups import set_visibility
from archive.records import Group, Recall
from archive.verify import verify

INSIDE = member(frozenset({TG}))


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), (said(str(n), f"第 {n} 句") for n in range(1, 8)))
    return archive


def added(archive: Archive, title: str, *ids: str, **more: str) -> int:
    with archive.writing() as db:
        views = [add(db, title, f"{TG}:{id}", by="telegram:42", at=T0, **more) for id in ids]
    return views[-1][0].id


def titles(archive: Archive, id: int) -> list[str]:
    with archive.reading() as db:
        return [item.essence.title for item in items(db, INSIDE, id)]


def test_message_is_marked_and_added_in_order(talk: Archive) -> None:
    with talk.writing() as db:
        mark(db, [f"{TG}:1"], by="x")
        assert add(db, "新手", f"{TG}:1", by="x")[1] is False
        view, marked = add(db, " 新手 ", f"{TG}:3", by="x", about="必读")
    assert marked and (view.title, view.essences) == ("新手", 2)
    id = added(talk, "新手", "2")
    assert titles(talk, id) == ["第 1 句", "第 3 句", "第 2 句"]
    with talk.reading() as db:
        assert [item.note for item in items(db, INSIDE, id)] == ["", "必读", ""]
    assert verify(talk) == []


def test_column_of_the_same_name_is_the_same_whatever_its_case(talk: Archive) -> None:
    assert added(talk, "Docker 入门", "1") == added(talk, "ｄｏｃｋｅｒ  入門", "2")
    assert added(talk, "docker 入门", "1", about="改过")
    with talk.reading() as db:
        (view,) = list_columns(db, INSIDE, TG)
        assert (view.title, view.essences) == ("Docker 入门", 2)
        assert items(db, INSIDE, view.id)[0].note == "改过"


def test_order_is_changed(talk: Archive) -> None:
    id = added(talk, "新手", "1", "2", "3")
    with talk.writing() as db:
        move(db, id, f"{TG}:3", 1, by="x")
        move(db, id, f"{TG}:1", 99, by="x")
        with pytest.raises(NotFound):
            move(db, id, f"{TG}:7", 1, by="x")
    assert titles(talk, id) == ["第 3 句", "第 2 句", "第 1 句"]


def test_column_follows_what_becomes_of_its_essence(talk: Archive) -> None:
    id = added(talk, "新手", "1", "2", "3")
    with talk.writing() as db:
        unmark(db, f"{TG}:1", by="x")
        forget(db, [f"{TG}:2"], by="x")
    assert titles(talk, id) == ["第 3 句"]
    told(talk, Recall(TG, "3"))
    assert titles(talk, id) == []
    with talk.writing() as db:
        mark(db, [f"{TG}:1"], by="x")
    assert titles(talk, id) == ["第 1 句"]
    assert verify(talk) == []


def test_essence_of_several_messages_stays_when_the_first_is_forgotten(talk: Archive) -> None:
    with talk.writing() as db:
        mark(db, [f"{TG}:4", f"{TG}:6"], by="x")
    id = added(talk, "新手", "4")
    with talk.writing() as db:
        forget(db, [f"{TG}:4"], by="x")
    assert titles(talk, id) == ["第 5 句"]
    assert verify(talk) == []


def test_new_essence_never_takes_the_place_of_one_that_is_gone(talk: Archive) -> None:
    id = added(talk, "新手", "1", "2")
    with talk.writing() as db:
        unmark(db, f"{TG}:2", by="x")
        mark(db, [f"{TG}:5"], by="x")
    assert titles(talk, id) == ["第 1 句"]


def test_essence_is_taken_out_and_an_empty_column_ends(talk: Archive) -> None:
    added(talk, "新手", "1")
    added(talk, "部署", "1", "2")
    with talk.writing() as db:
        assert take_out(db, f"{TG}:1", "x", "新手") == ["新手"]
        assert take_out(db, f"{TG}:1", "x", "没有") == []
        assert [view.title for view in list_columns(db, INSIDE)] == ["部署"]
        assert take_out(db, f"{TG}:1", "x") == ["部署"]
        assert [view.essences for view in list_columns(db, INSIDE)] == [1]


def test_column_is_seen_by_who_may_see_its_group(talk: Archive) -> None:
    id = added(talk, "找 13812345678", "1", about="问 13812345678")
    with talk.writing() as db:
        assert list_columns(db, public()) == []
        with pytest.raises(NotFound):
            items(db, public(), id)
        set_visibility(db, TG, "public", "operator")
        (view,) = list_columns(db, public())
        (item,) = items(db, public(), id)
        assert "1381234" not in view.title + item.note
        assert item.essence.messages[0].sender == "匿名成员"


@pytest.mark.parametrize("title", ["", " \u200b", "长" * (MAX_TITLE + 1)])
def test_what_is_no_title_makes_no_column(talk: Archive, title: str) -> None:
    with pytest.raises(ArchiveError), talk.writing() as db:
        add(db, title, f"{TG}:1", by="x")
    with talk.reading() as db:
        assert list_columns(db, operator()) == []


def test_columns_of_united_groups_become_one(talk: Archive) -> None:
    other = "telegram:-5"
    told(talk, Group(other, "旧群"), (said(str(n), f"旧 {n}", group=other) for n in (21, 22)))
    id = added(talk, "新手", "1")
    with talk.writing() as db:
        add(db, "新手", f"{other}:21", by="x")
        add(db, "只在旧群", f"{other}:22", by="x")
    united(talk, other, TG)
    assert titles(talk, id) == ["第 1 句", "旧 21"]
    with talk.reading() as db:
        assert {view.title: view.group_key for view in list_columns(db, INSIDE)} == {
            "新手": TG, "只在旧群": TG}  # fmt: skip
    assert verify(talk) == []

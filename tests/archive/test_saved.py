"""Saved messages: private, in order, gone with the message and with the person."""

from __future__ import annotations

import pytest
from test_threads import united
from told import T0, TG, full_group, rows, said, told

from archive.access import member, operator
from archive.database import Archive
from archive.errors import NotFound
from archive.forget import forget, forget_member
from archive.records import Group, Recall
from archive.saved import save, saved, unsave
from archive.verify import verify

MINE = member(frozenset({TG}), "telegram:42")
OTHERS = member(frozenset({TG}), "telegram:43")


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), (said(str(n), f"第 {n} 句", who="44") for n in range(1, 6)))
    told(archive, Group("qq:1", "别群"), said("1", "外", group="qq:1"))
    return archive


def kept(archive: Archive, *ids: str) -> None:
    with archive.writing() as db:
        for number, id in enumerate(ids):
            save(db, MINE, f"{TG}:{id}", at=T0 + number)


def texts(archive: Archive, reader: object = MINE, **more: int) -> list[str]:
    with archive.reading() as db:
        return [view.text for view in saved(db, reader, **more)]  # type: ignore[arg-type]


def test_last_saved_comes_first_and_nobody_else_sees_it(talk: Archive) -> None:
    kept(talk, "2", "5", "1")
    assert texts(talk) == ["第 1 句", "第 5 句", "第 2 句"]
    assert texts(talk, limit=1, skip=1) == ["第 5 句"]
    assert texts(talk, OTHERS) == [] == texts(talk, operator())
    assert set(rows(talk, "SELECT who, target FROM audit")) == {("telegram:42", "telegram:42")}


def test_saving_twice_is_once_and_is_undone(talk: Archive) -> None:
    with talk.writing() as db:
        assert save(db, MINE, f"{TG}:1") and not save(db, MINE, f"{TG}:1")
        assert unsave(db, MINE, f"{TG}:1") and not unsave(db, MINE, f"{TG}:1")
    assert texts(talk) == []


def test_only_what_may_still_be_read_is_shown(talk: Archive) -> None:
    both = member(frozenset({TG, "qq:1"}), "telegram:42")
    kept(talk, "1")
    with talk.writing() as db:
        save(db, both, "qq:1:1", at=T0 + 9)
        with pytest.raises(NotFound):
            save(db, MINE, "qq:1:1")
    assert texts(talk, both) == ["外", "第 1 句"]
    assert texts(talk) == ["第 1 句"]
    assert texts(talk, member(frozenset(), "telegram:42")) == []


def test_what_is_taken_back_or_forgotten_is_not_kept(talk: Archive) -> None:
    kept(talk, "1", "2", "3")
    told(talk, Recall(TG, "1"))
    with talk.writing() as db:
        forget(db, [f"{TG}:2"], by="x")
    assert texts(talk) == ["第 3 句"]
    assert verify(talk) == []


def test_author_who_is_forgotten_leaves_nothing_saved(talk: Archive) -> None:
    kept(talk, "1", "2")
    with talk.writing() as db:
        forget_member(db, "telegram:44", by="x")
    assert rows(talk, "SELECT * FROM saved") == []


def test_person_who_is_forgotten_has_nothing_saved(talk: Archive) -> None:
    kept(talk, "1", "2")
    with talk.writing() as db:
        forget_member(db, "telegram:42", by="telegram:42")
    assert rows(talk, "SELECT * FROM saved") == []


def test_saved_messages_follow_a_united_group(talk: Archive) -> None:
    other = "telegram:-5"
    told(
        talk,
        Group(other, "旧群"),
        said("1", "第 1 句", group=other, who="44"),
        said("9", "旧", group=other),
    )
    with talk.writing() as db:
        for key in (f"{other}:1", f"{other}:9", f"{TG}:1"):
            save(db, member(frozenset({TG, other}), "telegram:42"), key)
    united(talk, other, TG)
    assert sorted(texts(talk)) == ["旧", "第 1 句"]
    assert verify(talk) == []

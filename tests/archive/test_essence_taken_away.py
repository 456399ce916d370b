"""What a person takes out of the essence stays out until the platform marks it anew."""

from __future__ import annotations

import pytest
from told import T0, TG, full_group, rows, said, texts, told

from archive.access import operator
from archive.database import Archive
from archive.essence import feed, mark, unmark
from archive.records import EssenceMark, Group
from archive.unite import begin_union, unite_some
from archive.verify import verify

MARKED, TAKEN = T0 + 100, T0 + 200


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), (said(str(n), f"第 {n} 句") for n in range(1, 7)))
    return archive


def marks(archive: Archive) -> list[tuple[str, ...]]:
    with archive.reading() as db:
        return [tuple(m.text for m in view.messages) for view in feed(db, operator())]


def taken_away(archive: Archive, id: str, at: int | None = TAKEN, group: str = TG) -> None:
    with archive.writing() as db:
        unmark(db, f"{group}:{id}", by="张三", at=at)


@pytest.mark.parametrize("at", (None, MARKED, TAKEN))
def test_mark_made_before_it_was_taken_away_is_not_followed_again(
    talk: Archive, at: int | None
) -> None:
    told(talk, EssenceMark(TG, "3", at=MARKED))
    taken_away(talk, "3")
    told(talk, EssenceMark(TG, "3", at=at), source="import")
    assert marks(talk) == texts(talk, "is:精华") == []
    assert verify(talk) == []


def test_mark_made_later_counts_again_and_can_be_taken_away_again(talk: Archive) -> None:
    told(talk, EssenceMark(TG, "3", at=MARKED))
    taken_away(talk, "3")
    told(talk, EssenceMark(TG, "3", at=TAKEN + 1))
    assert marks(talk) == [("第 3 句",)]
    taken_away(talk, "3", TAKEN + 2)
    told(talk, EssenceMark(TG, "3", at=MARKED), EssenceMark(TG, "3", at=TAKEN + 1))
    assert marks(talk) == []


def test_person_may_mark_again_what_a_person_took_away(talk: Archive) -> None:
    told(talk, EssenceMark(TG, "3", at=MARKED))
    taken_away(talk, "3", None)
    with talk.writing() as db:
        mark(db, [f"{TG}:3"], by="李四")
    assert marks(talk) == [("第 3 句",)]


def test_whole_run_stays_away(talk: Archive) -> None:
    with talk.writing() as db:
        mark(db, [f"{TG}:2", f"{TG}:4"], by="李四")
    told(talk, EssenceMark(TG, "3", at=MARKED))
    taken_away(talk, "4")
    told(talk, *(EssenceMark(TG, id, at=MARKED) for id in ("2", "3", "4", "5")))
    assert marks(talk) == [("第 5 句",)]


def test_message_that_gets_its_real_id_later_is_remembered_by_both(talk: Archive) -> None:
    told(talk, said(None, "没有号", T0 + 50, quality=0))
    ((id,),) = rows(talk, "SELECT platform_id FROM messages WHERE text = '没有号'")
    with talk.writing() as db:
        mark(db, [f"{TG}:{id}"], by="李四")
    taken_away(talk, id)
    told(talk, said("50", "没有号", T0 + 50))
    told(talk, EssenceMark(TG, "50", at=MARKED), EssenceMark(TG, id, at=MARKED))
    assert marks(talk) == []


def test_message_whose_time_was_corrected_is_remembered(talk: Archive) -> None:
    told(talk, EssenceMark(TG, "3", at=MARKED))
    taken_away(talk, "3")
    told(talk, said("3", "第 3 句", T0 + 90, quality=3), EssenceMark(TG, "3", at=MARKED))
    assert marks(talk) == []


def test_group_that_becomes_another_ones_part_keeps_what_was_taken_away(talk: Archive) -> None:
    old = "telegram:-5"
    told(talk, Group(old, "旧群"), said("9", "旧的", group=old), EssenceMark(old, "9", at=MARKED))
    taken_away(talk, "9", group=old)
    with talk.writing() as db:
        begin_union(db, old, TG)
        while unite_some(db):
            pass
    told(talk, EssenceMark(TG, "9", at=MARKED))
    assert marks(talk) == []
    assert verify(talk) == []

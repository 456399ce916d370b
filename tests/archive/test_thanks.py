"""Who is thanked: those whose words were kept, for those inside the group."""

from __future__ import annotations

import pytest
from told import T0, TG, full_group, said, told

from archive.access import member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.essence import mark
from archive.forget import forget_member
from archive.groups import set_visibility
from archive.records import Recall
from archive.thanks import thanked

INSIDE = member(frozenset({TG}))


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        (said(str(n), f"第 {n} 句", who=str(42 + n % 2)) for n in range(1, 8)),
    )
    with archive.writing() as db:
        for number, id in enumerate(("1", "3", "2", "7")):
            mark(db, [f"{TG}:{id}"], by="x", at=T0 + number)
    return archive


def names(archive: Archive, reader: object = INSIDE, until: int = T0 + 99) -> list[tuple[str, int]]:
    with archive.reading() as db:
        found = thanked(db, reader, [TG], T0, until)  # type: ignore[arg-type]
    return [(one.name, one.number) for one in found]


def test_whose_words_were_kept_most_often_comes_first(talk: Archive) -> None:
    assert names(talk) == [("李四", 3), ("张三", 1)] == names(talk, operator())
    assert names(talk, until=T0 + 1) == [("李四", 1)]


def test_people_outside_see_nobody(talk: Archive) -> None:
    assert names(talk, public()) == [] == names(talk, member(frozenset({"qq:1"})))
    with talk.writing() as db:
        set_visibility(db, TG, "public", "operator")
    assert names(talk, public()) == []


def test_what_is_taken_back_or_forgotten_earns_no_thanks(talk: Archive) -> None:
    told(talk, Recall(TG, "7"))
    assert names(talk) == [("李四", 2), ("张三", 1)]
    with talk.writing() as db:
        opt_out(db, "telegram:43", by="telegram:43")
        forget_member(db, "telegram:43", by="telegram:43")
    assert names(talk) == [("张三", 1)]

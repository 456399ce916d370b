"""Editions: one for each period, edited, approved and sent once, without what had to leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from told import QQ, T0, TG, full_group, rows, said, told

from archive import consent, editions, outbox
from archive.access import Reader, member, operator, public
from archive.codes import code_of
from archive.database import Archive
from archive.edition_erasing import outbox_key
from archive.editions import EditionView
from archive.errors import ArchiveError, NotFound
from archive.forget import forget, forget_member
from archive.groups import set_visibility
from archive.outbox import Draft
from archive.records import Recall
from archive.unite import begin_union, unite_some
from archive.unsaid import withdraw_of
from archive.verify import verify

INSIDE = member(frozenset((TG,)))


class Line(msgspec.Struct):
    """An item with the fields that matter here."""

    title: str
    keys: tuple[str, ...]
    text: str = ""
    group_key: str = TG


class Round(msgspec.Struct):
    """A digest with the fields that matter here."""

    items: tuple[Line, ...]
    thanks: tuple[dict[str, Any], ...] = ()
    open_questions: tuple[str, ...] = ()


WEEK = Round(
    (
        Line("部署", (f"{TG}:1", f"{TG}:2"), "张三说部署"),
        Line("备份", (f"{TG}:3",), "李四说备份"),
        Line("监控", (f"{TG}:4",), "王五说监控"),
    ),
    (
        {"name": "张三", "member_key": "telegram:42", "keys": [f"{TG}:1", f"{TG}:2"]},
        {"name": "李四", "member_key": "telegram:43", "keys": [f"{TG}:3"]},
    ),
    (f"{TG}:5",),
)


@pytest.fixture
def week(archive: Archive) -> Iterator[int]:
    """The draft of a week, over five messages."""
    told(archive, full_group(), said("1", "部署"), said("2", "部署二"), said("3", "备份", who="43"),
         said("4", "监控", who="44"), said("5", "谁会？", who="44"))  # fmt: skip
    with archive.writing() as db:
        made = editions.draft(db, WEEK, TG, "week", "2026-W47", T0)
    yield made
    assert verify(archive) == []


def shown(archive: Archive, edition: int, reader: Reader = INSIDE) -> EditionView:
    with archive.reading() as db:
        return editions.get_edition(db, reader, edition)


def titles(archive: Archive, edition: int, reader: Reader = INSIDE) -> list[str]:
    return [item["title"] for item in shown(archive, edition, reader).digest["items"]]


def stored(archive: Archive) -> str:
    return json.dumps(rows(archive, "SELECT digest, edits FROM editions"), ensure_ascii=False)


def test_there_is_one_edition_of_a_group_and_week(archive: Archive, week: int) -> None:
    with archive.writing() as db:
        other = Round((Line("另一个", (f"{TG}:1",)),))
        assert editions.draft(db, other, TG, "week", "2026-W47", T0 + 9) == week
        assert editions.draft(db, other, TG, "day", "2026-11-18", T0 + 9) != week
    assert titles(archive, week) == ["部署", "备份", "监控"]


def test_dropping_an_item_keeps_the_numbers_of_the_others(archive: Archive, week: int) -> None:
    with archive.writing() as db:
        editions.drop_item(db, week, 2, "telegram:42")
        editions.change_title(db, week, 3, "看监控", "telegram:42")
    assert titles(archive, week) == ["部署", "看监控"]
    assert shown(archive, week).numbers == (1, 3)
    with archive.writing() as db:
        editions.keep_item(db, week, 2, "telegram:42")
        editions.change_title(db, week, 3, "", "telegram:42")
    assert titles(archive, week) == ["部署", "备份", "监控"]
    audit = rows(archive, "SELECT who, detail FROM audit WHERE action = 'digest edited'")
    assert audit == [
        ("telegram:42", what) for what in ("dropped 2", "title 3", "kept 2", "title 3")
    ]


def test_number_that_is_not_there_is_refused(archive: Archive, week: int) -> None:
    for number in (0, 4, -1):
        with pytest.raises(NotFound), archive.writing() as db:
            editions.drop_item(db, week, number, "telegram:42")


def test_what_is_approved_is_sent_once_and_not_edited_any_more(archive: Archive, week: int) -> None:
    with archive.writing() as db:
        assert not editions.sent(db, week, T0)
        assert editions.approve(db, week, "telegram:42", T0)
        assert not editions.approve(db, week, "telegram:42", T0)
        with pytest.raises(ArchiveError):
            editions.drop_item(db, week, 1, "telegram:42")
        assert editions.to_send(db) == [(week, TG)]
        assert editions.sent(db, week, T0)
        assert not editions.sent(db, week, T0)
        assert editions.to_send(db) == []
        assert not editions.hold(db, week, "telegram:42")


def test_approval_is_taken_back_until_it_is_sent(archive: Archive, week: int) -> None:
    with archive.writing() as db:
        editions.approve(db, week, "telegram:42", T0)
        assert editions.hold(db, week, "telegram:42")
        assert editions.to_send(db) == []
        editions.drop_item(db, week, 1, "telegram:42")


def test_edition_is_read_by_its_groups_members_only(archive: Archive, week: int) -> None:
    """TRUST 31: as if there were none, also where the group may be read by everybody."""
    with archive.writing() as db:
        set_visibility(db, TG, "public", "test")
        for reader in (public(), member(frozenset((QQ,)))):
            with pytest.raises(NotFound):
                editions.get_edition(db, reader, week)
            assert editions.find_edition(db, reader, TG, "week", states=("draft",)) is None
        assert editions.get_edition(db, operator(), week).id == week


def test_forgotten_message_leaves_every_edition_to_the_last_byte(
    archive: Archive, week: int
) -> None:
    """TRUST 5, 33: the item, what people wrote of it, its thanks and its question."""
    with archive.writing() as db:
        editions.change_title(db, week, 2, "备份的新标题", "telegram:42")
        forget(db, [f"{TG}:2", f"{TG}:3", f"{TG}:5"], "telegram:42")
    assert titles(archive, week) == ["监控"]
    assert shown(archive, week).numbers == (3,)
    value = shown(archive, week).digest
    assert [(one["name"], one["keys"]) for one in value["thanks"]] == [("张三", [f"{TG}:1"])]
    assert value["open_questions"] == []
    for word in ("张三说部署", "李四", "备份", f"{TG}:5"):
        assert word not in stored(archive)


def test_recalled_message_is_not_shown(archive: Archive, week: int) -> None:
    told(archive, Recall(TG, "3", T0 + 50))
    assert titles(archive, week) == ["部署", "监控"]


def test_person_who_opts_out_leaves_at_once_and_is_erased_after(
    archive: Archive, week: int
) -> None:
    """TRUST 33."""
    with archive.writing() as db:
        consent.opt_out(db, "telegram:43", "telegram:43")
    assert titles(archive, week) == ["部署", "监控"]
    assert [one["name"] for one in shown(archive, week).digest["thanks"]] == ["张三"]
    with archive.writing() as db:
        editions.approve(db, week, "telegram:43", T0)
        forget_member(db, "telegram:43", "telegram:43")
    assert "李四" not in stored(archive)
    assert rows(archive, "SELECT approved_by FROM editions") == [("",)]


def test_what_waits_to_be_said_is_written_anew_without_what_was_forgotten(
    archive: Archive, week: int
) -> None:
    with archive.writing() as db:
        editions.approve(db, week, "telegram:42", T0)
        editions.sent(db, week, T0)
        unique = outbox_key(TG, "week", "2026-W47", 1)
        outbox.put(db, Draft("main", "部署，备份，监控", group_key=TG, unique=unique))
        outbox.put(db, Draft("main", "别的", group_key=TG, unique="another"))
    with archive.writing() as db:
        forget(db, [f"{TG}:3"], "telegram:43")
    assert rows(archive, "SELECT text FROM outbox") == [("别的",)]
    with archive.reading() as db:
        assert editions.to_send(db) == [(week, TG)]
    assert titles(archive, week) == ["部署", "监控"]


def test_piece_withdrawn_before_it_was_sent_is_written_anew(archive: Archive, week: int) -> None:
    """TRUST 33: at opting out, before everything is erased."""
    with archive.writing() as db:
        editions.approve(db, week, "telegram:42", T0)
        editions.sent(db, week, T0)
        text = f"备份 · {code_of(db, f'{TG}:3')}"
        unique = outbox_key(TG, "week", "2026-W47", 1)
        outbox.put(db, Draft("main", text, group_key=TG, unique=unique))
        consent.opt_out(db, "telegram:43", "telegram:43")
        withdraw_of(db, ["telegram:43"])
        forget_member(db, "telegram:43", "telegram:43")
        assert editions.to_send(db) == [(week, TG)]
    assert rows(archive, "SELECT text FROM outbox") == []
    assert titles(archive, week) == ["部署", "监控"]


def test_what_was_begun_is_not_said_again(archive: Archive, week: int) -> None:
    with archive.writing() as db:
        editions.approve(db, week, "telegram:42", T0)
        editions.sent(db, week, T0)
        first, second = (
            outbox.put(
                db,
                Draft("main", text, group_key=TG, unique=outbox_key(TG, "week", "2026-W47", n)),
            )
            for n, text in enumerate(("部署", "备份"), 1)
        )
        outbox.begin(db, first)
        outbox.sent(db, first)
        forget(db, [f"{TG}:3"], "telegram:43")
        assert db.execute("SELECT id FROM outbox").fetchall() == [(first,)]
        assert editions.to_send(db) == []
    assert second != first


def test_editions_follow_a_group_that_is_merged(archive: Archive, week: int) -> None:
    told(archive, full_group("新群", "telegram:-100999"),
         said("9", "新", group="telegram:-100999"))  # fmt: skip
    with archive.writing() as db:
        begin_union(db, TG, "telegram:-100999")
        while unite_some(db):
            pass
    reader = member(frozenset(("telegram:-100999",)))
    assert titles(archive, week, reader) == ["部署", "备份", "监控"]
    with archive.writing() as db:
        assert editions.place_of(db, week) == "telegram:-100999"
        found = editions.find_edition(db, reader, "telegram:-100999", "week", states=("draft",))
        assert found is not None and found.id == week
        forget(db, ["telegram:-100999:3"], "telegram:43")
    assert titles(archive, week, reader) == ["部署", "监控"]
    assert "备份" not in stored(archive)


def test_drafts_of_a_wrong_clock_go_unless_somebody_worked_on_them(
    archive: Archive, week: int
) -> None:
    with archive.writing() as db:
        other = editions.draft(db, WEEK, TG, "week", "2027-W01", T0 + 99)
        editions.drop_item(db, other, 1, "telegram:42")
        editions.draft(db, WEEK, TG, "week", "2027-W02", T0 + 99)
        editions.drop_drafts_ahead(db, T0 + 50)
    assert rows(archive, "SELECT id FROM editions ORDER BY id") == [(week,), (other,)]

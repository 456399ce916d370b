"""Reactions, recalls, marks and edits of messages seen or not yet, in any order (TRUST 4, 6)."""

from __future__ import annotations

import random
from itertools import permutations

import msgspec
import pytest
from logical import logical
from told import T0, TG, assert_whole, full_group, rows, said, told, undone

from archive.access import operator
from archive.database import Archive
from archive.essence import feed, unmark
from archive.keep import Keeper, keep
from archive.messages import get_message, versions
from archive.prepare import prepare_all
from archive.records import AnyRecord, EssenceMark, Member, Reacted, Reaction, Recall

A, B, C = "telegram:42", "telegram:43", "telegram:44"


def reacted(who: str | None, at: int | None, *emojis: str, id: str = "1") -> Reacted:
    return Reacted(TG, id, who, tuple(map(Reaction, emojis)), None if at is None else T0 + at)


def counts(archive: Archive) -> dict[str, tuple[int, str | None]]:
    shown = rows(archive, "SELECT emoji, count, members FROM reactions")
    return {emoji: (count, members) for emoji, count, members in shown}


def test_member_replaces_their_own_reactions_only(archive: Archive) -> None:
    told(archive, full_group(), said("1", "话"), reacted(A, 1, "👍", "❤"), reacted(B, 2, "👍"))
    assert counts(archive) == {"👍": (2, f'["{A}", "{B}"]'), "❤": (1, f'["{A}"]')}
    told(archive, reacted(A, 3, "🔥"))
    assert counts(archive) == {"👍": (1, f'["{B}"]'), "🔥": (1, f'["{A}"]')}
    told(archive, reacted(A, 4), reacted(B, 5))
    assert counts(archive) == {}
    with archive.reading() as db:
        assert get_message(db, operator(), f"{TG}:1").reactions == ()


def test_counts_are_what_the_platform_says_they_are(archive: Archive) -> None:
    told(archive, full_group(), said("1", "话", reactions=(Reaction("👍", 9),)))
    told(archive, Reacted(TG, "1", None, (Reaction("👍", 4), Reaction("❤", 2)), T0 + 5))
    assert counts(archive) == {"👍": (4, None), "❤": (2, None)}
    told(archive, Reacted(TG, "1", None, (Reaction("👍", 1),), T0 + 4))
    assert counts(archive) == {"👍": (4, None), "❤": (2, None)}
    told(archive, Reacted(TG, "1", None, (Reaction("❤", 1),), T0 + 6))
    assert counts(archive) == {"❤": (1, None)}


def test_older_word_that_comes_late_is_passed_by(archive: Archive) -> None:
    """TRUST 6."""
    told(archive, full_group(), said("1", "话"), reacted(A, 20), reacted(A, 10, "👍"))
    assert counts(archive) == {}
    told(archive, reacted(A, None, "❤"))
    assert counts(archive) == {"❤": (1, f'["{A}"]')}


def test_imported_counts_and_live_reactions_stand_together(archive: Archive) -> None:
    told(archive, full_group(), said("1", "话", reactions=(Reaction("👍", 3, (A, B)),)))
    told(archive, reacted(A, 1), reacted(C, 2, "👍"))
    assert counts(archive) == {"👍": (2, f'["{B}", "{C}"]')}
    told(archive, said("1", "话", reactions=(Reaction("👍", 5, (A, B)),), quality=3))
    assert counts(archive) == {"👍": (4, f'["{B}", "{C}"]')}


TOLD: list[AnyRecord] = [
    said("1", "话 #甲#", reactions=(Reaction("👍", 2, (B,)),)),
    said("1", "话 #乙#", edited_at=T0 + 50),
    reacted(A, 10, "👍"), reacted(A, 20, "🔥"), reacted(B, 15), reacted(C, 12, "👍", "❤"),
    EssenceMark(TG, "1", at=T0 + 30, by="telegram:9"),
    EssenceMark(TG, "1", at=T0 + 40, removed=True),
    EssenceMark(TG, "1", at=T0 + 60, by="telegram:9"),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(25))
def test_any_order_ends_in_the_same_archive(archive: Archive, seed: int) -> None:
    """TRUST 4, 6: edits, reactions and marks before their message, after it, or twice."""
    with undone(archive) as db:
        keep(db, [full_group(), *TOLD])
        wanted = logical(db)
    assert len(wanted["essence"]) == 1 and len(wanted["reactions"]) == 3
    shuffled = [*TOLD, *TOLD]
    random.Random(seed).shuffle(shuffled)
    with undone(archive) as db:
        for record in shuffled:
            keep(db, [record])
        keep(db, [full_group()])
        assert_whole(db)
        ended = logical(db)
        assert db.execute("SELECT count(*) FROM orphans").fetchone() == (0,)
    for part in ("messages", "reactions", "essence", "tags", "versions"):
        assert ended[part] == wanted[part]


def test_what_is_said_of_a_message_never_seen_waits_for_it(archive: Archive) -> None:
    """TRUST 4."""
    told(archive, full_group(), said("9", "别的"), Recall(TG, "2"))
    told(archive, reacted(A, 1, "👍"), EssenceMark(TG, "1", at=T0 + 5, by="telegram:9"))
    assert counts(archive) == {}
    told(archive, said("1", "话"), said("2", "撤回"))
    assert counts(archive) == {"👍": (1, f'["{A}"]')}
    with archive.reading() as db:
        (essence,) = feed(db, operator())
        assert essence.messages[0].key == f"{TG}:1" and essence.marked_at == T0 + 5
        assert get_message(db, operator(), f"{TG}:2").recalled
    assert rows(archive, "SELECT count(*) FROM orphans") == [(0,)]


def test_edit_of_a_message_never_seen_is_the_message(archive: Archive) -> None:
    """TRUST 4."""
    told(archive, full_group(), said("1", "改过", edited_at=T0 + 60, quality=3))
    with archive.reading() as db:
        view = get_message(db, operator(), f"{TG}:1")
        assert (view.text, view.edited_at, view.versions) == ("改过", T0 + 60, 0)
    told(archive, said("1", "原文", quality=3))
    with archive.reading() as db:
        assert get_message(db, operator(), f"{TG}:1").text == "改过"
        assert [v.text for v in versions(db, operator(), f"{TG}:1")] == ["原文"]


def test_mark_taken_back_by_the_platform_does_not_return_when_told_again(archive: Archive) -> None:
    mark, taken = EssenceMark(TG, "1", at=T0 + 5), EssenceMark(TG, "1", at=T0 + 9, removed=True)
    for order in permutations((said("1", "话"), mark, taken)):
        with undone(archive) as db:
            for record in (*order, mark):
                keep(db, [record])
            assert feed(db, operator()) == []


def test_mark_a_person_took_away_stays_away_until_the_platform_marks_anew(
    archive: Archive,
) -> None:
    told(archive, full_group(), said("1", "话"), EssenceMark(TG, "1", at=T0 + 5))
    with archive.writing() as db:
        unmark(db, f"{TG}:1", by="operator")
    told(archive, EssenceMark(TG, "1", at=T0 + 5))
    with archive.reading() as db:
        assert feed(db, operator()) == []


def test_absurd_time_of_a_reaction_does_not_hold_for_ever(archive: Archive) -> None:
    """TRUST 6."""
    told(archive, full_group(), said("1", "话"))
    told(archive, Reacted(TG, "1", A, (Reaction("👍"),), 4_000_000_000), reacted(A, 5))
    assert counts(archive) == {}


def test_message_without_a_time_has_the_one_it_was_received_at(archive: Archive) -> None:
    """TRUST 6: flagged, and never in the future."""
    told(archive, full_group(), said("1", "早", T0))
    with archive.writing() as db:
        keeper = Keeper(db)
        for n, at in enumerate((None, 4_070_908_800, -5, (T0 + 9) * 1000), 2):
            late = msgspec.structs.replace(said(str(n), "话", T0), sent_at=at)
            keeper.write(list(prepare_all([late])), received_at=T0 + 100 + n)
    kept = rows(archive, "SELECT platform_id, sent_at - ?, flags & 1 FROM messages ORDER BY id", T0)
    assert kept == [("1", 0, 0), *((str(n), 100 + n, 1) for n in range(2, 6))]


def test_member_who_left_is_known_to_have_left(archive: Archive) -> None:
    def member(at: int, role: str | None) -> Member:
        return Member(A, "张三", group_key=TG, role=role, at=T0 + at)

    told(archive, full_group(), member(10, "admin"), member(20, "left"), member(15, "member"))
    assert rows(archive, "SELECT role FROM memberships") == [("left",)]
    told(archive, member(30, "member"))
    assert rows(archive, "SELECT role FROM memberships") == [("member",)]

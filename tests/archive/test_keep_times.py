"""Times that are missing, absurd or corrected (TRUST 6), and whatever else numbers can be."""

from __future__ import annotations

import time

import pytest
from told import (
    NOW,
    T0,
    TG,
    assert_whole,
    counts,
    found,
    full_group,
    rows,
    said,
    texts,
    told,
    undone,
)

from archive.access import operator
from archive.database import Archive
from archive.groups import get_group
from archive.keep import keep
from archive.messages import day, get_message, newest
from archive.records import (
    Attachment,
    EssenceMark,
    Forward,
    Gap,
    Group,
    Message,
    Poll,
    Reaction,
    Recall,
)
from archive.verify import verify
from web.api.asking import encoded
from web.api.shaping import Shaping

ABSURD = (-5, 0, 1_000, T0 * 1000, 4_070_908_800, 1 << 40, -(1 << 63), (1 << 63) - 1)


def when(archive: Archive, id: str) -> tuple[int, bool]:
    with archive.reading() as db:
        message = get_message(db, operator(), f"{TG}:{id}")
    return message.sent_at, message.time_guessed


@pytest.mark.parametrize("absurd", (None, *ABSURD))
def test_unbelievable_time_takes_the_neighbours_and_says_so(
    archive: Archive, absurd: int | None
) -> None:
    told(archive, full_group(), said("1", "一"),
         Message(TG, "2", absurd, text="二"), said("3", "三"))  # fmt: skip
    assert when(archive, "1") == (T0 + 1, False)
    assert when(archive, "2") == (T0 + 1, True)
    assert texts(archive, "") == ["三", "二", "一"]
    assert verify(archive) == []


def test_first_of_a_file_without_a_time_takes_the_one_after_it(archive: Archive) -> None:
    """Not this moment's: an old export would stand on top of everything."""
    told(archive, full_group(), Message(TG, "1", None, text="一"), said("2", "二"))
    assert when(archive, "1") == (T0 + 2, True)
    with archive.reading() as db:
        assert get_group(db, operator(), TG).last == T0 + 2


def test_first_of_a_later_file_takes_its_own_files_time(archive: Archive) -> None:
    told(archive, full_group(), said("9", "新", NOW - 5))
    told(archive, full_group(), Message(TG, "1", None, text="一"), said("2", "二"))
    assert when(archive, "1") == (T0 + 2, True)


def test_file_without_any_time_is_kept_as_of_now(archive: Archive) -> None:
    before = int(time.time())
    told(archive, full_group(), [Message(TG, str(n), None, text=f"话{n}") for n in (1, 2)])
    at, guessed = when(archive, "2")
    assert before <= at <= time.time() and guessed
    assert texts(archive, "话") == ["话2", "话1"]


@pytest.mark.parametrize("with_id", (True, False))
def test_guessed_times_are_guessed_alike_by_the_next_import(
    archive: Archive, with_id: bool
) -> None:
    def part(n: int) -> Message:
        return Message(TG, str(n) if with_id else None, None, text=f"话{n}", sender_name="甲")

    lines = [part(1), said("50", "有时间"), part(2), said("60", "又有", T0 + 60), part(3), part(3)]
    lines = lines[:-1] if with_id else lines
    first = told(archive, full_group(), lines)
    assert counts(told(archive, lines)) == (0, 0, first.new)
    told(archive, said("70", "别的来源", NOW - 100))
    assert counts(told(archive, lines)) == (0, 0, first.new)


def test_known_time_replaces_a_guess_and_a_guess_never_a_known_time(archive: Archive) -> None:
    told(archive, full_group(), said("1", "一"), Message(TG, "2", None, text="二"))
    told(archive, said("2", "二", T0 - 500, quality=0))
    assert when(archive, "2") == (T0 - 500, False)
    assert counts(told(archive, Message(TG, "2", None, text="二", quality=3)))[1] <= 1
    assert when(archive, "2") == (T0 - 500, False)
    assert texts(archive, "from:张三") == ["一", "二"]
    with undone(archive) as db:
        assert_whole(db)


def test_better_source_corrects_the_time_and_a_poorer_one_does_not(archive: Archive) -> None:
    told(archive, full_group(), said("1", "一", T0 + 60, quality=1))
    told(archive, said("1", "一", T0))
    told(archive, said("1", "一", T0 + 99, quality=1))
    told(archive, said("1", "一", T0 + 40, quality=3, precision=60))
    assert when(archive, "1") == (T0, False)
    with archive.reading() as db:
        assert day(db, operator(), TG, "2026-09-21").total == 1
    assert verify(archive) == []


@pytest.mark.parametrize("absurd", (*ABSURD, 1 << 70, -(1 << 70)))
def test_absurd_numbers_anywhere_are_stored_or_left_out_never_a_fault(
    archive: Archive, absurd: int
) -> None:
    message = said(
        "1", "话", edited_at=absurd, forward=Forward("甲", None, absurd),
        attachments=(Attachment("photo", "a", size=absurd, width=absurd, duration=absurd),),
        reactions=(Reaction("👍", absurd),), poll=Poll("问", (("答", absurd),), absurd),
        nested=(Message(TG, sent_at=absurd, text="里"),),
        detail={"raw": {"n": absurd, "x": [absurd]}},
    )  # fmt: skip
    told(archive, full_group(), message, said("2", "好"))
    told(archive, Recall(TG, "2", absurd), EssenceMark(TG, "1", None, absurd),
         Gap(TG, absurd, absurd))  # fmt: skip
    told(archive, said("1", "话 改", edited_at=T0 + 60))
    with archive.reading() as db:
        for view in newest(db, operator()):
            assert encoded(Shaping(b"", "", operator()).message(view))
    assert texts(archive, "改 is:精华") == ["话 改"]
    assert verify(archive) == []


@pytest.mark.parametrize("zone", ("Asia/Shanghai", "America/New_York", "Asia/Kathmandu"))
def test_corrected_time_zone_of_a_group_moves_its_days(archive: Archive, zone: str) -> None:
    midnight = 1_790_006_400  # in Shanghai; early evening in Berlin
    told(archive, Group(TG, "群", time_zone="Europe/Berlin"),
         said("1", "甲", midnight - 60), said("2", "乙", midnight + 60))  # fmt: skip
    told(archive, Group(TG, "群", time_zone=zone))
    with archive.reading() as db:
        days = db.execute("SELECT day, messages FROM days WHERE messages ORDER BY 1").fetchall()
        for name, number in days:
            view = day(db, operator(), TG, name)
            assert (view.total, len(view.messages)) == (number, number)
        assert sum(number for _, number in days) == 2
    assert verify(archive) == []


def test_day_with_a_change_of_clocks_is_shown_whole(archive: Archive) -> None:
    told(archive, Group(TG, "群", time_zone="Europe/Berlin"))
    midnight = 1_792_879_200  # 2026-10-25 00:00 in Berlin, a day of 25 hours
    hours = [said(str(n + 1), f"{n} 时", midnight + n * 3600) for n in range(-1, 26)]
    told(archive, hours)
    with archive.reading() as db:
        view = day(db, operator(), TG, "2026-10-25")
    assert view.total == len(view.messages) == 25
    assert rows(archive, "SELECT messages FROM days ORDER BY day") == [(1,), (25,), (1,)]


def test_batches_of_one_file_share_the_neighbour(archive: Archive) -> None:
    from archive.keep import Keeper
    from archive.prepare import prepare_all

    with archive.writing() as db:
        keep(db, [full_group()])
        keeper = Keeper(db)
        keeper.begin_file()
        keeper.write(list(prepare_all([said("1", "一")])))
        keeper.write(list(prepare_all([Message(TG, "2", None, text="二")])))
        keeper.end_file()
    assert when(archive, "2") == (T0 + 1, True)
    assert found(archive, "二").count == 1

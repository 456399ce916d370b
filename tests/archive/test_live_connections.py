"""Connections become coverage: what was heard is complete, what was not is a gap (TRUST 12, 13)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from told import TG, full_group, rows, said, told

from archive.access import operator
from archive.connections import closed, heard, opened, settle_spans
from archive.consent import pause, start, stop
from archive.coverage import gaps, spans
from archive.database import Archive
from archive.records import Gap

T = 1_790_000_000
HOUR, DAY = 3600, 86_400


@pytest.fixture
def db(archive: Archive) -> Iterator[sqlite3.Connection]:
    told(archive, full_group(), said("1"))
    with closing(archive.connect_for_writing()) as connection:
        start(connection, TG, by="operator", notice=1)
        connection.execute("UPDATE consents SET since = ?", (T,))
        yield connection


def settled(db: sqlite3.Connection, now: int = T + 90 * DAY) -> None:
    settle_spans(db, "bot", [TG], now)


def whole(db: sqlite3.Connection) -> list[tuple[int, int]]:
    return spans(db, operator(), TG)


def holes(db: sqlite3.Connection) -> list[tuple[int, int, str]]:
    return [(gap.since, gap.until, gap.why) for gap in gaps(db, operator(), TG)]


def test_span_of_an_open_connection_moves_on_in_one_row(db: sqlite3.Connection) -> None:
    opened(db, "bot", "telegram", T + 100)
    for at in (T + 200, T + 300, T + 250):
        heard(db, "bot", at)
        settled(db)
    assert whole(db) == [(T + 100, T + 300)] and holes(db) == []
    assert db.execute("SELECT count(*) FROM coverage").fetchone() == (1,)


def test_lost_connection_leaves_a_gap_that_grows_until_the_next(db: sqlite3.Connection) -> None:
    opened(db, "bot", "qq", T + 100)
    closed(db, "bot", T + 500, "kicked")
    settled(db, T + 600)
    assert holes(db) == [(T + 501, T + 600, "kicked")]
    settled(db, T + 700)
    assert holes(db) == [(T + 501, T + 700, "kicked")]
    opened(db, "bot", "qq", T + 900)
    heard(db, "bot", T + 1000)
    settled(db, T + 1000)
    assert holes(db) == [(T + 501, T + 899, "kicked")]
    assert whole(db) == [(T + 100, T + 500), (T + 900, T + 1000)]


def test_what_the_platform_held_for_less_than_a_day_is_no_gap(db: sqlite3.Connection) -> None:
    opened(db, "bot", "telegram", T + 100)
    closed(db, "bot", T + 500, "stopped", held=True)
    settled(db, T + 20 * HOUR)
    assert holes(db) == []
    opened(db, "bot", "telegram", T + 500 + DAY)
    heard(db, "bot", T + 600 + DAY)
    settled(db)
    assert (whole(db), holes(db)) == ([(T + 100, T + 600 + DAY)], [])


def test_beyond_what_the_platform_holds_is_a_gap(db: sqlite3.Connection) -> None:
    """TRUST 13: the gap is shown; an import fills it and closes it."""
    opened(db, "bot", "telegram", T + 100)
    closed(db, "bot", T + 500, "offline", held=True)
    settled(db, T + 2 * DAY)
    assert holes(db) == [(T + 501, T + DAY, "offline")]
    opened(db, "bot", "telegram", T + 3 * DAY)
    heard(db, "bot", T + 3 * DAY + 50)
    settled(db)
    assert holes(db) == [(T + 501, T + 2 * DAY - 1, "offline")]
    assert whole(db) == [(T + 100, T + 500), (T + 2 * DAY, T + 3 * DAY + 50)]


def test_import_closes_the_gap_it_spans(archive: Archive, db: sqlite3.Connection) -> None:
    """TRUST 13."""
    opened(db, "bot", "qq", T + 100)
    closed(db, "bot", T + 500, "offline")
    opened(db, "bot", "qq", T + 900)
    settled(db)
    told(archive, said("450"), said("600"), source="import")
    assert holes(db) == [(T + 601, T + 899, "offline")]
    told(archive, said("550"), said("950"), source="import")
    assert holes(db) == []
    settled(db)
    assert holes(db) == []


def test_backfill_closes_the_gap_it_was_complete_over(
    archive: Archive, db: sqlite3.Connection
) -> None:
    opened(db, "bot", "qq", T + 100)
    closed(db, "bot", T + 500, "offline")
    opened(db, "bot", "qq", T + 900)
    settled(db)
    told(archive, Gap(TG, T + 480, T + 905, complete=True))
    assert holes(db) == [] and whole(db) == [(T + 100, T + 905)]


def test_killed_process_ends_where_it_was_last_heard(db: sqlite3.Connection) -> None:
    """TRUST 39."""
    opened(db, "bot", "qq", T + 100)
    heard(db, "bot", T + 300)
    opened(db, "bot", "qq", T + 1000)
    heard(db, "bot", T + 1001)
    settled(db)
    assert holes(db) == [(T + 301, T + 999, "stopped without a word")]
    heard(db, "bot", T + 1500)
    opened(db, "bot", "qq", T + 2000, held=True)
    settled(db)
    assert holes(db) == [(T + 301, T + 999, "stopped without a word")]


def test_only_what_was_agreed_to_is_covered(db: sqlite3.Connection) -> None:
    db.execute("UPDATE consents SET since = ?, until = ?", (T + 1000, T + 2000))
    opened(db, "bot", "qq", T + 100)
    heard(db, "bot", T + 5000)
    settled(db)
    assert whole(db) == [(T + 1000, T + 2000)]
    start(db, TG, by="operator", notice=1)
    db.execute("UPDATE consents SET since = ? WHERE until IS NULL", (T + 4000,))
    closed(db, "bot", T + 6000, "offline")
    settled(db, T + 7000)
    assert whole(db) == [(T + 1000, T + 2000), (T + 4000, T + 6000)]
    assert holes(db) == [(T + 6001, T + 7000, "offline")]
    stop(db, TG, by="operator")


def test_pause_is_not_claimed_to_be_complete(db: sqlite3.Connection) -> None:
    pause(db, TG, 1 << 40, "operator")
    db.execute("UPDATE pauses SET since = ?, until = ?", (T + 300, T + 400))
    opened(db, "bot", "qq", T + 100)
    heard(db, "bot", T + 1000)
    settled(db)
    assert whole(db) == [(T + 100, T + 299), (T + 400, T + 1000)]


def test_second_account_in_the_group_closes_the_first_ones_gap(db: sqlite3.Connection) -> None:
    opened(db, "bot", "qq", T + 100)
    closed(db, "bot", T + 500, "kicked")
    opened(db, "other", "qq", T + 400)
    heard(db, "other", T + 800)
    settled(db, T + 1000)
    settle_spans(db, "other", [TG], T + 1000)
    assert holes(db) == [(T + 801, T + 1000, "kicked")]


def test_long_history_of_connections_keeps_its_rows(db: sqlite3.Connection) -> None:
    for n in range(50):
        opened(db, "bot", "qq", T + n * 100)
        heard(db, "bot", T + n * 100 + 50)
        closed(db, "bot", T + n * 100 + 60, "lost", held=n % 2 == 0)
        settled(db, T + n * 100 + 70)
    settled(db, T + 5000)
    kept = whole(db), holes(db)
    assert len(kept[0]) == 25 and len(kept[1]) == 25
    for _ in range(3):
        settled(db, T + 5000)
    assert (whole(db), holes(db)) == kept
    assert db.execute("SELECT count(*) FROM connections WHERE NOT settled").fetchone() == (1,)


def test_group_that_is_not_here_yet_is_passed_over(archive: Archive) -> None:
    with archive.writing() as db:
        opened(db, "bot", "qq", T)
        settle_spans(db, "bot", ["qq:1"], T + 5)
    assert rows(archive, "SELECT count(*) FROM coverage") == [(0,)]


def test_connection_that_heard_no_whole_second_covers_none(db: sqlite3.Connection) -> None:
    """TRUST 12: opened in the second before T + 100 and lost in it, and not much later again."""
    opened(db, "bot", "qq", T + 100)
    closed(db, "bot", T + 98, "kicked")
    opened(db, "bot", "qq", T + 102)
    heard(db, "bot", T + 300)
    settled(db)
    assert whole(db) == [(T + 102, T + 300)]
    assert holes(db) == [(T + 100, T + 101, "kicked")]


def test_restart_within_a_second_is_a_gap_of_a_second(db: sqlite3.Connection) -> None:
    opened(db, "bot", "qq", T + 100)
    closed(db, "bot", T + 199, "stopped")  # in T + 200
    opened(db, "bot", "qq", T + 201)  # in T + 200 too
    heard(db, "bot", T + 300)
    settled(db)
    assert holes(db) == [(T + 200, T + 200, "stopped")]


def test_killed_before_it_was_heard_of_covers_nothing(db: sqlite3.Connection) -> None:
    opened(db, "bot", "qq", T + 100)
    opened(db, "bot", "qq", T + 200)
    heard(db, "bot", T + 300)
    settled(db)
    assert whole(db) == [(T + 200, T + 300)]
    assert holes(db) == [(T + 100, T + 199, "stopped without a word")]

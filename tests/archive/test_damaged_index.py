"""Damaged pages of the index: a reindex leaves a sound file, and nothing else is touched."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from told import TG, full_group, rows, said, texts, told

from archive import index
from archive.database import Archive, transaction
from archive.errors import ArchiveError, Damaged, NeedsReindex
from archive.essence import mark
from archive.reindex import BATCH, NEXT, reindex
from archive.verify import verify

MANY = 3_000


@pytest.fixture
def filled(archive: Archive) -> Archive:
    told(archive, full_group(), (said(str(n), f"部署 第{n}次 #甲#") for n in range(1, MANY)))
    with archive.writing() as db:
        mark(db, [f"{TG}:7"], by="operator")
    return archive


def overwrite(archive: Archive, table: str) -> None:
    """Overwrite the first page of a table, as a failing disk would."""
    with closing(sqlite3.connect(archive.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = db.execute("PRAGMA page_size").fetchone()
        (root,) = db.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
        ).fetchone()
    with archive.path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 4096)


def rebuilt(archive: Archive) -> None:
    with closing(archive.connect_for_writing()) as db:
        reindex(db)


def assert_mended(archive: Archive) -> None:
    found = verify(archive)
    assert found and all(line.endswith("run: chendian reindex") for line in found)
    before = rows(archive, "SELECT * FROM messages")
    rebuilt(archive)
    assert verify(archive) == []
    assert rows(archive, "PRAGMA integrity_check") == [("ok",)]
    assert rows(archive, "SELECT * FROM messages") == before
    assert len(texts(archive, "第7次 is:精华 tag:甲")) == 1
    told(archive, said("77777", "之后"))
    assert texts(archive, "之后") == ["之后"]


@pytest.mark.parametrize("part", index.tables()[1:])
def test_damage_in_any_part_of_the_index_is_mended_by_a_reindex(filled: Archive, part: str) -> None:
    if rows(filled, "SELECT 1 FROM sqlite_schema WHERE name = ?", part):
        overwrite(filled, part)
        assert_mended(filled)


def test_pages_of_a_damaged_index_do_not_stay_in_the_file(filled: Archive) -> None:
    whole = filled.path.stat().st_size
    overwrite(filled, "message_index_data")
    rebuilt(filled)
    assert rows(filled, "PRAGMA freelist_count") == [(0,)]
    with closing(sqlite3.connect(filled.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert filled.path.stat().st_size <= whole


def test_damage_in_a_half_built_index_is_mended_too(filled: Archive) -> None:
    with closing(filled.connect_for_writing()) as db, transaction(db):
        index.create(db, NEXT)
        index.add(db, [(n, "甲", "甲", "k0") for n in range(BATCH)], NEXT)
        db.execute("INSERT INTO meta VALUES('reindex', '1:5')")
    overwrite(filled, f"{NEXT}_data")
    assert_mended(filled)


def test_reindex_killed_before_the_file_was_written_anew_does_that_next_time(
    filled: Archive,
) -> None:
    overwrite(filled, "message_index_data")
    with filled.writing() as db:
        index.cut_out(db)
    with pytest.raises(NeedsReindex, match="chendian reindex"):
        texts(filled, "部署")
    with pytest.raises(NeedsReindex, match="chendian reindex"):
        told(filled, said("88888", "新"))
    assert_mended(filled)


def test_writer_that_knew_the_damaged_index_writes_to_the_new_one(filled: Archive) -> None:
    with closing(filled.connect_for_writing()) as db:
        db.execute("SELECT count(*) FROM message_index_config").fetchone()
        overwrite(filled, "message_index_data")
        rebuilt(filled)
        with transaction(db):
            index.add(db, [(1, "甲", "甲", "k0")])
        with transaction(db):
            index.replace(db, 1, index.Entry("甲", "甲", "k0"), None)
    assert verify(filled) == []


@pytest.mark.parametrize("table", ("messages", "message_tags", "aliases", "sqlite_schema"))
def test_where_a_table_is_damaged_too_only_a_backup_helps(filled: Archive, table: str) -> None:
    overwrite(filled, "message_index_data")
    if table != "sqlite_schema":
        overwrite(filled, table)
    else:
        with filled.path.open("r+b") as file:
            file.seek(100)
            file.write(b"\xff" * 50)
    try:
        found = verify(filled)
    except ArchiveError as error:
        found = [str(error)]
    assert "backup" in found[0]
    with pytest.raises((Damaged, sqlite3.DatabaseError)):
        rebuilt(filled)

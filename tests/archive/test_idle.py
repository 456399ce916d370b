"""Reading connections that stay open read what is there now, and never a file that was replaced."""

from __future__ import annotations

import shutil
import sqlite3

import pytest
from told import full_group, said, told

from archive.database import Archive
from archive.errors import NotFound


def count(archive: Archive) -> int:
    with archive.reading() as db:
        (number,) = db.execute("SELECT count(*) FROM messages").fetchone()
    return int(number)


def test_a_connection_that_stayed_open_reads_what_was_written_since(archive: Archive) -> None:
    archive.keep_open(2)
    told(archive, full_group(), said("1", "一"))
    with archive.reading() as first:
        pass
    told(archive, said("2", "二"))
    with archive.reading() as again:
        assert again is first
        assert again.execute("SELECT count(*) FROM messages").fetchone() == (2,)
        with archive.reading() as other:
            assert other is not first
        with pytest.raises(sqlite3.OperationalError):
            again.execute("DELETE FROM messages")


def test_a_file_that_was_replaced_is_opened_anew(archive: Archive) -> None:
    archive.keep_open(2)
    told(archive, full_group(), said("1", "一"))
    copy = archive.path.with_name("copy.db")
    with archive.writing() as db:
        db.execute("SELECT 1")
    with archive.reading() as db:
        db.execute("SELECT count(*) FROM messages").fetchone()
        source = sqlite3.connect(archive.path)
        source.execute("VACUUM INTO ?", (str(copy),))
        source.close()
    told(archive, said("2", "二"))
    assert count(archive) == 2
    for end in ("-wal", "-shm"):
        archive.path.with_name(archive.path.name + end).unlink(missing_ok=True)
    shutil.move(copy, archive.path)
    assert count(archive) == 1


def test_what_fails_leaves_no_transaction_open(archive: Archive) -> None:
    archive.keep_open(1)
    told(archive, full_group(), said("1", "一"))
    with pytest.raises(NotFound), archive.reading():
        raise NotFound("there is no such thing.")
    with pytest.raises(sqlite3.OperationalError), archive.reading() as db:
        db.execute("SELECT nothing FROM nowhere")
    told(archive, said("2", "二"))
    assert count(archive) == 2

"""Two writers at once, readers meanwhile, kills and full disks (TRUST 39)."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from told import assert_whole, counts, found, full_group, rows, said, texts, told, undone

from archive.access import operator
from archive.database import Archive, open_archive, transaction
from archive.errors import ArchiveError
from archive.keep import Keeper
from archive.messages import newest
from archive.prepare import prepare_all
from archive.records import Group
from archive.search import search
from archive.stats import stats
from archive.verify import verify

WRITER = """
import sys
from pathlib import Path
from archive.database import open_archive, transaction
from archive.keep import Keeper
from archive.prepare import prepare_all
from archive.records import Group, Message
archive = open_archive(Path(sys.argv[1]), create=True)
db = archive.connect_for_writing()
keeper = Keeper(db)
keeper.begin_file()
for n in range(0, 300, 10):
    with transaction(db):
        keeper.write(list(prepare_all([Group("qq:1", "群"), *(
            Message("qq:1", str(i), 1_790_000_000 + i, "qq:5", "甲", text=f"同一句 {i} #标签#")
            for i in range(n, n + 20))])))
with transaction(db):
    keeper.end_file()
print(keeper.report.new)
"""


def test_two_processes_importing_the_same_at_once_keep_each_message_once(
    archive: Archive,
) -> None:
    command = [sys.executable, "-c", WRITER, str(archive.folder)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    told_new = [int(process.communicate()[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(told_new) == 310
    assert rows(archive, "SELECT count(*), count(DISTINCT platform_id) FROM messages") == [
        (310, 310)
    ]
    assert rows(archive, "SELECT count(*) FROM members") == [(1,)]
    assert verify(archive) == []


def test_two_processes_making_the_same_archive_at_once_make_one(archive: Archive) -> None:
    folder = archive.folder.parent / "made-twice"
    command = [sys.executable, "-c", WRITER, str(folder)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    for process in both:
        process.communicate()
    assert [process.returncode for process in both] == [0, 0]
    made = open_archive(folder)
    assert rows(made, "SELECT count(*) FROM messages") == [(310,)]
    assert rows(made, "SELECT count(*) FROM meta WHERE name = 'secret'") == [(1,)]
    assert verify(made) == []


def test_archive_is_made_once_another_has_let_go_of_the_empty_file(archive: Archive) -> None:
    folder = archive.folder.parent / "held"
    folder.mkdir()
    other = sqlite3.connect(folder / "archive.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
    timer.start()
    assert verify(open_archive(folder, create=True)) == []
    timer.join()
    other.close()


def test_two_keepers_in_turns_see_what_the_other_wrote(archive: Archive) -> None:
    with (
        closing(archive.connect_for_writing()) as one,
        closing(archive.connect_for_writing()) as two,
    ):
        keepers = [(one, Keeper(one)), (two, Keeper(two))]
        for _, keeper in keepers:
            keeper.begin_file()
        for n in range(1, 21):
            for db, keeper in keepers[:: 1 if n % 2 else -1]:
                with transaction(db):
                    keeper.write(list(prepare_all([
                        full_group(), said(str(n), f"话 {n} #标签{n % 3}#", who=str(n % 4)),
                        said(str(n + 100), f"另一句 {n}", group="qq:7", who=str(n % 4)),
                    ])))  # fmt: skip
        for db, keeper in keepers:
            with transaction(db):
                keeper.end_file()
        reports = [counts(keeper.report) for _, keeper in keepers]
    assert reports == [(20, 0, 20), (20, 0, 20)]
    assert verify(archive) == []
    assert len(texts(archive, "话 tag:标签1", limit=200)) == 7


def test_reader_sees_one_moment_while_a_writer_goes_on(archive: Archive) -> None:
    told(archive, full_group(), said("1", "部署"))
    with archive.reading() as db:
        assert search(db, "部署", operator()).count == 1
        with archive.writing() as writer:
            Keeper(writer).write(list(prepare_all([said("2", "部署")])))
            assert search(db, "部署", operator()).count == 1
        assert search(db, "部署", operator()).count == 1
        assert stats(db, operator()).messages == len(newest(db, operator())) == 1
    assert found(archive, "部署").count == 2


def test_many_readers_during_writes_always_get_a_whole_answer(archive: Archive) -> None:
    told(archive, full_group(), said("1", "部署"))
    stop, wrong = threading.Event(), list[str]()

    def read() -> None:
        while not stop.is_set():
            with archive.reading() as db:
                results = search(db, "部署", operator(), limit=200)
                there = stats(db, operator()).messages
                if not results.count == len(results.hits) == there:
                    wrong.append(f"{results.count} {len(results.hits)} {there}")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for n in range(2, 60):
        told(archive, said(str(n), "部署"))
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_exception_in_a_transaction_undoes_all_of_it(archive: Archive) -> None:
    told(archive, full_group(), said("1", "部署"))
    with pytest.raises(ZeroDivisionError), archive.writing() as db:
        Keeper(db).write(
            list(prepare_all([said("2", "部署"), said("1", "改", edited_at=1_794_000_000)]))
        )
        raise ZeroDivisionError
    assert texts(archive, "部署") == ["部署"]
    assert verify(archive) == []


def test_reading_connection_cannot_write(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="refused a write"), archive.reading() as db:
        db.execute("DELETE FROM meta")
    assert rows(archive, "SELECT count(*) FROM meta") == [(2,)]


def test_full_disk_is_named_and_what_was_there_stays(archive: Archive) -> None:
    told(archive, full_group(), said("1", "部署"))
    with pytest.raises(ArchiveError, match="make room") as refused, archive.writing() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
        Keeper(db).write(list(prepare_all(said(str(n), f"第{n}句" * 200) for n in range(2, 500))))
    assert re.search("nothing of the last step was kept", refused.value.what)
    assert texts(archive, "部署") == ["部署"]
    assert verify(archive) == []


KILLED = """
import os, sys
from pathlib import Path
from archive.database import open_archive, transaction
from archive.keep import Keeper
from archive.prepare import prepare_all
from archive.records import Group, Message
db = open_archive(Path(sys.argv[1])).connect_for_writing()
keeper = Keeper(db)
keeper.begin_file()
statements = 0
def count(statement):
    global statements
    statements += 1
    if statements == int(sys.argv[2]):
        os._exit(9)
db.set_trace_callback(count)
for n in range(0, 40, 10):
    with transaction(db):
        keeper.write(list(prepare_all([Group("qq:1", "群"), *(
            Message("qq:1", str(i), 1_790_000_000 + i, f"qq:{i % 3}", "甲", text=f"话 {i} #签{i}#")
            for i in range(n, n + 10))])))
with transaction(db):
    keeper.end_file()
os._exit(7)
"""


@pytest.mark.parametrize("statement", (3, 40, 120, 200))
def test_killed_writer_leaves_whole_batches_and_a_rerun_adds_the_rest(
    archive: Archive, statement: int
) -> None:
    command = [sys.executable, "-c", KILLED, str(archive.folder)]
    assert subprocess.run([*command, str(statement)], check=False).returncode == 9
    with undone(archive) as db:
        assert_whole(db)
        (there,) = db.execute("SELECT count(*) FROM messages").fetchone()
    assert there % 10 == 0
    assert subprocess.run([*command, "-1"], check=False).returncode == 7
    assert rows(archive, "SELECT count(*), count(DISTINCT platform_id) FROM messages") == [(40, 40)]
    assert verify(archive) == []


def test_group_made_in_an_undone_transaction_is_not_remembered(archive: Archive) -> None:
    with closing(archive.connect_for_writing()) as db:
        keeper = Keeper(db)
        keeper.begin_file()
        with pytest.raises(ZeroDivisionError), transaction(db):
            keeper.write(list(prepare_all([Group("qq:1"), said("1", "话 #签#", group="qq:1")])))
            raise ZeroDivisionError
        told(archive, Group("qq:2"), said("5", "别的", group="qq:2", who="9"))
        with transaction(db):
            keeper.write(list(prepare_all([said("1", "话 #签#", group="qq:1")])))
            keeper.end_file()
    assert verify(archive) == []
    assert texts(archive, "tag:签") == ["话 #签#"]


def test_group_made_in_an_undone_transaction_is_not_remembered_by_a_sole_writer(
    archive: Archive,
) -> None:
    with closing(archive.connect_for_writing()) as db:
        keeper = Keeper(db)
        keeper.begin_file()
        with pytest.raises(ZeroDivisionError), transaction(db):
            keeper.write(list(prepare_all([said("1", "话 #签#", group="qq:1")])))
            raise ZeroDivisionError
        with transaction(db):
            keeper.write(list(prepare_all([said("1", "话 #签#", group="qq:1")])))
            keeper.end_file()
    assert texts(archive, "tag:签 from:张三 in:qq:1") == ["话 #签#"]
    assert verify(archive) == []

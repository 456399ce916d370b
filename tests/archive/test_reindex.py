"""Reindexing: killed and gone on with, searched meanwhile, and nobody writes under it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import pytest
from told import TG, damage, found, full_group, proposed, rows, said, texts, titled, told

from archive.database import Archive, transaction
from archive.errors import NeedsReindex
from archive.essence import mark, unmark
from archive.index import SETTINGS
from archive.records import Recall
from archive.reindex import BATCH, NEXT, reindex
from archive.tags import add_tags, set_synonym
from archive.unite import begin_union, finish_unions
from archive.verify import verify

MANY = BATCH * 2 + 100

KILLED = """
import os, sys
from pathlib import Path
from archive.database import open_archive
from archive.reindex import reindex
left = int(sys.argv[2])
def progress(done, total):
    global left
    left -= 1
    if left == 0:
        os._exit(9)
db = open_archive(Path(sys.argv[1])).connect_for_writing()
reindex(db, progress)
"""


@pytest.fixture
def filled(archive: Archive) -> Archive:
    told(archive, full_group(), (said(str(n), f"部署 第{n}次 #甲#") for n in range(1, MANY + 1)))
    with archive.writing() as db:
        mark(db, [f"{TG}:7"], by="operator")
    return archive


def killed(archive: Archive, batches: int) -> None:
    command = [sys.executable, "-c", KILLED, str(archive.folder), str(batches)]
    assert subprocess.run(command, check=False).returncode == 9


def rebuilt(archive: Archive) -> list[tuple[int, int]]:
    """Reindex, and return the progress it told of."""
    steps: list[tuple[int, int]] = []
    with closing(archive.connect_for_writing()) as db:
        assert reindex(db, lambda *step: steps.append(step)) == rows(
            archive, "SELECT count(*) FROM messages")[0][0]  # fmt: skip
    return steps


def test_index_is_made_anew_and_nothing_else_changes(filled: Archive) -> None:
    before = rows(filled, "SELECT * FROM messages")
    steps = rebuilt(filled)
    assert steps == [(BATCH, MANY), (2 * BATCH, MANY), (MANY, MANY)]
    assert rows(filled, "SELECT * FROM messages") == before
    assert verify(filled) == []
    assert found(filled, "tag:甲 is:精华").count == 1
    assert rows(filled, "SELECT name FROM sqlite_schema WHERE name GLOB ?", f"{NEXT}*") == []
    assert rows(filled, "SELECT value FROM meta WHERE name = 'reindex'") == []
    # the settings of the index live through the exchange
    assert dict(rows(filled, "SELECT k, v FROM message_index_config")).items() >= SETTINGS.items()


def test_killed_reindex_goes_on_where_it_was(filled: Archive) -> None:
    killed(filled, 2)
    # meanwhile searching goes on with the old index
    assert texts(filled, "第7次") == ["部署 第7次 #甲#"]
    assert found(filled, "部署").exact is False
    assert verify(filled) == [
        "index: a reindex is under way, or was stopped; run: chendian reindex"
    ]
    assert rebuilt(filled) == [(MANY, MANY)]
    assert verify(filled) == []
    assert texts(filled, "第7次") == ["部署 第7次 #甲#"]


def test_reindex_killed_under_another_tokeniser_starts_anew(filled: Archive) -> None:
    killed(filled, 1)
    damage(filled, "UPDATE meta SET value = '0:99999999999999' WHERE name = 'reindex'")
    assert len(rebuilt(filled)) == 3
    assert verify(filled) == []


def test_empty_archive_is_reindexed_too(archive: Archive) -> None:
    assert rebuilt(archive) == []
    told(archive, said("1", "话"))
    assert texts(archive, "话") == ["话"]
    assert verify(archive) == []


WRITES: dict[str, Callable[[Archive], object]] = {
    "keep": lambda a: told(a, said("99999", "新")),
    "edit": lambda a: told(a, said("1", "改", edited_at=1_794_000_000)),
    "recall": lambda a: told(a, Recall(TG, "1")),
    "title only": lambda a: told(a, proposed(), titled("1", "新")),
    "mark": lambda a: _in(a, lambda db: mark(db, [f"{TG}:1"], by="x")),
    "unmark": lambda a: _in(a, lambda db: unmark(db, f"{TG}:7", by="x")),
    "tag": lambda a: _in(a, lambda db: add_tags(db, [_first(db)], ("乙",), "x")),
    "synonym": lambda a: _in(a, lambda db: set_synonym(db, "甲", "乙", "x")),
    "union": lambda a: _united(a),
}


def _in(archive: Archive, act: Callable[..., object]) -> None:
    with archive.writing() as db:
        act(db)


def _first(db: object) -> int:
    return int(db.execute("SELECT id FROM messages LIMIT 1").fetchone()[0])  # type: ignore[attr-defined]


def _united(archive: Archive) -> None:
    with closing(archive.connect_for_writing()) as db:
        with transaction(db):
            begin_union(db, TG, "telegram:-2")
        finish_unions(db)


@pytest.mark.parametrize("state", ("under way", "another tokeniser", "index gone"))
@pytest.mark.parametrize("write", WRITES)
def test_whatever_changes_the_index_is_refused_meanwhile(
    archive: Archive, write: str, state: str
) -> None:
    told(
        archive,
        full_group(),
        said("1", "部署 #甲#"),
        said("7", "七"),
        said("1", group="telegram:-2"),
    )
    _in(archive, lambda db: mark(db, [f"{TG}:7"], by="operator"))
    before = rows(archive, "SELECT id, text, facet, flags, group_id FROM messages")
    if state == "under way":
        damage(archive, "INSERT INTO meta VALUES('reindex', '1:-5')")
    elif state == "index gone":
        damage(archive, "DROP TABLE message_index")
    else:
        damage(archive, "UPDATE meta SET value = '0' WHERE name = 'tokens'")
    with pytest.raises(NeedsReindex, match="chendian reindex"):
        WRITES[write](archive)
    assert rows(archive, "SELECT id, text, facet, flags, group_id FROM messages") == before
    if state == "under way":
        assert texts(archive, "部署") == ["部署 #甲#"]
    rebuilt(archive)
    assert verify(archive) == []
    WRITES[write](archive)
    assert verify(archive) == []


def test_reader_that_began_before_the_exchange_keeps_its_index(filled: Archive) -> None:
    from archive.access import operator
    from archive.search import search

    with filled.reading() as db:
        assert search(db, "第7次", operator()).count == 1
        rebuilt(filled)
        told(filled, said("77777", "第7次 又来"))
        assert search(db, "第7次", operator()).count == 1
    assert found(filled, "第7次").count == 2


def test_two_reindexes_at_once_end_in_one_good_index(filled: Archive) -> None:
    with closing(filled.connect_for_writing()) as db:
        other: list[int] = []

        def interrupt(done: int, total: int) -> None:
            if done == BATCH and not other:
                other.append(1)
                rebuilt(filled)

        reindex(db, interrupt)
    assert verify(filled) == []

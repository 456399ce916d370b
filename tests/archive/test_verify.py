"""What verify finds, that it names the next command, and that the command mends it (TRUST 40)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import closing

import pytest
from told import TG, damage, full_group, rows, said, texts, told

from archive.access import operator
from archive.database import Archive, open_archive
from archive.errors import ArchiveError, Damaged, NeedsReindex
from archive.essence import mark
from archive.messages import newest
from archive.records import Attachment, Recall
from archive.reindex import reindex
from archive.search import search
from archive.verify import verify

CONTENT = b"a picture"


@pytest.fixture
def whole(archive: Archive) -> Archive:
    stored = archive.media.take(io.BytesIO(CONTENT))
    photo = Attachment("photo", "图.jpg", sha256=stored.sha256, size=stored.size)
    told(
        archive, full_group(), said("1", "部署 #甲#"), said("2", "服务器 #乙#", who="43"),
        said("3", "", attachments=(photo,)), said("4", "撤回的"), Recall(TG, "4"),
        (said(str(n), f"第 {n} 句话，说说部署和服务器") for n in range(10, 400)),
    )  # fmt: skip
    with archive.writing() as db:
        mark(db, [f"{TG}:1"], by="operator")
    assert verify(archive) == []
    return archive


def mended(archive: Archive) -> None:
    with closing(archive.connect_for_writing()) as db:
        reindex(db)
    assert verify(archive) == []
    assert len(texts(archive, "部署", limit=200)) == 200


def unindexed(archive: Archive, id: str) -> None:
    """Take a message out of the index as a bug might."""
    from archive import index
    from archive.merge import entry_of, load

    with archive.writing() as db:
        (row_id,) = db.execute("SELECT id FROM messages WHERE platform_id = ?", (id,)).fetchone()
        index.replace(db, row_id, entry_of(load(db, row_id)), None)


def swapped(archive: Archive) -> None:
    """Exchange two messages' entries: no count of any word changes."""
    from archive import index
    from archive.merge import entry_of, load

    with archive.writing() as db:
        ids = [i for (i,) in db.execute("SELECT id FROM messages ORDER BY id LIMIT 2")]
        entries = [entry_of(load(db, row_id)) for row_id in ids]
        for row_id, entry, other in zip(ids, entries, reversed(entries), strict=True):
            index.replace(db, row_id, entry, other)


BROKEN: dict[str, Callable[[Archive], object]] = {
    "row missing": lambda a: unindexed(a, "2"),
    "rows exchanged": swapped,
    "text changed": lambda a: damage(
        a, "UPDATE messages SET text = '换了' WHERE platform_id = '2'"
    ),
    "row too many": lambda a: damage(a, "DELETE FROM messages WHERE platform_id = '2'"),
    "facet changed": lambda a: damage(
        a, "UPDATE messages SET facet = 'g1 k0' WHERE platform_id = '2'"
    ),
    "recall unknown to the index": lambda a: damage(
        a, "UPDATE messages SET flags = flags | 2 WHERE platform_id = '2'"
    ),
    "index table gone": lambda a: damage(a, "DROP TABLE message_index"),
    "another tokeniser": lambda a: damage(a, "UPDATE meta SET value = '0' WHERE name = 'tokens'"),
    "tokeniser unknown": lambda a: damage(a, "DELETE FROM meta WHERE name = 'tokens'"),
    "index data gone": lambda a: damage(a, "DELETE FROM message_index_data WHERE id > 10"),
    "index structure gone": lambda a: damage(a, "DELETE FROM message_index_data"),
    "index data overwritten": lambda a: damage(
        a, "UPDATE message_index_data SET block = zeroblob(40) WHERE id > 10"
    ),
    "index settings gone": lambda a: damage(a, "DELETE FROM message_index_config"),
    "index shadow table gone": lambda a: damage(a, "DROP TABLE message_index_idx"),
}
"""Faults of the index, each of which a reindex mends."""


@pytest.mark.parametrize("fault", BROKEN)
def test_fault_of_the_index_is_found_and_mended_by_a_reindex(whole: Archive, fault: str) -> None:
    gone = rows(whole, "SELECT count(*) FROM messages")[0][0]
    BROKEN[fault](whole)
    found = verify(whole)
    assert found and all("chendian" in line or "counters" in line for line in found)
    assert any("chendian reindex" in line for line in found)
    # reading goes on, and a search is either right or refused with the same command
    with whole.reading() as db:
        assert len(newest(db, operator())) == 20
    try:
        with whole.reading() as db:
            search(db, "部署", operator())
            search(db, "部署 OR 的", operator(), order="relevance")
    except (NeedsReindex, Damaged) as refused:
        assert "chendian reindex" in f"{refused}"
    if fault == "row too many":
        damage(whole, "UPDATE groups SET messages = messages - 1")
        damage(whole, "UPDATE days SET messages = messages - 1")
        damage(whole, "DELETE FROM message_tags WHERE message_id NOT IN (SELECT id FROM messages)")
        gone -= 1
    mended(whole)
    assert rows(whole, "SELECT count(*) FROM messages") == [(gone,)]
    told(open_archive(whole.folder), said("5000", "之后"))
    assert texts(whole, "之后") == ["之后"]
    assert verify(whole) == []


@pytest.mark.parametrize(
    "fault", ("index table gone", "another tokeniser", "index data overwritten", "index data gone",
              "index structure gone", "index shadow table gone")
)  # fmt: skip
def test_writing_to_a_broken_index_is_refused_and_nothing_is_kept(
    whole: Archive, fault: str
) -> None:
    BROKEN[fault](whole)
    with pytest.raises(ArchiveError, match="chendian reindex"):
        told(whole, said("1", "部署 改 #丙#", edited_at=1_794_000_000), said("2", "新"))
        # a fault that only reading meets does not show in an append
        assert fault in ("index data overwritten", "index data gone")
        raise NeedsReindex("", "run: chendian reindex")
    if fault not in ("index data overwritten", "index data gone"):
        assert rows(whole, "SELECT text FROM messages WHERE platform_id = '1'") == [("部署 #甲#",)]


FACETS = {
    "essence not in the facet": "DELETE FROM essence_messages",
    "tag not in the facet": "DELETE FROM message_tags",
    "sender not in the facet": "UPDATE messages SET sender_id = 2 WHERE platform_id = '1'",
    "kind not in the facet": "UPDATE messages SET kind = 3 WHERE platform_id = '1'",
}


@pytest.mark.parametrize("fault", FACETS)
def test_facet_that_disagrees_with_what_it_is_made_of_is_found(whole: Archive, fault: str) -> None:
    damage(whole, FACETS[fault])
    assert any(line.startswith("facets") for line in verify(whole))
    mended(whole)


COUNTERS = {
    "messages of a group": "UPDATE groups SET messages = messages + 1",
    "days": "UPDATE days SET messages = messages - 1",
    "day missing": "DELETE FROM days",
    "tags of nothing": "UPDATE message_tags SET message_id = 5",
    "versions of nothing": "INSERT INTO versions(message_id, text) VALUES(5, 'x')",
    "reactions of nothing": "INSERT INTO reactions VALUES(5, 'x', 1, NULL)",
    "attachments of nothing": "UPDATE attachments SET message_id = 5",
    "essence of nothing": "UPDATE essence_messages SET message_id = 5",
}


@pytest.mark.parametrize("fault", COUNTERS)
def test_wrong_counter_or_orphan_is_found(whole: Archive, fault: str) -> None:
    damage(whole, COUNTERS[fault])
    assert any(line.startswith("counters") for line in verify(whole))


def test_missing_changed_and_unlisted_media_are_found(whole: Archive) -> None:
    (digest,) = [name for name, _ in whole.media.everything()]
    path = whole.media.path(digest)
    for fault in (b"a pictura", b"", CONTENT + b"x"):
        path.write_bytes(fault)
        assert re.search(rf"media: {digest[:12]} .*import", verify(whole)[0])
    path.unlink()
    assert "gone" in verify(whole)[0]
    path.write_bytes(CONTENT)
    assert verify(whole) == []
    damage(whole, "DELETE FROM media")
    assert "import it again" in verify(whole)[0]


def test_overwritten_page_of_the_database_is_found(whole: Archive) -> None:
    with closing(whole.connect_for_writing()) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = db.execute("PRAGMA page_size").fetchone()[0]
        (root,) = db.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'messages'"
        ).fetchone()
    with whole.path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    found = verify(whole)
    assert found and found[0].startswith("database") and "backup" in found[0]
    with pytest.raises(Damaged, match="chendian verify"), whole.reading() as db:
        newest(db, operator())


def test_truncated_database_is_damaged_not_a_traceback(whole: Archive) -> None:
    with closing(whole.connect_for_writing()) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.path.write_bytes(whole.path.read_bytes()[: whole.path.stat().st_size // 2])
    try:
        found = verify(open_archive(whole.folder))
        assert found and "backup" in " ".join(found)
    except Damaged as refused:
        assert "backup" in str(refused)

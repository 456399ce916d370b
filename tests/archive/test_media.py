"""The media store: every file once under its SHA-256, nothing of a broken copy, no name trusted."""

from __future__ import annotations

import hashlib
import io
import os
import time
from pathlib import Path
from typing import BinaryIO

import pytest
from told import TG, full_group, said, told

from archive.access import member, operator, public
from archive.database import Archive
from archive.errors import NotFound
from archive.groups import set_visibility
from archive.media import MediaStore, find_media
from archive.records import Attachment, Recall
from archive.verify import verify

HOSTILE_NAMES = (
    "../../etc/passwd", "/etc/passwd", "C:\\windows\\x", "a\0b", "x" * 300, "CON", "尾点.", "..",
    "\u202egpj.exe", "<script>alert(1)</script>.svg", "", "a/b/c", "~", "-rf",
)  # fmt: skip


class Breaking(io.BytesIO):
    """A stream that gives a megabyte and then fails."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 1 << 20:
            raise OSError(5, "read error")
        return super().read(size)


def files(store: MediaStore) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def take(store: MediaStore, content: bytes) -> str:
    return store.take(io.BytesIO(content)).sha256


def test_same_bytes_are_stored_once(archive: Archive) -> None:
    stored = [archive.media.take(io.BytesIO(b"picture")) for _ in range(3)]
    digest = hashlib.sha256(b"picture").hexdigest()
    assert {(s.sha256, s.size) for s in stored} == {(digest, 7)}
    assert files(archive.media) == [archive.media.path(digest)]
    assert archive.media.path(digest).read_bytes() == b"picture"
    assert list(archive.media.everything()) == [(digest, archive.media.path(digest))]


def test_file_of_many_chunks_and_an_empty_one_are_whole(archive: Archive) -> None:
    big = os.urandom((3 << 20) + 17)
    for content in (big, b""):
        digest = take(archive.media, content)
        assert digest == hashlib.sha256(content).hexdigest()
        assert archive.media.path(digest).read_bytes() == content


@pytest.mark.parametrize("fault", (OSError(28, "full"), KeyboardInterrupt(), ValueError("bad zip")))
def test_broken_copy_leaves_nothing(archive: Archive, fault: BaseException) -> None:
    class Faulty(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise fault
            return super().read(100)

    stream: BinaryIO = Faulty(b"x" * 4000)
    with pytest.raises(type(fault)):
        archive.media.take(stream)
    assert files(archive.media) == []
    with pytest.raises(OSError, match="read error"):
        archive.media.take(Breaking(b"y" * (4 << 20)))
    assert files(archive.media) == []


def test_copy_a_kill_left_behind_is_removed_once_it_is_old(archive: Archive) -> None:
    digest = take(archive.media, b"whole")
    for name, age in ((".taking-old", 3 * 86_400), (".taking-new", 60)):
        (archive.media.folder / name).write_bytes(b"half")
        then = time.time() - age
        os.utime(archive.media.folder / name, (then, then))
    assert [name for name, _ in archive.media.everything()] == [digest]
    archive.media.drop_unfinished()
    assert [path.name for path in files(archive.media)] == [".taking-new", digest]


@pytest.mark.parametrize(
    "digest",
    ("", "../../../etc/passwd", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "0" * 63 + "\n", "／" * 64),
)
def test_what_is_no_digest_is_no_path(archive: Archive, digest: str) -> None:
    with pytest.raises(NotFound):
        archive.media.path(digest)
    with archive.reading() as db, pytest.raises(NotFound):
        find_media(db, operator(), digest)


def test_names_are_only_words_beside_the_bytes(archive: Archive) -> None:
    digest = take(archive.media, b"bytes")
    before = {path for path in archive.folder.rglob("*") if path.suffix != ".db-wal"}
    told(archive, full_group(), (
        said(str(n), "", attachments=(Attachment("file", name, sha256=digest, size=5),))
        for n, name in enumerate(HOSTILE_NAMES, 1)))  # fmt: skip
    after = {path for path in archive.folder.rglob("*") if path.suffix != ".db-wal"}
    assert {p for p in after - before if p.suffix != ".db-shm"} == set()
    with archive.reading() as db:
        assert find_media(db, operator(), digest).sha256 == digest
    assert verify(archive) == []


def test_file_is_for_those_who_may_see_a_message_that_carries_it(archive: Archive) -> None:
    digest = take(archive.media, b"bytes")
    file = Attachment("file", "张三13812345678.pdf", sha256=digest, size=5, mime="text/html")
    told(archive, full_group(), said("1", "", attachments=(file,)))
    told(archive, said("1", "", group="qq:1", attachments=(file,)))
    for reader, seen in (
        (operator(), True),
        (member(frozenset({"qq:1"})), True),
        (public(), False),
    ):
        with archive.reading() as db:
            if seen:
                view = find_media(db, reader, digest)
                assert (view.name, view.mime, view.size) == (file.name, "text/html", 5)
            else:
                with pytest.raises(NotFound):
                    find_media(db, reader, digest)
    with archive.writing() as db:
        set_visibility(db, TG, "public", "operator")
        assert "13812345678" not in find_media(db, public(), digest).name
        # a stranger's name for a file in a public group does not unmask one's own group's
        assert find_media(db, member(frozenset({"qq:1"})), digest).size == 5


def test_file_of_a_recalled_message_is_gone_for_readers(archive: Archive) -> None:
    digest = take(archive.media, b"bytes")
    told(archive, said("1", "", attachments=(Attachment("photo", "a", sha256=digest, size=5),)))
    told(archive, Recall(TG, "1"))
    with archive.reading() as db, pytest.raises(NotFound):
        find_media(db, operator(), digest)

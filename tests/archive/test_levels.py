"""A message for members or admins only is nowhere for anybody else."""

from __future__ import annotations

import pytest
from told import T0, TG, full_group, said, told

from archive import calendar, essence, messages, questions, tags, threads
from archive.access import Reader, member, operator, public
from archive.around import around
from archive.database import Archive
from archive.digest import day_of, make_digest
from archive.errors import ArchiveError, NotFound
from archive.groups import set_visibility
from archive.levels import set_level
from archive.media import find_media
from archive.records import Attachment
from archive.search import search

KEY = f"{TG}:2"
MEMBER = member(frozenset((TG,)))
ADMIN = member(frozenset((TG,)), "telegram:1", frozenset((TG,)))
OTHER_ADMIN = member(frozenset((TG, "qq:5")), "telegram:1", frozenset(("qq:5",)))


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        said("1", "谁知道备份怎么做"),
        said("2", "zqcanaryqz 先停写再核对行数 #备份#", who="43", reply_to="1"),
        said("3", "收到，照做", who="44", reply_to="2"),
    )
    with archive.writing() as db:
        set_visibility(db, TG, "public", "operator")
        questions.open_question(db, f"{TG}:1", "telegram:42")
        essence.mark(db, [KEY], by="telegram:1", title="zqcanaryqz 的标题")
        run = threads.run_from(db, operator(), f"{TG}:1", None, T0 + 99)
        threads.gather(db, "备份", run, by="telegram:1")
    return archive


def traces(archive: Archive, reader: Reader) -> list[str]:
    """Return everything a reader can get, as text."""
    with archive.reading() as db:
        found: list[object] = [
            messages.newest(db, reader, TG), messages.day(db, reader, TG, "2025-10-18"),
            messages.around(db, reader, f"{TG}:3"), messages.around(db, reader, f"{TG}:1"),
            search(db, "zqcanaryqz", reader).hits, search(db, "知道", reader).hits,
            search(db, "zqcanaryqz", reader, order="relevance").hits,
            essence.feed(db, reader), tags.tagged(db, reader, "备份"),
            threads.list_threads(db, reader), threads.get_thread(db, reader, 1),
            questions.list_questions(db, reader, None), questions.similar(db, reader, "怎么备份"),
            make_digest(db, reader, [TG], day_of(T0, "Asia/Shanghai")),
            calendar.months(db, reader),
        ]  # fmt: skip
    return [str(one) for one in found if "zqcanaryqz" in str(one) or KEY in str(one)]


def level(archive: Archive, wanted: str | None) -> None:
    with archive.writing() as db:
        row_id = messages.message_id(db, operator(), KEY)
        set_level(db, row_id, wanted, "operator")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "reads", "reads_not"),
    [
        (None, [public(), MEMBER, ADMIN, operator()], []),
        ("members", [MEMBER, ADMIN, OTHER_ADMIN, operator()], [public()]),
        ("admins", [ADMIN, operator()], [public(), MEMBER, OTHER_ADMIN]),
    ],
)
def test_who_may_not_read_a_message_finds_it_nowhere(
    talk: Archive, wanted: str | None, reads: list[Reader], reads_not: list[Reader]
) -> None:
    level(talk, wanted)
    for reader in reads:
        assert len(traces(talk, reader)) > 5
        with talk.reading() as db:
            assert messages.get_message(db, reader, KEY).text
            assert search(db, "zqcanaryqz", reader).count == 1
    for reader in reads_not:
        assert traces(talk, reader) == []
        with talk.reading() as db:
            for find in (messages.get_message, messages.around, messages.versions):
                with pytest.raises(NotFound, match="no such message"):
                    find(db, reader, KEY)
            with pytest.raises(NotFound, match="no such essence"):
                essence.post(db, reader, 1)
            assert search(db, "zqcanaryqz", reader).count == 0
            assert around(db, "zqcanaryqz", reader).months == ()


def test_a_tag_of_nothing_that_may_be_read_is_no_tag_fault_31(talk: Archive) -> None:
    level(talk, "admins")
    with talk.reading() as db:
        for group in (None, TG):
            assert tags.list_tags(db, MEMBER, group) == []
            assert [one.name for one in tags.list_tags(db, ADMIN, group)] == ["备份"]
        hidden, missing = (search(db, f"tag:{name}", MEMBER).notes for name in ("备份", "没有的"))
        assert hidden == tuple(note.replace("没有的", "备份") for note in missing) != ()


def test_a_level_holds_at_once_and_ends_at_once(talk: Archive) -> None:
    level(talk, "admins")
    assert traces(talk, MEMBER) == []
    level(talk, None)
    assert traces(talk, MEMBER) != []
    with pytest.raises(ArchiveError, match="no level"):
        level(talk, "nobody")


def test_a_file_is_withheld_with_its_message(archive: Archive) -> None:
    told(
        archive,
        full_group(),
        said("2", "", attachments=(Attachment("file", "a.md", sha256="a" * 64),)),
    )
    with archive.writing() as db:
        db.execute("INSERT OR REPLACE INTO media(sha256, size) VALUES(?, 3)", ("a" * 64,))
    level(archive, "admins")
    with archive.reading() as db:
        assert find_media(db, ADMIN, "a" * 64).size == 3
        with pytest.raises(NotFound):
            find_media(db, MEMBER, "a" * 64)

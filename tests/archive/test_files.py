"""Files a page at a time: by type, by size, missing ones with their reason, each once."""

from __future__ import annotations

from typing import Any

import pytest
from told import QQ, TG, full_group, said, told

from archive.access import Reader, member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.errors import BadQuery, NotFound
from archive.files import list_files
from archive.groups import set_visibility
from archive.levels import set_level
from archive.messages import message_id
from archive.records import Attachment, Recall

INSIDE = member(frozenset((TG,)))


def file(name: str | None, size: int | None = None, **more: Any) -> Attachment:
    return Attachment(more.pop("kind", "file"), name, size=size, **more)


@pytest.fixture
def sent(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        said("1", "合同", attachments=(
            file("合同照片.jpg", 9, kind="photo"), file("报价.xlsx", 2048),
            file("租房合同.PDF", 70, missing="too large"))),
        said("2", "", kind="file", attachments=(file("年报.pdf", 500),), who="43"),
        said("3", "歌", attachments=(file("晨.mp3", 4000, kind="audio"),)),
        said("4", "会", attachments=(file("录像.mp4", 9000), file(None, missing="unavailable"))),
        said("5", "没有文件"),
        said("6", "收回的", attachments=(file("收回.doc", 1),)),
        full_group("别群", QQ),
        said("1", "别", group=QQ, attachments=(file("别群.pdf", 5),)),
    )  # fmt: skip
    told(archive, Recall(TG, "6"))
    return archive


def names(
    archive: Archive, words: str = "", reader: Reader = INSIDE, group: str | None = TG, **more: Any
) -> list[str | None]:
    """Turn the pages, two files each."""
    found: list[str | None] = []
    cursor = None
    for _ in range(9):
        with archive.reading() as db:
            page = list_files(db, reader, group, words, cursor=cursor, limit=2, **more)
        found += [one.file.name for one in page.files]
        cursor = page.next
        if cursor is None:
            assert page.count == len(found)
            return found
    raise AssertionError("there is no end")


def test_newest_comes_first_and_each_file_once(sent: Archive) -> None:
    assert names(sent) == [
        "录像.mp4", None, "晨.mp3", "年报.pdf", "报价.xlsx", "租房合同.PDF",
    ]  # fmt: skip


def test_largest_comes_first_where_that_is_asked_for(sent: Archive) -> None:
    assert names(sent, order="largest") == [
        "录像.mp4", "晨.mp3", "报价.xlsx", "年报.pdf", "租房合同.PDF", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("only", "found"),
    [
        ("document", ["年报.pdf", "租房合同.PDF"]),
        ("sheet", ["报价.xlsx"]),
        ("audio", ["晨.mp3"]),
        ("video", ["录像.mp4"]),
        ("picture", []),
        ("other", [None]),
    ],
)
def test_type_is_told_by_the_ending(sent: Archive, only: Any, found: list[str | None]) -> None:
    assert names(sent, only=only) == found


def test_missing_ones_are_found_with_their_reason(sent: Archive) -> None:
    assert names(sent, missing=True) == [None, "租房合同.PDF"]
    with sent.reading() as db:
        page = list_files(db, INSIDE, TG, missing=True)
    assert [one.file.missing for one in page.files] == ["unavailable", "too large"]


def test_a_query_narrows_them(sent: Archive) -> None:
    assert names(sent, "年报") == ["年报.pdf"]
    assert names(sent, "from:李四") == ["年报.pdf"]
    assert names(sent, "合同 OR 歌") == ["晨.mp3", "报价.xlsx", "租房合同.PDF"]
    assert names(sent, "before:2000-01-01") == []
    with pytest.raises(BadQuery):
        names(sent, "before:never")


@pytest.mark.parametrize("cursor", ["", "1", "1.2.3", "x.1", "9" * 60, "١.١", "-", "1.-2"])
def test_a_place_that_is_none_is_refused(sent: Archive, cursor: str) -> None:
    with sent.reading() as db, pytest.raises(BadQuery):
        list_files(db, INSIDE, TG, cursor=cursor)


def test_other_groups_levels_and_opted_out_people_show_nothing_fault_31(sent: Archive) -> None:
    assert names(sent, group=None) == names(sent)
    assert "别群.pdf" in names(sent, reader=operator(), group=None)
    with sent.reading() as db:
        with pytest.raises(NotFound):
            list_files(db, INSIDE, QQ)
        assert list_files(db, public()).files == ()
    with sent.writing() as db:
        set_level(db, message_id(db, operator(), f"{TG}:4"), "admins", "operator")
    assert names(sent) == ["晨.mp3", "年报.pdf", "报价.xlsx", "租房合同.PDF"]
    with sent.writing() as db:
        opt_out(db, "telegram:43", "telegram:43")
    with sent.reading() as db:
        shown = [one.file.name for one in list_files(db, INSIDE, TG).files]
    assert shown == ["晨.mp3", "报价.xlsx", "租房合同.PDF"]


def test_the_public_sees_names_of_files_masked_and_no_names_of_people(sent: Archive) -> None:
    told(sent, said("7", "", kind="file", attachments=(file("13812345678 简历.pdf"),)))
    with sent.writing() as db:
        set_visibility(db, TG, "public", "operator")
    with sent.reading() as db:
        first = list_files(db, public(), TG).files[0]
    assert "13812345678" not in (first.file.name or "")
    assert first.message.sender_key is None

"""Links a page at a time: each address once, where it was shared last, with how often."""

from __future__ import annotations

import pytest
from told import QQ, TG, full_group, said, told

from archive.access import Reader, member, operator, public
from archive.database import Archive
from archive.errors import NotFound
from archive.levels import set_level
from archive.messages import message_id
from archive.records import Recall, Span
from archive.shared_links import COUNTED, shared_links

INSIDE = member(frozenset((TG,)))
A, B, LONGER = "https://example.org/a", "https://example.com/b?x=1", "https://example.org/a/longer"


@pytest.fixture
def shared(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        said("1", f"先看 {A}。"),
        said("2", f"再看 {B} 和 {LONGER}"),
        said("3", f"又是 {A}", who="43"),
        said("4", "点这里", spans=(Span("link", 0, 3, "https://hidden.example/doc"),)),
        said("5", f"收回 {B}"),
        said("6", "javascript:alert(1)"),
        full_group("别群", QQ),
        said("1", f"别群 {A}", group=QQ),
    )
    told(archive, Recall(TG, "5"))
    return archive


def links(
    archive: Archive, words: str = "", reader: Reader = INSIDE, group: str | None = TG
) -> list[tuple[str, str, int]]:
    """Turn the pages, one message each."""
    found, cursor = [], None
    for _ in range(9):
        with archive.reading() as db:
            page = shared_links(db, reader, group, words, cursor=cursor, limit=1)
        found += [(one.message.key.rpartition(":")[2], one.url, one.times) for one in page.links]
        cursor = page.next
        if cursor is None:
            return found
    raise AssertionError("there is no end")


def test_each_address_is_there_once_where_it_was_shared_last(shared: Archive) -> None:
    assert links(shared) == [
        ("4", "https://hidden.example/doc", 1), ("3", A, 2), ("2", B, 1), ("2", LONGER, 1),
    ]  # fmt: skip


def test_a_query_narrows_them(shared: Archive) -> None:
    assert links(shared, "先看") == [("1", A, 2)]
    assert [url for _, url, _ in links(shared, "example.com")] == [B, LONGER]


def test_other_groups_are_not_counted_fault_31(shared: Archive) -> None:
    assert links(shared, reader=operator(), group=None)[1][1:] != (A, 2)
    assert {url: times for _, url, times in links(shared, group=None)}[A] == 2
    assert links(shared, reader=public(), group=None) == []
    with pytest.raises(NotFound):
        links(shared, group=QQ)
    with shared.writing() as db:
        set_level(db, message_id(db, operator(), f"{TG}:3"), "admins", "operator")
    assert ("1", A, 1) in links(shared)


def test_what_is_shared_very_often_is_counted_up_to_a_bound(shared: Archive) -> None:
    told(shared, [said(str(n), f"{B} 第 {n} 次") for n in range(10, 20 + COUNTED)])
    with shared.reading() as db:
        page = shared_links(db, INSIDE, TG, limit=5)
    assert [(one.url, one.times, one.exact) for one in page.links] == [(B, COUNTED, False)]

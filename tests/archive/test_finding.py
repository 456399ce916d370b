"""Files by name, links by word: what the reader may see, addresses of the web only."""

from __future__ import annotations

import pytest
from told import TG, full_group, said, told

from archive.access import member, public
from archive.database import Archive
from archive.errors import BadQuery
from archive.finding import find_files, find_links, links_of
from archive.messages import get_message
from archive.records import Attachment, Group, Recall, Span

INSIDE = member(frozenset({TG}))


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        said("1", "合同在这里", attachments=(
            Attachment("photo", "合同照片.jpg"), Attachment("file", "报价.xlsx", size=2048),
            Attachment("file", "租房合同.pdf", missing="too large"))),
        said("2", "", kind="file", attachments=(Attachment("file", "年报.pdf", sha256="a" * 64),)),
        said("3", "看 https://example.org/a?x=1。还有 http://example.com/合同"),
        said("4", "再发一次 https://example.org/a?x=1"),
        said("5", "点这里", spans=(Span("link", 0, 3, "https://hidden.example/doc"),)),
        Group("qq:1", "别群"),
        said("6", "https://example.org/secret 合同", group="qq:1",
             attachments=(Attachment("file", "别群合同.pdf"),)),
    )  # fmt: skip
    return archive


def files(
    archive: Archive, words: str, reader: object = INSIDE, group: str | None = TG
) -> list[str]:
    with archive.reading() as db:
        return [file.name for file in find_files(db, reader, words, group)[0]]  # type: ignore[arg-type]


def links(
    archive: Archive, words: str, reader: object = INSIDE, group: str | None = TG
) -> list[str]:
    with archive.reading() as db:
        return [link.url for link in find_links(db, reader, words, group)[0]]  # type: ignore[arg-type]


def test_file_is_found_by_its_name_among_those_of_its_message(talk: Archive) -> None:
    assert files(talk, "租房合同") == ["租房合同.pdf"]
    assert files(talk, "年报") == ["年报.pdf"]
    assert files(talk, "合同") == ["租房合同.pdf"]
    assert files(talk, "") == ["年报.pdf", "报价.xlsx"]
    assert files(talk, "没有") == []


def test_links_are_found_by_word_newest_first_each_once(talk: Archive) -> None:
    assert links(talk, "") == [
        "https://hidden.example/doc", "https://example.org/a?x=1", "http://example.com/合同"
    ]  # fmt: skip
    assert links(talk, "example.com") == ["https://example.org/a?x=1", "http://example.com/合同"]
    assert links(talk, "点这里") == ["https://hidden.example/doc"]


def test_nothing_is_found_in_groups_a_reader_may_not_see(talk: Archive) -> None:
    for reader, group in ((INSIDE, None), (public(), None), (INSIDE, "qq:1")):
        assert "别群合同.pdf" not in files(talk, "合同", reader, group)
        assert "https://example.org/secret" not in links(talk, "", reader, group)
    assert files(talk, "合同", member(frozenset({"qq:1"})), None) == ["别群合同.pdf"]


def test_what_is_taken_back_has_no_file_and_no_link(talk: Archive) -> None:
    told(talk, Recall(TG, "2"), Recall(TG, "5"))
    assert "年报.pdf" not in files(talk, "") and "https://hidden.example/doc" not in links(talk, "")


def test_only_web_addresses_are_links(talk: Archive) -> None:
    """Neither scripts nor what hides them (TRUST 26)."""
    bad = (
        "javascript:alert(1)",
        "data:text/html,x",
        "java\tscript:alert(1)",
        "file:///etc",
        "http:",
    )
    told(talk, said("9", " ".join(bad) + " https://ok.example", spans=tuple(
        Span("link", 0, 2, value) for value in (*bad, "http://[oops"))))  # fmt: skip
    with talk.reading() as db:
        assert links_of(get_message(db, INSIDE, f"{TG}:9")) == ["https://ok.example"]


@pytest.mark.parametrize("words", ['"', "%_", "NEAR/3(", "*", "😀", "长" * 5_000, "x from:"])
def test_hostile_words_are_answered_or_refused(talk: Archive, words: str) -> None:
    """As by a search (TRUST 34)."""
    for find in (find_files, find_links):
        try:
            with talk.reading() as db:
                find(db, INSIDE, words, TG)
        except BadQuery as refused:
            assert refused.what

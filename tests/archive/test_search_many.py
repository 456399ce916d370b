"""Search over 10,050 messages: counts, paging to the end, highlights, hostile queries."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from told import NOW, T0, TG, found, full_group, said, told

from archive.access import member, operator, public
from archive.around import around
from archive.database import Archive, open_archive
from archive.errors import BadQuery
from archive.highlight import EXCERPT
from archive.query import parse
from archive.records import Group, Message
from archive.search import COUNTED, search
from archive.views import Results

MANY = COUNTED + 50
HOSTILE = (
    "%", "_", '"', '""', '"""', "*", "**", "***", "?", "'", "';--", "' OR 1=1 --", "NEAR/2", "NEAR",
    "部署 NEAR/2 服务", "NEAR(部署 服务, 5)", "AND", "OR", "NOT", "AND AND", "OR NOT",
    "NOT NOT NOT",     "(", ")", "((((((((",
    "()" * 50, "(" * 16 + "部署" + ")" * 16, "{", "}", "^部署", "body:部署",
    "facet:g1", "facet : k0", "chars:部", "body : \"a", "message_index", "部署 AND", "- - -", "--",
    "+部署", "a+b", "x" * 2000, "部" * 2000, "部 " * 999, "a OR " * 60 + "b", "(a)*", "(a+)+$",
    "(?P<x>.*)*", "[a-z]{1,99999}", "\\", "\\\\", "\0", "部\0署", "\ud800", "\u202e部署", "👍",
    "👍👍👍",     "👨‍👩‍👧‍👦", "\u200b", "\u0301" * 500, "的", "一", "a", "1",
    "\n\t\r", "\x1b[31m", "<script>",
    "{{7*7}}",     "select * from messages", "from:*", "from:%", "from:_", 'from:"', "from:", "in:",
    "tag:#", "is:",     "before:", "before:0000-00-00",
    "before:9999-12-31", "after:0001-01-01", "on:1970-01-01",
    "on:2026-02-30", "after:99999999999999999999d", "from:a " * 64, "-from:张三 -in:群 -tag:x",
    "-(部署 OR after:2026)", "(before:2026-01 OR after:2026-02) " * 8, '"' + "部署 " * 300 + '"',
    "C++ C# c++c++", "#" * 500, "+" * 500, "-" * 500, "a-" * 500, "。" * 1000, "ﷺ" * 100, "İ" * 100,
)  # fmt: skip


@pytest.fixture(scope="session")
def many(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """10,050 messages that say 部署, numbered; every 100th says 百; other groups see less."""
    folder = tmp_path_factory.mktemp("many") / "data"
    shutil.copytree(empty_archive, folder)
    archive = open_archive(folder)
    groups = [TG, "qq:1"]
    told(
        archive, full_group("群"), Group("qq:1", "别群"),
        (said(str(n), f"部署 第{n}次" + " 百" * (n % 100 == 0) + " 恰" * (n <= COUNTED),
              T0 + n // 3, group=groups[n % 1000 == 0]) for n in range(1, MANY + 1)),
    )  # fmt: skip
    return archive


def pages(archive: Archive, query: str, limit: int, order: str) -> Iterator[Results]:
    cursor = None
    while True:
        page = found(archive, query, limit=limit, order=order, cursor=cursor)
        yield page
        if (cursor := page.older) is None:
            return


def test_counts_are_exact_up_to_ten_thousand_and_say_so(many: Archive) -> None:
    for query, count, exact in (
        ("部署", COUNTED, False), ("恰", COUNTED, True), ("恰 -第1次", COUNTED - 1, True),
        ("恰 第1次", 1, True), ("", COUNTED, False), ("百", 100, True),
        ("恰 (before:2026-09 OR after:2026-09)", COUNTED, True),
        ("(部署 after:2026-09) OR (第1次 before:2030)", COUNTED, False),
    ):  # fmt: skip
        results = found(many, query)
        assert (results.count, results.exact) == (count, exact), query


@pytest.mark.parametrize(("query", "limit"), (("百", 7), ("部署", 200), ("第1次 OR 百", 33)))
def test_paging_to_the_end_gives_every_hit_once_newest_first(
    many: Archive, query: str, limit: int
) -> None:
    ids = [hit.message.id for page in pages(many, query, limit, "newest") for hit in page.hits]
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == {"百": 100, "部署": MANY, "第1次 OR 百": 101}[query]


def test_paging_by_relevance_gives_the_newest_thousand_once(many: Archive) -> None:
    ids = [hit.message.id for page in pages(many, "部署", 90, "relevance") for hit in page.hits]
    assert len(ids) == len(set(ids)) == 1000


def test_page_stays_in_place_while_new_messages_come(many: Archive, tmp_path: Path) -> None:
    shutil.copytree(many.folder, tmp_path / "copy")
    copy = open_archive(tmp_path / "copy")
    first = found(copy, "部署", limit=3)
    second = found(copy, "部署", limit=3, cursor=first.older)
    told(copy, said("99999", "部署 最新", NOW - 60))
    assert found(copy, "部署", limit=3, cursor=first.older).hits == second.hits


def test_counts_by_group_are_of_what_the_reader_may_see(many: Archive) -> None:
    with many.reading() as db:
        assert [(c.key, c.messages, c.exact) for c in around(db, "百", operator()).groups] == [
            (TG, 90, True), ("qq:1", 10, True)]  # fmt: skip
        inside = member(frozenset({"qq:1"}))
        assert [(c.key, c.messages) for c in around(db, "部署", inside).groups] == [("qq:1", 10)]
        assert search(db, "部署", inside).count == 10
        assert around(db, "部署", public()).groups == ()


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_query_is_answered_or_refused_within_a_second(many: Archive, query: str) -> None:
    for reader in (operator(), member(frozenset({TG})), public()):
        for order in ("newest", "relevance"):
            began = time.perf_counter()
            try:
                results = found(many, query, reader, order=order)
                repr(results).encode()
            except BadQuery as refused:
                assert refused.what and refused.hint
            assert time.perf_counter() - began < 1.5
    with many.reading() as db, suppress(BadQuery):
        around(db, query, operator(), now=NOW)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), max_size=5).map(" ".join))
def test_any_mixture_of_hostile_pieces_is_answered_or_refused(many: Archive, query: str) -> None:
    try:
        results = found(many, query[:2000], limit=3)
    except BadQuery:
        return
    assert len(results.hits) <= 3
    for hit in results.hits:
        assert all(0 <= a < b <= len(hit.excerpt) for a, b in hit.marks)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    (
        ("ＤＯＣＫＥＲ與Docker", "docker", ["ＤＯＣＫＥＲ", "Docker"]),
        ("㍿の話", "株式", ["㍿"]), ("軟體部署", "软体", ["軟體"]),
        ("Straße 10", "strasse", ["Straße"]),
        ("e\u0301te\u0301", "été", ["e\u0301te\u0301"]), ("ｶﾞﾝﾀﾞﾑ です", "ガンダム", ["ｶﾞﾝﾀﾞﾑ"]),
        ("部\u200b署了", "部署", ["部\u200b署"]), ("部署部署 部", "部署", ["部署部署"]),
        ("部署，部署", "部署", ["部署", "部署"]), ("art start", "art", ["art"]),
        ("docker dockerfile", "docke*", ["docke", "docke"]), ("a.b-c", '"a b c"', ["a.b-c"]),
        ("用C++写C", "c++", ["C++"]), ("👍🏽 好", "👍", ["👍"]), ("部署", "部署 OR 没有", ["部署"]),
        ("甲乙丙", "甲乙 乙丙", ["甲乙丙"]), ("ﬁle", "file", ["ﬁle"]), ("①②", "1", []),
    ),
)  # fmt: skip
def test_highlights_cover_what_matched_as_it_was_written(
    archive: Archive, text: str, query: str, marked: list[str]
) -> None:
    told(archive, Message(TG, "1", T0, text=text))
    hits = found(archive, query).hits
    assert [hit.excerpt[a:b] for hit in hits for a, b in hit.marks] == marked


@pytest.mark.parametrize("before", (0, 5, 39, 200, 5000))
@pytest.mark.parametrize("after", (0, 100, 5000))
def test_excerpt_of_a_long_text_shows_the_match(archive: Archive, before: int, after: int) -> None:
    told(archive, Message(TG, "1", T0, text="話" * before + "，針，" + "語" * after))
    (hit,) = found(archive, "针").hits
    assert [hit.excerpt[a:b] for a, b in hit.marks] == ["針"]
    assert len(hit.excerpt) <= EXCERPT + 44


def test_file_name_that_matched_is_the_excerpt(archive: Archive) -> None:
    told(archive, said("1", "", nested=(Message(TG, sender_name="甲", text="里面有针"),)))
    (hit,) = found(archive, "针").hits
    assert "里面有针" in hit.excerpt and [hit.excerpt[a:b] for a, b in hit.marks] == ["针"]


def test_page_of_the_longest_texts_is_made_in_a_second(archive: Archive, slack: float) -> None:
    told(archive, [said(str(n), "部署 " + "e\u0301話" * 33_000) for n in range(1, 11)])
    began = time.perf_counter()
    assert len(found(archive, "部署 話").hits) == 10
    assert time.perf_counter() - began < 2 * slack


@pytest.mark.parametrize(
    ("text", "query"),
    (
        ("👍👍👍👍👍👍x" + "👍" * 5000, '"👍👍👍👍👍👍x"'),
        ("・ " * 6 + "x" + "・ " * 5000, '"・ ・ ・ ・ ・ x"'),
        ("a b c x" + "a b c " * 5000, '"a b c x"'), ("部，署，x" + "部，" * 5000, '"部 署 x"'),
        ("_" * 90_000 + "a_b_c" + "_" * 9000, "a_b_c"),
    ),
)  # fmt: skip
def test_no_query_and_text_make_highlighting_slow(archive: Archive, text: str, query: str) -> None:
    told(archive, Message(TG, "1", T0, text=text))
    parse(query, now=NOW)
    began = time.perf_counter()
    found(archive, query)
    assert time.perf_counter() - began < 1.5

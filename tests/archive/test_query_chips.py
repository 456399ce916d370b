"""Filters as chips: shown one by one, taken away and added in the text of the query."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archive.errors import BadQuery
from archive.query import (
    Chip,
    Query,
    describe,
    filter_text,
    parse,
    with_filter,
    without_filter,
)

NOW = 1_795_000_000
PARTS = (
    "部署", "docker", '"精确 短语"', "-广告", "docke*", "(甲 OR 乙)", "甲 OR 乙", "-(甲 乙)",
    "from:张三", "来自：“Zhang San”", "from: 李四", "from:(张三 OR 李四)", "in:技术群", "tag:干货",
    "-tag:水", "NOT has:链接", "is:精华", "before:2026-01", "after:7d", "on:昨天", "AND", "!!!",
    ":)", "(from:王五 OR 丙)", "OR", "NOT", "|", "&", ")", "x)",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS), max_size=10).map(" ".join)


def read(text: str) -> Query:
    return parse(text, now=NOW)


def test_chips_are_named_and_each_leaves_the_rest() -> None:
    assert describe(read("部署 来自：“Zhang San” -has:链接 is:精华 (in:x OR 甲) NOT tag:a")) == [
        Chip("from", "Zhang San", "部署 -has:链接 is:精华 (in:x OR 甲) NOT tag:a"),
        Chip("-has", "链接", "部署 来自：“Zhang San” is:精华 (in:x OR 甲) NOT tag:a"),
        Chip("is", "精华", "部署 来自：“Zhang San” -has:链接 (in:x OR 甲) NOT tag:a"),
        Chip("-tag", "a", "部署 来自：“Zhang San” -has:链接 is:精华 (in:x OR 甲)"),
    ]


@pytest.mark.parametrize(
    ("text", "chips"),
    [
        ("", []),
        ("部署", []),
        ("from:a OR 部署", []),
        ("(from:a 部署)", []),
        ("-(from:a 部署)", []),
        ("from:a", [Chip("from", "a", "")]),
        ("from:(a OR b) x", [Chip("from", "(a OR b)", "x")]),
        ("x AND from:a AND y", [Chip("from", "a", "x y")]),
        ("from:a AND y", [Chip("from", "a", "y")]),
        ("x AND from:a", [Chip("from", "a", "x")]),
        ("x from:a　y", [Chip("from", "a", "x y")]),
        ("x -  from:a", [Chip("from", "a", "x -")]),
    ],
)
def test_chips_of(text: str, chips: list[Chip]) -> None:
    assert describe(read(text)) == chips


@pytest.mark.parametrize(
    ("text", "addition", "result"),
    [
        ("", "is:精华", "is:精华"),
        ("部署", "is:精华", "部署 is:精华"),
        ("部署 is:essence", "is:精华", "部署 is:essence"),
        ("部署 -is:精华", "is:精华", "部署 is:精华"),
        ("部署 is:精华", "-is:精华", "部署 -is:精华"),
        ("部署 before:2025", "before:2026", "部署 before:2026"),
        ("部署 on:昨天 x", "on:今天", "部署 x on:今天"),
        ("部署 tag:a", "tag:b", "部署 tag:a tag:b"),
        ("甲 OR 乙", "is:精华", "甲 OR 乙 is:精华"),
        ("甲 OR", "is:精华", "甲 is:精华"),
        ("甲 NOT", "is:精华", "is:精华 甲 NOT"),
        ("(甲 OR 乙", "is:精华", "is:精华 (甲 OR 乙"),
        ("form:x", "is:精华", "form:x is:精华"),
    ],
)
def test_adding_a_filter(text: str, addition: str, result: str) -> None:
    assert with_filter(text, addition) == result


@pytest.mark.parametrize(
    ("text", "unwanted", "result"),
    [
        ("部署 is:essence 是：精华", "is:精华", "部署"),
        ("部署 -is:精华", "is:精华", "部署 -is:精华"),
        ("部署 -is:精华", "-is:essence", "部署"),
        ("from:a x from:b", "from:a", "x from:b"),
        ("after:7d x", "after:7天", "x"),
        ("部署", "is:精华", "部署"),
    ],
)
def test_taking_a_filter_away(text: str, unwanted: str, result: str) -> None:
    assert without_filter(text, unwanted) == result


@pytest.mark.parametrize("addition", ["", "部署", "is:精华 has:链接", "(is:精华)", "is:精华 OR a"])
def test_what_is_added_must_be_one_filter(addition: str) -> None:
    with pytest.raises(ValueError, match="one filter"):
        with_filter("部署", addition)


@settings(deadline=None)
@given(TEXTS)
def test_taking_a_chip_away_leaves_every_other_and_the_words(text: str) -> None:
    query = read(text)
    for position, chip in enumerate(describe(query)):
        rest = read(chip.text_without_it)
        kept = [(part.field, part.value) for part in query.filters]
        del kept[position]
        assert [(part.field, part.value) for part in rest.filters] == kept
        assert rest.terms == query.terms


@settings(deadline=None)
@given(TEXTS, st.sampled_from([part for part in PARTS if ":" in part and part[0] != "("]))
def test_a_filter_added_is_there_and_can_be_taken_away_again(text: str, addition: str) -> None:
    assume(len(read(addition).filters) == 1)
    added = with_filter(text, addition)
    (wanted,) = read(addition).filters
    assert (wanted.node, wanted.negated) in [(p.node, p.negated) for p in read(added).filters]
    without = without_filter(added, addition)
    rest = [(part.node, part.negated) for part in read(without).filters]
    assert (wanted.node, wanted.negated) not in rest


@settings(deadline=None)
@given(st.sampled_from(["from", "in", "tag"]), st.text(min_size=1, max_size=20))
def test_any_name_can_be_written_as_a_filter(field: str, value: str) -> None:
    try:
        (part,) = read(filter_text(field, value)).filters
    except BadQuery as nothing_left:
        assert "后面没有内容" in nothing_left.what
        return
    assert part.field == field
    quotes = set('"“”＂「」『』')
    if not quotes & set(value):
        assert part.value == value or "\ufffd" in part.value

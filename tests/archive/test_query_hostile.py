"""Whatever is typed, the answer is a Query or a BadQuery, at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import BadQuery
from archive.query import And, Everything, From, Node, Not, Or, Query, Since, Term, Until, parse
from archive.query.language import understand
from archive.query.reading import Reading

NOW = 1_795_000_000
PIECES = (
    "部署", "甲", "a", "gpt-4", "C++", "3:30", "https://a.b/c", "👍", "!", "%", "_", ".", "=",
    " ", "  ", "　", "\n", "(", ")", "（", "）", '"', "“", "”", "「", "」", "『", "』", "＂", "*",
    "＊", "-", "－", "+", "|", "&", ":", "：", "//", "\\", "'", "\0", "\ud83d", "\u202e", "\u200b",
    " OR ", " AND ", " NOT ", " 或 ", "OR", "AND", "NOT", "OR)",
    "NEAR/", "from:", "in:", "tag:", "is:",
    "has:", "before:", "on:", "来自：", "群:", "form:", "标鉴:", "标题:", "精华", "链接", "2026-01",
    "7d", "昨天", "张三", "docke*", "-", "(", ")", '"', " ", " ", " ",
)  # fmt: skip
PLAIN = [piece for piece in PIECES if not set(piece) & set(':：(（“”「『＂"')]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
)


def understood(text: str) -> Query | None:
    try:
        return parse(text, now=NOW)
    except BadQuery as refused:
        assert refused.what and refused.hint
        str(refused).encode()
        return None


def check_shape(node: Node) -> None:
    """The three rules of nodes.py."""
    match node:
        case And(nodes=nodes) | Or(nodes=nodes):
            assert len(nodes) > 1
            assert not any(type(member) is type(node) for member in nodes)
            assert Everything() not in (nodes[1:] if isinstance(node, And) else nodes)
            if any(isinstance(member, Not) for member in nodes):
                assert isinstance(node, And)
                assert not all(isinstance(member, Not) for member in nodes)
            for member in nodes:
                check_shape(member.node if isinstance(member, Not) else member)
        case Not():
            pytest.fail("a Not outside of an And")


@settings(deadline=None, max_examples=1500)
@given(TEXTS)
def test_any_text_is_a_query_or_a_bad_query(text: str) -> None:
    query = understood(text)
    if query is None:
        return
    check_shape(query.node)
    members = query.node.nodes if isinstance(query.node, And) else (query.node,)
    assert (Everything() in members) == (not query.terms)
    assert not any(isinstance(node, Not) and isinstance(node.node, Since | Until)
                   for node in members)  # fmt: skip
    assert len(query.text) == len(text)
    repr(query).encode()


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(PLAIN), max_size=30).map("".join))
def test_the_short_way_for_plain_words_gives_what_whoosh_gives(text: str) -> None:
    plain = understood(text)
    reading = Reading(
        text.replace("\0", "\ufffd").replace("\ud83d", "\ufffd"), NOW, "Asia/Shanghai"
    )
    if plain is not None:
        assert reading.query(understand(reading)) == plain


ATTACKS = (
    "%", "_", '"', "*", "NEAR/", "NEAR(a b)", "AND AND", "OR", "NOT", ")(", "\\", "\0", "\ud800",
    "'; DROP TABLE message; --", "1' OR '1'='1", '" OR ""="', "body:x", "{a b}: x", "^a", "a^2",
    "a~3", "(a+)+$", "(?:a|a)*b", "[a TO z]", "*:*", "r\"a\"", "<script>alert(1)</script>",
    "{{7*7}}", "${x}", "a" * 2000, "的" * 2000, "(" * 2000, ")" * 2000, '"' * 2000, "“" * 2000,
    "「" * 2000, "*" * 2000, "-" * 2000, "- " * 1000, ":" * 2000, "a:b " * 500, "a(b" * 666,
    "a「b" * 666, '"a”' * 660, '"a' * 1000, "(a) " * 500, "() " * 660, "-(" * 16 + "a" + ")" * 16,
    "NOT " * 500, "AND " * 500, "OR " * 660, "a OR " * 64, "-a " * 64, "from: " * 330,
    "from:a " * 64, "befoxx:" * 280, "befoxxyy:a " * 60, "http://" * 280, "\u0301" * 2000,
    "\U0001f468\u200d" * 1000, "x" * 10_000, "\n" * 2000,
)  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_attack_is_answered_within_50_ms(text: str) -> None:
    took = []
    for _ in range(3):
        start = time.perf_counter()
        understood(text)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05


def node_of(text: str) -> Node:
    return parse(text, now=NOW).node


def test_limits_are_named() -> None:
    for text in ("a" * 2001, "a " * 65, "from:a " * 65, '"a"' * 65, "(" * 17, "() " * 65):
        with pytest.raises(BadQuery, match="太"):
            parse(text, now=NOW)
    words = tuple(Term(f"w{number}") for number in range(64))
    assert node_of(" ".join(word.text for word in words)) == And(words)
    assert node_of(" OR ".join(word.text for word in words)) == Or(words)
    assert node_of("(" * 16 + "a" + ")" * 16) == Term("a")
    assert node_of("a" * 2000) == Term("a" * 2000)


def test_what_no_database_can_hold_is_replaced() -> None:
    assert node_of("from:\ud800x\0y") == And((Everything(), From("\ufffdx\ufffdy")))
    assert parse("a\udfffb", now=NOW).text == "a\ufffdb"

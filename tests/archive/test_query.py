"""The search language: what is syntax, what is text, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest

from archive.errors import BadQuery
from archive.query import (
    And,
    Everything,
    From,
    Has,
    In,
    Is,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Since,
    Tag,
    Term,
    Until,
    parse,
)
from archive.query.fields import misspelt

NOW = 1_795_000_000
A, B, C = Term("a"), Term("b"), Term("c")


def node(text: str) -> Node:
    return parse(text, now=NOW).node


def notes(text: str) -> str:
    return " ".join(parse(text, now=NOW).notes)


@pytest.mark.parametrize(
    "text", ["", " ", "　\n\t", "()", "*", "!!!", '""', ")(", "-", "｡ ？", "|"]
)
def test_query_without_anything_to_look_for_is_everything(text: str) -> None:
    found = parse(text, now=NOW)
    assert found.node == Everything()
    assert found.terms == ()
    assert bool(found.notes) == bool(text.strip())


def test_filters_alone_and_exclusions_alone_start_from_everything() -> None:
    assert node("from:x") == And((Everything(), From("x")))
    assert node("-a") == And((Everything(), Not(A)))
    assert node("from:x -a") == And((Everything(), From("x"), Not(A)))
    assert node("from:x a") == And((From("x"), A))
    assert node("!!! from:x") == And((Everything(), From("x")))


@pytest.mark.parametrize(
    "text",
    [
        "gpt-4", "C++", "c#", "--rm", "3:30", "12:30:05", "https://a.b/c?d=e:f", "C:\\x",
        "std::vector", "from::x", "foo:bar", "a:b", "a|b", "a&b", "user@example.com", "50%",
        "under_score", "f(x)", "print(a,b)", "a)", "it's", '12"', "NOT(x)", "ORDER", "and", "or",
        "not", "或者", "a*b", "*abc", "tg:x", "file:///etc", '"abc', "“abc",
        "你好（微笑）", "部署(新)",
    ],
)  # fmt: skip
def test_this_is_one_word(text: str) -> None:
    assert node(f"x {text} y") == And((Term("x"), Term(text), Term("y")))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("来自：张三", "from:张三"),
        ("來自:张三", "from:张三"),
        ("ＦＲＯＭ：张三", "from:张三"),
        ("From: 张三", "from:张三"),
        ("from：“Zhang San”", 'from:"Zhang San"'),
        ("from:「Zhang San」", 'from:"Zhang San"'),
        ("from:@zhang", "from:zhang"),
        ("群：技术群", "in:技术群"),
        ("标签：#干货#", "tag:干货"),
        ("標籤:干货", "tag:干货"),
        ("是：精華", "is:essence"),
        ("有：圖片", "has:photo"),
        ("有:表情包", "has:sticker"),
        ("之前：２０２６－０１", "before:2026-01"),
        ("之后:2026年1月", "after:2026-01"),
        ("之後:2026/1", "after:2026-01"),
        ("日期：2026-1-1", "on:2026-01-01"),
        ("a　b", "a b"),
        ("a －b", "a -b"),
        ("a +b", "a b"),
        ("（a OR b） c", "(a OR b) c"),
        ("a ｜ b", "a OR b"),
        ("a || b", "a OR b"),
        ("a && b", "a AND b"),
        ("docke＊", "docke*"),
        ("“a b”", '"a b"'),
        ("”a b“", '"a b"'),
        ("「a b」", '"a b"'),
        ("『a b』", '"a b"'),
        ("＂a b＂", '"a b"'),
        ('"a b”', '"a b"'),
    ],
)
def test_the_two_ways_of_writing_mean_the_same(text: str, plain: str) -> None:
    assert node(text) == node(plain)
    assert not notes(text)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a OR b OR c", Or((A, B, C))),
        ("a AND b AND c", And((A, B, C))),
        ("a b OR c", And((A, Or((B, C))))),
        ("a AND b OR c", Or((And((A, B)), C))),
        ("(a b) OR c", Or((And((A, B)), C))),
        ("((a)) ((b OR c))", And((A, Or((B, C))))),
        ("a OR -b", Or((A, And((Everything(), Not(B)))))),
        ("a OR NOT b c", And((Or((A, And((Everything(), Not(B))))), C))),
        ("-(a b) c", And((Not(And((A, B))), C))),
        ("a -(b -c)", And((A, Not(And((B, Not(C))))))),
        ("a -(-b)", And((A, B))),
        ("a -(-b -c)", And((A, Or((B, C))))),
        ("NOT NOT a", A),
        ("NOT -a b", And((A, B))),
        ("NOT NOT NOT a b", And((Not(A), B))),
        ("a a a", A),
        ('-"a b" c', And((Not(Phrase("a b")), C))),
        ("-ab* c", And((Not(Prefix("ab")), C))),
        ('a"b c"', And((Term('a"b'), Term('c"')))),
        ('甲"乙 丙"丁', And((Term("甲"), Phrase("乙 丙"), Term("丁")))),
    ],
)
def test_how_words_are_joined(text: str, meaning: Node) -> None:
    assert node(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a from:x from:y", And((A, Or((From("x"), From("y")))))),
        ("a in:x in:y", And((A, Or((In("x"), In("y")))))),
        ("a tag:x tag:y", And((A, Tag("x"), Tag("y")))),
        ("a -from:x -from:y", And((A, Not(From("x")), Not(From("y"))))),
        ("a -from:(x OR y)", And((A, Not(Or((From("x"), From("y"))))))),
        ("a tag:(x y)", And((A, Tag("x"), Tag("y")))),
        ("a tag:(x OR y)", And((A, Or((Tag("x"), Tag("y")))))),
        ("a from:(x tag:y)", And((A, From("x"), Tag("y")))),
        ("a OR from:x", Or((A, From("x")))),
        ("a is:question has:file", And((A, Is("question"), Has("file")))),
        ("a in:from:x", And((A, In("from:x")))),
        ("a tag:C#", And((A, Tag("C#")))),
        ("a tag:c++", And((A, Tag("c++")))),
        ("a tag:x*", And((A, Tag("x*")))),
        ("a from:OR", And((A, From("OR")))),
        ("a from:张三(北京)", And((A, From("张三(北京)")))),
        ('a "b"from:x', And((A, Phrase("b"), From("x")))),
    ],
)
def test_how_filters_are_joined(text: str, meaning: Node) -> None:
    assert node(text) == meaning


def test_excluded_dates_become_dates() -> None:
    assert node("a -before:1970-01-02") == And((A, Since(57_600)))
    assert node("a -after:1970-01-02") == And((A, Until(57_600)))
    assert node("a -on:1970-01-02") == And((A, Or((Until(57_600), Since(144_000)))))
    assert node("a -(-on:1970-01-02)") == And((A, Since(57_600), Until(144_000)))


def test_terms_for_highlights_are_what_is_looked_for() -> None:
    found = parse('部署 "精确 短语" -广告 docke* (甲 OR (乙 -丙)) from:张三 部署', now=NOW)
    assert found.terms == ("部署", "精确 短语", "docke", "甲", "乙")


@pytest.mark.parametrize("text", ["OR", "AND", "NOT", "或", "AND AND", "( OR )"])
def test_operators_alone_are_words(text: str) -> None:
    assert node(text) == Term(text.strip("( )").split()[0])


@pytest.mark.parametrize(
    "text",
    ["a OR", "OR a", "a AND", "a NOT", "(a OR) ", "(OR a)", "a |", "& a", "a ->", "a -!!!", "a ()"],
)
def test_operator_that_joins_nothing_is_ignored_with_a_note(text: str) -> None:
    assert node(text) == A
    assert "已忽略" in notes(text)


def test_ignored_pieces_are_named_in_one_short_note() -> None:
    (note,) = parse("a ! ? % _ ; , . " + "=" * 500, now=NOW).notes
    assert note == "没有可搜的字，已忽略（nothing to search for, ignored）：! ? % _ ;"


def test_parenthesis_left_open_is_closed_at_the_end_with_a_note() -> None:
    assert node("c (a OR b") == And((C, Or((A, B))))
    assert node("c -(a b") == And((C, Not(And((A, B)))))
    assert "右括号" in notes("c (a OR b")


def test_prefix_needs_two_letters() -> None:
    assert node("d*") == Term("d")
    assert "前缀至少两个字母" in notes("d*")
    assert node("do*") == Prefix("do")
    assert node("a*bc*") == Prefix("a*bc")
    assert node("部*") == Prefix("部")
    assert notes("do* 部* a*bc*") == ""


def test_dates_that_exclude_each_other_are_noted() -> None:
    assert "没有交集" in notes("after:2026 before:2025")
    assert notes("after:2025 before:2026") == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("form", "from"), ("fromm", "from"), ("frm", "from"), ("FORM", "from"), ("tags", "tag"),
        ("tga", "tag"), ("hsa", "has"), ("hass", "has"), ("befor", "before"), ("bfore", "before"),
        ("beofre", "before"), ("befroe", "before"), ("afer", "after"), ("aftre", "after"),
        ("afterr", "after"), ("来至", "来自"), ("标鉴", "标签"), ("標鑒", "标签"), ("之候", "之后"),
    ],
)  # fmt: skip
def test_misspelt_field_is_refused_and_named(written: str, meant: str) -> None:
    for text in (f"{written}:x", f"a -{written}：x", f"(a OR {written}: x)", f"a {written}:"):
        with pytest.raises(BadQuery) as refused:
            parse(text, now=NOW)
        assert f"「{written}:」" in refused.value.what
        assert f"{meant}:" in refused.value.hint
        assert "tag:" in refused.value.hint
    assert node(f'"{written}:x"') == Phrase(f"{written}:x")


@pytest.mark.parametrize("text", ["标题:x", "日志:x", "标签页:x", "部署from:x", "发布日期:x"])
def test_word_that_may_have_been_meant_as_a_field_is_text_with_a_note(text: str) -> None:
    assert node(text) == Term(text)
    assert "按文字搜" in notes(text)


def test_words_before_a_colon_are_not_taken_for_slips() -> None:
    words = """
        http https ftp file mailto note todo error warn info debug host port user path name type
        date time url key data class node bash text html json yaml sql git npm pip ssh std foo bar
        id to re cc tg qq wx os db ip ps as no ok 时间 地点 作者 群主 注意 问题 回复 结论 原因
    """
    assert [word for word in words.split() if misspelt(word)] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("is:好看", "「is:」不认识「好看」"),
        ("-是:foo", "「is:」不认识「foo」"),
        ("has:精华", "「has:」不认识「精华」"),
        ("is:(精华 OR 链接)", "「is:」不认识「链接」"),
        ("before:2026-13", "「before:」看不懂日期「2026-13」"),
        ("之后:开学", "「after:」看不懂日期「开学」"),
        ("on:-7d", "「on:」看不懂日期「-7d」"),
        ("from:", "「from:」后面没有内容"),
        ("a from: ", "「from:」后面没有内容"),
        ('from:""', "「from:」后面没有内容"),
        ("from:()", "「from:」后面没有内容"),
        ("from:(())", "「from:」后面没有内容"),
        ("from: has:链接", "「from:」后面没有内容"),
        ("from: OR a", "「from:」后面没有内容"),
        ("(from:)", "「from:」后面没有内容"),
    ],
)
def test_bad_value_is_refused_and_named(text: str, names: str) -> None:
    with pytest.raises(BadQuery) as refused:
        parse(text, now=NOW)
    assert names in refused.value.what
    assert refused.value.hint


def test_plain_words_do_not_load_whoosh() -> None:
    code = (
        "import sys; from archive.query import parse; parse('部署 gpt-4 docke* 👍', now=0);"
        "assert 'whoosh' not in sys.modules; parse('-a', now=0); assert 'whoosh' in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)

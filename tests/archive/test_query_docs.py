"""Every query in docs/search.md and its Chinese twin means what the page says."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

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
    fields,
    parse,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [DOCS / "search.md", DOCS / "search.zh-CN.md"]


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


NOW = at("2026-11-18 12:00")
JIA, YI, BING = Term("甲"), Term("乙"), Term("丙")
EITHER = Or((JIA, YI))


def both(*nodes: Node) -> And:
    return And(nodes)


def only(*filters: Node) -> And:
    return And((Everything(), *filters))


def within(first: str, after: str) -> And:
    return only(Since(at(first)), Until(at(after)))


MEANING: dict[str, Node] = {
    "部署": Term("部署"),
    "部署 服务器": both(Term("部署"), Term("服务器")),
    '"部署 服务器"': Phrase("部署 服务器"),
    "“部署 服务器”": Phrase("部署 服务器"),
    "部署“回滚方案”": both(Term("部署"), Phrase("回滚方案")),
    "docke*": Prefix("docke"),
    "部署 -广告": both(Term("部署"), Not(Term("广告"))),
    "部署 NOT 广告": both(Term("部署"), Not(Term("广告"))),
    "甲 OR 乙": EITHER,
    "甲 | 乙": EITHER,
    "甲 或 乙": EITHER,
    "(甲 OR 乙) 丙": both(EITHER, BING),
    "甲 OR 乙 丙": both(EITHER, BING),
    "甲 AND 乙 OR 丙": Or((both(JIA, YI), BING)),
    "-(甲 OR 乙)": only(Not(EITHER)),
    "部署 from:张三": both(Term("部署"), From("张三")),
    "部署 来自：张三": both(Term("部署"), From("张三")),
    'from:"Zhang San"': only(From("Zhang San")),
    "from:张三 from:李四": only(Or((From("张三"), From("李四")))),
    "from:(张三 OR 李四)": only(Or((From("张三"), From("李四")))),
    "in:技术群": only(In("技术群")),
    "in:telegram:-100123": only(In("telegram:-100123")),
    "tag:干货": only(Tag("干货")),
    "tag:干货 tag:教程": only(Tag("干货"), Tag("教程")),
    "has:链接 has:图片": only(Has("link"), Has("photo")),
    "-from:张三 -has:链接": only(Not(From("张三")), Not(Has("link"))),
    "before:2026-01": only(Until(at("2026-01-01"))),
    "after:2026-01": only(Since(at("2026-01-01"))),
    "after:7d": only(Since(at("2026-11-11 12:00"))),
    "on:2026-11": within("2026-11-01", "2026-12-01"),
    "日期:昨天": within("2026-11-17", "2026-11-18"),
    "after:2026-01 before:2026-04": within("2026-01-01", "2026-04-01"),
    "部署 from:张三 in:技术群 tag:干货 is:精华 has:链接 before:2026-11 after:1y "
    '"精确短语" -广告 docke* (甲 OR 乙)': both(
        Term("部署"), From("张三"), In("技术群"), Tag("干货"), Is("essence"), Has("link"),
        Until(at("2026-11-01")), Since(at("2025-11-18 12:00")), Phrase("精确短语"),
        Not(Term("广告")), Prefix("docke"), EITHER,
    ),
    "on:2026": within("2026-01-01", "2027-01-01"),
    "on:2026年11月": within("2026-11-01", "2026-12-01"),
    "on:2026-11-20": within("2026-11-20", "2026-11-21"),
    "on:2026-W47": within("2026-11-16", "2026-11-23"),
    "on:11月20日": within("2025-11-20", "2025-11-21"),
    "on:11月": within("2026-11-01", "2026-12-01"),
    "on:今天": within("2026-11-18", "2026-11-19"),
    "on:本周": within("2026-11-16", "2026-11-23"),
    "on:周一": within("2026-11-16", "2026-11-17"),
    "after:24h": only(Since(at("2026-11-17 12:00"))),
    "after:2w": only(Since(at("2026-11-04 12:00"))),
    "after:3m": only(Since(at("2026-08-18 12:00"))),
    "on:3天前": within("2026-11-15", "2026-11-16"),
    "gpt-4": Term("gpt-4"),
    "C++": Term("C++"),
    "docker --rm": both(Term("docker"), Term("--rm")),
    "3:30": Term("3:30"),
    "https://example.com/a?b=c:d": Term("https://example.com/a?b=c:d"),
    "C:\\temp": Term("C:\\temp"),
    "f(x)": Term("f(x)"),
    "*abc": Term("*abc"),
    '"OR"': Phrase("OR"),
}  # fmt: skip
MEANING |= {f"is:{name}": only(Is(name)) for name in fields.IS}
MEANING |= {f"is:{others[0]}": only(Is(name)) for name, others in fields.IS.items() if others}
MEANING |= {f"has:{name}": only(Has(name)) for name in fields.HAS}
MEANING |= {f"has:{others[0]}": only(Has(name)) for name, others in fields.HAS.items()}


def rows(page: Path) -> list[tuple[str, str]]:
    """Return (query, last cell of its row) for every query in the page's tables."""
    found = []
    for line in page.read_text("utf-8").splitlines():
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        for cell in cells[:-1]:
            if query := re.fullmatch(r" `(.+)` ", cell):
                found.append((query[1].replace("\\|", "|"), cells[-1].strip()))
    return found


@pytest.mark.parametrize("query", MEANING)
def test_documented_query_means_what_the_page_says(query: str) -> None:
    assert parse(query, now=NOW).node == MEANING[query]
    assert parse(query, now=NOW).notes == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_query_of_the_page_is_understood_or_refused_as_it_says(page: Path) -> None:
    documented = rows(page)
    for query, says in documented:
        if query not in MEANING:
            with pytest.raises(BadQuery) as refused:
                parse(query, now=NOW)
            assert says in refused.value.what
    assert MEANING.keys() <= {query for query, _ in documented}


def test_both_pages_hold_the_same_queries() -> None:
    english, chinese = ([query for query, _ in rows(page)] for page in PAGES)
    assert english == chinese


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_field_name_is_on_the_page(page: Path) -> None:
    text = page.read_text("utf-8")
    for name, others in fields.FIELDS.items():
        assert all(f"`{written}" in text or f" {written}" in text for written in (name, *others))

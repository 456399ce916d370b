"""Search: words, filters, dates, orders, pages and counts, over one small history."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from told import NOW, QQ, TG, WX, found, full_group, said, texts, told

from archive.access import operator
from archive.around import around
from archive.database import Archive
from archive.errors import ArchiveError, BadQuery, NeedsReindex
from archive.essence import mark
from archive.records import Attachment, Forward, Group, Member, Message, Poll
from archive.search import MAX_LIMIT
from archive.tags import set_synonym


def at(when: str) -> int:
    return int(datetime.fromisoformat(when).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


HISTORY = [
    full_group("技术群"),
    Group(QQ, "摄影课"),
    Group(WX, "技术群 二"),
    Member("telegram:42", "张三", "zhangsan", TG, "三哥", "admin", ("老张",)),
    said("1", "部署 docker 到服务器", at("2026-01-05 09:00")),
    said("2", "部署失败了？", at("2026-02-28 23:59"), who="43"),
    said("3", "重新部署 https://a.b/c #运维#", at("2026-03-01 00:00"), reply_to="2"),
    said("4", "拍照", at("2026-03-02 12:00"), who="43", group=QQ,
         kind="photo", attachments=(Attachment("photo", "部署图.jpg"),)),
    said("5", "dockerfile 怎么写", at("2026-11-17 10:00"), who="44", group=WX),
    said("6", "广告 部署", at("2026-11-18 08:00"), edited_at=at("2026-11-18 09:00")),
    said("7", "投票", at("2026-11-18 09:00"), kind="poll", poll=Poll("去哪部署", (("云", 1),))),
    said("8", "转来的", at("2026-11-18 10:00"), kind="forward", forward=Forward("某人")),
    Message(TG, "9", at("2026-11-18 11:00"), kind="service", service="join", text="有人加入"),
]  # fmt: skip


@pytest.fixture
def history(archive: Archive) -> Archive:
    told(archive, HISTORY)
    with archive.writing() as db:
        mark(db, [f"{TG}:3"], by="operator", tags=("干货",))
        set_synonym(db, "devops", "运维", "operator")
    return archive


@pytest.mark.parametrize(
    ("query", "ids"),
    (
        ("部署", "764321"), ("部署 docker", "1"), ("部署 -广告", "74321"), ("docker", "1"),
        ("docke*", "51"), ('"部署 docker"', "1"), ('"docker 部署"', ""), ("重新 OR 失败", "32"),
        ("(重新 OR 失败) -？", "32"), ("(重新 OR 失败) 服务", ""), ("的", "8"), ("拍", "4"),
        ("云", "7"),
        ("图.jpg", "4"), ("from:张三 部署", "7631"), ("from:三哥 部署", "7631"),
        ("from:@zhangsan docker", "1"), ("from:老张 docker", "1"), ("from:telegram:42 失败", ""),
        ("from:李 部署", "42"), ("from:李四 from:张三 部署", "764321"), ("来自：李四 部署", "42"),
        ("in:技术群", "9876321"), ("in:技术", "98765321"), ("in:摄影课 部署", "4"),
        (f"in:{WX}", "5"), ("群:摄影课 OR 群:不存在", "4"), ("-in:技术群", "54"),
        ("tag:运维", "3"), ("tag:devops", "3"), ("tag:干货", "3"), ("tag:DevOps tag:干货", "3"),
        ("tag:没有", ""), ("is:精华", "3"), ("is:精华 -部署", ""), ("is:question", "2"),
        ("is:edited", "6"), ("is:reply", "3"), ("is:forwarded", "8"), ("is:service", "9"),
        ("-is:service in:技术群 -部署", "8"), ("has:链接", "3"), ("has:图片", "4"),
        ("has:poll", "7"),
        ("has:link is:精华 tag:运维 from:张三 in:技术群 after:2026-03", "3"),
        ("before:2026-03", "21"), ("after:2026-03 before:2026-04", "43"), ("on:2026-02-28", "2"),
        ("on:2026-03-01", "3"), ("部署 on:今天", "76"), ("on:昨天", "5"), ("after:2d -部署", "985"),
        ("部署 (before:2026-02 OR after:2026-11)", "761"), ("部署 -on:2026", ""),
        ("部署 -before:2026-03", "7643"), ("(docker before:2026-02) OR (拍 after:2026-03)", "41"),
        ("(部署 on:2026-01) OR (部署 on:2026-01-05) OR docker", "1"),
        ("after:2027", ""), ("before:2026-11 after:2026-12", ""), ("", "987654321"),
    ),
)  # fmt: skip
def test_query_finds_exactly_these_newest_first(history: Archive, query: str, ids: str) -> None:
    results = found(history, query)
    assert "".join(hit.message.key.rpartition(":")[2] for hit in results.hits) == ids
    assert (results.count, results.exact, results.older) == (len(ids), True, None)
    by_relevance = found(history, query, order="relevance")
    assert sorted(by_relevance.hits, key=repr) == sorted(results.hits, key=repr)
    # page by page it is the same
    pages, cursor = "", None
    while True:
        page = found(history, query, limit=2, cursor=cursor)
        pages += "".join(hit.message.key.rpartition(":")[2] for hit in page.hits)
        assert page.count == len(ids)
        if (cursor := page.older) is None:
            break
    assert pages == ids


@pytest.mark.parametrize(
    ("query", "word"),
    (
        ("from:没有这人 部署", "没有这人"),
        ("in:没有这群", "没有这群"),
        ("tag:没有", "没有"),
        ("！？", "！？"),
    ),
)
def test_what_matches_nothing_is_said_in_a_note(history: Archive, query: str, word: str) -> None:
    assert any(word in note for note in found(history, query).notes)


@pytest.mark.parametrize("query", ("form:张三", "before:昨儿个", "is:什么", "has:什么", "a " * 65))
def test_what_cannot_be_understood_is_refused_with_a_hint(history: Archive, query: str) -> None:
    with pytest.raises(BadQuery) as refused:
        found(history, query)
    assert refused.value.what and refused.value.hint


def test_dates_follow_the_time_zone_asked_for(history: Archive) -> None:
    assert texts(history, "on:2026-02-28", time_zone="America/New_York") == [
        "重新部署 https://a.b/c #运维#", "部署失败了？"]  # fmt: skip
    assert len(texts(history, "on:2026-02-28")) == 1


def test_groups_and_months_are_counted(history: Archive) -> None:
    with history.reading() as db:
        beside = around(db, "部署", operator(), now=NOW)
        mixed = around(db, "部署 (before:2026-02 OR after:2026-11)", operator(), now=NOW).months
        chips = {c.name: c.messages for c in beside.filters}
    assert [(c.name, c.messages) for c in beside.groups] == [("技术群", 5), ("摄影课", 1)]
    assert [(c.key, c.messages) for c in beside.months] == [
        ("2026-11", 2), ("2026-03", 2), ("2026-02", 1), ("2026-01", 1)]  # fmt: skip
    assert [(c.key, c.messages) for c in mixed] == [("2026-11", 2), ("2026-01", 1)]
    assert (chips["is:精华"], chips["has:链接"], chips["has:图片"]) == (1, 1, 1)


def test_relevance_prefers_essence_and_short_and_new(archive: Archive) -> None:
    told(archive, full_group(), said("1", "缓存"), said("2", "缓存 " + "别的话 " * 60),
         said("3", "这里说到缓存一次"), said("4", "缓存缓存缓存"))  # fmt: skip
    with archive.writing() as db:
        mark(db, [f"{TG}:3"], by="operator")
    order = [hit.message.key[-1] for hit in found(archive, "缓存", order="relevance").hits]
    assert order[-1] == "2"
    assert order.index("3") < order.index("2")
    assert order.index("4") < order.index("1") or order.index("1") < order.index("4")


@pytest.mark.parametrize("order", ("newest", "relevance"))
@pytest.mark.parametrize(
    "cursor", ("--5", "-", "", "x", "²", "1e5", "9" * 30, " 1", "1;drop", "٣", "-5", "1.5", "\0")
)
def test_cursor_made_up_is_refused(history: Archive, order: str, cursor: str) -> None:
    with pytest.raises(BadQuery):
        found(history, "部署", order=order, cursor=cursor)


def test_limits_are_kept_within_reason(history: Archive) -> None:
    assert len(found(history, "", limit=-3).hits) == 1
    assert len(found(history, "", limit=10**9).hits) == 9
    assert MAX_LIMIT == 200
    with pytest.raises(ArchiveError, match="newest or relevance"):
        found(history, "部署", order="oldest")


def test_mismatched_index_is_refused_while_reading_goes_on(history: Archive) -> None:
    from archive.messages import newest

    with history.writing() as db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'tokens'")
    for ask in (lambda db: found(history, "部署"), lambda db: around(db, "部署", operator())):
        with pytest.raises(NeedsReindex, match="chendian reindex"), history.reading() as db:
            ask(db)
    with history.reading() as db:
        assert len(newest(db, operator())) == 9

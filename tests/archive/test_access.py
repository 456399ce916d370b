"""Every reading function, every kind of reader, every visibility: hidden is the same as missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from told import NOW, T0, said, told

from archive import calendar, coverage, essence, groups, media, messages, stats, tags
from archive.access import Reader, member, operator, public
from archive.around import around
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.keep import keep
from archive.records import Attachment, Gap, Group, Reaction
from archive.search import search

KINDS = ("private", "members", "public")
DAY, MONTH = "2026-09-21", "2026-09"
WHO = {"private": "51", "members": "52", "public": "53"}
TITLES = {"private": "密室", "members": "内院", "public": "广场"}


def key(kind: str) -> str:
    return f"telegram:-{KINDS.index(kind) + 1}"


def sha(kind: str) -> str:
    return f"{KINDS.index(kind)}" * 64


def records(kind: str) -> list[Any]:
    at, group, who = T0 + 100 * KINDS.index(kind), key(kind), WHO[kind]
    word = f"秘密{kind}"
    return [
        Group(group, TITLES[kind]),
        said("1", f"{word} 大家好 #标签{kind}# #共同#", at, who, group=group, reply_to="3"),
        said("1", f"{word} 大家好 改 #标签{kind}# #共同#", at, who, group=group, reply_to="3",
             edited_at=at + 9, reactions=(Reaction("👍", 1, (f"telegram:{who}",)),)),
        said("2", f"{word} 第二", at + 20, who, group=group, reply_to="1",
             attachments=(Attachment("file", f"{word}.pdf", sha256=sha(kind), size=3),)),
        said("3", "精华", at + 30, who, group=group),
        said("4", f"新人{kind}来了", at + 40, who, group=group, kind="service", service="join"),
        Gap(group, at + 50, at + 60, why=word),
    ]  # fmt: skip


def filled(archive: Archive, kinds: tuple[str, ...]) -> Archive:
    for kind in kinds:
        told(archive, records(kind))
        with archive.writing() as db:
            groups.set_visibility(db, key(kind), kind, "operator")
            essence.mark(db, [f"{key(kind)}:2"], by=f"某人{kind}", reason=f"理由{kind}", at=T0,
                         tags=("精选",))  # fmt: skip
    return archive


@pytest.fixture
def everything(new_archive: Callable[[], Archive]) -> Archive:
    return filled(new_archive(), KINDS)


READERS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "operator": (operator(), KINDS),
    "public": (public(), ("public",)),
    "member of private": (member(frozenset({key("private")})), ("private", "public")),
    "member of members": (member(frozenset({key("members")})), ("members", "public")),
    "member of all": (member(frozenset(map(key, KINDS))), KINDS),
    "member of a group not archived": (member(frozenset({"qq:9"}), "qq:1"), ("public",)),
}
"""Each reader, and what it may see."""

Ask = Callable[[Any, Reader, str], Any]
ONE: dict[str, Ask] = {
    "get_group": lambda db, r, k: groups.get_group(db, r, key(k)),
    "find_group by title": lambda db, r, k: groups.find_group(db, r, TITLES[k]),
    "get_message": lambda db, r, k: messages.get_message(db, r, f"{key(k)}:1"),
    "around": lambda db, r, k: messages.around(db, r, f"{key(k)}:3"),
    "day": lambda db, r, k: messages.day(db, r, key(k), DAY),
    "newest": lambda db, r, k: messages.newest(db, r, key(k)),
    "versions": lambda db, r, k: messages.versions(db, r, f"{key(k)}:1"),
    "months": lambda db, r, k: calendar.months(db, r, key(k)),
    "days": lambda db, r, k: calendar.days(db, r, key(k), MONTH),
    "feed": lambda db, r, k: essence.feed(db, r, key(k)),
    "post": lambda db, r, k: essence.post(db, r, KINDS.index(k) + 1),
    "list_tags": lambda db, r, k: tags.list_tags(db, r, key(k)),
    "find_media": lambda db, r, k: media.find_media(db, r, sha(k)),
    "spans": lambda db, r, k: coverage.spans(db, r, key(k)),
    "gaps": lambda db, r, k: coverage.gaps(db, r, key(k)),
}
QUERIES = (
    "秘密", "秘密private", "大家好", "", "tag:共同", "tag:标签private", "tag:没有这个", "from:51",
    "from:telegram:51", "from:没有这人", "in:密室", "in:没有这群", f"in:{key('private')}",
    "is:精华",
    "has:file", "理由private", "秘密* OR tag:标签members", "-秘密", "精华 -in:密室", "is:service",
    "大家好 (before:2026-01 OR after:2026-02)", "pdf", "来了",
)  # fmt: skip
MANY: dict[str, Callable[[Any, Reader], Any]] = {
    "list_groups": groups.list_groups,
    "newest": messages.newest,
    "months": calendar.months,
    "feed": essence.feed,
    "feed by tag": lambda db, r: [
        essence.feed(db, r, tag=t) for t in ("共同", "精选", "标签private")
    ],
    "list_tags": tags.list_tags,
    "tagged": lambda db, r: [tags.tagged(db, r, t) for t in ("共同", "标签private", "标签public")],
    "stats": stats.stats,
    **{
        f"search {query!r} {order}": lambda db, r, q=query, o=order: (
            lambda found: (found.hits, found.count, found.exact, found.older, found.notes)
        )(search(db, q, r, now=NOW, order=o))
        for query in QUERIES
        for order in ("newest", "relevance")
    },
    **{f"around {query!r}": lambda db, r, q=query: around(db, q, r, now=NOW) for query in QUERIES},
}


def answer(archive: Archive, ask: Ask, reader: Reader, kind: str) -> str:
    with archive.reading() as db:
        try:
            return repr(ask(db, reader, kind))
        except NotFound as refused:
            return f"NotFound: {refused}"


def without_numbers(shown: Any) -> str:
    """Leave out row numbers, which no page shows and which differ between archives."""
    return re.sub(r"essence=\d+|EssenceView\(id=\d+", "", repr(shown))


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("reader", READERS)
def test_hidden_thing_is_answered_as_if_it_were_missing(
    everything: Archive, new_archive: Callable[[], Archive], reader: str, name: str
) -> None:
    who, visible = READERS[reader]
    missing = new_archive()
    for kind in KINDS:
        shown = answer(everything, ONE[name], who, kind)
        if kind in visible:
            assert not shown.startswith("NotFound")
        else:
            assert shown == answer(missing, ONE[name], who, kind)
            assert shown.startswith("NotFound")


@pytest.mark.parametrize("reader", READERS)
def test_lists_counts_and_searches_are_as_if_hidden_groups_were_not_there(
    everything: Archive, new_archive: Callable[[], Archive], reader: str
) -> None:
    who, visible = READERS[reader]
    alone = filled(new_archive(), visible)
    with everything.reading() as db, alone.reading() as other:
        for name, ask in MANY.items():
            assert without_numbers(ask(db, who)) == without_numbers(ask(other, who)), name


@pytest.mark.parametrize("reader", ("public", "member of private"))
def test_no_name_or_key_of_a_person_is_shown_outside_the_group(
    everything: Archive, reader: str
) -> None:
    who, _ = READERS[reader]
    with everything.reading() as db:
        shown = [ask(db, who, "public") for ask in ONE.values()]
        # a count by filters repeats the query it was asked for
        shown += [ask(db, who) for name, ask in MANY.items() if "from:" not in name]
    for secret in ("telegram:53", "某人public", "新人public", "sender='53'"):
        assert secret not in repr(shown)


def test_being_a_member_counts_at_once_and_ends_at_once(everything: Archive) -> None:
    with everything.reading() as db:
        assert search(db, "秘密private", member(frozenset({key("private")}))).count == 2
        assert search(db, "秘密private", member(frozenset())).count == 0
    with everything.writing() as db:
        groups.set_visibility(db, key("public"), "private", "operator")
    with everything.reading() as db:
        assert groups.list_groups(db, public()) == []
        assert search(db, "", public()).count == 0
        last = db.execute("SELECT action, target, detail FROM audit ORDER BY id DESC").fetchone()
        assert last == ("visibility", key("public"), "private")


def test_many_groups_make_the_fence_the_shorter_way_round(archive: Archive) -> None:
    with archive.writing() as db:
        for n in range(40):
            keep(db, [Group(f"qq:{n}"), said("1", "话", T0 + n, group=f"qq:{n}")])
    with archive.reading() as db:
        for allowed in (1, 2, 20, 38, 39, 40):
            reader = member(frozenset(f"qq:{n}" for n in range(allowed)))
            assert search(db, "话", reader, limit=200).count == allowed
            assert search(db, "-没有", reader, limit=200).count == allowed


def test_new_group_is_private_and_no_other_visibility_is_accepted(everything: Archive) -> None:
    told(everything, Group("qq:7", "新群"), said("1", "话", group="qq:7"))
    with everything.writing() as db:
        assert groups.get_group(db, operator(), "qq:7").visibility == "private"
        with pytest.raises(ArchiveError, match="private, members, public"):
            groups.set_visibility(db, "qq:7", "open", "operator")
        with pytest.raises(NotFound):
            groups.set_visibility(db, "qq:8", "public", "operator")

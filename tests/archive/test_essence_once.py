"""An article that several groups keep stands once in the essence of all groups, with its places."""

from __future__ import annotations

from typing import Any

import pytest

from archive.access import Reader, member, operator
from archive.database import Archive
from archive.essence import feed, mark
from archive.essence_once import feed_once
from archive.keep import keep
from archive.records import Group, Message

NOON = 1_788_000_000
KEYS = [f"telegram:-{n}" for n in range(1, 4)]
ARTICLE = "数据库恢复的完整步骤：先停掉写入，再把日志拷到另一台机器上回放，最后核对行数。"


@pytest.fixture
def kept(archive: Archive) -> Archive:
    """Three groups that kept the same, and each something of its own."""
    with archive.writing() as db:
        keep(db, [Group(key, f"群{key[-1]}") for key in KEYS])
        for n, key in enumerate(KEYS):
            for number, text in ((1, f"只有这里 {n}"), (2, ARTICLE)):
                at = NOON + 60 * n + number
                keep(db, [Message(key, str(number), at, "telegram:9", "某人", text=text)])
                mark(db, [f"{key}:{number}"], by="admin", at=at)
    return archive


def shown(archive: Archive, reader: Reader, **more: Any) -> list[tuple[str, list[str]]]:
    with archive.reading() as db:
        found = feed_once(db, reader, **more)
    return [(one.messages[0].key, [place.group_title for place in one.also_in]) for one in found]


def test_the_one_marked_last_stays_and_names_the_others(kept: Archive) -> None:
    every = [
        (f"{KEYS[2]}:2", ["群1", "群2"]), (f"{KEYS[2]}:1", []), (f"{KEYS[1]}:1", []),
        (f"{KEYS[0]}:1", []),
    ]  # fmt: skip
    assert shown(kept, operator()) == every
    with kept.reading() as db:
        assert len(feed(db, operator())) == 6


def test_pages_follow_each_other_without_it(kept: Archive) -> None:
    found, before = [], None
    with kept.reading() as db:
        while page := feed_once(db, operator(), before=before, limit=2):
            found += [one.messages[0].key for one in page]
            before = page[-1].id
    assert found == [key for key, _ in shown(kept, operator())]


def test_for_who_follows_a_feed_the_first_stays(kept: Archive) -> None:
    found = [key for key, _ in shown(kept, operator(), keeps="first")]
    assert found == [f"{KEYS[2]}:1", f"{KEYS[1]}:1", f"{KEYS[0]}:2", f"{KEYS[0]}:1"]


def test_what_a_reader_may_not_see_is_no_place(kept: Archive) -> None:
    reader = member(frozenset(KEYS[:2]))
    assert shown(kept, reader)[0] == (f"{KEYS[1]}:2", ["群1"])

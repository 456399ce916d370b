"""Beside a search: where, when and by whom, as each reader may know."""

from __future__ import annotations

import pytest
from told import NOW, QQ, TG, full_group, said, told

from archive import consent
from archive.access import Reader, member, operator, public
from archive.around import around
from archive.database import Archive
from archive.groups import set_visibility
from archive.records import Group
from archive.rights import set_alias
from archive.search import search


def senders(archive: Archive, reader: Reader, query: str = "部署") -> list[tuple[str, int]]:
    with archive.reading() as db:
        return [(c.name, c.messages) for c in around(db, query, reader, now=NOW).senders]


def filled(archive: Archive) -> None:
    told(archive, [
        full_group(), Group(QQ, "摄影课"), said("1", "部署"), said("2", "部署 二"),
        said("3", "部署", who="43"), said("4", "部署", who="43", group=QQ),
        said("5", "别的", who="44"),
    ])  # fmt: skip


def test_groups_and_senders_are_counted_of_the_newest_hits_only(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(archive)
    monkeypatch.setattr("archive.around.PLACED", 3)
    monkeypatch.setattr("archive.around._NEWEST", 2)
    with archive.reading() as db:
        beside = around(db, "部署", operator(), now=NOW)
    assert [(c.key, c.messages, c.exact) for c in beside.groups] == [(TG, 1, False), (QQ, 1, False)]
    assert [(c.name, c.messages, c.exact) for c in beside.senders] == [("李四", 2, False)]
    assert [(c.messages, c.exact) for c in beside.months] == [(4, True)]


@pytest.mark.parametrize(
    "query",
    [
        "部署",
        " 部署  二 ",
        "部署 OR 别的",
        "部署 -二",
        "from:张三",
        "部署 after:2026-01",
        '"部署"',
        "！？",
        "",
    ],
)
def test_what_a_filter_would_leave_is_what_the_narrower_search_finds(
    archive: Archive, query: str
) -> None:
    filled(archive)
    told(archive, [said("6", "部署 https://a.cn/x"), said("7", "二 https://a.cn/y", who="44")])
    with archive.reading() as db:
        counts = around(db, query, operator(), now=NOW).filters
        assert [c.messages for c in counts] == [
            search(db, c.key, operator(), now=NOW).count for c in counts
        ]
    assert len(counts) == 5


def test_senders_are_named_only_in_groups_the_reader_is_in(archive: Archive) -> None:
    filled(archive)
    assert senders(archive, operator()) == [("张三", 2), ("李四", 2)]
    assert senders(archive, member(frozenset({TG}))) == [("张三", 2), ("李四", 1)]
    with archive.writing() as db:
        set_visibility(db, TG, "public", "operator")
    assert senders(archive, public()) == []
    assert senders(archive, member(frozenset({QQ}))) == [("李四", 1)]


def test_senders_are_shown_as_they_wish(archive: Archive) -> None:
    filled(archive)
    with archive.writing() as db:
        set_alias(db, TG, "telegram:42", "老鬼", by="operator")
        consent.opt_out(db, "telegram:43", "telegram:43")
    assert senders(archive, member(frozenset({TG}))) == [("老鬼", 2)]


def test_nothing_found_has_nothing_beside_it(archive: Archive) -> None:
    filled(archive)
    with archive.reading() as db:
        beside = around(db, "量子", operator(), now=NOW)
    assert (beside.groups, beside.months, beside.senders) == ((), (), ())

"""Digests that were sent: for their groups only, without what had to leave, quoted as of now."""

from __future__ import annotations

from typing import Any

import pytest
from told import QQ, T0, TG, full_group, said, told

from archive import editions
from archive.access import Reader, member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.errors import NotFound
from archive.groups import set_visibility
from archive.records import Recall
from archive.rights import set_alias
from archive.sent_editions import groups_of, quotations, sent_edition, sent_editions

INSIDE = member(frozenset((TG,)))
BOTH = member(frozenset((TG, QQ)))


def digest(period: str, *keys: str, groups: tuple[str, ...] = (TG,)) -> dict[str, Any]:
    items = [
        {"kind": "message", "title": key, "text": "张三：「部署要先备份」", "keys": [key],
         "why": "", "group_key": key.rpartition(":")[0], "at": T0}
        for key in keys
    ]  # fmt: skip
    return {
        "period": period, "since": T0, "until": T0 + 9, "groups": list(groups), "items": items,
        "open_questions": [], "thanks": [], "messages": 7, "people": 3,
    }  # fmt: skip


def sent(archive: Archive, told_of: dict[str, Any], place: str = TG, at: int = T0) -> int:
    with archive.writing() as db:
        number = editions.draft(db, told_of, place, "week", told_of["period"], at)
        editions.approve(db, number, "operator", at)
        assert editions.sent(db, number, at)
    return number


def listed(archive: Archive, reader: Reader, *args: Any, **more: Any) -> list[int]:
    with archive.reading() as db:
        return [view.id for view in sent_editions(db, reader, *args, **more)]


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), said("1", "部署要先备份"), said("2", "监控", who="43"),
         full_group("别群", QQ), said("1", "别群的话", group=QQ))  # fmt: skip
    return archive


def test_the_last_sent_comes_first_and_drafts_are_nowhere(talk: Archive) -> None:
    old, new = sent(talk, digest("2026-W46", f"{TG}:1")), sent(talk, digest("2026-W47"), at=T0 + 9)
    late = sent(talk, digest("2026-W44"), at=T0 + 5)
    with talk.writing() as db:
        hidden = editions.draft(db, digest("2026-W48"), TG, "week", "2026-W48", T0)
    assert listed(talk, INSIDE) == [new, late, old]
    assert listed(talk, INSIDE, below=new, limit=1) == [late]
    assert listed(talk, INSIDE, below=late) == [old]
    assert listed(talk, INSIDE, TG, "2026-W47") == [new]
    with talk.reading() as db, pytest.raises(NotFound):
        sent_edition(db, operator(), hidden)


def test_a_digest_is_for_those_inside_a_public_groups_too_fault_31(talk: Archive) -> None:
    mine, theirs = sent(talk, digest("2026-W47")), sent(talk, digest("2026-W47", groups=(QQ,)), QQ)
    with talk.writing() as db:
        set_visibility(db, TG, "public", "operator")
    assert listed(talk, public()) == []
    assert listed(talk, INSIDE) == [mine]
    assert set(listed(talk, operator())) == {mine, theirs}
    with talk.reading() as db:
        for reader, number in ((public(), mine), (INSIDE, theirs)):
            with pytest.raises(NotFound):
                sent_edition(db, reader, number)


def test_one_of_several_groups_shows_a_reader_theirs_only(talk: Archive) -> None:
    number = sent(
        talk,
        digest("2026-W47", f"{TG}:1", f"{QQ}:1", groups=(TG, QQ)),
        f"{editions.TOGETHER}两个群",
    )
    assert listed(talk, public()) == []
    with talk.reading() as db:
        view = sent_edition(db, INSIDE, number)
        assert [item["title"] for item in view.digest["items"]] == [f"{TG}:1"]
        assert (groups_of(view, INSIDE), groups_of(view, BOTH)) == ([TG], [TG, QQ])
    assert listed(talk, INSIDE, TG) == [number] == listed(talk, BOTH, QQ)
    assert listed(talk, member(frozenset(("telegram:-9",)))) == []


def test_a_quotation_is_said_by_who_is_called_so_now(talk: Archive) -> None:
    with talk.writing() as db:
        set_alias(db, TG, "telegram:42", "山人", "telegram:42")
    text = "张三：「部署要先…」\n\n李四: “改过的话”\n没有引号"
    with talk.reading() as db:
        found = quotations(db, INSIDE, [f"{TG}:1", f"{TG}:2"], text)
    assert [(one.message.sender if one.message else None, one.text) for one in found] == [
        ("山人", "部署要先…"), (None, "改过的话"), (None, "没有引号"),
    ]  # fmt: skip


def test_what_was_recalled_or_is_of_who_opted_out_is_in_none(talk: Archive) -> None:
    number = sent(talk, digest("2026-W47", f"{TG}:1", f"{TG}:2"))
    told(talk, Recall(TG, "1"))
    with talk.writing() as db:
        opt_out(db, "telegram:43", "telegram:43")
    with talk.reading() as db:
        assert sent_edition(db, INSIDE, number).digest["items"] == []

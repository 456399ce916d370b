"""Until when a period was told: the next one begins there."""

from __future__ import annotations

from typing import Any

import pytest
from told import TG, full_group, rows, said, told

from archive import editions, outbox
from archive.access import member, operator
from archive.database import Archive
from archive.edition_erasing import begun_in, outbox_key
from archive.forget import forget
from archive.outbox import Draft
from archive.unite import begin_union, unite_some

MADE, UNTIL = 1_790_000_000, 1_790_000_500
NEW = "telegram:-100999"


def digest(until: int = UNTIL, **more: Any) -> dict[str, Any]:
    item = {"title": "部署", "keys": [f"{TG}:1"]}
    return {"items": [item], "since": 0, "until": until, "open_questions": [f"{TG}:1"], **more}


@pytest.fixture
def group(archive: Archive) -> Archive:
    told(archive, full_group(), said("1", "部署"))
    return archive


def test_period_was_told_to_its_end_or_to_where_it_was_made(group: Archive) -> None:
    with group.writing() as db:
        editions.draft(db, digest(), TG, "week", "2026-W46", UNTIL + 9)
        editions.draft(db, digest(), TG, "week", "2026-W47", MADE)
        found = [editions.told_until(db, TG, "week", f"2026-W4{n}") for n in (5, 6, 7)]
    assert found == [None, UNTIL, MADE]


def test_quiet_period_holds_nothing_but_its_end_and_is_never_sent(group: Archive) -> None:
    with group.writing() as db:
        editions.keep_quiet(db, digest(), TG, "week", "2026-W47", UNTIL + 9)
        assert editions.told_until(db, TG, "week", "2026-W47") == UNTIL
        assert not editions.approve(db, 1, "telegram:1", UNTIL)
        assert editions.find_edition(db, operator(), TG, "week", states=("draft", "sent")) is None
    ((stored, state),) = rows(group, "SELECT digest, state FROM editions")
    assert f"{TG}:1" not in stored and "部署" not in stored and state == "quiet"


def test_end_follows_a_group_that_is_merged(group: Archive) -> None:
    told(group, full_group("新群", NEW), said("9", "新", group=NEW))
    with group.writing() as db:
        editions.draft(db, digest(), TG, "week", "2026-W47", UNTIL + 9)
        begin_union(db, TG, NEW)
        while unite_some(db):
            pass
        assert editions.told_until(db, NEW, "week", "2026-W47") == UNTIL


def test_what_a_wrong_clock_made_ends_with_what_was_said_by_then(group: Archive) -> None:
    with group.writing() as db:
        editions.draft(db, digest(heard=MADE - 50), TG, "week", "2026-W47", UNTIL)
        editions.draft(db, digest(), TG, "week", "2026-W46", UNTIL)
        editions.draft(db, digest(heard=MADE - 50), TG, "week", "2026-W45", MADE - 10)
        editions.set_back(db, MADE, MADE - 5)
        found = [editions.told_until(db, TG, "week", f"2026-W4{n}") for n in (5, 6, 7)]
    assert found == [MADE - 10, MADE - 5, MADE - 50]


def test_edition_of_several_groups_is_written_anew_where_nothing_was_said(group: Archive) -> None:
    """TRUST 33."""
    place, inside = f"{editions.TOGETHER}合刊", member(frozenset((TG,)))
    told(group, said("2", "备份"))
    value = digest()
    value["items"].append({"title": "备份", "keys": [f"{TG}:2"]})
    with group.writing() as db:
        edition = editions.draft(db, value, place, "week", "2026-W47", UNTIL)
        editions.approve(db, edition, "telegram:1", UNTIL)
        editions.sent(db, edition, UNTIL)
        for key in (TG, NEW):
            unique = outbox_key(place, "week", "2026-W47", f"{key}:1")
            outbox.put(db, Draft("main", "部署，备份", group_key=key, unique=unique))
        outbox.begin(db, 1)
        forget(db, [f"{TG}:2"], "telegram:42")
        assert begun_in(db, place, "week", "2026-W47") == {TG}
        assert editions.to_send(db) == [(edition, place)]
        shown = editions.get_edition(db, inside, edition).digest["items"]
        assert [item["title"] for item in shown] == ["部署"]
        outsider = editions.get_edition(db, member(frozenset((NEW,))), edition)
        assert outsider.digest["items"] == []

"""Who is in a group is the platform's word, asked again; leaving counts at once."""

from __future__ import annotations

import asyncio
import time

import httpx
import msgspec
import pytest
from entering import ANN, BEN, CANARY, DAN, MINE, NOW, OTHER, Browser, Place

from archive.database import Archive
from archive.errors import ArchiveError
from archive.records import Member
from archive.roster import take
from archive.roster_csv import Entry
from archive.standings import SEEN_FOR, TOLD_FOR
from web.membership import AGAIN, AGAIN_TO_CHANGE, CONFIGURED, NEVER_TELLS


@pytest.fixture
def place(archive: Archive) -> Place:
    return Place(archive)


def status(browser: Browser, path: str = f"/m/{MINE}:1") -> int:
    return browser.get(path).status_code


def test_an_ex_member_is_out_at_once_when_the_leave_is_heard_media_too_fault_31(
    place: Place,
) -> None:
    ben = place.log_in(BEN)
    picture = f"/media/{place.picture}"
    assert (status(ben), status(ben, picture)) == (200, 200)
    asked = place.platform.asked
    place.left(BEN)
    assert (status(ben), status(ben, picture)) == (404, 404)
    assert ben.get(f"/api/search?q={CANARY}").json()["count"] == 0
    assert place.platform.asked == asked


def test_an_ex_member_nobody_heard_leave_is_out_after_ten_minutes_fault_31(place: Place) -> None:
    ben = place.log_in(BEN)
    del place.platform.roles[MINE, BEN]
    assert status(ben) == 200
    place.older(TOLD_FOR)
    assert status(ben) == 404
    assert status(ben, f"/media/{place.picture}") == 404


def test_a_platform_that_is_silent_is_believed_for_ten_minutes_and_no_longer(
    place: Place,
) -> None:
    ben = place.log_in(BEN)
    place.platform.silent = True
    place.older(TOLD_FOR - 5)
    assert status(ben) == 200
    place.older(5)
    assert status(ben) == 404


def test_the_platform_is_asked_again_only_when_it_is_time(place: Place) -> None:
    ben = place.log_in(BEN)
    asked = place.platform.asked
    assert [status(ben) for _ in range(5)] == [200] * 5
    assert place.platform.asked == asked
    place.older(TOLD_FOR)
    assert [status(ben) for _ in range(3)] == [200] * 3
    assert place.platform.asked == asked + 1
    assert AGAIN < TOLD_FOR


def test_a_demoted_admin_changes_nothing_half_a_minute_later(place: Place) -> None:
    ann = place.log_in(ANN)
    token = ann.get("/desk").text.split('data-token="')[1].split('"')[0]
    place.platform.roles[MINE, ANN] = "member"
    place.older(AGAIN_TO_CHANGE)
    answer = ann.post("/desk/act/mark", {"token": token, "key": f"{MINE}:1"})
    assert answer.status_code == 404
    assert place.rows("SELECT 1 FROM essence") == []
    assert status(ann) == 200 and status(ann, "/desk") == 404


def test_who_came_back_unheard_is_in_again_by_a_new_link(place: Place) -> None:
    place.left(DAN)
    dan = place.log_in(DAN)
    assert status(dan) == 200
    place.left(DAN)
    assert status(dan) == 404


def test_an_end_on_the_roster_ends_that_group_and_only_that(place: Place) -> None:
    ann = place.log_in(ANN)
    place.platform.roles[OTHER, ANN] = "member"
    with place.archive.writing() as db:
        take(db, MINE, [Entry(1, "安", ANN, "", "2020-01-01")], "test")
    assert status(ann) == 404
    place.told(Member(ANN, "安", group_key=OTHER, at=NOW))
    place.older(TOLD_FOR)
    assert status(ann, f"/g/{OTHER}") == 200 and status(ann) == 404


def test_where_the_platform_never_tells_the_archive_says_who_was_seen_lately(
    place: Place,
) -> None:
    for pair in ((MINE, BEN), (OTHER, BEN)):
        place.platform.roles[pair] = NEVER_TELLS
    ben = place.log_in(BEN)
    assert (status(ben), status(ben, f"/g/{OTHER}")) == (200, 404)
    with place.archive.writing() as db:
        db.execute("UPDATE memberships SET named_at = ?", (NOW - SEEN_FOR - 60,))
    place.older(TOLD_FOR)
    assert status(ben) == 404
    lurker = Browser(place.site)
    assert lurker.press(place.link(BEN, MINE)).status_code == 303  # asked in the group itself
    assert status(lurker) == 200
    place.left(BEN)
    assert status(lurker) == 404


def test_an_admin_by_configuration_has_the_desk(place: Place) -> None:
    place.platform.roles[MINE, BEN] = CONFIGURED
    assert status(place.log_in(BEN), "/desk") == 200


def test_without_a_platform_the_archive_decides_and_nobody_has_a_desk(archive: Archive) -> None:
    place = Place(archive, roles=None)
    ann = place.log_in(ANN)
    assert (status(ann), status(ann, "/desk")) == (200, 404)
    with archive.writing() as db:
        db.execute("UPDATE memberships SET named_at = ?", (int(time.time()) - SEEN_FOR - 60,))
    assert status(ann) == 404


def test_many_requests_at_once_ask_the_platform_once(place: Place) -> None:
    ben = place.log_in(BEN)
    place.older(TOLD_FOR)
    asked = place.platform.asked

    async def all_at_once() -> list[int]:
        transport = httpx.ASGITransport(app=place.site.app, client=("192.0.2.7", 5))
        cookie = {"cookie": f"chendian={ben.cookies['chendian']}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="https://archive.example"
        ) as web:
            paths = [f"/media/{place.picture}"] * 20
            answers = await asyncio.gather(*(web.get(path, headers=cookie) for path in paths))
        return [answer.status_code for answer in answers]

    assert asyncio.run(all_at_once()) == [200] * 20
    assert place.platform.asked == asked + 1


def test_a_group_that_moved_is_still_ones_own(place: Place) -> None:
    ben = place.log_in(BEN)
    with place.archive.writing() as db:
        db.execute("UPDATE groups SET key = 'telegram:-100777' WHERE key = ?", (MINE,))
        db.execute("INSERT INTO aliases VALUES('group', 0, ?, 1)", (MINE,))
    assert status(ben, "/g/telegram:-100777") == 200


def test_a_disk_that_refuses_puts_nobody_out(place: Place) -> None:
    ben = place.log_in(BEN)
    with place.archive.writing() as db:
        db.execute("UPDATE sessions SET seen_at = seen_at - 90000, checked_at = checked_at - 400")

    async def refuses(does: object) -> None:
        raise ArchiveError("the disk is full.")

    place.site.app.state.site = msgspec.structs.replace(place.site.app.state.site, write=refuses)
    assert status(ben) == 200
    with place.archive.writing() as db:
        db.execute("UPDATE sessions SET checked_at = 0")
    assert status(ben) == 404  # what was said too long ago does not hold

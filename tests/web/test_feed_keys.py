"""A member's own feed address: it reads what they may read, as long as they may."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from entering import ANN, BEN, CANARY, MINE, Browser, Place

from archive.database import Archive
from archive.essence import mark
from archive.sessions import end_sessions

KEY = re.compile(r"https://archive\.example/feed\.atom\?key=([\w-]{43})")


@pytest.fixture
def place(archive: Archive) -> Iterator[Place]:
    made = Place(archive)
    with archive.writing() as db:
        mark(db, [f"{MINE}:1"], by=ANN, title=f"题 {CANARY}")
    yield made


def made_by(browser: Browser) -> str:
    """Let somebody make an address, and return its path."""
    browser.get("/me")
    answer = browser.post("/me/feed", {"token": browser.token, "do": "make"})
    found = KEY.search(answer.text)
    assert answer.status_code == 200 and found
    assert answer.headers["cache-control"] == "private, no-store"
    return f"/feed.atom?key={found[1]}"


def test_it_reads_as_its_person_without_a_cookie_and_sets_none(place: Place) -> None:
    path = made_by(place.log_in(BEN))
    answer = Browser(place.site).get(path)
    assert answer.status_code == 200 and CANARY in answer.text and "人11" in answer.text
    assert "set-cookie" not in answer.headers and "key=" not in answer.text
    assert CANARY not in Browser(place.site).get("/feed.atom").text
    assert CANARY not in Browser(place.site).get(f"{path}x").text


def test_it_opens_feeds_and_nothing_else_and_is_no_cookie(place: Place) -> None:
    """TRUST 31."""
    path = made_by(place.log_in(BEN))
    asks = path.partition("?")[2]
    stranger = Browser(place.site)
    assert stranger.get(f"/g/{MINE}/essence.json?{asks}").status_code == 200
    for closed in (f"/g/{MINE}", f"/m/{MINE}:1", f"/media/{place.picture}/x.json", "/me"):
        assert stranger.get(f"{closed}?{asks}").status_code == 404
    assert CANARY not in stranger.get(f"/essence?{asks}").text
    stranger.cookies["chendian"] = asks.removeprefix("key=")
    assert stranger.get(f"/g/{MINE}").status_code == 404
    # nor is a cookie an address
    cookie = place.log_in(BEN).cookies["chendian"]
    assert CANARY not in Browser(place.site).get(f"/feed.atom?key={cookie}").text


def test_it_ends_with_another_with_a_press_and_with_every_session(place: Place) -> None:
    browser = place.log_in(BEN)
    first = made_by(browser)
    second = made_by(browser)
    reader = Browser(place.site)
    assert CANARY not in reader.get(first).text and CANARY in reader.get(second).text
    browser.post("/me/feed", {"token": browser.token, "do": "end"})
    assert CANARY not in reader.get(second).text
    third = made_by(browser)
    with place.archive.writing() as db:
        end_sessions(db, "operator", member_key=BEN)
    assert CANARY not in reader.get(third).text


def test_it_is_dead_when_the_person_is_in_the_group_no_more(place: Place) -> None:
    path = made_by(place.log_in(BEN))
    reader = Browser(place.site)
    del place.platform.roles[MINE, BEN]
    place.older(601)
    assert CANARY not in reader.get(path).text
    path = made_by(place.log_in(ANN))
    assert CANARY in reader.get(path).text
    place.left(ANN)
    assert CANARY not in reader.get(path).text


def test_a_platform_that_is_silent_opens_nothing_for_longer(place: Place) -> None:
    browser = place.log_in(BEN)
    place.older(400)
    place.platform.silent = True
    path = made_by(browser)
    assert CANARY in Browser(place.site).get(path).text
    # what was said of the person is no fresher for having made an address
    place.older(300)
    assert CANARY not in Browser(place.site).get(path).text


def test_only_members_make_one_and_by_their_own_form_only(place: Place) -> None:
    """TRUST 30."""
    for browser in (place.operator(), place.invited(), Browser(place.site)):
        assert browser.post("/me/feed", {"token": browser.token, "do": "make"}).status_code == 404
    browser = place.log_in(BEN)
    assert browser.post("/me/feed", {"do": "make"}).status_code == 403
    assert browser.get("/me/feed").status_code == 405
    assert place.rows("SELECT count(*) FROM sessions WHERE kind = 'feed'") == [(0,)]


def test_it_is_kept_as_a_hash_and_stands_in_the_history_without_itself(place: Place) -> None:
    key = made_by(place.log_in(BEN)).partition("key=")[2]
    rows = place.rows("SELECT * FROM sessions") + place.rows("SELECT * FROM audit")
    assert key not in str(rows)
    assert place.rows("SELECT who FROM audit WHERE action = 'feed address'") == [(BEN,)]
    listed = place.operator().get("/desk/access").text
    assert f"<small>订阅 · {BEN} · " in listed

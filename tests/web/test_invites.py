"""Invitations: a link or a passphrase lets people read one group, as long as it holds."""

from __future__ import annotations

import re
import time

import pytest
from entering import ANN, BEN, CANARY, MINE, OTHER, SITE, Browser, Place

from archive import invites
from archive.access import operator
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.tombstones import secret_of
from web.limits import Buckets

PHRASE = "春雨 打在屋顶上 的声音"


@pytest.fixture
def place(archive: Archive) -> Place:
    return Place(archive)


def status(browser: Browser, path: str = f"/m/{MINE}:1") -> int:
    return browser.get(path).status_code


def with_phrase(place: Place, phrase: str = PHRASE, uses: int | None = None) -> int:
    with place.archive.writing() as db:
        mark = invites.phrase_mark(secret_of(db), phrase)
        number, token = invites.make_invite(db, MINE, by="operator", phrase_mark=mark, uses=uses)
    assert token == ""
    return number


def test_who_is_invited_reads_that_group_and_decides_nothing(place: Place) -> None:
    guest = place.invited()
    assert (status(guest), status(guest, f"/g/{OTHER}"), status(guest, "/desk")) == (200, 404, 404)
    assert "人11" in guest.get(f"/m/{MINE}:1").text


def test_ending_an_invitation_puts_its_people_out_at_once(place: Place) -> None:
    guest = place.invited()
    with place.archive.writing() as db:
        assert [one.sessions for one in invites.list_invites(db, operator())] == [1]
        assert invites.end_invite(db, 1, "operator") == 1
        with pytest.raises(NotFound):
            invites.end_invite(db, 1, "operator")
    assert status(guest) == 404


def test_an_invitation_ends_by_itself_in_time_and_in_number(place: Place) -> None:
    with place.archive.writing() as db:
        _, token = invites.make_invite(
            db, MINE, by="operator", uses=1, ends_at=int(time.time()) + 9
        )
    first, second = Browser(place.site), Browser(place.site)
    second.get(f"/invite/{token}")
    assert first.press(f"/invite/{token}").status_code == 303
    refused = second.press(f"/invite/{token}")
    assert refused.status_code == 404 and CANARY not in refused.text and not second.is_in
    with place.archive.writing() as db:
        db.execute("UPDATE invites SET ends_at = ?", (int(time.time()),))
    assert status(first) == 404


def test_a_passphrase_lets_people_in_however_they_write_it(place: Place) -> None:
    with_phrase(place)
    for typed in (PHRASE, "春雨打在屋顶上的声音", " 春雨　打在屋顶上的声音 "):
        browser = Browser(place.site)
        assert browser.press("/login", phrase=typed).status_code == 303
        assert status(browser) == 200
    held = b"".join(file.read_bytes() for file in place.archive.folder.glob("archive.db*"))
    assert "春雨".encode() not in held


def test_wrong_passphrases_are_told_alike_and_limited(place: Place) -> None:
    with_phrase(place)
    browser = Browser(place.site)
    answers = [browser.press("/login", phrase=f"错的口令{n}错的口令") for n in range(12)]
    assert [a.status_code for a in answers] == [404] * 10 + [429] * 2
    assert all(CANARY not in answer.text for answer in answers)
    assert browser.press("/login", phrase=PHRASE).status_code == 429
    other = Browser(place.site, client="198.51.100.1")
    assert other.press("/login", phrase="短").status_code == 404
    assert other.press("/login", phrase=PHRASE).status_code == 303


def test_short_and_repeated_passphrases_are_refused(place: Place) -> None:
    with pytest.raises(ArchiveError, match="8 characters"):
        invites.phrase_mark(b"secret", "一二三 四五六七")
    with_phrase(place)
    with pytest.raises(ArchiveError, match="cannot be taken"):
        with_phrase(place)


def test_who_is_logged_in_stays_who_they_are(place: Place) -> None:
    ben = place.log_in(BEN)
    with place.archive.writing() as db:
        _, token = invites.make_invite(db, OTHER, by="operator")
    assert ben.get(f"/invite/{token}").status_code == 404
    assert (status(ben), status(ben, f"/g/{OTHER}")) == (200, 404)


def test_searches_and_files_are_limited_but_not_for_the_operator_here(place: Place) -> None:
    asked = [Browser(place.site).get("/search?q=x").status_code for _ in range(45)]
    assert 40 <= asked.count(200) < 45 and asked[-1] == 429
    at_home = Place(place.archive, base_url="").site
    here = [at_home.get("/search?q=x").status_code for _ in range(45)]
    assert here == [200] * 45
    ben = place.log_in(BEN)
    assert ben.get("/search?q=x").status_code == 200  # counted by session
    refused = Browser(place.site).get("/api/search?q=x")
    assert refused.status_code == 429 and refused.json()["error"]
    assert refused.headers["retry-after"] == "5"


def test_addresses_behind_a_proxy_that_is_believed_are_counted_apart(archive: Archive) -> None:
    place = Place(archive, proxies=("127.0.0.1",))

    def ask(forwarded: str) -> int:
        proxy = {"host": "archive.example", "client": "127.0.0.1", "x_forwarded_for": forwarded}
        return place.site.get("/search?q=x", **proxy).status_code

    assert {ask("203.0.113.1") for _ in range(45)} == {200, 429}
    assert ask("203.0.113.2") == 200
    assert ask("203.0.113.9, 203.0.113.1") == 429  # what the browser claims is not believed
    assert {ask(f"2001:db8::{n:x}") for n in range(45)} == {200, 429}  # one network


def test_buckets_fill_again_and_forget_who_asked_longest_ago() -> None:
    now = [0.0]
    buckets = Buckets(2, 0.5, lambda: now[0])
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    now[0] = 2.0
    assert [buckets.take("a") for _ in range(2)] == [True, False]
    buckets.give_back("a")
    assert buckets.take("a")
    for number in range(30_000):
        buckets.take(f"{number}")
    assert len(buckets._levels) == 20_000


def test_an_admin_invites_to_their_own_group_at_the_desk_and_ends_it(place: Place) -> None:
    ann = place.log_in(ANN)
    token = ann.get("/desk/access").text.split('data-token="')[1].split('"')[0]
    fields = {"token": token, "days": "7", "label": "家长"}
    made = ann.post("/desk/access", fields | {"group": MINE})
    (link,) = re.findall(rf"{SITE}(/invite/[\w-]{{22}})", made.text)
    assert link not in ann.get("/desk/access").text
    guest = Browser(place.site)
    assert guest.press(link).status_code == 303 and status(guest) == 200
    for group in (OTHER, ""):
        assert ann.post("/desk/access", fields | {"group": group}).status_code == 404
    short = ann.post("/desk/access", fields | {"group": MINE, "phrase": "短"})
    assert short.status_code == 409 and 'role="alert"' in short.text
    phrase = ann.post("/desk/access", fields | {"group": MINE, "phrase": PHRASE})
    assert phrase.status_code == 200 and "/invite/" not in phrase.text
    with place.archive.writing() as db:
        invites.make_invite(db, OTHER, by="operator")
    end = {"token": token, "number": "3"}
    assert ann.post("/desk/act/invite_end", end).status_code == 404
    assert ann.post("/desk/act/session_end", end).status_code == 404
    assert ann.post("/desk/act/invite_end", end | {"number": "1"}).status_code == 303
    assert status(guest) == 404


def test_the_operator_ends_a_session_at_the_desk(place: Place) -> None:
    ben, operator_there = place.log_in(BEN), place.operator()
    page = operator_there.get("/desk/access").text
    assert BEN in page
    token = page.split('data-token="')[1].split('"')[0]
    done = operator_there.post("/desk/act/session_end", {"token": token, "number": "1"})
    assert done.status_code == 303 and status(ben) == 404

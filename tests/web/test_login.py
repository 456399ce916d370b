"""Coming in by a link, once; going out; nobody else's form, nobody else's account."""

from __future__ import annotations

import time

import pytest
from asking import Asker
from entering import ANN, BEN, CANARY, CAT, DAN, EVE, MINE, OTHER, SITE, Browser, Place

from archive import consent, sessions
from archive.database import Archive
from archive.forget import forget_member
from web.app import create_app


@pytest.fixture
def place(archive: Archive) -> Place:
    return Place(archive)


def reads(browser: Browser) -> bool:
    answer = browser.get(f"/m/{MINE}:1")
    assert (answer.status_code == 200) == (CANARY in answer.text)
    return answer.status_code == 200


def test_a_link_lets_its_person_in_once_and_looking_at_it_spends_nothing_fault_28(
    place: Place,
) -> None:
    link = place.link(BEN, MINE)
    for method in ("HEAD", "GET", "GET"):
        scanner = place.site.get(
            link, host="archive.example", client="198.51.100.9", method=method,
            user_agent="TelegramBot (like TwitterBot)", sec_purpose="prefetch",
        )  # fmt: skip
        assert scanner.status_code == 200 and CANARY not in scanner.text
    assert place.rows("SELECT used_at FROM logins") == [(None,)]
    ben, second = Browser(place.site), Browser(place.site)
    second.get(link)
    answer = ben.press(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert reads(ben)
    assert second.press(link).status_code == 404 and not second.is_in
    assert place.site.get(link, host="archive.example").status_code == 404


def test_links_that_do_not_work_get_one_answer_without_a_groups_name_fault_28(
    place: Place,
) -> None:
    used, expired, altered = place.link(BEN), place.link(CAT), place.link(ANN)[:-1]
    assert Browser(place.site).press(used).status_code == 303
    with place.archive.writing() as db:
        db.execute("UPDATE logins SET ends_at = ? WHERE member_key = ?", (int(time.time()), CAT))
    answers = [
        Browser(place.site).get(link) for link in (used, expired, altered, "/login/x" + "y" * 300)
    ]
    answers.append(place.log_in(ANN).get(place.link(BEN)))  # somebody else is logged in here
    bodies = {a.text[a.text.index("<main") : a.text.index("</main>")] for a in answers}
    assert {a.status_code for a in answers} == {404} and len(bodies) == 1
    assert all(CANARY not in answer.text for answer in answers)


def test_a_link_asked_for_in_a_group_one_has_left_lets_nobody_in_fault_28(place: Place) -> None:
    for who, group in ((DAN, MINE), (BEN, OTHER)):
        link, browser = place.link(who, group), Browser(place.site)
        browser.get(link)
        if who == DAN:
            del place.platform.roles[MINE, DAN]
        answer = browser.press(link)
        assert answer.status_code == 404 and not browser.is_in
        assert CANARY not in answer.text and "别的群" not in answer.text
        assert browser.press(link).status_code == 404  # spent


def test_without_the_forms_cookie_token_or_origin_a_link_is_not_spent_fault_30(
    place: Place,
) -> None:
    link, ben = place.link(), Browser(place.site)
    page = ben.get(link)
    (cookie,) = page.headers.get_list("set-cookie")
    assert "SameSite=strict" in cookie and "HttpOnly" in cookie and "Secure" in cookie
    token = page.text.split('name="token" value="')[1].split('"')[0]
    assert Browser(place.site).post(link, {"token": token}).status_code == 403
    assert ben.post(link, {"token": "0" * 64}).status_code == 403
    for origin in ("https://evil.example", "null", "http://archive.example:80", "http://[", ""):
        assert ben.post(link, {"token": token}, origin=origin).status_code == 403
    assert ben.post(link, {"token": token}, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert place.rows("SELECT used_at FROM logins") == [(None,)]
    assert ben.post(link, {"token": token}).status_code == 303


def test_the_cookie_is_out_of_reach_and_nothing_secret_is_at_rest(place: Place) -> None:
    link, ben = place.link(), Browser(place.site)
    answer = ben.press(link)
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith("chendian=")]
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    held = b"".join(file.read_bytes() for file in place.archive.folder.glob("archive.db*"))
    assert ben.cookies["chendian"].encode() not in held
    assert link.rpartition("/")[2].encode() not in held


def test_behind_a_proxy_the_sites_own_address_is_an_origin_of_its_own(place: Place) -> None:
    link, ben = place.link(), Browser(place.site, host="127.0.0.1:8765", client="127.0.0.1")
    ben.where["x-forwarded-for"] = "203.0.113.4"
    assert ben.press(link).status_code == 303 and reads(ben)


def test_over_plain_http_the_cookie_is_not_marked_secure(place: Place) -> None:
    place.site = Asker(create_app(place.archive, loopback=False, base_url="http://10.0.0.2:8765"))
    ben = Browser(place.site, host="10.0.0.2:8765")
    answer = ben.get(place.link())
    assert "Secure" not in answer.headers["set-cookie"]


def test_a_silent_platform_spends_no_link(place: Place) -> None:
    link, ben = place.link(), Browser(place.site)
    place.platform.silent = True
    assert ben.press(link).status_code == 503 and not ben.is_in
    place.platform.silent = False
    assert ben.press(link).status_code == 303


def test_a_new_link_ends_the_one_before(place: Place) -> None:
    first, second = place.link(), place.link()
    assert Browser(place.site).get(first).status_code == 404
    assert Browser(place.site).press(second).status_code == 303


def test_logging_out_ends_the_session_here_or_everywhere(place: Place) -> None:
    one, two, three = (place.log_in(BEN) for _ in range(3))
    kept = dict(one.cookies)
    assert one.press("/logout").status_code == 303 and not one.is_in
    one.cookies = kept
    assert not reads(one) and reads(two)
    assert two.press("/logout", everywhere="1").status_code == 303
    assert not reads(three)
    assert three.post("/logout", {}).status_code == 403


def test_a_session_that_is_used_goes_on_and_one_that_is_not_ends(place: Place) -> None:
    ben = place.log_in(BEN)
    with place.archive.writing() as db:
        db.execute("UPDATE sessions SET seen_at = seen_at - 90000, ends_at = ends_at - 90000")
    answer = ben.get("/")
    assert any(c.startswith("chendian=") for c in answer.headers.get_list("set-cookie"))
    ((seen, ends),) = place.rows("SELECT seen_at, ends_at FROM sessions")
    assert ends - seen == sessions.LIFE["member"] and seen > time.time() - 60
    assert "set-cookie" not in ben.get("/").headers
    with place.archive.writing() as db:
        db.execute("UPDATE sessions SET ends_at = ?", (int(time.time()),))
    assert not reads(ben)


def test_opting_out_and_being_forgotten_end_sessions_links_and_what_was_read(
    place: Place,
) -> None:
    for does in (
        lambda db: consent.opt_out(db, BEN, BEN),
        lambda db: forget_member(db, BEN, "operator"),
    ):
        ben, link = place.log_in(BEN), place.link()
        with place.archive.writing() as db:
            db.execute("INSERT INTO last_read VALUES(1, ?, 5)", (BEN,))
            does(db)
        assert not reads(ben) and Browser(place.site).get(link).status_code == 404
        for table in ("logins", "sessions", "last_read"):
            assert place.rows(f"SELECT 1 FROM {table}") == []
        with place.archive.writing() as db:
            consent.opt_in(db, BEN, BEN)


def test_a_guest_on_the_roster_may_come_in_without_being_in_the_group(place: Place) -> None:
    assert reads(place.log_in(EVE))


def test_whose_time_is_over_everywhere_does_not_come_in(place: Place) -> None:
    del place.platform.roles[OTHER, CAT]
    browser = Browser(place.site)
    assert browser.press(place.link(CAT)).status_code == 404 and not browser.is_in


def test_the_operators_link_opens_the_desk_from_elsewhere(place: Place) -> None:
    operator = place.operator()
    assert reads(operator) and operator.get("/desk").status_code == 200
    token = operator.get("/desk").text.split('data-token="')[1].split('"')[0]
    answer = operator.post("/desk/act/mark", {"token": token, "key": f"{MINE}:1"}, origin=SITE)
    assert answer.status_code == 303
    with place.archive.writing() as db:
        sessions.end_sessions(db, "operator", kind="operator")
    assert not reads(operator) and operator.get("/desk").status_code == 404


def test_a_platform_that_is_a_proxys_address_is_never_the_operator(archive: Archive) -> None:
    place = Place(archive, proxies=("127.0.0.1",))
    bare = {"host": "127.0.0.1:8765", "client": "127.0.0.1"}  # nginx with a bare proxy_pass
    assert place.site.get(f"/m/{MINE}:1", **bare).status_code == 404
    assert place.site.get("/desk", **bare).status_code == 404

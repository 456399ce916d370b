"""Logging in by another site: there, back, and a button that lets one in."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from entering import ANN, BEN, CANARY, MINE
from serving import Served
from signing_in import BACK, START, WAYS, Make, in_query, refused

from archive import consent
from web.cookies import ATTEMPT
from web.sign_in import back_to


@pytest.mark.parametrize("mode", WAYS)
def test_one_comes_in_by_pressing_a_button_and_no_get_writes_anything_fault_29(
    scene: Make, mode: str
) -> None:
    at = scene(mode)
    before, ann = at.counts(), at.browser()
    assert 'href="/login/with/main"' in ann.get("/login").text
    page = at.back(ann)
    assert page.status_code == 200 and CANARY not in page.text
    assert "Ann &lt;b&gt;安&lt;/b&gt;" in page.text and "<b>安" not in page.text
    assert at.counts() == before and not ann.is_in
    answer = at.press(ann)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert CANARY in ann.get(f"/m/{MINE}:1").text and ann.get("/desk").status_code == 200
    assert ATTEMPT not in ann.cookies
    rows = at.place.rows("SELECT member_key, account, kind FROM sessions")
    assert rows == [(ANN, "main", "member")]
    assert at.place.platform.asked


@pytest.mark.parametrize("mode", WAYS)
def test_the_cookie_of_who_is_away_is_signed_short_lived_and_out_of_reach(
    scene: Make, mode: str
) -> None:
    at = scene(mode)
    (cookie,) = at.browser().get(START).headers.get_list("set-cookie")
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=lax", "Max-Age=600"))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_every_published_key_is_known_and_keys_are_asked_for_once(
    scene: Make, algorithm: str
) -> None:
    at = scene("oidc")
    at.login.algorithm, at.login.echoes_nonce = algorithm, algorithm == "RS256"
    for _ in range(2):
        ann = at.browser()
        assert at.back(ann).status_code == 200 and at.press(ann).status_code == 303
    assert (at.login.asked.count("discovery"), at.login.asked.count("jwks")) == (1, 1)


@pytest.mark.parametrize("mode", WAYS)
def test_who_is_in_no_group_or_opted_out_reads_why_and_comes_in_nowhere(
    scene: Make, mode: str
) -> None:
    at = scene(mode)
    at.login.person = at.login.person | {"id": 99}
    eve = at.browser()
    assert at.back(eve).status_code == 200
    refused(at, eve, at.press(eve), 404)
    at.login.person = at.login.person | {"id": 11}
    with at.place.archive.writing() as db:
        consent.opt_out(db, ANN, ANN)
    ann = at.browser()
    assert at.back(ann).status_code == 200
    refused(at, ann, at.press(ann), 404)


@pytest.mark.parametrize("mode", WAYS)
def test_a_silent_platform_spends_nothing(scene: Make, mode: str) -> None:
    at = scene(mode)
    ann = at.browser()
    at.back(ann)
    at.place.platform.silent = True
    refused(at, ann, at.press(ann), 503)
    at.place.platform.silent = False
    assert at.press(ann).status_code == 303


def test_whoever_is_logged_in_is_made_nobody_else(scene: Make) -> None:
    at = scene("widget")
    ben = at.place.log_in(BEN)
    assert ben.get(START).headers["location"] == "/login"
    ann = at.browser()
    at.back(ann)
    ben.cookies |= ann.cookies
    assert ben.get(f"{START}/as").status_code == 404
    assert ben.post(f"{START}/as", {"token": ann.token}).status_code == 404
    assert at.place.rows("SELECT DISTINCT member_key FROM sessions") == [(BEN,)]


def test_without_the_option_there_is_no_way_in_and_no_button(scene: Make) -> None:
    at = scene("off")
    eve = at.browser()
    assert START not in eve.get("/login").text
    for path in (START, f"{START}/back", f"{START}/as", "/login/with/nobody"):
        refused(at, eve, eve.get(path), 404)


def test_the_widgets_page_hands_over_what_no_server_sees_by_a_script_of_our_own(
    scene: Make,
) -> None:
    at = scene("widget")
    ann = at.browser()
    address = ann.get(START).headers["location"]
    state = httpx.get(address).headers["location"].partition("#")[0].partition("=")[2]
    page = ann.get(f"{START}/back?state={state}")
    assert page.status_code == 200 and 'data-fragment="tgAuthResult"' in page.text
    assert "/static/sign_in.js" in page.text and "https://" not in page.text.partition("<main")[2]
    assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("mode", WAYS)
def test_over_a_real_socket_a_browser_goes_there_and_comes_back(scene: Make, mode: str) -> None:
    at = scene(mode)
    app = at.place.site.app
    with Served(app) as url, httpx.Client(base_url=url) as ann:
        app.state.site = msgspec.structs.replace(app.state.site, base_url=url, loopback=False)
        at.login.allowed.add(back_to(url, "main"))
        away = ann.get(START)
        consented = httpx.get(away.headers["location"])
        answer = ann.get(in_query(consented.headers["location"]))
        assert answer.headers["location"] == f"{START}/as"
        page = ann.get(answer.headers["location"])
        token = page.text.split('name="token" value="')[1].split('"')[0]
        headers = {"origin": url, "sec-fetch-site": "same-origin"}
        done = ann.post(f"{START}/as", data={"token": token}, headers=headers)
        assert done.status_code == 303
        assert CANARY in ann.get(f"/m/{MINE}:1").text
    assert BACK in at.login.allowed

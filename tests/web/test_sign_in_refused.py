"""What does not prove who somebody is, lets nobody in by another site."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from signing_in import START, WAYS, Make, Scene, altered, refused
from telegram_login import curve_key, rsa_key, signed

from web.cookies import ATTEMPT
from web.sign_in import Attempt, sealed

ALTERED = {
    "widget": (
        {"hash": "0" * 64}, {"id": "12"}, {"first_name": "Ben"}, {"hash": None}, {"extra": "1"},
        {"auth_date": "17x"}, {"auth_date": None}, {"id": None}, {"last_name": None},
        {"hash": "é"}, {"first_name": "Ann\nid=12"},
    ),
    "oidc": ({"code": "x"}, {"code": None}, {"error": "access_denied"}),
}  # fmt: skip


@pytest.mark.parametrize(("mode", "wrong"), [(m, w) for m, all in ALTERED.items() for w in all])
def test_an_answer_that_was_altered_is_refused_fault_29(
    scene: Make, mode: str, wrong: dict[str, str | None]
) -> None:
    at = scene(mode)
    eve = at.browser()
    refused(at, eve, at.back(eve, altered(at.there(eve), **wrong)))


@pytest.mark.parametrize("age", [301, 86_400, -120])
def test_a_widgets_answer_of_another_time_is_refused_fault_29(scene: Make, age: int) -> None:
    at, eve = scene("widget"), scene("widget").browser()
    said = signed(at.login.person, at=int(time.time()) - age)
    refused(at, eve, at.back(eve, altered(at.there(eve), **said)))


def test_another_bots_hash_and_a_field_sent_twice_are_refused_fault_29(scene: Make) -> None:
    at = scene("widget")
    eve = at.browser()
    said = signed(at.login.person, token="987654321:AAFakeTokenForTests_0123456789abcdef")
    refused(at, eve, at.back(eve, altered(at.there(eve), **said)))
    eve = at.browser()
    refused(at, eve, at.back(eve, at.there(eve).replace("?", "?id=12&")))


@pytest.mark.parametrize(
    "lies",
    [
        {"aud": "987654321"}, {"aud": ["123456789", "987654321"]}, {"aud": None},
        {"iss": "https://oauth.telegram.org.evil.example"}, {"iss": None},
        {"nonce": "x" * 24}, {"nonce": 5}, {"nonce": ""}, {"exp": int(time.time()) - 60},
        {"exp": None}, {"iat": None}, {"iat": int(time.time()) + 3600},
        {"id": None}, {"id": "11"}, {"id": 0}, {"id": -11}, {"id": True}, {"id": 1 << 60},
    ],
)  # fmt: skip
def test_a_token_that_is_not_for_this_site_try_and_time_is_refused_fault_29(
    scene: Make, lies: dict[str, Any]
) -> None:
    at = scene("oidc")
    eve = at.browser()
    at.login.lies = lies
    refused(at, eve, at.back(eve))


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("RS256", rsa_key("other")), ("ES256", curve_key("other")), ("HS256", b"secret" * 6),
     ("none", None), ("RS512", rsa_key("one"))],
)  # fmt: skip
def test_a_token_telegram_did_not_sign_is_refused_fault_29(
    scene: Make, algorithm: str, key: Any
) -> None:
    at = scene("oidc")
    eve = at.browser()
    at.login.algorithm, at.login.signs_with = algorithm, key or ""
    refused(at, eve, at.back(eve))


@pytest.mark.parametrize("mode", WAYS)
def test_a_state_counts_once_in_its_own_browser_fault_29(scene: Make, mode: str) -> None:
    at = scene(mode)
    ann, eve = at.browser(), at.browser()
    path = at.there(ann)
    refused(at, eve, at.back(eve, path))  # without the cookie
    eve.get(START)
    refused(at, eve, at.back(eve, path))  # with one of her own
    for state in ("x" * 24, "", None):
        refused(at, ann, at.back(ann, altered(path, state=state)))
    refused(at, ann, at.back(ann, f"{path}&state=again"))
    held = dict(ann.cookies)
    assert at.back(ann, path).status_code == 200
    ticket = dict(ann.cookies)
    assert at.back(ann, path).status_code == 401  # it came back already
    assert at.press(ann).status_code == 303
    for cookies in (held, ticket):
        eve = at.browser()
        eve.cookies = dict(cookies)
        said = signed(at.login.person, at=int(time.time()) - 9) if mode == "widget" else {}
        asked = len(at.login.asked)
        assert eve.get(altered(path, **said)).status_code == 401 and not eve.is_in
        assert len(at.login.asked) == asked  # the platform is not asked about what was used
        assert at.back(eve, f"{START}/as").status_code == 401
        assert at.press(eve).status_code in (401, 403) and not eve.is_in
    assert len(at.place.rows("SELECT 1 FROM sessions")) == 1


@pytest.mark.parametrize("mode", WAYS)
def test_a_hash_or_code_that_let_somebody_in_lets_nobody_in_again_fault_29(
    scene: Make, mode: str
) -> None:
    at = scene(mode)
    ann, eve = at.browser(), at.browser()
    path = at.there(ann)
    assert at.back(ann, path).status_code == 200 and at.press(ann).status_code == 303
    with at.place.archive.writing() as db:
        db.execute("DELETE FROM sessions")
    state = dict(httpx.URL(at.there(eve)).params)["state"]
    refused(at, eve, eve.get(altered(path, state=state)))  # before any button
    assert at.login.refusals == (["invalid_grant"] if mode == "oidc" else [])


@pytest.mark.parametrize("mode", WAYS)
def test_two_presses_of_one_button_let_in_once_fault_29(scene: Make, mode: str) -> None:
    at = scene(mode)
    ann = at.browser()
    at.back(ann)
    held = dict(ann.cookies)
    assert at.press(ann).status_code == 303
    ann.cookies = held
    assert at.press(ann).status_code == 401
    assert len(at.place.rows("SELECT 1 FROM sessions")) == 1


def test_who_stays_away_too_long_or_holds_what_is_not_ours_is_refused_fault_29(
    scene: Make,
) -> None:
    at = scene("widget")
    secret = at.place.site.app.state.site.secret
    right = Attempt("s" * 43, int(time.time()) + 60)
    over = Attempt("s" * 43, int(time.time()))
    for cookie in (
        sealed(secret, "main", over), sealed(b"another site's", "main", right),
        sealed(secret, "another account", right), "x", ".", "a." + "0" * 64,
    ):  # fmt: skip
        eve = at.browser()
        eve.cookies[ATTEMPT] = cookie
        path = altered(f"{START}/back?state={right.state}", **signed(at.login.person))
        refused(at, eve, at.back(eve, path))
    eve = at.browser()
    eve.cookies[ATTEMPT] = sealed(secret, "main", right)
    assert at.back(eve, path).status_code == 200
    eve.cookies[ATTEMPT] = sealed(secret, "main", right)  # no ticket
    assert at.press(eve).status_code == 401 and not eve.is_in


def test_the_button_is_this_sites_and_this_browsers_own_fault_30(scene: Make) -> None:
    at = scene("oidc")
    ann = at.browser()
    at.back(ann)
    for fields, headers in (
        ({"token": ""}, {}), ({"token": "0" * 64}, {}),
        ({"token": ann.token}, {"origin": "https://evil.example"}),
        ({"token": ann.token}, {"sec-fetch-site": "cross-site"}),
    ):  # fmt: skip
        answer = ann.post(f"{START}/as", fields, **headers)
        refused(at, ann, answer, 403)
    other = at.browser()
    other.cookies = {ATTEMPT: ann.cookies[ATTEMPT]}
    refused(at, other, other.post(f"{START}/as", {"token": ann.token}), 403)
    assert at.press(ann).status_code == 303


@pytest.mark.parametrize("fault", [302, 400, 500])
def test_a_provider_that_fails_is_called_silent_and_nobody_comes_in(
    scene: Make, fault: int
) -> None:
    at = scene("oidc")
    eve = at.browser()
    at.login.fault = fault
    refused(at, eve, at.back(eve), 503)


def test_a_wrong_secret_or_a_document_of_others_lets_nobody_away(scene: Make) -> None:
    at = scene("oidc", login_client_secret="wrong")
    eve = at.browser()
    refused(at, eve, at.back(eve), 503)
    assert at.login.refusals == ["invalid_client"]
    for told in ({"token_endpoint": "http://127.0.0.1:1/token"}, {"issuer": "https://x"},
                 {"jwks_uri": 5}, {"authorization_endpoint": "http://[/auth"}):  # fmt: skip
        at = Scene(at.place.archive, at.login, "oidc")
        at.login.document = told
        eve = at.browser()
        refused(at, eve, eve.get(START), 503)
    at = Scene(at.place.archive, at.login, "oidc", login_url="http://127.0.0.1:1")
    eve = at.browser()
    refused(at, eve, eve.get(START), 503)

"""How a bot declares that people log in with it, and what must be allowed for it at Telegram."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from telegram_login import CLIENT, SECRET, TOKEN, TelegramLogin

from adapters.contract import AdapterError, Asked, NotReachable, SignIn, Unproven
from adapters.telegram import make
from adapters.telegram.openid import _read_keys

PUBLISHED: list[dict[str, Any]] = [
    {
        "alg": "RS256", "e": "AQAB", "ext": True, "key_ops": ["verify"], "kty": "RSA",
        "n": "5RneLtsKvVcxdv6gu6gxEQu30Cru5NiMQnY6SNr9ZyZFZ4ya-pfHNuaZXJ6QPG0JSFwoxeOkEO2-eZN_REVP"
        "m448PvjjsR1eQdZ5QpEkNxnItFcmxkHH91v5cgf52_EI9BGO-MT6f1vaBSg3uWHFlDxI7J2AYxNvd1_Nf3TkgrrR7gy"
        "JFTmEIai5RefGnA0KGNYDlRIGUzrz2F05n6gTaHFT_iHL5UHatTZA4GCiUSjIOuwqu5pE5uZge20TFv3cxXMQaFw_xv"
        "1pgQt_Rq8eoCN7TS0RQ0zjWKiad-W286BcFectXsUm03p5Nq_kY4mf_7rqwX_B8yy_bBreyKn7RQ",
        "kid": "oidc-1",
    },
    {
        "alg": "ES256", "kty": "EC", "x": "ahVYrohhX6YA7w0P2gUNSwMFbaabCgBZFkeq9bWdmwU",
        "y": "Ea8nKJ34VQMA7zv8aYDfzcBhXEjnWQ9C06jVke_eUV0", "crv": "P-256", "kid": "oidc-es256-1",
        "use": "sig",
    },
    {
        "alg": "EdDSA", "crv": "Ed25519", "x": "i6BEafXMEe4osXgUTffpKAm6Cn6F2bhqPZoclunTAV4",
        "kty": "OKP", "kid": "oidc-eddsa-1", "use": "sig",
    },
    {
        "alg": "ES256K", "kty": "EC", "x": "vsk5i5YJu8H_VPL7DWTgVGXBPrqgkyNmYvfgOrVut38",
        "y": "Mrg56tBhVeorHPXK1LbTX2jP7rEqOHIatM96HFzVMIU", "crv": "secp256k1",
        "kid": "oidc-es256k-1", "use": "sig",
    },
]  # fmt: skip
BACK = "https://archive.example/login/with/main/back"
ASKED = Asked(BACK, "s" * 24, "n" * 24, "v" * 43)


@pytest.fixture
def login() -> Iterator[TelegramLogin]:
    with TelegramLogin() as running:
        running.allowed.add(BACK)
        yield running


def way(mode: str, url: str = "https://oauth.telegram.org", **options: Any) -> SignIn:
    given = {"token": TOKEN, "login": mode, "login_client_secret": SECRET, "login_url": url}
    adapter = make(given | options, "main")
    assert "sign_in" in adapter.abilities and adapter.sign_in is not None
    return adapter.sign_in


def test_nobody_logs_in_with_a_bot_unless_it_is_switched_on() -> None:
    adapter = make({"token": TOKEN}, "main")
    assert "sign_in" not in adapter.abilities and adapter.sign_in is None


def test_an_openid_request_asks_for_the_number_and_nothing_more(login: TelegramLogin) -> None:
    address = urlsplit(asyncio.run(way("oidc", login.url).address(ASKED)))
    query = {name: value for name, (value,) in parse_qs(address.query).items()}
    challenge = query.pop("code_challenge")
    assert query == {
        "client_id": CLIENT, "redirect_uri": BACK, "response_type": "code", "state": "s" * 24,
        "scope": "openid profile", "nonce": "n" * 24, "code_challenge_method": "S256",
    }  # fmt: skip
    assert len(challenge) == 43 and ASKED.verifier not in address.query
    assert (address.path, login.asked) == ("/auth", ["discovery"])


def test_the_widgets_page_is_asked_for_without_asking_telegram_before() -> None:
    address = asyncio.run(way("widget").address(ASKED))
    assert address.startswith("https://oauth.telegram.org/auth?bot_id=123456789&origin=https%3A")
    assert parse_qs(urlsplit(address).query)["return_to"] == [f"{BACK}?state={'s' * 24}"]


def test_what_the_owner_must_allow_at_telegram_is_said_with_its_address() -> None:
    assert "Allowed URLs" in way("oidc").duty(BACK) and BACK in way("oidc").duty(BACK)
    assert way("widget").duty(BACK).endswith("archive.example")
    assert "/setdomain" in way("widget").duty(BACK)


def test_a_clients_number_may_differ_from_the_bots(login: TelegramLogin) -> None:
    address = asyncio.run(way("oidc", login.url, login_client_id="77").address(ASKED))
    assert "client_id=77&" in address


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"login": "oidc"}, "login_client_secret"), ({"login": "yes"}, "login"),
        ({"login": "widget", "login_url": "x"}, "login_url"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named(options: dict[str, Any], named: str) -> None:
    with pytest.raises(AdapterError, match=named) as caught:
        make({"token": TOKEN, **options}, "main")
    assert caught.value.hint and TOKEN not in str(caught.value)


def test_no_code_secret_or_token_is_logged_or_in_an_error(
    login: TelegramLogin, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    for secret, code in ((SECRET, "GEHEIM"), ("GEHEIM", "x")):
        with pytest.raises(AdapterError) as caught:
            one = way("oidc", login.url, login_client_secret=secret)
            asyncio.run(one.proven({"code": code}, ASKED))
        told.append(caught.value)
    assert isinstance(told[0], Unproven) and "login_client_secret" in told[1].what
    lines = [str(error) for error in told] + [record.getMessage() for record in caplog.records]
    assert not [line for line in lines if "GEHEIM" in line or SECRET in line or TOKEN in line]


def test_a_provider_that_says_too_much_or_nonsense_is_not_read(login: TelegramLogin) -> None:
    for document in ({"x": "y" * 70_000}, {"token_endpoint": 5}, {"jwks_uri": "http://x/keys"}):
        login.document = document
        with pytest.raises(NotReachable):
            asyncio.run(way("oidc", login.url).address(ASKED))


def test_the_keys_telegram_publishes_are_all_read() -> None:
    """As https://oauth.telegram.org/.well-known/jwks.json had them in 2026."""
    keys = _read_keys({"keys": PUBLISHED})
    assert {name: key.algorithm_name for name, key in keys.items()} == {
        "oidc-1": "RS256", "oidc-es256-1": "ES256", "oidc-eddsa-1": "EdDSA",
        "oidc-es256k-1": "ES256K",
    }  # fmt: skip
    for nonsense in ({}, {"keys": 5}, {"keys": []}, {"keys": [{"kty": "RSA", "n": "x"}]}):
        with pytest.raises(NotReachable):
            _read_keys(nonsense)

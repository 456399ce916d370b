"""Which accounts let people log in to the site, and what `chendian check` says of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.contract import Finding, LoginExpired, NotReachable, TooFast
from adapters.contract import Unproven as AdapterUnproven
from adapters.telegram import make
from bot.config import Config, WebConfig
from bot.live.checking import check_all
from bot.live.signing_in import AccountWay, ways_of
from web.membership import Silent
from web.sign_in import Unproven, new_attempt

TOKEN = "123456789:AAFakeTokenForTests_0123456789abcdef"
NOWHERE = "http://127.0.0.1:1"


def bot(login: str) -> Any:
    options = {"token": TOKEN, "login": login, "login_client_secret": "x", "api_url": NOWHERE}
    return make(options, "main")


def checked(login: str, base_url: str) -> list[Finding]:
    config = Config(web=WebConfig(base_url=base_url))
    found = check_all({"main": bot(login)}, config)["configuration"]
    return [one for one in found if "log in" in one.what]


def test_check_says_what_must_be_allowed_there_and_that_the_site_needs_an_address() -> None:
    (oidc,) = checked("oidc", "https://archive.example/")
    (widget,) = checked("widget", "https://archive.example")
    assert oidc.good and "https://archive.example/login/with/main/back" in oidc.hint
    assert widget.good and "/setdomain" in widget.hint and "archive.example" in widget.hint
    for base_url in ("", "http://archive.example"):
        (wrong,) = checked("widget", base_url)
        assert not wrong.good and "base_url" in wrong.hint
    assert checked("off", "https://archive.example") == []


def test_only_accounts_that_declare_it_are_ways_in_to_a_site_with_an_address() -> None:
    accounts = {"main": bot("widget"), "other": bot("off")}
    assert list(ways_of(accounts, "https://archive.example")) == ["main"]
    assert ways_of(accounts, "") == {}
    both = ways_of({"a": bot("widget"), "b": bot("oidc")}, "https://archive.example")
    assert [way.label for way in both.values()] == ["Telegram · a", "Telegram · b"]


class Failing:
    """A platform that answers nobody."""

    label, fragment = "X", ""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def address(self, asked: object) -> str:
        raise self._error

    async def proven(self, answer: object, asked: object) -> object:
        raise self._error


@pytest.mark.parametrize("error", [NotReachable("x"), TooFast("x", 5), LoginExpired("x")])
def test_a_platform_that_fails_is_silent(error: Exception) -> None:
    way = AccountWay("main", Failing(error))  # type: ignore[arg-type]
    with pytest.raises(Silent):
        asyncio.run(way.address("https://x", new_attempt()))
    with pytest.raises(Silent):
        asyncio.run(way.person({}, "https://x", new_attempt()))


def test_what_does_not_prove_anything_is_told_apart_from_silence() -> None:
    way = AccountWay("main", Failing(AdapterUnproven("x")))  # type: ignore[arg-type]
    with pytest.raises(Unproven):
        asyncio.run(way.person({}, "https://x", new_attempt()))

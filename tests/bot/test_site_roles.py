"""What the site is told of who is in a group, by the accounts that run beside it."""

from __future__ import annotations

import asyncio

import pytest

from adapters.contract import AdapterError, Forbidden, LoginExpired, NotReachable, TooFast
from bot.config import GroupConfig
from bot.live.site import Roles
from web.membership import CONFIGURED, NEVER_TELLS, Silent

GROUP, ANN = "telegram:-1", "telegram:11"


class Account:
    """An account that says one thing of everybody."""

    def __init__(self, platform: str, said: str | AdapterError | None, *abilities: str) -> None:
        self.platform = platform
        self.abilities = frozenset(abilities)
        self._said = said

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        if isinstance(self._said, AdapterError):
            raise self._said
        return self._said


def told(account: Account, asked: str = "main", who: str = ANN, **groups: GroupConfig) -> object:
    roles = Roles({"main": account}, groups)  # type: ignore[dict-item]
    return asyncio.run(roles(asked, GROUP, who))


@pytest.mark.parametrize("role", ["owner", "admin", "member", None])
def test_a_platform_that_tells_is_believed(role: str | None) -> None:
    assert told(Account("telegram", role, "roles")) == role


@pytest.mark.parametrize("error", [NotReachable("x"), TooFast("x", 5), LoginExpired("x")])
def test_a_platform_that_does_not_answer_is_silent(error: AdapterError) -> None:
    with pytest.raises(Silent):
        told(Account("telegram", error, "roles"))


@pytest.mark.parametrize("error", [Forbidden("x"), AdapterError("x")])
def test_a_group_the_bot_is_not_in_any_more_has_nobody_in_it(error: AdapterError) -> None:
    assert told(Account("telegram", error, "roles")) is None


def test_a_platform_that_never_tells_has_admins_by_configuration() -> None:
    account = Account("wechat", Forbidden("x"))
    assert told(account) == NEVER_TELLS
    roles = Roles({"wx": account}, {"wechat:r": GroupConfig(admins=("wechat:a",))})  # type: ignore[dict-item]
    assert asyncio.run(roles("wx", "wechat:r", "wechat:a")) == CONFIGURED
    assert asyncio.run(roles("wx", "wechat:r", "wechat:b")) == NEVER_TELLS


def test_another_account_of_the_platform_is_asked_where_the_first_is_gone() -> None:
    assert told(Account("telegram", "member", "roles"), asked="former") == "member"
    with pytest.raises(Silent):
        told(Account("qq", "member", "roles"), asked="former")

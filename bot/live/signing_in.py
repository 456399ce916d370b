"""Lets people log in to the site by the accounts that can tell who they are."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from adapters.contract import Adapter, AdapterError, Asked, SignIn
from adapters.contract import Unproven as AdapterUnproven
from bot.live.logs import said
from web.membership import Silent
from web.sign_in import Attempt, Person, Unproven

log = logging.getLogger(__name__)


def ways_of(adapters: Mapping[str, Adapter], base_url: str) -> dict[str, AccountWay]:
    """Return the ways in by account; none where nobody could come back to the site."""
    ways: dict[str, AccountWay] = {}
    for name, adapter in adapters.items() if base_url else ():
        found = adapter.sign_in if "sign_in" in adapter.abilities else None
        if found is not None:
            ways[name] = AccountWay(name, found)
    labels = [way.label for way in ways.values()]
    for name, way in ways.items():
        if labels.count(way.label) > 1:
            # people tell the buttons apart by what the operator calls the accounts
            way.label = f"{way.label} · {name}"
    return ways


class AccountWay:
    """One account's way in; see `web.sign_in.Way`."""

    def __init__(self, account: str, sign_in: SignIn) -> None:
        self._account = account
        self._sign_in = sign_in
        self.label = sign_in.label
        self.fragment = sign_in.fragment

    async def address(self, back: str, attempt: Attempt) -> str:
        """Return where to send a browser. Raises Silent."""
        try:
            return await self._sign_in.address(_asked(back, attempt))
        except AdapterError as error:
            raise self._silent(error) from None

    async def person(self, answer: Mapping[str, str], back: str, attempt: Attempt) -> Person:
        """Check what came back. Raises Unproven, Silent."""
        try:
            proven = await self._sign_in.proven(answer, _asked(back, attempt))
        except AdapterUnproven as error:
            log.info("sign-in refused %s", said(account=self._account, why=error.what))
            raise Unproven from None
        except AdapterError as error:
            raise self._silent(error) from None
        return Person(proven.member_key, proven.name, proven.proof)

    def _silent(self, error: AdapterError) -> Silent:
        log.warning("sign-in failed %s", said(account=self._account, why=error.what))
        return Silent()


def _asked(back: str, attempt: Attempt) -> Asked:
    return Asked(back, attempt.state, attempt.nonce, attempt.secret)

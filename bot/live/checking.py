"""`chendian check`: what is wrong with the accounts, and how to mend it."""

from __future__ import annotations

import asyncio

from adapters.contract import Adapter, Finding
from bot.config import Config
from web.sign_in import back_to

_SECONDS = 20
"""For one account to answer."""


def check_all(adapters: dict[str, Adapter], config: Config) -> dict[str, list[Finding]]:
    """Return what was found out about each account, and about the configuration as a whole."""
    return asyncio.run(_check_all(adapters, config))


async def _check_all(adapters: dict[str, Adapter], config: Config) -> dict[str, list[Finding]]:
    found = await asyncio.gather(*(_check(adapter) for adapter in adapters.values()))
    answer = dict(zip(adapters, found, strict=True))
    wider = list(_look_at(config, adapters))
    return {**answer, "configuration": wider} if wider else answer


async def _check(adapter: Adapter) -> list[Finding]:
    try:
        async with asyncio.timeout(_SECONDS):
            return await adapter.check()
    except TimeoutError:
        return [Finding(False, f"no answer within {_SECONDS} s", "check the address and network")]
    finally:
        await adapter.close()


def _look_at(config: Config, adapters: dict[str, Adapter]) -> list[Finding]:
    found = []
    if adapters and not config.capture.operator:
        found.append(
            Finding(
                False,
                "the notice in the groups cannot say who runs this archive",
                'set operator = "name, contact" in [capture]',
            )
        )
    if adapters and not config.web.base_url:
        found.append(Finding(True, "no base_url: answers have short codes but no links", ""))
    found += [one for name, adapter in adapters.items() for one in _sign_in(config, name, adapter)]
    platforms = {adapter.platform for adapter in adapters.values()}
    for key in config.groups:
        platform = key.partition(":")[0]
        if platform not in platforms:
            found.append(
                Finding(False, f"[groups] {key}: no account is on {platform}", "check its key")
            )
    return found


def _sign_in(config: Config, name: str, adapter: Adapter) -> list[Finding]:
    """Say what lets people log in to the site by this account."""
    way = adapter.sign_in if "sign_in" in adapter.abilities else None
    if way is None:
        return []
    if not config.web.base_url.startswith("https://"):
        return [
            Finding(
                False,
                f"[accounts.{name}] nobody can log in with {way.label}: the site has no address",
                'set base_url = "https://…" in [web]',
            )
        ]
    duty = way.duty(back_to(config.web.base_url, name))
    return [Finding(True, f"people log in with {way.label}, once it is allowed there", duty)]

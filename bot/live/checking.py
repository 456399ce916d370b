"""`chendian check`: what is wrong with the accounts, and how to mend it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from adapters.contract import Adapter, Finding
from archive.consent import standing
from archive.database import Archive
from archive.errors import ArchiveError
from bot.config import SHORTEST_SECRET, Config
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
    found += _ingest(config)
    pushed = {key.rstrip("*") for one in config.ingest.values() for key in one.groups}
    for key in config.groups:
        platform = key.partition(":")[0]
        if platform not in platforms and not any(map(key.startswith, pushed)):
            found.append(
                Finding(False, f"[groups] {key}: no account is on {platform}", "check its key")
            )
    return found


def _ingest(config: Config) -> Iterator[Finding]:
    """Say which bridges could not push, and to which groups nothing can be."""
    agreed = _agreed(config) if config.ingest else set()
    for name, one in config.ingest.items():
        section = f"[ingest.{name}]"
        if not one.is_usable:
            variable = re.sub(r"[^A-Z0-9]", "_", name.upper())
            yield Finding(
                False,
                f"{section} is not served: it has no secret of {SHORTEST_SECRET} characters",
                f"set secret, or CHENDIAN_INGEST__{variable}__SECRET: openssl rand -hex 32",
            )
        if not one.groups:
            yield Finding(False, f"{section} may write to no group", 'set groups = ["platform:id"]')
        for key in one.groups:
            start, there = key.rstrip("*"), key in agreed
            if not there and not (key != start and any(k.startswith(start) for k in agreed)):
                hint = "/archive on there, or archive = true in [groups]; or check the key"
                yield Finding(False, f"{section} {key}: no such group has agreed", hint)


def _agreed(config: Config) -> set[str]:
    """Return the keys of the groups that are archived, or are to be at the next start."""
    keys = {key for key, group in config.groups.items() if group.archive}
    archive = Archive(Path(config.data))
    if archive.path.exists():
        with suppress(ArchiveError), archive.reading() as db:
            keys |= standing(db).archiving
    return keys


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

"""Looks whether a WeChat account can do its work, for `chendian check`."""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import aclosing
from typing import Any

from adapters.contract import AdapterError, Finding
from adapters.wechat.event import identity
from adapters.wechat.gateway import Gateway, Held
from adapters.wechat.listening import LOGIN, LOGOUT, SCAN
from adapters.wechat.state import State

RISK = (
    "WeChat forbids automated accounts: this one may be restricted or closed at any time, so use"
    " one that can be lost"
)
_PATIENCE = 3.0
"""Seconds in which a gateway says who is logged in."""
_SCAN = "scan with the phone the QR code that the gateway shows"


async def look(gateway: Gateway, state: State) -> list[Finding]:
    """Return findings, the first bad one ending the questions; the risk is always the last."""
    findings: list[Finding] = []
    try:
        version = await gateway.version()
        findings.append(Finding(True, f"the gateway at {gateway.place} answers ({version[:40]})"))
        findings.append(await _login(gateway, state))
        count = len(await gateway.rooms())
        findings.append(
            Finding(count > 0, f"groups: {count}", "" if count else "add the account to a group")
        )
    except AdapterError as error:
        findings.append(Finding(False, error.what, error.hint))
    if not _is_near(gateway.place):
        findings.append(
            Finding(True, "the connection to the gateway is not encrypted: keep it in a tunnel")
        )
    return [*findings, Finding(True, RISK)]


async def _login(gateway: Gateway, state: State) -> Finding:
    """Say who is logged in. Only the event stream tells, and it has room for one."""
    if state.listening.is_set():
        number, who = LOGIN if state.logged_in else LOGOUT, state.self_id
    else:
        try:
            number, payload = await _first_word(gateway)
        except Held:
            return Finding(True, "the gateway's events are taken: by `chendian run`, if it runs")
        who = identity(payload.get("contactId"))
    if number == LOGIN and who:
        name = (await gateway.contact(who)).get("name") or who
        return Finding(True, f"logged in as {name}")
    if number in (SCAN, LOGOUT):
        return Finding(False, "nobody is logged in at the gateway.", _SCAN)
    return Finding(True, "the gateway does not say who is logged in")


async def _first_word(gateway: Gateway) -> tuple[int, dict[str, Any]]:
    """Listen until the gateway speaks of a login, at most a moment."""
    try:
        async with asyncio.timeout(_PATIENCE), aclosing(gateway.events()) as events:
            async for number, payload in events:
                if number in (LOGIN, LOGOUT, SCAN):
                    return number, payload
    except TimeoutError:
        pass
    return 0, {}


def _is_near(place: str) -> bool:
    host = place.rpartition(":")[0]
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host

"""`chendian check` for a QQ account: is the gateway there, whose account is it, can it do all."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from adapters.contract import AdapterError, Finding
from adapters.qq_onebot import keys
from adapters.qq_onebot.link import Closed, Link, Socket

RISK = Finding(
    True,
    "QQ does not allow automated accounts: this one may be logged out or frozen at any time.",
    "use an account whose loss does not hurt; the official QQ bot has no such risk",
)
WAITING = Finding(
    True,
    "waits for the gateway, which connects while `chendian run` is running.",
    "enter the site's address with the path of `listen`, and the same access_token, there",
)
_SECONDS = 5.0
_KNOWN = ("napcat", "llonebot", "llbot", "lucky", "lagrange", "go-cqhttp")


async def read_answers(link: Link) -> None:
    """Take in answers while events are of no interest."""
    with suppress(Closed):
        async for _ in link.events():
            pass


async def check_socket(socket: Socket) -> list[Finding]:
    """Check over a connection of its own, which is closed afterwards."""
    link = Link(socket)
    reading = asyncio.create_task(read_answers(link))
    try:
        findings = await check_link(link)
        if reading.done() and isinstance(error := reading.exception(), AdapterError):
            return [Finding(False, error.what, error.hint), RISK]
        return findings
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, AdapterError):
            await reading
        await socket.close()


async def check_link(link: Link) -> list[Finding]:
    """Ask the gateway who and what it is."""
    try:
        me = await link.call("get_login_info", seconds=_SECONDS)
        version = await link.call("get_version_info", seconds=_SECONDS)
        status = await link.call("get_status", seconds=_SECONDS)
        groups = await link.call("get_group_list", seconds=_SECONDS)
    except AdapterError as error:
        return [Finding(False, f"connected, but {error.what}", error.hint), RISK]
    findings = [Finding(True, "connected; the access_token is accepted.")]
    self_id = keys.word(me.get("user_id")) if isinstance(me, dict) else None
    findings.append(
        Finding(True, f"logged in as {self_id}.")
        if self_id
        else Finding(False, "no account is logged in.", "log in at the gateway")
    )
    findings.append(_of_version(version))
    if isinstance(status, dict) and status.get("online") is False:
        findings.append(Finding(False, "the account is offline.", "log in again at the gateway"))
    number = len(groups) if isinstance(groups, list) else 0
    findings.append(
        Finding(True, f"in {number} group{'' if number == 1 else 's'}.")
        if number
        else Finding(False, "the account is in no group.", "let it join the groups to archive")
    )
    return [*findings, RISK]


def _of_version(version: object) -> Finding:
    told = version if isinstance(version, dict) else {}
    app, number = str(told.get("app_name") or "?")[:60], str(told.get("app_version") or "?")[:40]
    protocol = str(told.get("protocol_version") or "v11")
    if "11" not in protocol:
        return Finding(False, f"{app} {number} speaks OneBot {protocol}.", "OneBot 11 is needed")
    if not any(name in app.lower() for name in _KNOWN):
        return Finding(True, f"{app} {number}: how it pages through history is not known.",
                       "what is missed while disconnected may stay a gap")  # fmt: skip
    return Finding(True, f"{app} {number}.")


async def version_of(link: Link) -> tuple[str, str]:
    """Return the name and the version of the gateway; empty where it does not tell."""
    try:
        told = await link.call("get_version_info")
    except AdapterError:
        return "", ""
    known = told if isinstance(told, dict) else {}
    return str(known.get("app_name") or "")[:60], str(known.get("app_version") or "")[:40]

"""Whether a bot can do its work, and what its owner still has to switch on in QQ."""

from __future__ import annotations

from adapters.contract import AdapterError, Finding
from adapters.qq_official.api import Api
from adapters.qq_official.event import dictionary, words
from adapters.qq_official.options import Options

_ALL_MESSAGES = (
    "in each group its owner opens the bot's page in QQ (group settings, robots) and lets it"
    " receive all messages; else only what mentions the bot is archived"
)
_UNASKED = (
    "there, too, an admin lets it speak unasked; else it answers for five minutes and says no"
    " digests and reminders"
)
_EVENTS = "GROUP_MESSAGE_CREATE, GROUP_AT_MESSAGE_CREATE, C2C_MESSAGE_CREATE and the group events"


async def findings(api: Api, options: Options) -> list[Finding]:
    """Look at the bot; every finding that is not good has a hint."""
    try:
        bot = dictionary(await api.ask("GET", "/users/@me"))
    except AdapterError as error:
        hint = error.hint or f"api_url is {options.api_url}"
        return [Finding(False, error.what, hint), *_switches(options)]
    name = words(bot.get("username"))[:40] or "?"
    found = [Finding(True, f"QQ knows the bot as {name}.")]
    if options.mode == "gateway":
        found.append(await _gateway(api))
    return found + _switches(options)


async def _gateway(api: Api) -> Finding:
    try:
        told = dictionary(await api.ask("GET", "/gateway/bot"))
    except AdapterError as error:
        return Finding(False, f"the gateway cannot be had: {error.what}", 'or mode = "webhook"')
    left = dictionary(told.get("session_start_limit")).get("remaining")
    if type(left) is int and left <= 0:
        return Finding(False, "QQ lets the bot connect no more today.", "wait until tomorrow")
    return Finding(True, "the gateway is there.")


def _switches(options: Options) -> list[Finding]:
    """List what cannot be looked up: it is switched on by people, in QQ or on q.qq.com."""
    found = [Finding(True, "owners must let the bot hear:", _ALL_MESSAGES)]
    if options.unasked_each_minute:
        found.append(Finding(True, "admins must let it speak:", _UNASKED))
    if options.mode == "webhook":
        where = f"https://<your site>{options.webhook_path}"
        hint = f"on q.qq.com, under webhook: enter {where} and tick {_EVENTS}"
        found.append(Finding(True, "QQ must know where to post to:", hint))
    found.append(
        Finding(
            True,
            "QQ may accept calls from listed addresses only:",
            "on q.qq.com, under development settings: this machine's public IP address",
        )
    )
    if options.domains:
        hint = f"on q.qq.com, under message URLs: {', '.join(options.domains)}"
        found.append(Finding(True, "QQ must have registered the domains:", hint))
    else:
        found.append(Finding(True, "no domains: the bot says short codes instead of links.", ""))
    return found

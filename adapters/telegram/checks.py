"""Whether an account can do its work, in words that say what to do where it cannot."""

from __future__ import annotations

from typing import Any

from adapters.contract import AdapterError, Finding
from adapters.telegram.api import BotApi
from adapters.telegram.options import Options
from adapters.telegram.values import count, dictionary, string

_PRIVACY = (
    "send /setprivacy to @BotFather, choose the bot and Disable; then remove the bot from each"
    " group and add it again, or make it an admin there"
)


async def findings(api: BotApi, options: Options) -> list[Finding]:
    """Look at the account; every finding that is not good has a hint."""
    try:
        bot = dictionary(await api.ask("getMe"))
        hook = dictionary(await api.ask("getWebhookInfo"))
    except AdapterError as error:
        return [Finding(False, error.what, error.hint or f"api_url is {options.api_url}")]
    return [_account(bot), *_rights(bot), _webhook(hook, options), *_undelivered(hook, options)]


def _account(bot: dict[str, Any]) -> Finding:
    return Finding(True, f"Telegram knows the bot as @{string(bot.get('username')) or '?'}.")


def _rights(bot: dict[str, Any]) -> list[Finding]:
    found = []
    if bot.get("can_read_all_group_messages") is True:
        found.append(Finding(True, "it hears everything said in its groups."))
    else:
        found.append(
            Finding(
                False,
                "privacy mode is on: where the bot is no admin it hears commands and replies only.",
                _PRIVACY,
            )
        )
    if bot.get("can_join_groups") is False:
        found.append(
            Finding(
                False,
                "it cannot be added to groups.",
                "send /setjoingroups to @BotFather, choose the bot and Enable",
            )
        )
    return found


def _webhook(hook: dict[str, Any], options: Options) -> Finding:
    address = string(hook.get("url"))
    if options.mode == "polling":
        if address is None:
            return Finding(True, "no webhook is in the way of polling.")
        return Finding(
            False,
            "a webhook is set, so the bot cannot be polled.",
            f"remove it: open {options.api_url}/bot<token>/deleteWebhook, with the token filled"
            ' in; or set mode = "webhook"',
        )
    if address == options.webhook_url:
        return Finding(True, "the webhook is set.")
    return Finding(True, "the webhook will be set when capture starts.")


def _undelivered(hook: dict[str, Any], options: Options) -> list[Finding]:
    waiting = count(hook.get("pending_update_count")) or 0
    if options.mode == "polling" or not hook.get("last_error_date") or not waiting:
        return []
    return [
        Finding(
            False,
            f"Telegram could not deliver {waiting} updates to webhook_url.",
            "check that it leads to this program, by HTTPS and with a valid certificate",
        )
    ]

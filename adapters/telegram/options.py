"""The settings of a Telegram account, checked before anything is done with them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from adapters.contract import AdapterError

OFFICIAL = "https://api.telegram.org"
LOGIN = "https://oauth.telegram.org"
_TOKEN = re.compile(r"([0-9]{1,18}):[A-Za-z0-9_-]{10,}").fullmatch
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}").fullmatch
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+").fullmatch


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `[accounts.<name>]` may say for `platform = "telegram"`."""

    token: str
    """From @BotFather."""
    api_url: str = OFFICIAL
    """Where the Bot API is; another one for a server of one's own."""
    mode: Literal["polling", "webhook"] = "polling"
    poll_seconds: Annotated[int, msgspec.Meta(ge=1, le=50)] = 25
    """How long one poll waits for something to happen."""
    webhook_url: str = ""
    """Where Telegram reaches this program; its path must be this account's own."""
    webhook_secret: str = ""
    """16 to 256 letters, digits, `_` and `-`."""
    largest_file: Annotated[int, msgspec.Meta(ge=0)] = 20 * 1024 * 1024
    """Bytes; Telegram's own server gives bots no larger file than 20 MiB."""
    login: Literal["off", "oidc", "widget"] = "off"
    """Whether people log in to the site with Telegram, and by which of its two ways."""
    login_client_id: str = ""
    """From @BotFather, for `oidc`; empty: the bot's number."""
    login_client_secret: str = ""
    """From @BotFather, for `oidc`."""
    login_url: str = LOGIN
    """Where Telegram's login is."""

    def __repr__(self) -> str:
        return f"Options(bot={self.bot}, mode={self.mode!r})"

    @property
    def bot(self) -> int:
        """The bot's number, the first part of its token."""
        return int(self.token.partition(":")[0])

    @property
    def webhook_path(self) -> str:
        """The path of `webhook_url`."""
        return urlsplit(self.webhook_url).path


def read_options(given: dict[str, Any]) -> Options:
    """Check settings. Raises AdapterError naming the option."""
    try:
        options = msgspec.convert(given, Options)
    except msgspec.ValidationError as error:
        raise AdapterError(f"telegram: {error}.", "see config.example.toml") from None
    if not _TOKEN(options.token):
        raise AdapterError(
            "token is not a bot's token.", "it looks like 123456789:AAE… and comes from @BotFather"
        )
    options = msgspec.structs.replace(options, api_url=options.api_url.rstrip("/"))
    _check_url("api_url", options.api_url, "leave it out to use Telegram's own server")
    if options.mode == "webhook":
        _check_webhook(options)
    options = msgspec.structs.replace(options, login_url=options.login_url.rstrip("/"))
    _check_url("login_url", options.login_url, "leave it out to use Telegram's own")
    if options.login == "oidc" and not options.login_client_secret:
        raise AdapterError(
            'login = "oidc" needs login_client_secret.',
            "copy it from @BotFather, Bot Settings, Web Login",
        )
    return options


def _check_url(option: str, url: str, hint: str) -> None:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = None
    if not whole or "{" in url or "?" in url or "#" in url:
        raise AdapterError(f"{option} is not an address.", hint)


def _check_webhook(options: Options) -> None:
    _check_url("webhook_url", options.webhook_url, "like https://example.org/hooks/telegram")
    if not options.webhook_url.startswith("https://") and options.api_url == OFFICIAL:
        raise AdapterError("webhook_url must begin with https.", "Telegram accepts no other")
    if not _PATH(options.webhook_path):
        raise AdapterError(
            "webhook_url needs a path of its own.", "like https://example.org/hooks/telegram"
        )
    if not _SECRET(options.webhook_secret):
        raise AdapterError(
            "webhook_secret must be 16 to 256 letters, digits, _ or -.",
            "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )

"""The settings of an official QQ bot, checked before anything is done with them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from adapters.contract import AdapterError

OFFICIAL = "https://api.bot.qq.com"
_APP_ID = re.compile(r"[0-9]{4,20}").fullmatch
_SECRET = re.compile(r"[!-~]{8,128}").fullmatch
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+").fullmatch
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}").fullmatch


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `[accounts.<name>]` may say for `platform = "qq-official"`."""

    app_id: str
    """AppID, from the bot's page on q.qq.com."""
    secret: str
    """AppSecret, from the same page."""
    mode: Literal["gateway", "webhook"] = "gateway"
    """`gateway`: we connect to QQ; `webhook`: QQ posts to the site, which needs HTTPS."""
    webhook_path: str = "/hooks/qq"
    """Where on the site QQ posts to."""
    api_url: str = OFFICIAL
    """Where QQ's API is; another one for its sandbox."""
    domains: tuple[str, ...] = ()
    """Domains registered with QQ, whose addresses the bot may say; what is below one counts."""
    unasked_each_minute: Annotated[int, msgspec.Meta(ge=0, le=60)] = 30
    """Messages that answer nobody, in all: QQ allows 30, and 60 to who has proved who they are."""
    allow_private: bool = False
    """Fetch files from private addresses too."""

    def __repr__(self) -> str:
        return f"Options(app_id={self.app_id!r}, mode={self.mode!r})"


def read_options(given: dict[str, Any]) -> Options:
    """Check settings. Raises AdapterError naming the option."""
    try:
        options = msgspec.convert(given, Options)
    except msgspec.ValidationError as error:
        raise AdapterError(f"qq-official: {error}.", "see config.example.toml") from None
    where = "it stands on the bot's page on q.qq.com, under development settings"
    if not _APP_ID(options.app_id):
        raise AdapterError("app_id is not an AppID.", where)
    if not _SECRET(options.secret):
        raise AdapterError("secret is not an AppSecret.", where)
    if not _PATH(options.webhook_path):
        raise AdapterError("webhook_path is not a path.", "like /hooks/qq")
    api_url = options.api_url.rstrip("/")
    if not _is_address(api_url):
        raise AdapterError("api_url is not an address.", "leave it out to use QQ's own server")
    domains = tuple(domain.strip().lower().rstrip(".") for domain in options.domains)
    for domain in domains:
        if not _DOMAIN(domain):
            raise AdapterError(f"domains: {domain!r} is not a domain.", "like archive.example.org")
    return msgspec.structs.replace(options, api_url=api_url, domains=domains)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return False
    return bool(whole) and not set("{}?#") & set(url)

"""Log in with Telegram: which way an account offers, and the former widget's hash.

The widget: https://core.telegram.org/widgets/login-legacy
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from adapters.contract import Asked, Proven, SignIn, Unproven
from adapters.telegram.openid import OpenId
from adapters.telegram.options import Options

FRESH = 300
"""Seconds for which the widget's answer counts."""
_AHEAD = 60
"""Seconds by which its clock may be ahead of ours."""
_MOST_FIELDS = 16


def sign_in_of(options: Options) -> SignIn | None:
    """Return how people log in with this bot, if it is switched on."""
    if options.login == "off":
        return None
    return Widget(options) if options.login == "widget" else OpenId(options)


class Widget:
    """What the login widget does, without the widget: Telegram's page answers behind the `#`."""

    label = "Telegram"
    fragment = "tgAuthResult"

    def __init__(self, options: Options) -> None:
        self._bot = options.bot
        self._url = options.login_url
        self._key = sha256(options.token.encode()).digest()

    async def address(self, asked: Asked) -> str:
        """Return Telegram's page for this bot and site."""
        parts = urlsplit(asked.back)
        query = {
            "bot_id": str(self._bot),
            "origin": f"{parts.scheme}://{parts.netloc}",
            "return_to": f"{asked.back}?{urlencode({'state': asked.state})}",
        }
        return f"{self._url}/auth?{urlencode(query)}"

    async def proven(self, answer: Mapping[str, str], asked: Asked) -> Proven:
        """Check the hash of all that came but itself, and that it is fresh. Raises Unproven."""
        said = {name: value for name, value in answer.items() if name != "hash"}
        if not said or len(said) > _MOST_FIELDS or any("\n" in text for text in said.values()):
            raise Unproven("the answer has no fields of a login.")
        lines = "\n".join(f"{name}={said[name]}" for name in sorted(said))
        right = hmac.new(self._key, lines.encode(errors="replace"), sha256).hexdigest()
        if not hmac.compare_digest(right.encode(), answer.get("hash", "").encode()):
            raise Unproven("the hash is not this bot's.")
        number, at = _number(said.get("id")), _number(said.get("auth_date"))
        age = time.time() - at
        if not number or age > FRESH or age < -_AHEAD:
            raise Unproven("the answer is too old.")
        name = " ".join(said.get(part, "") for part in ("first_name", "last_name"))
        return Proven(f"telegram:{number}", name.strip(), right)

    def duty(self, back: str) -> str:
        """Say which domain the bot must be linked to."""
        return f"send /setdomain to @BotFather, choose the bot and say {urlsplit(back).netloc}"


def _number(text: str | None) -> int:
    """Return a number as Telegram writes it; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 17 else 0

"""Reads the HTML history that Telegram Desktop exports: messages.html, messages2.html …"""

from __future__ import annotations

from adapters.exports.telegram_html.folder import sniff
from adapters.exports.telegram_html.history import read

NAME = "telegram-html"

__all__ = ["NAME", "read", "sniff"]

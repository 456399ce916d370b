"""Readers of chat exports; a format is a module with NAME, sniff and read, listed here."""

from __future__ import annotations

from adapters.exports import (
    chatlab,
    discord_json,
    line_txt,
    memotrace_csv,
    qq_txt,
    slack,
    telegram_html,
    telegram_json,
    whatsapp_txt,
)
from adapters.exports.format import Format
from adapters.exports.tg_archive import database, site

FORMATS: tuple[Format, ...] = (
    telegram_json,
    telegram_html,
    chatlab,
    whatsapp_txt,
    line_txt,
    qq_txt,
    memotrace_csv,
    discord_json,
    slack,
    database,
    site,
)
"""The first that claims a file reads it."""

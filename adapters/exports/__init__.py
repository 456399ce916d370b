"""Readers of chat exports; a format is a module with NAME, sniff and read, listed here."""

from __future__ import annotations

from adapters.exports import (
    chatlab,
    chatlog,
    discord_json,
    line_txt,
    memotrace_csv,
    pywxdump,
    qce,
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
    database,
    site,
    telegram_html,
    qce,
    pywxdump,
    chatlog,
    chatlab,
    discord_json,
    slack,
    whatsapp_txt,
    line_txt,
    qq_txt,
    memotrace_csv,
)
"""The first that claims a file reads it."""

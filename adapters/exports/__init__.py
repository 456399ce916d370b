"""Readers of chat exports; a format is a module with NAME, sniff and read, listed here."""

from __future__ import annotations

from collections.abc import Callable

from adapters.exports import (
    chatlab,
    chatlog,
    chendian_jsonl,
    discord_json,
    line_txt,
    memotrace_csv,
    memotrace_txt,
    pywxdump,
    qce,
    qq_mht,
    qq_txt,
    slack,
    telegram_html,
    telegram_json,
    wechat_paste,
    weflow,
    whatsapp_txt,
)
from adapters.exports.format import ExportFile, Format
from adapters.exports.tg_archive import database, site

FORMATS: tuple[Format, ...] = (
    chendian_jsonl,
    telegram_json,
    telegram_html,
    qce,
    pywxdump,
    chatlog,
    weflow,
    chatlab,
    whatsapp_txt,
    line_txt,
    memotrace_txt,
    qq_txt,
    qq_mht,
    memotrace_csv,
    discord_json,
    slack,
    database,
    site,
    wechat_paste,
)
"""The first that claims a file reads it."""

WITHIN: dict[str, Callable[[ExportFile], ExportFile]] = {qq_mht.NAME: qq_mht.Parts}
"""Formats whose files lie within the export itself: what finds them there."""

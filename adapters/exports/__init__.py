"""Readers of chat exports; a format is a module with NAME, sniff and read, listed here."""

from __future__ import annotations

from adapters.exports import (
    chatlab,
    chatlog,
    memotrace_csv,
    pywxdump,
    qce,
    qq_txt,
    telegram_html,
    telegram_json,
    weflow,
)
from adapters.exports.format import Format

FORMATS: tuple[Format, ...] = (
    telegram_json,
    telegram_html,
    qce,
    pywxdump,
    chatlog,
    weflow,
    chatlab,
    qq_txt,
    memotrace_csv,
)
"""The first that claims a file reads it."""

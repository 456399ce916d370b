"""Readers of chat exports; a format is a module with NAME, sniff and read, listed here."""

from __future__ import annotations

from adapters.exports import (
    chatlab,
    chendian_jsonl,
    memotrace_csv,
    qq_txt,
    telegram_html,
    telegram_json,
)
from adapters.exports.format import Format

FORMATS: tuple[Format, ...] = (
    chendian_jsonl,
    telegram_json,
    telegram_html,
    chatlab,
    qq_txt,
    memotrace_csv,
)
"""The first that claims a file reads it."""

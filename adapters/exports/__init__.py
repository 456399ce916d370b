"""Readers of chat exports; a format is a module with NAME, sniff and read, listed here."""

from __future__ import annotations

from collections.abc import Callable

from adapters.exports import (
    chatlab,
    chatlog,
    memotrace_csv,
    memotrace_txt,
    pywxdump,
    qce,
    qq_mht,
    qq_txt,
    telegram_html,
    telegram_json,
    wechat_paste,
    weflow,
)
from adapters.exports.format import ExportFile, Format

FORMATS: tuple[Format, ...] = (
    telegram_json,
    telegram_html,
    qce,
    pywxdump,
    chatlog,
    weflow,
    chatlab,
    memotrace_txt,
    qq_txt,
    qq_mht,
    memotrace_csv,
    wechat_paste,
)
"""The first that claims a file reads it."""

WITHIN: dict[str, Callable[[ExportFile], ExportFile]] = {qq_mht.NAME: qq_mht.Parts}
"""Formats whose files lie within the export itself: what finds them there."""

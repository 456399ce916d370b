"""Telegram live, through the Bot API."""

from __future__ import annotations

from typing import Any

from adapters.contract import Adapter, Pace
from adapters.telegram.options import Options, read_options

__all__ = ["PACE", "Options", "make"]

PACE = Pace(longest=4096, each_second=25, each_minute=20, utf16=True)


def make(options: dict[str, Any], name: str) -> Adapter:
    """Make the adapter of the account `name`. Raises AdapterError naming a wrong option."""
    read = read_options(options)
    # the platform's package is loaded where an account speaks, not where its pace is asked for
    from adapters.telegram.adapter import TelegramAdapter

    return TelegramAdapter(read, name)

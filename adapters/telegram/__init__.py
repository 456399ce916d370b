"""Telegram live, through the Bot API."""

from __future__ import annotations

from typing import Any

from adapters.carrying import MIB
from adapters.contract import Adapter, Carrying, Pace
from adapters.telegram.options import Options, read_options

__all__ = ["CARRIES", "PACE", "Options", "make"]

PACE = Pace(longest=4096, each_second=25, each_minute=20, utf16=True)
# https://core.telegram.org/bots/api#sending-files and, of 48 hours, #deletemessage
CARRIES = Carrying(
    label="Telegram",
    replies=True,
    edits=True,
    recalls=48 * 3600 - 60,
    captions=1024,
    largest={"photo": 10 * MIB, "file": 50 * MIB},
    looks=True,
)


def make(options: dict[str, Any], name: str) -> Adapter:
    """Make the adapter of the account `name`. Raises AdapterError naming a wrong option."""
    read = read_options(options)
    # the platform's package is loaded where an account speaks, not where its pace is asked for
    from adapters.telegram.adapter import TelegramAdapter

    return TelegramAdapter(read, name)

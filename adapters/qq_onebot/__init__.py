"""QQ through a OneBot 11 gateway (NapCat, LLOneBot, Lagrange); the account may be kicked."""

from __future__ import annotations

from typing import Any

from adapters.carrying import MIB
from adapters.contract import Adapter, Carrying, Pace
from adapters.qq_onebot.options import Options, options_of

__all__ = ["CARRIES", "PACE", "Options", "make"]

PACE = Pace(longest=4500, each_second=1, each_minute=20)
# files go through the gateway's socket as base64
CARRIES = Carrying(
    label="QQ",
    replies=True,
    recalls=115,
    captions=4500,
    largest={"photo": 10 * MIB, "sticker": 10 * MIB, "animation": 10 * MIB, "file": 20 * MIB},
    looks=True,
)


def make(options: dict[str, Any], name: str) -> Adapter:
    """Make the adapter of one account. Raises AdapterError naming a wrong option."""
    read = options_of(options)
    # what speaks is loaded where an account does, not where its pace is asked for
    from adapters.qq_onebot.adapter import OneBot

    return OneBot(read, name)

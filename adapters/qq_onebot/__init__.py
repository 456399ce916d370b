"""QQ through a OneBot 11 gateway (NapCat, LLOneBot, Lagrange); the account may be kicked."""

from __future__ import annotations

from typing import Any

from adapters.contract import Adapter, Pace
from adapters.qq_onebot.options import Options, options_of

__all__ = ["PACE", "Options", "make"]

PACE = Pace(longest=4500, each_second=1, each_minute=20)


def make(options: dict[str, Any], name: str) -> Adapter:
    """Make the adapter of one account. Raises AdapterError naming a wrong option."""
    read = options_of(options)
    # what speaks is loaded where an account does, not where its pace is asked for
    from adapters.qq_onebot.adapter import OneBot

    return OneBot(read, name)

"""QQ through a OneBot 11 gateway (NapCat, LLOneBot, Lagrange); the account may be kicked."""

from __future__ import annotations

from typing import Any

from adapters.qq_onebot.adapter import OneBot
from adapters.qq_onebot.options import Options, options_of

__all__ = ["OneBot", "Options", "make"]


def make(options: dict[str, Any], name: str) -> OneBot:
    """Make the adapter of one account. Raises AdapterError naming a wrong option."""
    return OneBot(options_of(options), name)

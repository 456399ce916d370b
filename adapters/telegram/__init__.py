"""Telegram live, through the Bot API."""

from adapters.telegram.adapter import TelegramAdapter, make
from adapters.telegram.options import Options

__all__ = ["Options", "TelegramAdapter", "make"]

"""Makes an `Asked` of an event's envelope."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable

from adapters.contract import Envelope
from bot.commands.command import Asked
from bot.commands.parsing import parse

LONGEST = 10_000
"""Characters of a command that are read."""


def asked_of(
    envelope: Envelope, *, account: str, platform: str, bot_names: Iterable[str] = ()
) -> Asked | None:
    """Return what an event asks of us; None when it is no command, or not for this bot."""
    if envelope.kind != "message" or envelope.own:
        return None
    parsed = parse(_clean(envelope.text) or "", bot_names)
    if parsed is None or (envelope.group_key is None and not envelope.private):
        return None
    group = None if envelope.private else envelope.group_key
    return Asked(
        account=account,
        platform=platform,
        key=envelope.key,
        name=parsed[0],
        words=parsed[1],
        at=envelope.sent_at or int(time.time()),
        group_key=group,
        private=envelope.private,
        sender_key=envelope.sender_key,
        sender_name=_clean(envelope.sender_name),
        role=envelope.sender_role,
        is_bot=envelope.sender_is_bot,
        message_key=_key(group, envelope.message_id),
        message_id=envelope.message_id,
        reply_key=_key(group, envelope.reply_to),
        quote_text=_clean(envelope.quote_text),
        quote_sender=_clean(envelope.quote_sender),
    )


def _key(group: str | None, message_id: str | None) -> str | None:
    return f"{group}:{message_id}" if group and message_id else None


def _clean(text: str | None) -> str | None:
    """Drop what no database and no platform takes: control characters, half characters."""
    if text is None:
        return None
    whole = text[:LONGEST].encode("utf-8", "replace").decode()
    return "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc")

"""Cuts a copy into messages each of which is known as brought."""

from __future__ import annotations

import msgspec

from adapters.contract import Pace
from bot.bridge.planning import units
from bot.live.splitting import split


def cut(quoted: str, named: str, words: str, pace: Pace) -> list[str]:
    """Return the messages of a copy: what is answered, who says it and the words; where there are
    more of them each says who."""
    # without a name a mark stands right before the words, or it is none
    whole = quoted + named + (words.lstrip() if named.endswith("〕") else words)
    if units(whole, pace) <= pace.longest:
        return [whole]
    room = msgspec.structs.replace(pace, longest=pace.longest - units(named, pace))
    first, *rest = split(whole, room)
    return [first, *(named + part for part in rest)]


def ended(text: str, end: str, pace: Pace) -> str:
    """Return a message with an end that says where more is."""
    room = msgspec.structs.replace(pace, longest=pace.longest - units(end, pace))
    return split(text, room)[0] + end

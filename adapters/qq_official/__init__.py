"""QQ through its official bot: no account is at risk, but people have no numbers, only openids."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.contract import Adapter, Answers, Carrying, Pace
from adapters.qq_official.options import Options, read_options

__all__ = ["CARRIES", "PACE", "Options", "make"]

# https://bot.q.qq.com/wiki/develop/api-v2/server-inter/message/overview.html (September 2026)
PACE = Pace(
    longest=2000,
    each_second=10,
    each_minute=20,
    answers=Answers(seconds=300, most=5, seconds_alone=3600, most_alone=4),
    unasked_each_minute=30,
    unasked_each_day=1000,
    links=frozenset(),
)
# an answer uses up one of five, so a copy never is one
CARRIES = Carrying(label="QQ", recalls=115, captions=2000, largest={"file": 200 << 20})


def make(options: dict[str, Any], name: str) -> Adapter:
    """Make the adapter of one bot. Raises AdapterError naming a wrong option."""
    read = read_options(options)
    pace = msgspec.structs.replace(
        PACE, unasked_each_minute=read.unasked_each_minute, links=frozenset(read.domains)
    )
    # what speaks is loaded where an account does, not where its pace is asked for
    from adapters.qq_official.adapter import OfficialBot

    return OfficialBot(read, name, pace)

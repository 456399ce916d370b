"""Weighs threads and messages by what people did: took part, answered, reacted, took trouble."""

from __future__ import annotations

from math import log

import msgspec

from archive.digest.said import Heard, Said
from archive.digest.threads import Thread
from archive.links import links_in

_LONG = 30
"""Characters from which a message took some trouble."""
_MOST = 300


class Weight(msgspec.Struct, frozen=True):
    """What speaks for a thread, counted."""

    people: int
    messages: int
    replies: int
    reactions: int
    length: int
    """Characters of its longer messages."""
    links: int

    @property
    def score(self) -> float:
        """Return one number to compare by; small talk has less than 4."""
        return (
            1.2 * log(1 + self.people)
            + 0.9 * log(1 + self.replies)
            + 1.3 * log(1 + self.reactions)
            + 1.1 * log(1 + self.length / 60)
            + 0.4 * min(self.links, 2)
        )


def weigh(thread: Thread, heard: Heard) -> Weight:
    """Count what speaks for a thread."""
    everybody = thread.messages + thread.slight
    return Weight(
        people=len({one.sender for one in everybody if one.sender is not None}),
        messages=len(thread.messages),
        replies=sum(one.id in heard.answers for one in everybody),
        reactions=sum(heard.reactions.get(one.id, 0) for one in thread.messages),
        length=sum(min(len(m.text), _MOST) for m in thread.messages if len(m.text) >= _LONG),
        links=sum(len(links_in(m.text)) for m in thread.messages),
    )


def answered(thread: Thread, heard: Heard) -> dict[int, int]:
    """Count the direct answers each message of a thread got."""
    found: dict[int, int] = {}
    for one in thread.messages + thread.slight:
        target = heard.answers.get(one.id)
        if target is not None:
            found[target] = found.get(target, 0) + 1
    return found


def worth(one: Said, answers: int, reactions: int) -> float:
    """Return how much a message tells of its thread."""
    return 1.3 * log(1 + reactions) + log(1 + answers) + min(len(one.text), 240) / 80

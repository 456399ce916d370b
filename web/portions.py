"""A page's worth of messages: never more than a page may hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archive.views import MessageView
from web.talk import CUT

CHARACTERS = 60_000
"""Of text on one page; with its markup 60,000 Han characters are some 300 KB of HTML."""


def portion(
    messages: Sequence[MessageView], after: int | None, most: int, whole: bool = False
) -> tuple[tuple[MessageView, ...], int | None]:
    """Return what is shown of these messages, oldest first, after the one with the id `after`; and
    the id to go on after, None at the end. `whole` where long texts are not cut."""
    left = [message for message in messages if after is None or message.id > after]
    shown = tuple(_fitting(left[:most], CHARACTERS if whole else CUT))
    return shown, shown[-1].id if len(shown) < len(left) else None


def _fitting(messages: Iterable[MessageView], cut: int) -> Iterable[MessageView]:
    room = CHARACTERS
    for at, message in enumerate(messages):
        room -= min(len(message.text), cut) + sum(len(str(row["text"])) for row in message.nested)
        if room < 0 and at:
            return
        yield message

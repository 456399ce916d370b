"""Reads a command out of what was said: `/搜 部署`, `／精华@our_bot #标签`, `@our_bot /help`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archive.text import INVISIBLE, normalise

_HIDDEN = "".join(map(chr, INVISIBLE))
_EMPTY = _HIDDEN + "".join(c for c in map(chr, range(0x3001)) if c.isspace())
_AT = "@＠"
_GAP = rf"[\s{_HIDDEN}]"
_COMMAND = re.compile(
    rf"[/／](?P<name>\w{{1,32}})(?:[{_AT}](?P<bot>[^\s{_HIDDEN}]+))?"
    rf"(?P<words>\Z|(?={_GAP}|[#＃:：]).*)",
    re.DOTALL,
)
_NOT_KEPT = re.compile(r"[\[【〔［]\s*不存\s*[\]】〕］]")


def parse(text: str, bot_names: Iterable[str] = ()) -> tuple[str, str] | None:
    """Return the name (as `normalise` writes it) and the words after it; None for no command, or
    one for another bot."""
    ours = sorted({normalise(name.lstrip(_AT)) for name in bot_names} - {""}, key=len, reverse=True)
    rest = _trimmed(text)
    while rest and rest[0] in _AT:
        after = _after_mention(rest[1:], ours)
        if after is None:
            return None
        rest = after
    found = _COMMAND.match(rest)
    if found is None or (found["bot"] is not None and normalise(found["bot"]) not in ours):
        return None
    name = normalise(found["name"])
    return (name, _trimmed(_trimmed(found["words"]).lstrip(":："))) if name else None


def names_command(text: str) -> bool:
    """Tell quickly whether a text could be a command for some bot; `parse` decides."""
    start = text.lstrip(_EMPTY)[:1]
    return start != "" and (start in "/／" or (start in _AT and ("/" in text or "／" in text)))


def is_not_kept(text: str) -> bool:
    """Tell whether a message begins with `[不存]`: its author does not want it archived."""
    return _NOT_KEPT.match(text.lstrip(_EMPTY)) is not None


def _after_mention(text: str, ours: list[str]) -> str | None:
    """Cut one of our names and the gap behind it off a text; None if it names somebody else."""
    for name in ours:
        if normalise(text[: len(name)]) == name:
            rest = text[len(name) :]
            # `@our_bot2` is another bot
            if not rest or re.match(rf"{_GAP}|[/／,，:：]", rest):
                return _trimmed(_trimmed(rest).lstrip(",，:："))
    return None


def _trimmed(text: str) -> str:
    """Strip white space and characters nobody sees."""
    return text.strip(_EMPTY)

"""Which of a person's groups is meant where they speak to the bot alone."""

from __future__ import annotations

import re

from archive.text import normalise
from archive.views import GroupView
from bot.commands.command import Answer, Asked
from bot.commands.lines import one_line

_LINES = 3
"""Groups with a line of their own; one more line has the next ones."""
_MORE = 8
_NAME = 24
_IN = re.compile(r"(?:群|in)\s*[:：]\s*", re.I)


def group_meant(groups: list[GroupView], words: str) -> GroupView | None:
    """Return the group that words name by its number in the list or its title; the only one
    without any words."""
    named = normalise(words).strip()
    named = named[found.end() :] if (found := _IN.match(named)) else named
    if not named:
        return groups[0] if len(groups) == 1 else None
    if named.isdecimal() and 0 < int(named) <= len(groups):
        return groups[int(named) - 1]
    titles = [(normalise(group.title).strip(), group) for group in groups]
    same = [group for title, group in titles if title == named]
    alike = same or [group for title, group in titles if named in title]
    return alike[0] if len(alike) == 1 else None


def which_group(groups: list[GroupView], asked: Asked) -> Answer:
    """List a person's groups in at most five lines, and how to name one."""
    return _listed(
        groups,
        asked,
        asked.say(
            f"你在 {len(groups)} 个存档的群里。看哪一个？发 /{asked.name} 加编号或群名：",
            f"You are in {len(groups)} archived groups. Which one? Send /{asked.name} and its"
            " number or name:",
        ),
    )


def which_group_of_mine(groups: list[GroupView], asked: Asked) -> Answer:
    """List the groups whose admin a person is, and how to name one."""
    return _listed(
        groups,
        asked,
        asked.say(
            f"你管理的存档的群有 {len(groups)} 个。是哪一个？发 /{asked.name} 加编号或群名：",
            f"Archived groups you administer: {len(groups)}. Which one? Send /{asked.name} and its"
            " number or name:",
        ),
    )


def _listed(groups: list[GroupView], asked: Asked, head: str) -> Answer:
    named = [f"{n}. {one_line(group.title, _NAME)}" for n, group in enumerate(groups, 1)]
    lines = [head, *named[:_LINES]]
    if rest := named[_LINES : _LINES + _MORE]:
        more = asked.say("；", "; ").join(rest)
        lines.append(more + ("…" if len(named) > _LINES + _MORE else ""))
    return Answer("\n".join(lines))

"""Proposes the group of an export that does not name its group by an id."""

from __future__ import annotations

import re

from adapters.exports.format import ExportError, ExportFile, Options
from archive.keys import platform_of, title_key
from archive.records import Group

_KEY = re.compile(r"[a-z]{2,20}:[\w@.~+-]+", re.ASCII)


def proposed_group(platform: str, title: str, options: Options, kind: str = "group") -> Group:
    """Make the group from what the person importing says, else from a title."""
    asked = (options.group or "").strip()
    if _KEY.fullmatch(asked):
        if platform_of(asked) != platform:
            raise ExportError(
                f"this export is of {platform}, and {asked} is no group of it.",
                f"name a group of {platform}, by its key or title",
            )
        return Group(asked, title or None, kind)
    title = asked or title.strip()
    # a friend called like a group is another chat
    key = title_key(platform, title if kind != "private" else f"private {title}")
    return Group(key, title or None, kind, title_only=True)


def stem(file: ExportFile) -> str:
    """Return the file's name without folder and suffix, for a title."""
    name = file.name.rpartition("/")[2]
    return name.rpartition(".")[0] or name

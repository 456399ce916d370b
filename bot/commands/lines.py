"""Writes what answers are made of: names, times and pieces of messages, safe to say in a group."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from archive.hits import message_url
from archive.masks import mask
from archive.views import MessageView
from bot.commands.command import CODE, Asked, Setting

PIECE = 48
"""Characters of a message shown in a line."""
NAME = 20
"""Characters of a person's name."""

_LEAD = 12
"""Characters shown before what was found."""
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WORDLESS = {
    "photo": "图片", "video": "视频", "voice": "语音", "audio": "音频", "file": "文件",
    "sticker": "表情", "animation": "动图", "link": "链接", "location": "位置", "poll": "投票",
    "forward": "转发", "card": "名片", "contact": "名片",
}  # fmt: skip


def one_line(text: str, length: int = PIECE, around: int = 0) -> str:
    """Reduce what people wrote to a piece of one line that calls nobody and turns nothing about.

    `around` is where the piece should lie.
    """
    start = max(0, around - _LEAD) if around + length // 2 > length else 0
    # a few more, for blanks that go
    cut = _BIDI.sub("", text[start : start + 4 * length])
    cut = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in cut)
    cut = " ".join(cut.split())
    if len(cut) > length or start + 4 * length < len(text):
        cut = cut[:length].rstrip() + "…"
    if start:
        cut = "…" + cut
    # "@all" in an old message must not call everybody again
    return cut.replace("@", "@\u200b").replace("＠", "＠\u200b")


def gist(view: MessageView, asked: Asked, length: int = PIECE) -> str:
    """Return a message's beginning, or what it is where it has no words."""
    if view.recalled:
        return asked.say("［已撤回］", "[taken back]")
    said = one_line(mask(view.text or view.more), length)
    kind = asked.say(_WORDLESS.get(view.kind, "消息"), view.kind)
    return said or (f"［{kind}］" if asked.chinese else f"[{kind}]")


def who(view: MessageView, asked: Asked) -> str:
    """Return the sender's name."""
    return one_line(view.sender, NAME) or asked.say("系统", "system")


def when(seconds: int, zone: str, asked: Asked) -> str:
    """Return a local time as `11-18 10:31`, with the year where it is not that of the command."""
    here = datetime.fromtimestamp(seconds, ZoneInfo(zone))
    this_year = here.year == datetime.fromtimestamp(asked.at, ZoneInfo(zone)).year
    return f"{here:%m-%d %H:%M}" if this_year else f"{here:%Y-%m-%d}"


def row(view: MessageView, asked: Asked, piece: str | None = None) -> str:
    """Return a message in a line that ends in its short code."""
    said = gist(view, asked) if piece is None else piece
    seal = asked.say("［精］", "[essence] ") if view.essence else ""
    head = f"{who(view, asked)} {when(view.sent_at, view.time_zone, asked)}"
    return f"{seal}{head}{asked.say('：', ': ')}{said} · {CODE}"


def permalink(view: MessageView, setting: Setting) -> str:
    """Return a line with a message's address, empty where the site has none."""
    return f"\n{message_url(view.key, setting.base_url)}" if setting.base_url else ""


def address(setting: Setting, path: str, **query: str) -> str:
    """Return a line with an address of the site, empty where the site has none."""
    if not setting.base_url:
        return ""
    return f"\n{setting.base_url}{path}" + (f"?{urlencode(query)}" if query else "")

"""Writes a conversation as tg-archive keeps it (SQLite) and publishes it (a site of months)."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, Said

_TABLES = """
CREATE TABLE messages (id INTEGER NOT NULL PRIMARY KEY, type TEXT NOT NULL, date TIMESTAMP NOT NULL,
    edit_date TIMESTAMP, content TEXT, reply_to INTEGER, user_id INTEGER, media_id INTEGER);
CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, username TEXT, first_name TEXT,
    last_name TEXT, tags TEXT, avatar TEXT);
CREATE TABLE media (id INTEGER NOT NULL PRIMARY KEY, type TEXT, url TEXT, title TEXT,
    description TEXT, thumb TEXT);
"""


VARIANTS = ("site", "sqlite")


def write(conversation: Conversation, folder: Path, variant: str = "site") -> Path:
    """Write the `site` or the `sqlite`; return the folder of pages or the database's path."""
    folder.mkdir(parents=True, exist_ok=True)
    for said in conversation.said:
        if said.file and said.file.data:
            (folder / "media").mkdir(exist_ok=True)
            (folder / "media" / said.file.name).write_bytes(said.file.data)
    if variant == "sqlite":
        return _database(conversation, folder / "data.sqlite")
    return _site(conversation, folder)


def _kind(said: Said) -> str:
    if said.sender and said.kind != "service":
        return "message"
    return "user_left" if "left" in said.text or "退出" in said.text else "user_joined"


def _database(conversation: Conversation, path: Path) -> Path:
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_TABLES)
        for said in conversation.said:
            who, media = said.sender, None
            if who:
                db.execute("INSERT OR IGNORE INTO users VALUES(?, ?, ?, '', '', NULL)",
                           (int(who.id), who.name, who.name))  # fmt: skip
            if said.file:
                media = int(said.id)
                db.execute("INSERT INTO media VALUES(?, ?, ?, ?, '', NULL)",
                           (media, said.file.kind, said.file.name, said.file.name))  # fmt: skip
            at = datetime.fromtimestamp(said.at, UTC).isoformat(" ")
            db.execute("INSERT INTO messages VALUES(?, ?, ?, NULL, ?, ?, ?, ?)",
                       (int(said.id), _kind(said), at, said.text,
                        int(said.reply_to) if said.reply_to else None,
                        int(who.id) if who else None, media))  # fmt: skip
    return path


def _site(conversation: Conversation, folder: Path) -> Path:
    zone = ZoneInfo(conversation.time_zone)
    months = {said.id: f"{datetime.fromtimestamp(said.at, zone):%Y-%m}"
              for said in conversation.said}  # fmt: skip
    pages: dict[str, list[str]] = defaultdict(list)
    for said in conversation.said:
        pages[months[said.id]].append(_row(said, months, zone))
    for month, rows in pages.items():
        title = escape(conversation.name)
        (folder / f"{month}.html").write_text(
            f"<!doctype html>\n<html><head><meta charset=\"utf-8\" /><title>{title}</title></head>"
            f'<body><h1>{title}</h1><ul class="messages">\n' + "\n".join(rows)
            + "\n</ul></body></html>\n", "utf-8",
        )  # fmt: skip
    (folder / "index.html").write_text((folder / f"{max(pages)}.html").read_text() if pages else "")
    return folder


def _row(said: Said, months: dict[str, str], zone: ZoneInfo) -> str:
    at = datetime.fromtimestamp(said.at, zone)
    name = escape(said.sender.name if said.sender else "")
    parts = [f'<li class="message type-{_kind(said)}" id="{said.id}">', '<div class="body">',
             f'<div class="meta"><a class="username" href="#{said.id}">{name}</a>'
             f' <a class="id" href="#{said.id}">#{said.id}</a>'
             f' <span class="date">{at:%I:%M %p, %d %b %Y}</span></div>']  # fmt: skip
    if said.reply_to:
        parts.append(f'<a class="reply" href="{months.get(said.reply_to, "2000-01")}.html'
                     f'#{said.reply_to}">&#8627; #{said.reply_to}</a>')  # fmt: skip
    text = escape(said.text, quote=False).replace("\n", "<br />\n")
    parts.append(f'<div class="text">{text}</div>')
    if said.file:
        shown = escape(said.file.name)
        parts.append(f'<div class="media"><a href="media/{shown}">{shown}</a></div>')
    return "".join([*parts, "</div>", "</li>"])

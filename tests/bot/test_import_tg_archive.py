"""The same Telegram group as JSON, as tg-archive's database and as its site: one history."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from html import escape
from itertools import permutations
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import rows, run

ROW = """<li class="message type-message" id="{id}"><div class="meta">
<a href="https://t.me/x" class="username">{who}</a><span class="date">{clock}</span></div>
<div class="text">{text}</div></li>
"""


def _database(path: Path, said: list[dict]) -> Path:
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE table messages (id INTEGER NOT NULL PRIMARY KEY, type TEXT, date"
            " TIMESTAMP, content TEXT, reply_to INTEGER, user_id INTEGER, media_id INTEGER)"
        )
        db.execute(
            "CREATE table users (id INTEGER NOT NULL PRIMARY KEY, username TEXT,"
            " first_name TEXT, last_name TEXT, tags TEXT)"
        )
        for row in said:
            at = datetime.fromtimestamp(int(row["date_unixtime"]), UTC)
            user = int(row["from_id"].removeprefix("user"))
            db.execute("INSERT OR IGNORE INTO users VALUES(?,NULL,?,NULL,'')", (user, row["from"]))
            db.execute(
                "INSERT INTO messages VALUES(?,'message',?,?,?,?,NULL)",
                (
                    row["id"],
                    f"{at:%Y-%m-%d %H:%M:%S}",
                    row["text"],
                    row.get("reply_to_message_id"),
                    user,
                ),
            )
    db.close()
    return path


def _site(folder: Path, said: list[dict]) -> Path:
    folder.mkdir()
    written = ""
    for row in said:
        at = datetime.fromtimestamp(int(row["date_unixtime"]), UTC)
        written += ROW.format(
            id=row["id"],
            who=f"{row['from']} None (@x{row['from_id']})",
            clock=f"{at:%I:%M %p, %d %b %Y}",
            text=escape(row["text"]).replace("\n", "<br />\n"),
        )
    (folder / "2026-01.html").write_text(f'<ul class="messages">{written}</ul></html>', "utf-8")
    return folder


@pytest.mark.parametrize("order", list(permutations(("json", "database", "site")))[::2])
def test_three_exports_of_a_group_are_one_in_every_order(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    said = [row for row in telegram_rows(60) if isinstance(row["text"], str) and row["text"]]
    paths = {
        "json": telegram_json(tmp_path / "json/result.json", said),
        "database": _database(tmp_path / "db/data.sqlite", said),
        "site": _site(tmp_path / "site", said),
    }
    data = tmp_path / "data"
    for name in order:
        run("import", paths[name], "--data", data, expect=0)
    assert rows(data, "SELECT key, messages FROM groups") == [(KEY, len(said))]
    kept = rows(
        data,
        "SELECT m.sent_at, p.key FROM messages m JOIN members p ON p.id = m.sender_id"
        " ORDER BY m.sent_at",
    )
    assert kept == sorted(
        (int(row["date_unixtime"]), f"telegram:{row['from_id'].removeprefix('user')}")
        for row in said
    )
    again = run("import", paths["database"], "--data", data, "--json", expect=0).json["messages"]
    assert again["new"] == 0

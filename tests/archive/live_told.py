"""Short ways to hand an inbox events, and to look into every byte of it."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

from archive.inbox import Incoming

DAY = 86_400
GROUP = "telegram:-100123"


def event(key: str, body: bytes = b"{}", **more: object) -> Incoming:
    values = {
        "key": key, "group_key": GROUP, "sender_key": "telegram:42", "message_id": key,
        "sent_at": 1_790_000_000, "form": "raw", "body": body,
    }  # fmt: skip
    return Incoming(**(values | more))  # type: ignore[arg-type]


def bodies(folder: Path) -> bytes:
    """Read every body that the file holds, and its bytes as they are."""
    db = sqlite3.connect(folder / "inbox.db")
    rows = db.execute("SELECT body FROM events UNION ALL SELECT body FROM quarantine").fetchall()
    db.close()
    raw = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    return b"".join(zlib.decompress(body) for (body,) in rows) + raw


def traces(folder: Path, *words: str) -> list[str]:
    """Return where in the folder's files any of these words stands, compressed bodies too."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found += [f"{word} in {path.name}" for word in words if word.encode() in content]
    if (folder / "inbox.db").exists():
        content = bodies(folder)
        found += [f"{word} in a body" for word in words if word.encode() in content]
    return found

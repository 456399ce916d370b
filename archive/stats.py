"""What the archive holds, in numbers."""

from __future__ import annotations

import json
import sqlite3

from archive.access import Reader
from archive.groups import allowed_ids
from archive.views import Stats


def stats(db: sqlite3.Connection, reader: Reader) -> Stats:
    """Count what a reader may see; from the counters, so the archive's size does not matter.

    A member is who said something or is named by a source with an id; who is known by a name only,
    and of whom no message is left once another source knows its sender, is none
    (`namesakes.join_names` forgets them).
    """
    allowed = allowed_ids(db, reader)
    if allowed is None:
        where, values = "1", ""
    else:
        where, values = "id IN (SELECT value FROM json_each(?))", json.dumps(sorted(allowed))
    bound = (values,) if values else ()
    groups, messages, first, last = db.execute(
        f"SELECT count(*), coalesce(sum(messages), 0), min(first_at), max(last_at) FROM groups"
        f" WHERE {where}",
        bound,
    ).fetchone()
    (members,) = db.execute(
        "SELECT count(DISTINCT member_id) FROM memberships"
        f" WHERE group_id IN (SELECT id FROM groups WHERE {where})",
        bound,
    ).fetchone()
    if allowed is None:
        (media,) = db.execute("SELECT count(*) FROM media").fetchone()
    else:
        (media,) = db.execute(
            "SELECT count(DISTINCT sha256) FROM attachments"
            " CROSS JOIN messages m ON m.id = message_id"
            " WHERE sha256 IS NOT NULL AND m.group_id IN (SELECT value FROM json_each(?))",
            bound,
        ).fetchone()
    return Stats(groups, messages, members, media, first, last)

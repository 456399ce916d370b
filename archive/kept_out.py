"""What of a source's messages is not kept: forgotten ones, and those of people who opted out."""

from __future__ import annotations

import sqlite3

from archive.audit import note
from archive.people import KnownGroup
from archive.prepare import Prepared
from archive.scrub import Shunned
from archive.tombstones import forgotten, forgotten_ids


def keep_out(
    db: sqlite3.Connection,
    group: KnownGroup,
    named: list[tuple[str, Prepared]],
    shunned: Shunned,
    source: str,
) -> set[str]:
    """Return the ids of the messages not to be kept; take such words out of the others."""
    gone = forgotten(db, group, named)
    if gone:
        note(db, source, "kept out", group.key, str(len(gone)))
    quoting = [m for _, m in named if m.reply_to and m.detail and '"quote"' in m.detail]
    answered = forgotten_ids(db, group.id, [m.reply_to or "" for m in quoting])
    if shunned or answered:
        for own, message in named:
            if shunned.sent(group.id, message):
                gone.add(own)
            elif own not in gone:
                shunned.clean(group.id, message, quote=message.reply_to in answered)
    return gone

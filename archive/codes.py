"""Short codes: six characters that name a message where a link or a reply cannot.

Crockford's base 32: no I, L, O or U; who types I, L or O means 1, 1 and 0.
"""

from __future__ import annotations

import secrets
import sqlite3
import unicodedata

from archive.access import Reader, operator
from archive.messages import message_id

LENGTH = 6
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans("OIL", "011")


def code_of(db: sqlite3.Connection, message_key: str) -> str:
    """Return a message's code, assigned at the first use; within a write transaction.

    Raises NotFound.
    """
    row_id = message_id(db, operator(), message_key)
    row = db.execute(
        "SELECT code FROM codes WHERE message_id = ? ORDER BY rowid LIMIT 1", (row_id,)
    ).fetchone()
    if row is not None:
        return str(row[0])
    while True:
        code = _random()
        made = db.execute(
            "INSERT OR IGNORE INTO codes(code, message_id) VALUES(?, ?)", (code, row_id)
        )
        if made.rowcount:
            return code


def known_code(db: sqlite3.Connection, reader: Reader, message_key: str) -> str | None:
    """Return a message's code if it has one; raises NotFound where the message is hidden."""
    row = db.execute(
        "SELECT code FROM codes WHERE message_id = ? ORDER BY rowid LIMIT 1",
        (message_id(db, reader, message_key),),
    ).fetchone()
    return str(row[0]) if row else None


def key_of(db: sqlite3.Connection, code: str) -> str | None:
    """Return the key of the message with this code, as typed by a person; None: there is none."""
    typed = unicodedata.normalize("NFKC", code).strip().upper().translate(_MEANT)
    row = db.execute(
        "SELECT g.key, m.platform_id FROM codes JOIN messages m ON m.id = message_id"
        " JOIN groups g ON g.id = m.group_id WHERE code = ?",
        (typed,),
    ).fetchone()
    return f"{row[0]}:{row[1]}" if row else None


def _random() -> str:
    """Return a code with a letter and a digit in it: no word is one, and no number."""
    while True:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))
        if not code.isalpha() and not code.isdigit():
            return code

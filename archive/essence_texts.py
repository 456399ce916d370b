"""An essence as it was edited at the desk; its messages stay beside it as they were said."""

from __future__ import annotations

import sqlite3

from archive.access import Reader
from archive.views import EssenceView, View


class EditedText(View, frozen=True):
    """What an essence says since it was edited."""

    text: str
    at: int


def edited_text(db: sqlite3.Connection, reader: Reader, post: EssenceView) -> EditedText | None:
    """Return the edited text of an essence this reader was shown; None where there is none.

    For those inside only, and only while all of its messages can be read: it may have their words.
    """
    if not all(reader.inside(m.group_key) and not m.recalled for m in post.messages):
        return None
    row = db.execute(
        "SELECT text, at FROM essence_texts WHERE essence_id = ?", (post.id,)
    ).fetchone()
    return EditedText(*row) if row is not None and post.messages else None

"""Where a message has been gathered: the threads it is in, and the columns its essence is in."""

from __future__ import annotations

import sqlite3

from archive.access import Reader
from archive.columns import ColumnView, list_columns
from archive.masks import mask
from archive.views import EssenceView, MessageView, View


class ThreadName(View, frozen=True):
    """A thread by its title."""

    id: int
    title: str


def threads_of(db: sqlite3.Connection, reader: Reader, message: MessageView) -> list[ThreadName]:
    """Return the threads in which a message this reader was shown is, the newest first."""
    rows = db.execute(
        "SELECT t.id, t.title FROM threads t JOIN thread_messages ON thread_id = t.id"
        " WHERE message_id = ? ORDER BY t.id DESC",
        (message.id,),
    ).fetchall()
    inside = reader.inside(message.group_key)
    return [ThreadName(number, title if inside else mask(title)) for number, title in rows]


def columns_of(db: sqlite3.Connection, reader: Reader, post: EssenceView) -> list[ColumnView]:
    """Return the columns in which an essence this reader was shown is."""
    rows = db.execute(
        "SELECT DISTINCT column_id FROM column_messages JOIN essence_messages USING (message_id)"
        " WHERE essence_id = ?",
        (post.id,),
    )
    among = {number for (number,) in rows}
    if not among or not post.messages:
        return []
    columns = list_columns(db, reader, post.messages[0].group_key)
    return [column for column in columns if column.id in among]

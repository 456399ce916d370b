"""What is said of one message twice: as a question, or as an answer."""

from __future__ import annotations

import sqlite3


def join_questions(db: sqlite3.Connection, row_id: int, kept_id: int) -> None:
    """Let what is known of a message as a question or an answer go to the row that is kept."""
    for table in ("questions", "answers"):
        db.execute(
            f"UPDATE OR IGNORE {table} SET message_id = ? WHERE message_id = ?", (kept_id, row_id)
        )
    # both were questions: the answers to one are answers to the other
    db.execute(
        "UPDATE answers SET question_id = (SELECT id FROM questions WHERE message_id = ?1)"
        " WHERE question_id = (SELECT id FROM questions WHERE message_id = ?2)",
        (kept_id, row_id),
    )

"""Acts on essence: mark and unmark."""

from __future__ import annotations

from archive import essence
from archive.messages import get_message
from web.desk.acting import Does, Doing, Done


def mark(doing: Doing) -> Done:
    """Mark a message as essence: `key`, `title`, `reason` and any number of `tag`."""
    message = get_message(doing.db, doing.visit.reader, doing.form.get("key"))
    doing.rules(message.group_key)
    essence.mark(
        doing.db, [message.key], by=doing.by, reason=doing.form.get("reason"),
        title=doing.form.get("title"), tags=tuple(doing.form.all("tag")),
    )  # fmt: skip
    return Done("desk.marked", message.key, ("unmark", {"key": message.key}))


def unmark(doing: Doing) -> Done:
    """Take the mark of the essence away that holds the message `key`."""
    message = get_message(doing.db, doing.visit.reader, doing.form.get("key"))
    doing.rules(message.group_key)
    essence.unmark(doing.db, message.key, by=doing.by)
    return Done("desk.unmarked", message.key, ("mark", {"key": message.key}))


ACTS: dict[str, Does] = {"mark": mark, "unmark": unmark}

"""Acts on essence: marking, dismissing, editing, making two one."""

from __future__ import annotations

import json

from archive import dismissals, essence
from archive.essence_editing import Edit, edit, edit_of, part, unite
from archive.messages import get_message
from archive.views import EssenceView, MessageView
from web.desk.acting import Does, Doing, Done


def mark(doing: Doing) -> Done:
    """Mark a message as essence: `key`, `title`, `reason` and any number of `tag`."""
    message = asked(doing)
    essence.mark(
        doing.db, [message.key], by=doing.by, reason=doing.form.get("reason"),
        title=doing.form.get("title"), tags=tuple(doing.form.all("tag")),
    )  # fmt: skip
    return Done("desk.marked", message.key, ("unmark", {"key": message.key}))


def unmark(doing: Doing) -> Done:
    """Take the mark of the essence away that holds the message `key`."""
    message = asked(doing)
    former = post_of(doing, message.essence or 0)
    written = edit_of(doing.db, former.id)
    essence.unmark(doing.db, message.key, by=doing.by)
    keys = [one.key for one in former.messages]
    undo = {"keys": json.dumps(keys), "title": written.title, "reason": written.reason,
            "text": written.text}  # fmt: skip
    return Done("desk.unmarked", message.key, ("mark_again", undo))


def mark_again(doing: Doing) -> Done:
    """Mark the messages of `keys` (JSON) as one essence as it was: `title`, `reason`, `text`."""
    keys = [asked_for(doing, key).key for key in doing.form.texts("keys")]
    made = essence.mark(doing.db, keys[:1], by=doing.by)
    for key in keys[1:]:
        unite(doing.db, made, essence.mark(doing.db, [key], by=doing.by), doing.by)
    edit(doing.db, made, _written(doing), doing.by)
    return Done("desk.marked", keys[0], ("unmark", {"key": keys[0]}))


def dismiss(doing: Doing) -> Done:
    """Decide that the candidate `key` is not to become essence."""
    message = asked(doing)
    dismissals.dismiss(doing.db, message.id, doing.by)
    return Done("desk.dismissed", message.key, ("propose", {"key": message.key}))


def propose(doing: Doing) -> Done:
    """Let a candidate that was dismissed (`key`) be decided on again."""
    message = asked(doing)
    dismissals.take_back(doing.db, message.id, doing.by)
    return Done("desk.proposed", message.key, ("dismiss", {"key": message.key}))


def change(doing: Doing) -> Done:
    """Write the essence `id` anew: `title`, `reason`, `text`."""
    post = post_of(doing, doing.form.number("id"))
    former = edit(doing.db, post.id, _written(doing), doing.by)
    undo = {"id": str(post.id), "title": former.title, "reason": former.reason,
            "text": former.text}  # fmt: skip
    return Done("desk.changed", str(post.id), ("change", undo))


def join(doing: Doing) -> Done:
    """Let the essence `other` be part of the essence `id`."""
    post = post_of(doing, doing.form.number("id"))
    other = post_of(doing, doing.form.number("other"))
    written = edit_of(doing.db, other.id)
    ids = unite(doing.db, post.id, other.id, doing.by)
    undo = {"id": str(post.id), "messages": json.dumps(ids), "title": written.title,
            "reason": written.reason}  # fmt: skip
    return Done("desk.joined", str(post.id), ("split", undo))


def split(doing: Doing) -> Done:
    """Take messages (`messages`, JSON of row ids) out of the essence `id` into one of their own."""
    post = post_of(doing, doing.form.number("id"))
    wanted = set(doing.form.numbers("messages"))
    ids = [one.id for one in post.messages if one.id in wanted]
    made = part(
        doing.db, post.id, ids, doing.form.get("title"), doing.form.get("reason"), doing.by
    )  # fmt: skip
    return Done("desk.split", str(made), ("join", {"id": str(post.id), "other": str(made)}))


def asked(doing: Doing) -> MessageView:
    """Return the message `key` of a group the visitor rules. Raises NotFound."""
    return asked_for(doing, doing.form.get("key"))


def asked_for(doing: Doing, key: str) -> MessageView:
    """Return a message by its key, of a group the visitor rules. Raises NotFound."""
    message = get_message(doing.db, doing.visit.reader, key)
    doing.rules(message.group_key)
    return message


def post_of(doing: Doing, essence_id: int) -> EssenceView:
    """Return an essence of a group the visitor rules. Raises NotFound."""
    post = essence.post(doing.db, doing.visit.reader, essence_id)
    doing.rules(post.messages[0].group_key)
    return post


def _written(doing: Doing) -> Edit:
    form = doing.form
    return Edit(form.get("title"), form.get("reason"), form.get("text"))


ACTS: dict[str, Does] = {
    "mark": mark, "unmark": unmark, "mark_again": mark_again, "dismiss": dismiss,
    "propose": propose, "change": change, "join": join, "split": split,
}  # fmt: skip

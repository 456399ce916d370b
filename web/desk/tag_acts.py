"""Acts on tags and columns."""

from __future__ import annotations

import json

from starlette.exceptions import HTTPException

from archive import columns, tags
from archive.errors import NotFound
from web.desk.acting import Does, Doing, Done
from web.desk.essence_acts import asked

_MOST = 20_000
"""Messages remembered for an undo."""


def tag(doing: Doing) -> Done:
    """Add the tags written in `tag` to the message `key`."""
    message = asked(doing)
    names = tuple(name for part in doing.form.all("tag") for name in part.replace("#", " ").split())
    if not names:
        raise HTTPException(400)
    new = [name for name in names if name not in message.tags]
    tags.add_tags(doing.db, [message.id], names, doing.by)
    undo = ("untag", {"key": message.key, "tag": " ".join(new)}) if new else None
    return Done("desk.tagged", message.key, undo)


def untag(doing: Doing) -> Done:
    """Take the tags written in `tag` from the message `key`; those its text says stay."""
    message = asked(doing)
    names = doing.form.get("tag").replace("#", " ").split()
    gone = [n for n in names if tags.take_tag(doing.db, [message.id], n, doing.by)]
    if not gone:
        raise NotFound("that tag was not added by anybody.")
    return Done("desk.untagged", message.key, ("tag", {"key": message.key, "tag": " ".join(gone)}))


def synonym(doing: Doing) -> Done:
    """Let the tag `name` stand for the tag `main`, in all groups: for the operator."""
    doing.rules_all()
    name, main = doing.form.get("name"), doing.form.get("main")
    ids, others = tags.messages_with(doing.db, name), set(tags.messages_with(doing.db, main))
    tags.set_synonym(doing.db, name, main, doing.by)
    both = [i for i in ids if i in others]
    alone = [i for i in ids if i not in others]
    undo = ("end_synonym", {"name": name, "main": main, "messages": json.dumps(alone),
                            "both": json.dumps(both)})  # fmt: skip
    return Done("desk.synonym", name, undo if len(ids) <= _MOST else None)


def end_synonym(doing: Doing) -> Done:
    """Let the tag `name` be one of its own again: on `messages` (JSON of row ids) instead of the
    tag `main`, and on those of `both` beside it."""
    doing.rules_all()
    name, main = doing.form.get("name"), doing.form.get("main")
    form = doing.form
    tags.end_synonym(doing.db, name, form.numbers("messages"), form.numbers("both"), doing.by)
    return Done("desk.synonym_ended", name, ("synonym", {"name": name, "main": main}))


def collect(doing: Doing) -> Done:
    """Put the essence that holds the message `key` into the column `column`, with a `note`."""
    message = asked(doing)
    view, marked = columns.add(
        doing.db, doing.form.get("column"), message.key, by=doing.by, about=doing.form.get("note")
    )
    undo = ("discard", {"key": message.key, "column": view.title})
    return Done("desk.collected_marked" if marked else "desk.collected", message.key, undo)


def discard(doing: Doing) -> Done:
    """Take the essence that holds the message `key` out of the column `column`."""
    message = asked(doing)
    title = doing.form.get("column")
    if not columns.take_out(doing.db, message.key, doing.by, title):
        raise NotFound("that is not in the column.")
    return Done("desk.discarded", message.key, ("collect", {"key": message.key, "column": title}))


def move(doing: Doing) -> Done:
    """Give the message `key` its `place` (from 1) in the column `id`."""
    message = asked(doing)
    column, place = doing.form.number("id"), doing.form.number("place")
    order = [item.essence.messages for item in columns.items(doing.db, doing.visit.reader, column)]
    now = next((n for n, them in enumerate(order, 1) if message.key in {m.key for m in them}), 1)
    columns.move(doing.db, column, message.key, place, doing.by)
    undo = {"key": message.key, "id": str(column), "place": str(now)}
    return Done("desk.moved", message.key, ("move", undo))


ACTS: dict[str, Does] = {
    "tag": tag, "untag": untag, "synonym": synonym, "end_synonym": end_synonym,
    "collect": collect, "discard": discard, "move": move,
}  # fmt: skip

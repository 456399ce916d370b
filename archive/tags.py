"""Tags: said in a message (`#标签#`, `#tag`) or added by a person; synonyms count as one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from archive.access import Reader
from archive.audit import note
from archive.errors import ArchiveError, NotFound
from archive.groups import allowed_ids, group_id
from archive.ids import HIGHEST
from archive.index import check_version
from archive.levels import withheld
from archive.loading import HIDDEN, load_views
from archive.merge import facet_of, load, store
from archive.text import normalise
from archive.views import MessageView, TagView


def find_tag(db: sqlite3.Connection, name: str) -> int | None:
    """Return the row id of the tag that stands for this name, None if there is none."""
    row = db.execute(
        "SELECT coalesce(synonym_of, id) FROM tags WHERE folded = ?", (comparable(name),)
    ).fetchone()
    return int(row[0]) if row else None


def tag_ids(db: sqlite3.Connection, name: str) -> list[int]:
    """Return the row ids of a tag and of all its synonyms."""
    main = find_tag(db, name)
    rows = db.execute("SELECT id FROM tags WHERE id = ?1 OR synonym_of = ?1", (main,))
    return [i for (i,) in rows]


def list_tags(
    db: sqlite3.Connection, reader: Reader, group_key: str | None = None
) -> list[TagView]:
    """Return the tags in what a reader may see, the most used first."""
    where, values = _visible(db, reader, group_key)
    rows = db.execute(
        "WITH used(tag, messages) AS (SELECT tag_id, count(*) FROM message_tags"
        f" WHERE {where} GROUP BY tag_id)"
        " SELECT coalesce(s.id, t.id), coalesce(s.name, t.name), sum(used.messages) FROM used"
        " JOIN tags t ON t.id = used.tag LEFT JOIN tags s ON s.id = t.synonym_of"
        " GROUP BY 1 ORDER BY 3 DESC, 2",
        values,
    ).fetchall()
    essence = dict(
        db.execute(
            "SELECT coalesce(t.synonym_of, t.id), count(DISTINCT essence_id) FROM essence_messages"
            " JOIN message_tags USING (message_id) JOIN tags t ON t.id = tag_id"
            f" WHERE {where} GROUP BY 1",
            values,
        )
    )
    return [TagView(name, messages, essence.get(i, 0)) for i, name, messages in rows]


def tags_after(
    db: sqlite3.Connection, reader: Reader, after: str | None, limit: int
) -> tuple[list[TagView], str | None]:
    """Return so many tags, the most used first, of those behind one of them, and the last one's
    name where there are more. Raises NotFound."""
    named = list_tags(db, reader)
    if after is not None:
        place = next((at for at, tag in enumerate(named, 1) if tag.name == after), None)
        if place is None:
            raise NotFound("there is no such tag.")
        named = named[place:]
    return named[:limit], named[limit - 1].name if len(named) > limit else None


def tag_names(db: sqlite3.Connection, reader: Reader) -> dict[str, str]:
    """Return what stands for a tag in what a reader may see: its name by every comparable form, the
    synonyms' too."""
    known = {comparable(tag.name): tag.name for tag in list_tags(db, reader)}
    others = {comparable(other): comparable(name) for other, name in synonyms(db)}
    return known | {other: known[name] for other, name in others.items() if name in known}


def tagged(
    db: sqlite3.Connection, reader: Reader, name: str, before: int | None = None, limit: int = 20
) -> list[MessageView]:
    """Return the messages with a tag or its synonyms, newest first; page with `before=last.id`."""
    return tagged_page(db, reader, name, before, limit)[0]


def count_tagged(db: sqlite3.Connection, reader: Reader, name: str) -> int:
    """Count the messages with a tag or its synonyms."""
    where, values = _visible(db, reader, None)
    (number,) = db.execute(
        f"SELECT count(DISTINCT message_id) FROM message_tags WHERE {where}"
        " AND tag_id IN (SELECT value FROM json_each(?))",
        (*values, json.dumps(tag_ids(db, name))),
    ).fetchone()
    return int(number)


def tagged_page(
    db: sqlite3.Connection, reader: Reader, name: str, before: int | None = None, limit: int = 20
) -> tuple[list[MessageView], int | None]:
    """Return the same, and the `before` of the following part; None: that was all. A part may be
    short though there are more."""
    where, values = _visible(db, reader, None)
    rows = db.execute(
        f"SELECT DISTINCT message_id FROM message_tags WHERE {where} AND message_id < ?"
        " AND tag_id IN (SELECT value FROM json_each(?)) ORDER BY message_id DESC LIMIT ?",
        (*values, before or HIGHEST, json.dumps(tag_ids(db, name)), limit + 1),
    )
    ids = [i for (i,) in rows]
    views = load_views(db, reader, ids[:limit])
    return views, ids[limit - 1] if len(ids) > limit else None


def newest_of(
    db: sqlite3.Connection, reader: Reader, names: Iterable[str], limit: int
) -> dict[str, list[int]]:
    """Return the row ids of so many messages of each of these tags, the newest first; of those no
    essence carries."""
    where, values = _visible(db, reader, None)
    wanted = {find_tag(db, name): name for name in names}
    rows = db.execute(
        "WITH carried AS (SELECT DISTINCT coalesce(t.synonym_of, t.id) tag, message_id"
        " FROM tags t JOIN message_tags ON tag_id = t.id"
        f" WHERE coalesce(t.synonym_of, t.id) IN (SELECT value FROM json_each(?)) AND {where}),"
        " kept AS (SELECT tag FROM carried JOIN essence_messages USING (message_id))"
        " SELECT tag, message_id FROM (SELECT tag, message_id, row_number() OVER"
        " (PARTITION BY tag ORDER BY message_id DESC) AS place FROM carried)"
        " WHERE place <= ? AND tag NOT IN kept ORDER BY tag, message_id DESC",
        (json.dumps([i for i in wanted if i is not None]), *values, limit),
    )
    found: dict[str, list[int]] = {}
    for tag, message_id in rows:
        found.setdefault(wanted[tag], []).append(message_id)
    return found


def _visible(
    db: sqlite3.Connection, reader: Reader, group_key: str | None
) -> tuple[str, tuple[str | int, ...]]:
    values: list[str | int]
    if group_key is not None:
        where, values = "group_id = ?", [group_id(db, reader, group_key)]
    elif (allowed := allowed_ids(db, reader)) is not None:
        where = "group_id IN (SELECT value FROM json_each(?))"
        values = [json.dumps(sorted(allowed))]
    else:
        where, values = "1", []
    if gone := withheld(db, reader):
        where += " AND message_id NOT IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(list(gone)))
    if db.execute("SELECT 1 FROM opt_outs LIMIT 1").fetchone():
        where += (
            " AND NOT EXISTS (SELECT 1 FROM messages m JOIN members p ON p.id = m.sender_id"
            f" WHERE m.id = message_id AND {HIDDEN})"
        )
    return where, tuple(values)


def add_tags(db: sqlite3.Connection, ids: list[int], names: tuple[str, ...], by: str) -> None:
    """Add tags to messages; never takes any away. Refreshes the index."""
    for name in names:
        label = _label(name)
        row = db.execute(
            "INSERT INTO tags(folded, name) VALUES(?, ?) ON CONFLICT(folded)"
            " DO UPDATE SET folded = folded RETURNING coalesce(synonym_of, id)",
            (comparable(label), label),
        ).fetchone()
        db.executemany(
            "INSERT OR IGNORE INTO message_tags(message_id, tag_id, group_id, added_by)"
            " SELECT id, ?, group_id, ? FROM messages WHERE id = ?",
            [(row[0], by, i) for i in ids],
        )
    refresh_index(db, ids)


def set_synonym(db: sqlite3.Connection, name: str, main: str, by: str) -> None:
    """Let one tag stand for another; messages tagged with either are found by both.

    Names that differ in case, width or 繁/简 only are one tag already.
    """
    for label in (_label(name), _label(main)):
        db.execute(
            "INSERT OR IGNORE INTO tags(folded, name) VALUES(?, ?)", (comparable(label), label)
        )
    target = find_tag(db, main)
    (row_id,) = db.execute("SELECT id FROM tags WHERE folded = ?", (comparable(name),)).fetchone()
    if row_id == target:
        if comparable(name) != comparable(main):
            raise ArchiveError(f"{name} already stands for {main}.", "name them the other way")
        return
    db.execute("UPDATE tags SET synonym_of = ?1 WHERE id = ?2 OR synonym_of = ?2", (target, row_id))
    synonyms = "tag_id IN (SELECT id FROM tags WHERE synonym_of = ?1)"
    rows = db.execute(f"SELECT DISTINCT message_id FROM message_tags WHERE {synonyms}", (target,))
    ids = [i for (i,) in rows]
    # a message that had both has one now
    db.execute(f"UPDATE OR IGNORE message_tags SET tag_id = ?1 WHERE {synonyms}", (target,))
    db.execute(f"DELETE FROM message_tags WHERE {synonyms}", (target,))
    refresh_index(db, ids)
    note(db, by, "synonym", str(row_id), str(target))


def take_tag(db: sqlite3.Connection, ids: list[int], name: str, by: str) -> list[int]:
    """Take a tag that somebody added from messages; one their text says stays. Return those that
    had it. Refreshes the index."""
    rows = db.execute(
        "DELETE FROM message_tags WHERE added_by IS NOT NULL"
        " AND message_id IN (SELECT value FROM json_each(?))"
        " AND tag_id IN (SELECT value FROM json_each(?)) RETURNING message_id",
        (json.dumps(ids), json.dumps(tag_ids(db, name))),
    ).fetchall()
    found = [i for (i,) in rows]
    refresh_index(db, found)
    if found:
        note(db, by, "untag", str(found[0]), comparable(name))
    return found


def end_synonym(
    db: sqlite3.Connection, name: str, ids: list[int], both: list[int], by: str
) -> None:
    """Let a synonym be a tag of its own again: on these messages instead of the other tag, and on
    `both` beside it."""
    row = db.execute(
        "SELECT id, synonym_of FROM tags WHERE folded = ? AND synonym_of IS NOT NULL",
        (comparable(name),),
    ).fetchone()
    if row is None:
        raise NotFound("that tag stands for no other.", "see the list of tags")
    db.execute("UPDATE tags SET synonym_of = NULL WHERE id = ?", (row[0],))
    db.execute(
        "UPDATE OR IGNORE message_tags SET tag_id = ? WHERE tag_id = ?"
        " AND message_id IN (SELECT value FROM json_each(?))",
        (*row, json.dumps(ids)),
    )
    db.executemany(
        "INSERT OR IGNORE INTO message_tags(message_id, tag_id, group_id, added_by)"
        " SELECT id, ?, group_id, ? FROM messages WHERE id = ?",
        [(row[0], by, i) for i in both],
    )
    refresh_index(db, [*ids, *both])
    note(db, by, "synonym ended", str(row[0]), str(row[1]))


def messages_with(db: sqlite3.Connection, name: str) -> list[int]:
    """Return the row ids of the messages that have exactly this tag."""
    rows = db.execute(
        "SELECT message_id FROM message_tags JOIN tags t ON t.id = tag_id WHERE t.folded = ?",
        (comparable(name),),
    )
    return [i for (i,) in rows]


def synonyms(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (synonym, tag it stands for), by name."""
    return db.execute(
        "SELECT s.name, t.name FROM tags s JOIN tags t ON t.id = s.synonym_of ORDER BY 2, 1"
    ).fetchall()


def refresh_index(db: sqlite3.Connection, ids: list[int]) -> None:
    """Bring the index entries of messages in line with their essence and tags."""
    check_version(db)
    for row_id in ids:
        old = load(db, row_id)
        store(db, row_id, old, {"facet": facet_of(db, row_id, old["group_id"], old)})


def _label(name: str) -> str:
    label = name.strip().strip("#").strip()
    if not comparable(label) or len(label) > 64 or label != "".join(label.split()):
        raise ArchiveError(f"{name[:20]!r} is no tag.", "a tag is one word, up to 64 characters")
    return label


def comparable(name: str) -> str:
    """Return a tag's name in the form in which the same tags are equal."""
    return normalise(name.strip().strip("#"))

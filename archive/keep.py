"""keep(records): the only way into the archive; rows and search index in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable

import msgspec

from archive import index
from archive.coverage import note_span
from archive.essence import mark_from_platform
from archive.fresh import Newcomers
from archive.matching import Matcher, add_alias, resolve
from archive.merge import add_orphan_recall, merge, orphan_recalls, pin, recall
from archive.people import DEFAULT_ZONE, Directory, KnownGroup
from archive.prepare import Prepared, Ready, prepare_all
from archive.records import (
    KINDS,
    AnyRecord,
    EssenceMark,
    Gap,
    Group,
    Member,
    Recall,
    Rejected,
    name_key,
)
from archive.timeline import Timeline
from archive.tombstones import forgotten
from archive.unite import unite_former, unite_some
from archive.waiting import Waiting

LIVE = "live"
"""The source whose gaps are known by its connections, not by what it brought."""

_PINS = ("pin", "pin_message")
_UNKNOWN = KINDS.index("unknown")


class Report(msgspec.Struct):
    """What became of a number of records."""

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = msgspec.field(default_factory=list)
    groups: Counter[str] = msgspec.field(default_factory=Counter)
    """Messages read per group key."""
    missing_media: Counter[str] = msgspec.field(default_factory=Counter)
    """Attachments without their bytes, by reason."""
    unknown: int = 0
    """Messages of a kind no reader knows; they are kept with all that was said of them."""
    notes: list[str] = msgspec.field(default_factory=list)


def keep(db: sqlite3.Connection, records: Iterable[AnyRecord], *, source: str = LIVE) -> Report:
    """Write records within the caller's transaction; safe to repeat, order does not matter."""
    keeper = Keeper(db, source=source)
    keeper.begin_file()
    keeper.write(list(prepare_all(records)))
    keeper.end_file()
    while unite_some(db):
        pass
    return keeper.report


class Keeper:
    """Writes batches of prepared records; one for each import or live connection."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        source: str = LIVE,
        run_id: int | None = None,
        time_zone: str = DEFAULT_ZONE,
    ) -> None:
        self._db = db
        self._source = source
        self._run_id = run_id
        self._directory = Directory(db, time_zone)
        self._matcher = Matcher(db)
        self._waiting = Waiting(db, self._directory)
        self._timeline = Timeline(db)
        self._touched: set[str] = set()
        self.report = Report()

    def begin_file(self) -> None:
        """Start another file: equal lines are counted anew."""
        # the file before may have ended with groups and people becoming one
        self._directory.refresh(anew=True)
        self._matcher.begin_file()
        self._waiting.begin_file()
        self._timeline.begin_file()
        self._touched.clear()

    def end_file(self) -> None:
        """Finish a file, within a transaction; `unite.finish_unions` should follow."""
        self._directory.refresh()
        self._write(self._waiting.pass_on([], at_end=True))
        self._directory.write_names()
        if self._source != LIVE:
            self._timeline.end_file(self._source)
        self._waiting.end_file(self._touched)
        self.report.notes += self._waiting.notes
        self._waiting.notes.clear()

    def write(self, batch: list[Ready]) -> None:
        """Write one batch; call within a transaction."""
        self._directory.refresh()
        for item in batch:
            if isinstance(item, Group):
                if item.title_only:
                    self._waiting.propose(item)
                else:
                    self._touched.add(self._directory.take_group(item))
                    unite_former(self._db, item)
        self._write(self._waiting.pass_on(batch))

    def _write(self, batch: list[Ready]) -> None:
        index.check_version(self._db)
        late: list[Recall | EssenceMark] = []
        by_group: dict[str, list[Prepared]] = {}
        for item in batch:
            if isinstance(item, Prepared):
                by_group.setdefault(item.group_key, []).append(item)
            elif isinstance(item, Recall | EssenceMark):
                late.append(item)
            else:
                self._take(item)
        for key, messages in by_group.items():
            self._write_group(self._directory.group(key), messages)
        for record in late:
            self._take_late(record)

    def _take(self, record: Ready) -> None:
        if isinstance(record, Member):
            self._directory.take_member(record)
        elif isinstance(record, Rejected):
            self.report.rejected.append(record)
        elif isinstance(record, Gap):
            note_span(
                self._db, self._directory.group(record.group_key).id, record.since, record.until,
                complete=record.complete, source=self._source, why=record.why,
            )  # fmt: skip

    def _take_late(self, record: Recall | EssenceMark) -> None:
        group = self._directory.group(record.group_key)
        row_id = resolve(self._db, group, [record.id]).get(record.id)
        if row_id is None:
            if isinstance(record, Recall):
                add_orphan_recall(self._db, group.id, record.id)
        elif isinstance(record, Recall):
            recall(self._db, row_id)
        else:
            mark_from_platform(self._db, row_id, record, self._source)

    def _write_group(self, group: KnownGroup, messages: list[Prepared]) -> None:
        self._touched.add(group.key)
        self.report.read += len(messages)
        self.report.groups[group.key] += len(messages)
        self._timeline.look_ahead(group, messages)
        named = [(self._name(group, message), message) for message in messages]
        gone = forgotten(self._db, group, named)
        known = resolve(self._db, group, [platform_id for platform_id, _ in named])
        newcomers = Newcomers(self._db, group, self._directory, self._run_id)
        again: list[tuple[str, Prepared]] = []
        for platform_id, message in named:
            if platform_id in gone:
                self.report.unchanged += 1
                continue
            if platform_id not in known:
                row_id = self._other_half(group, platform_id, message)
                if row_id is None:
                    known[platform_id] = newcomers.add(platform_id, message)
                    continue
                known[platform_id] = row_id
            elif message.platform_id is None and _mixed(group, message):
                self._matcher.claim(known[platform_id])
            again.append((platform_id, message))
            self._count_missing(message)
        self.report.new += newcomers.write(self.report.missing_media)
        for platform_id in orphan_recalls(self._db, group.id):
            if known.get(platform_id, 0) < 0:
                recall(self._db, newcomers.row_of(known[platform_id]))
        for platform_id, message in again:
            place = known[platform_id]
            row_id = newcomers.row_of(place) if place < 0 else place
            moved_to = self._merge(group, row_id, message)
            if moved_to != row_id:
                known |= {name: moved_to for name, other in known.items() if other == place}
        self._pin(group, [m for _, m in named if m.service in _PINS])
        self.report.unknown += sum(1 for _, m in named if m.kind == _UNKNOWN)

    def _pin(self, group: KnownGroup, rows: list[Prepared]) -> None:
        """Note on the messages themselves that service rows say they were pinned."""
        said = [m.reply_to or json.loads(m.detail or "{}").get("message_id") for m in rows]
        for row_id in resolve(self._db, group, [str(name) for name in said if name]).values():
            pin(self._db, row_id)

    def _name(self, group: KnownGroup, message: Prepared) -> str:
        if message.sender_key is None and message.sender_name and message.quality == 0:
            message.sender_key = name_key(group.key, message.sender_name)
        self._timeline.settle(group, message)
        if message.platform_id is not None:
            return message.platform_id
        if message.local_reply_to is not None and message.reply_to is None:
            message.reply_to = self._matcher.answered(group, message)
        return self._matcher.name(group, message)

    def _other_half(self, group: KnownGroup, platform_id: str, message: Prepared) -> int | None:
        """Find the message in the group as a source of the other kind (ids or none) brought it."""
        has_id = message.platform_id is not None
        if not (group.without_ids if has_id else _mixed(group, message)):
            return None
        at = message.sent_at or 0
        sender = self._directory.sender(group, message.sender_key, message.sender_name, at)
        row_id = self._matcher.counterpart(group, platform_id, message, sender)
        if row_id is None:
            return None
        if has_id:
            self._take_over(group, platform_id, row_id)
        else:
            add_alias(self._db, group, platform_id, row_id)
        return row_id

    def _take_over(self, group: KnownGroup, platform_id: str, row_id: int) -> None:
        """Let a message that had no id have the real one; the old key stays as an alias."""
        (former,) = self._db.execute(
            "SELECT platform_id FROM messages WHERE id = ?", (row_id,)
        ).fetchone()
        self._db.execute("UPDATE messages SET platform_id = ? WHERE id = ?", (platform_id, row_id))
        self._db.execute(
            "UPDATE messages SET reply_to = ? WHERE group_id = ? AND reply_to = ?",
            (platform_id, group.id, former),
        )
        self._db.execute("UPDATE groups SET with_ids = 1 WHERE id = ?", (group.id,))
        add_alias(self._db, group, former, row_id)

    def _merge(self, group: KnownGroup, row_id: int, message: Prepared) -> int:
        at = message.sent_at or 0
        sender = self._directory.sender(group, message.sender_key, message.sender_name, at)
        tags = [self._directory.tag(name) for name in message.tags]
        row_id, changed = merge(self._db, group, row_id, message, sender, tags)
        if changed:
            self.report.updated += 1
        else:
            self.report.unchanged += 1
        return row_id

    def _count_missing(self, message: Prepared) -> None:
        for attachment in message.attachments:
            if attachment.missing:
                self.report.missing_media[attachment.missing] += 1


def _mixed(group: KnownGroup, message: Prepared) -> bool:
    """Tell whether a message without an id may be there from a source of another kind."""
    return bool(group.with_ids) or message.precision > 1 or group.without_ids == 2

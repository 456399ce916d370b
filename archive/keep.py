"""keep(records): the only way into the archive; rows and search index in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from archive import index
from archive.carry.into import Carrier
from archive.coverage import note_span
from archive.database import if_undone
from archive.former_states import note_told_again
from archive.fresh import Newcomers
from archive.kept_out import keep_out
from archive.keys import name_key
from archive.matching import Matcher, is_bare_file, is_mixed, may_be_here, resolve, take_over
from archive.merge import merge, pin_said
from archive.orphans import Late, any_orphans, join_orphans, take_late
from archive.other_ids import OtherIds
from archive.people import DEFAULT_ZONE, Directory, KnownGroup
from archive.prepare import TIME_GUESSED, Prepared, Ready, prepare_all
from archive.records import (
    KINDS,
    AnyRecord,
    Carried,
    Complete,
    Gap,
    Group,
    Member,
    Note,
    Origin,
    Rejected,
)  # fmt: skip
from archive.report import Report as Report
from archive.scrub import Shunned
from archive.timeline import Timeline
from archive.unite import unite_former, unite_some
from archive.waiting import Waiting

LIVE = "live"
"""The source whose gaps are known by its connections, not by what it brought."""

_PINS = ("pin", "pin_message")
_UNKNOWN = KINDS.index("unknown")


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
        ends: bool = False,
    ) -> None:
        """`ends`: also what is live comes in files, each with its `end_file`."""
        self._ends = ends or source != LIVE
        self._db = db
        self._source = source
        self._run_id = run_id
        self._directory = Directory(db, time_zone)
        self._matcher = Matcher(db, run_id)
        self._waiting = Waiting(db, self._directory)
        self._timeline = Timeline(db)
        self._carrier = Carrier(db)
        self._touched: set[str] = set()
        self.report = Report()

    def begin_file(self) -> None:
        """Start another file: equal lines are counted anew."""
        # the file before may have been cut off
        self._write_names()
        # or have ended with groups and people becoming one
        self._directory.refresh(anew=True)
        self._matcher.begin_file()
        self._waiting.begin_file()
        self._timeline.begin_file()
        self._carrier.begin_file()
        self._touched.clear()

    def end_file(self) -> None:
        """Finish a file, within a transaction; `unite.finish_unions` should follow."""
        self._take_turn()
        self._write(self._waiting.pass_on([], at_end=True))
        self._write_names()
        if self._source != LIVE:
            self._timeline.end_file(self._source, self._run_id)
        self._waiting.end_file(self._touched)
        self.report.notes += [*self._waiting.notes, *self._carrier.notes()]
        self._waiting.notes.clear()

    def write(self, batch: list[Ready], received_at: int | None = None) -> None:
        """Write one batch within a transaction; undo that, and the keeper is as it was before.

        A message without a believable time has `received_at`, or its neighbour's.
        """
        self._take_turn()
        self._timeline.begin_batch(received_at, alone=self._source == LIVE)
        for item in batch:
            if isinstance(item, Group):
                if item.title_only:
                    self._waiting.propose(item)
                else:
                    self._touched.add(self._directory.take_group(item))
                    unite_former(self._db, item)
            elif isinstance(item, Origin):
                self._carrier.begin(item)
        self._write(self._waiting.pass_on(batch))
        # a connection has no end at which names could be written
        if not self._ends or self._directory.names.are_many():
            self._write_names()

    def _take_turn(self) -> None:
        """Forget what others have changed; remember how it was, should all this be undone."""
        for part in (self._directory, self._waiting, self._timeline, self._carrier):
            if_undone(self._db, part.undoing())
        touched, report = set(self._touched), self.report.copy()

        def undo() -> None:
            self._touched, self.report = touched, report

        if_undone(self._db, undo)
        self._directory.refresh()

    def _write_names(self) -> None:
        newest = None if self._carrier.knows_names else self._timeline.newest
        self._directory.names.write(newest, live=self._source == LIVE)

    def _write(self, batch: list[Ready]) -> None:
        index.check_version(self._db)
        late: list[Late] = []
        carried: list[Carried | Complete] = []
        shunned = Shunned(self._db)
        by_group: dict[str, list[Prepared]] = {}
        for item in batch:
            if isinstance(item, Prepared):
                by_group.setdefault(item.group_key, []).append(item)
            elif isinstance(item, Late):
                late.append(item)
            elif isinstance(item, Carried | Complete):
                carried.append(item)
            elif not (isinstance(item, Member) and item.key in shunned.keys):
                self._take(item)
        for key, messages in by_group.items():
            self._write_group(self._directory.group(key), messages, shunned)
        for record in late:
            group = self._directory.group(record.group_key)
            take_late(self._db, group, record, self._source, shunned)
        if carried:
            self._carry(carried, shunned)

    def _carry(self, rows: list[Carried | Complete], shunned: Shunned) -> None:
        """Put in rows of another archive, which knew spans better than messages tell."""
        self._timeline.begin_file()
        if self._carrier.fresh:
            self._touched.clear()
        self._carrier.carry(rows, shunned.keys)
        self._directory.refresh(anew=True)

    def _take(self, record: Ready) -> None:
        if isinstance(record, Member):
            self._directory.take_member(record)
        elif isinstance(record, Rejected):
            self.report.rejected.append(record)
        elif isinstance(record, Note) and record.text not in self.report.notes:
            self.report.notes.append(record.text)
        elif isinstance(record, Gap):
            note_span(
                self._db, self._directory.group(record.group_key).id, record.since, record.until,
                complete=record.complete, source=self._source, why=record.why,
            )  # fmt: skip

    def _write_group(self, group: KnownGroup, messages: list[Prepared], shunned: Shunned) -> None:
        self._touched.add(group.key)
        self.report.read += len(messages)
        self.report.groups[group.key] += len(messages)
        self._timeline.look_ahead(group, messages)
        named = [(self._name(group, message), message) for message in messages]
        gone = keep_out(self._db, group, named, shunned, self._source)
        others = OtherIds(self._db, group, named)
        known = resolve(self._db, group, [platform_id for platform_id, _ in named])
        newcomers = Newcomers(self._db, group, self._directory, self._run_id)
        again: list[tuple[str, Prepared]] = []
        for platform_id, message in named:
            if platform_id in gone:
                self.report.unchanged += 1
                continue
            if platform_id in known and is_bare_file(message):
                platform_id = self._matcher.unclaimed(group, platform_id, known)
            if platform_id not in known:
                place = others.place(platform_id, message, known)
                if place is None:
                    place = self._other_half(group, platform_id, message)
                if place is None:
                    known[platform_id] = newcomers.add(platform_id, message)
                    others.note(platform_id, message, known[platform_id])
                    continue
                known[platform_id] = place
            elif message.platform_id is None and (
                is_mixed(group, message) or is_bare_file(message)
            ):
                self._matcher.claim(known[platform_id])
            others.note(platform_id, message, known[platform_id])
            again.append((platform_id, message))
            if message.attachments:
                missing = (a.missing for a in message.attachments if a.missing)
                self.report.missing_media.update(missing)
        self.report.new += newcomers.write(self.report.missing_media)
        for platform_id, place in others.taken:
            take_over(self._db, group, platform_id, newcomers.row_of(place))
        for platform_id, message in again:
            place = known[platform_id]
            row_id = newcomers.row_of(place)
            moved_to = self._merge(group, row_id, message)
            if moved_to != row_id:
                known |= {name: moved_to for name, other in known.items() if other == place}
        told_again = [newcomers.row_of(known[platform_id]) for platform_id, _ in again]
        note_told_again(self._db, self._run_id, told_again)
        self._join(group, others, newcomers, known, gone)
        pin_said(self._db, group, [m for _, m in named if m.service in _PINS])
        self.report.unknown += sum(1 for _, m in named if m.kind == _UNKNOWN)

    def _join(
        self,
        group: KnownGroup,
        others: OtherIds,
        newcomers: Newcomers,
        known: dict[str, int],
        gone: set[str],
    ) -> None:
        """Let the messages have their other ids, and what was said of them before they came."""
        waited_for = any_orphans(self._db, group.id)
        if not (others or waited_for):
            return
        rows = {name: newcomers.row_of(place) for name, place in known.items()}
        arrived = others.write(rows, gone)
        if waited_for:
            arrived |= {name: (name, rows[name]) for name in newcomers.names()}
            join_orphans(self._db, group.id, arrived)

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
        if message.flags & TIME_GUESSED and message.precision == 1:
            return None  # thousands may be supposed to be of one second
        halved = may_be_here(group, message)
        if self._carrier.fresh or not (halved or is_bare_file(message)):
            return None
        row_id, at = None, message.sent_at or 0
        sender = self._directory.sender(group, message.sender_key, message.sender_name, at)
        if halved:
            row_id = self._matcher.counterpart(group, platform_id, message, sender)
        if row_id is None and is_bare_file(message):
            row_id = self._matcher.bare_file(group, message, sender)
        if row_id is not None:
            self._matcher.give(group, platform_id, message, row_id)
        return row_id

    def _merge(self, group: KnownGroup, row_id: int, message: Prepared) -> int:
        at = message.sent_at or 0
        sender = self._directory.sender(group, message.sender_key, message.sender_name, at)
        tags = [self._directory.tag(name) for name in message.tags]
        row_id, changed = merge(self._db, group, row_id, message, sender, tags, self._run_id)
        if changed:
            self.report.updated += 1
        else:
            self.report.unchanged += 1
        return row_id

"""Groups, members and tags as a writer meets them: found or made by key, remembered for the run."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archive.errors import ArchiveError
from archive.names import MANY, Names
from archive.records import Group, Member
from archive.text import normalise

DEFAULT_ZONE = "Asia/Shanghai"


class KnownGroup:
    """What a writer must know of a group."""

    def __init__(self, row: tuple[int, str, str, int, int, int, int]) -> None:
        self.id, self.key, zone, self.with_ids, self.without_ids, self.aliases, self.messages = row
        self.zone = ZoneInfo(zone)
        self._day = ""
        self._begins = self._ends = 0

    def day(self, seconds: int) -> str:
        """Return the group's local day (`YYYY-MM-DD`) of a Unix time."""
        # messages come in order of time: nearly always it is the day asked for before
        if not self._begins <= seconds < self._ends:
            date = datetime.fromtimestamp(seconds, self.zone).date()
            start = datetime.combine(date, time(), self.zone)
            end = datetime.combine(date + timedelta(days=1), time(), self.zone)
            self._day, self._begins, self._ends = (
                date.isoformat(), int(start.timestamp()), int(end.timestamp()),
            )  # fmt: skip
        return self._day


class Directory:
    """Finds and makes groups, members and tags within the caller's transaction."""

    def __init__(self, db: sqlite3.Connection, zone: str = DEFAULT_ZONE) -> None:
        self._db = db
        self._zone = zone
        """For new groups whose source names none."""
        self._seen_by = -1
        self.names = Names(db)
        self.forget()

    def forget(self) -> None:
        """Forget what was looked up; needed once another connection has written."""
        self._groups: dict[str, KnownGroup] = {}
        self._ids: dict[str, int] = {}
        self._members: dict[tuple[int, str, str | None], int] = {}
        self._tags: dict[str, int] = {}

    def refresh(self, anew: bool = False) -> None:
        """Call at the start of a transaction; `anew` where rows may have gone meanwhile."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        # which is silent about what this connection does itself
        version += getattr(self._db, "rows_gone", 0) << 32
        if anew or version != self._seen_by or len(self._members) > MANY:
            self.forget()
        self._seen_by = version

    def undoing(self) -> Callable[[], None]:
        """Return what puts the names back as they are now, and forgets what was looked up."""
        put_back = self.names.undoing()

        def undo() -> None:
            put_back()
            self.forget()

        return undo

    def group(self, key: str) -> KnownGroup:
        """Return the group with this key or alias, made if there is none."""
        known = self._groups.get(key)
        if known is None:
            known = self._load(key) or self._load(self.take_group(Group(key)))
            assert known is not None
            self._groups[key] = known
        return known

    def _load(self, key: str) -> KnownGroup | None:
        row = self._db.execute(
            "SELECT id, key, time_zone, with_ids, without_ids,"
            " EXISTS(SELECT 1 FROM aliases WHERE kind = 'message' AND group_id = groups.id),"
            " messages FROM groups WHERE key = ?1"
            " OR id = (SELECT target FROM aliases WHERE kind = 'group' AND other = ?1)"
            " ORDER BY key = ?1 DESC LIMIT 1",
            (key,),
        ).fetchone()
        return KnownGroup(row) if row else None

    def take_group(self, group: Group) -> str:
        """Keep what a record says of a group; return its key in the archive."""
        known = self._load(group.key)
        zone = _zone(group.time_zone)
        if known is None:
            self._db.execute(
                "INSERT INTO groups(key, title, kind, time_zone, title_only) VALUES(?, ?, ?, ?, ?)",
                (
                    group.key,
                    group.title or group.key,
                    group.kind,
                    zone or self._zone,
                    group.title_only,
                ),
            )
            known = self._load(group.key)
            assert known is not None
        elif group.title and not group.title_only:
            self._db.execute(
                "UPDATE groups SET kind = ?, time_zone = coalesce(?, time_zone) WHERE id = ?",
                (group.kind, zone, known.id),
            )
            self._recount_days(group.key, known)
        if group.title and not group.title_only:
            self.names.title(known.id, group)
        self._db.executemany(
            "INSERT OR IGNORE INTO aliases(kind, group_id, other, target) VALUES('group', 0, ?, ?)",
            [(alias, known.id) for alias in group.aliases],
        )
        self._groups.pop(group.key, None)
        return known.key

    def _recount_days(self, key: str, before: KnownGroup) -> None:
        """Count a group's days anew if its time zone has changed."""
        now = self._load(key)
        if now is None or now.zone == before.zone:
            return
        times = self._db.execute("SELECT sent_at FROM messages WHERE group_id = ?", (now.id,))
        days = Counter(now.day(at) for (at,) in times)
        self._db.execute("DELETE FROM days WHERE group_id = ?", (now.id,))
        self._db.executemany(
            "INSERT INTO days(group_id, day, messages) VALUES(?, ?, ?)",
            [(now.id, day, number) for day, number in days.items()],
        )

    def take_member(self, member: Member) -> int:
        """Keep what a record says of a member; return the row id."""
        row_id = self._member_id(member.key, member.name or member.group_name)
        if member.group_key is None:
            self._db.execute(
                "UPDATE members SET name = coalesce(?, name), username = coalesce(?, username)"
                " WHERE id = ?",
                (member.name, member.username, row_id),
            )
            return row_id
        if member.username:
            self._db.execute(
                "UPDATE members SET username = ? WHERE id = ? AND username IS NULL",
                (member.username, row_id),
            )
        group = self.group(member.group_key)
        shown = member.group_name or member.name
        self._db.execute(
            "INSERT INTO memberships(group_id, member_id, name, role) VALUES(?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET name = coalesce(name, excluded.name),"
            " role = coalesce(role, excluded.role)",
            (group.id, row_id, shown, member.role),
        )
        self.names.told((group.id, row_id), member)
        for name in {member.group_name, member.name, member.username, *member.other_names}:
            self._note_name(group.id, row_id, name)
        self._members[group.id, member.key, shown] = row_id
        return row_id

    def sender(self, group: KnownGroup, key: str | None, name: str | None, at: int) -> int | None:
        """Return the row id of a message's sender, noting the name shown beside it."""
        if key is None:
            return None
        row_id = self._members.get((group.id, key, name))
        if row_id is None:
            row_id = self._member_id(key, name)
            self._db.execute(
                "INSERT OR IGNORE INTO memberships(group_id, member_id) VALUES(?, ?)",
                (group.id, row_id),
            )
            self._note_name(group.id, row_id, name)
            self._members[group.id, key, name] = row_id
        if name:
            self.names.beside((group.id, row_id), name, at)
        return row_id

    def _member_id(self, key: str, name: str | None) -> int:
        if key in self._ids:
            return self._ids[key]
        row = self._db.execute(
            "SELECT id FROM members WHERE key = ?"
            " UNION ALL SELECT target FROM aliases WHERE kind = 'member' AND other = ?",
            (key, key),
        ).fetchone()
        if row is None:
            row = self._db.execute(
                "INSERT INTO members(key, name, name_only) VALUES(?, ?, ?) RETURNING id",
                (key, name or "", key.partition(":")[2].startswith("~")),
            ).fetchone()
        elif name:
            self._db.execute(
                "UPDATE members SET name = ? WHERE id = ? AND name = ''", (name, row[0])
            )
        self._ids[key] = int(row[0])
        return self._ids[key]

    def _note_name(self, group_id: int, member_id: int, name: str | None) -> None:
        folded = normalise(name).strip() if name else ""
        if folded:
            self._db.execute(
                "INSERT OR IGNORE INTO member_names(group_id, member_id, folded, name)"
                " VALUES(?, ?, ?, ?)",
                (group_id, member_id, folded, name),
            )

    def tag(self, name: str) -> int:
        """Return the row id of a tag, of the one it is a synonym of if it is."""
        row_id = self._tags.get(name)
        if row_id is None:
            row = self._db.execute(
                "INSERT INTO tags(folded, name) VALUES(?, ?)"
                # of several ways to write it the same one is shown whatever came first
                " ON CONFLICT(folded) DO UPDATE SET name = min(name, excluded.name)"
                " RETURNING coalesce(synonym_of, id)",
                (normalise(name), name),
            ).fetchone()
            row_id = self._tags[name] = int(row[0])
        return row_id


def _zone(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ArchiveError(
            f"there is no time zone {name!r}.", "use a name like Asia/Shanghai"
        ) from error
    return name

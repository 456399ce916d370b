"""How a group stands, for those who decide for it: who agreed, who reads, what is turned on."""

from __future__ import annotations

import sqlite3
import time

from archive.access import Reader
from archive.consent import group_keys, standing
from archive.errors import NotFound
from archive.group_settings import has_minors, setting_of
from archive.groups import get_group, group_id
from archive.loading import HIDDEN
from archive.questions import wants_offers
from archive.views import GroupView, View


class GroupState(View, frozen=True):
    """What somebody who decides for a group sees of it."""

    group: GroupView
    agreed_at: int | None
    """Unix seconds; None where the group does not agree to be archived now."""
    agreed_by: str
    """Name of who agreed, or their key; empty where that is not known."""
    may_publish: int
    """Of its members who agree that their essence is public under their name."""
    paused_until: int | None
    minors: bool
    offers: bool
    greet: str | None
    """`on` or `off`; None: as configured. So are the others."""
    welcome: str | None
    digest: str | None


def group_state(db: sqlite3.Connection, reader: Reader, group_key: str) -> GroupState:
    """Return how a group stands; NotFound also for who does not decide for it."""
    group = get_group(db, reader, group_key)
    if not reader.rules(group.key):
        raise NotFound("there is no such group.")
    agreed = _agreed(db, group.key)
    until = standing(db).paused.get(group.key, 0)
    return GroupState(
        group=group,
        agreed_at=agreed[0] if agreed else None,
        agreed_by=_name_of(db, reader, group.key, agreed[1]) if agreed else "",
        may_publish=_publishing(db, group_id(db, reader, group.key)),
        paused_until=until if until > time.time() else None,
        minors=has_minors(db, group.key),
        offers=wants_offers(db, group.key),
        greet=setting_of(db, group.key, "greet"),
        welcome=setting_of(db, group.key, "welcome"),
        digest=setting_of(db, group.key, "digest"),
    )


def _agreed(db: sqlite3.Connection, group_key: str) -> tuple[int, str] | None:
    """Return (since, by whom) of a group's open agreement."""
    keys = group_keys(db, group_key)
    row: tuple[int, str] | None = db.execute(
        f"SELECT since, started_by FROM consents WHERE until IS NULL AND group_key IN"
        f" ({', '.join('?' * len(keys))}) ORDER BY since DESC LIMIT 1",
        keys,
    ).fetchone()
    return row


def _name_of(db: sqlite3.Connection, reader: Reader, group_key: str, who: str) -> str:
    row = db.execute(
        f"SELECT CASE WHEN {HIDDEN} THEN ''"
        " ELSE coalesce(a.name, s.name, nullif(p.name, ''), p.key) END"
        " FROM members p LEFT JOIN memberships s ON s.member_id = p.id AND s.group_id = ?1"
        " LEFT JOIN shown_names a ON a.member_key = p.key AND a.group_id = ?1 WHERE p.key = ?2",
        (group_id(db, reader, group_key), who),
    ).fetchone()
    return str(row[0]) if row else who


def _publishing(db: sqlite3.Connection, row_id: int) -> int:
    (number,) = db.execute(
        "SELECT count(*) FROM publish_consents c JOIN members p ON p.key = c.member_key"
        f" JOIN memberships s ON s.member_id = p.id WHERE s.group_id = ? AND NOT {HIDDEN}",
        (row_id,),
    ).fetchone()
    return int(number)

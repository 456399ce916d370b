"""Who said a message, as the archive knows them in its group: looked up once for many messages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

HIDDEN = (
    "(EXISTS (SELECT 1 FROM opt_outs o WHERE o.member_key = p.key) OR EXISTS (SELECT 1 FROM"
    " aliases l JOIN opt_outs o ON o.member_key = l.other WHERE l.kind = 'member'"
    " AND l.target = p.id))"
)
"""SQL, of a member `p`: who opted out is not shown from that moment on; erasing takes a while."""

ANONYMOUS = "匿名成员"
"""How the public sees everybody but the authors of essence who agreed to be named."""


class Sender(NamedTuple):
    """A person in a group; who is hidden has neither name nor alias."""

    alias: str | None
    name: str | None
    """None where only the message itself may say it."""
    key: str | None
    hidden: bool
    agrees: bool
    """To be named in public."""


NOBODY = Sender(None, None, None, False, False)
"""Who said what has no known sender."""


class Senders:
    """Finds people in groups, and remembers them as they were when first looked up."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.known: dict[int, dict[int | None, Sender]] = {}
        """By group and member, as far as they were learnt."""

    def learn(self, group: int, members: Iterable[int | None]) -> None:
        """Look up these members of a group, unless they are known."""
        known = self.known.setdefault(group, {None: NOBODY})
        if unknown := [i for i in set(members) if i not in known]:
            rows = self._db.execute(
                f"SELECT p.id, a.name, coalesce(s.name, nullif(p.name, '')), p.key, {HIDDEN},"
                " EXISTS (SELECT 1 FROM publish_consents c WHERE c.member_key = p.key)"
                " FROM members p"
                " LEFT JOIN memberships s ON s.group_id = ?1 AND s.member_id = p.id"
                " LEFT JOIN shown_names a ON a.group_id = ?1 AND a.member_key = p.key"
                " WHERE p.id IN (SELECT value FROM json_each(?2))",
                (group, json.dumps(unknown)),
            )
            for row_id, alias, name, key, hidden, agrees in rows:
                known[row_id] = (
                    Sender(None, "", key, True, bool(agrees))
                    if hidden
                    else Sender(alias, name, key, False, bool(agrees))
                )

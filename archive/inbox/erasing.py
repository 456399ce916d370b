"""What leaves the inbox: what is old, and what was forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterable

from archive.checkpoints import copy_log, empty_log
from archive.inbox.connection import DONE, PENDING, Connected

_STEP = 500
"""Rows erased in one transaction, so that what comes in waits for milliseconds only."""


class Erasing(Connected):
    """Erases events, with `secure_delete` and, after `settle`, out of the log as well."""

    def expire(self, now: int, keep_raw_days: int, quarantine_hours: int = 24) -> int:
        """Erase projected events older than so many days, and what was put aside; return how many.

        What was not projected yet stays: it is the only copy.
        """
        before = now - keep_raw_days * 86_400
        gone = self._stepwise(
            f"DELETE FROM events WHERE id IN (SELECT id FROM events WHERE state = {DONE}"
            " AND received_at < ? AND id <= ? ORDER BY id LIMIT ?)",
            (before, self._newest_before(before)),
        )
        return gone + self._stepwise(
            "DELETE FROM quarantine WHERE id IN"
            " (SELECT id FROM quarantine WHERE at < ? ORDER BY id LIMIT ?)",
            (now - quarantine_hours * 3600,),
        )

    def erase(self, group_key: str, message_ids: Iterable[str], senders: Iterable[str] = ()) -> int:
        """Erase the events of messages, those that answer them and so may carry their words, and
        the group's events that quote one of `senders`; return how many.

        What only quotes and is not projected yet is projected first and erased then.
        """
        ids, keys = json.dumps(list(message_ids)), json.dumps(list(senders))
        named = "(SELECT value FROM json_each(?2))"
        with self._writing() as db:
            db.execute(
                f"DELETE FROM fetches WHERE group_key = ?1 AND message_id IN {named}",
                (group_key, ids),
            )
        own = self._ids(f"group_key = ?1 AND message_id IN {named}", (group_key, ids))
        quoting = self._ids(
            f"group_key = ?1 AND (reply_to IN {named} OR {_QUOTES.format(3)})",
            (group_key, ids, keys),
        )
        return self._erase(own) + self._erase(quoting, pending_too=False)

    def erase_member(self, member_key: str) -> int:
        """Erase every event a member sent, and those that quote them; return how many."""
        own = self._ids("sender_key = ?", (member_key,))
        quoting = self._ids(_QUOTES.format(1), (json.dumps([member_key]),))
        return self._erase(own) + self._erase(quoting, pending_too=False)

    def named(self) -> tuple[dict[str, dict[str, str | None]], set[str]]:
        """Return what the events name: group key → ids of messages → who sent them, where that is
        known; and the keys of all who sent something or are quoted."""
        ids: dict[str, dict[str, str | None]] = {}
        for group_key, message_id, sender_key in self._db.execute(
            "SELECT group_key, reply_to, NULL FROM events WHERE reply_to IS NOT NULL UNION ALL"
            " SELECT group_key, message_id, NULL FROM fetches UNION ALL"
            " SELECT group_key, message_id, sender_key FROM events WHERE message_id IS NOT NULL"
        ):
            if group_key is not None:
                ids.setdefault(group_key, {})[message_id] = sender_key
        people = self._db.execute(
            "SELECT sender_key FROM events WHERE sender_key IS NOT NULL UNION"
            " SELECT value FROM events, json_each(quoted) WHERE quoted IS NOT NULL"
        )
        return ids, {key for (key,) in people}

    def erase_group(self, group_key: str) -> int:
        """Erase every event of a group; return how many."""
        with self._writing() as db:
            db.execute("DELETE FROM fetches WHERE group_key = ?", (group_key,))
        return self._stepwise(
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE group_key = ? LIMIT ?)",
            (group_key,),
        )

    def checkpoint(self) -> None:
        """Copy the log into the file without keeping anybody waiting."""
        copy_log(self._db)

    def settle(self) -> bool:
        """Empty the log, in which erased events still stand; False: readers hold it too long."""
        return empty_log(self._db)

    def _ids(self, where: str, values: tuple[str, ...]) -> list[int]:
        # looked for outside the write lock: it may mean reading a month of events
        return [i for (i,) in self._db.execute(f"SELECT id FROM events WHERE {where}", values)]

    def _erase(self, ids: list[int], pending_too: bool = True) -> int:
        gone = 0
        for first in range(0, len(ids), _STEP):
            part = [(i,) for i in ids[first : first + _STEP]]
            with self._writing() as db:
                if pending_too:
                    gone += db.executemany("DELETE FROM events WHERE id = ?", part).rowcount
                    continue
                db.executemany(
                    f"UPDATE events SET fleeting = 1 WHERE id = ? AND state = {PENDING}", part
                )
                gone += db.executemany(
                    f"DELETE FROM events WHERE id = ? AND state != {PENDING}", part
                ).rowcount
        return gone

    def _stepwise(self, sql: str, values: tuple[str | int, ...]) -> int:
        total, gone = 0, _STEP
        while gone == _STEP:
            with self._writing(durable=False) as db:
                gone = db.execute(sql, (*values, _STEP)).rowcount
            total += gone
        return total

    def _newest_before(self, moment: int) -> int:
        """Return an id up to which events are older than a moment; found without reading all."""
        low, high = 0, 0
        (high,) = self._db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
        while low < high:
            middle = (low + high + 1) // 2
            row = self._db.execute(
                "SELECT received_at FROM events WHERE id >= ? ORDER BY id LIMIT 1", (middle,)
            ).fetchone()
            if row[0] < moment:
                low = middle
            else:
                high = middle - 1
        return low


_QUOTES = (
    "quoted IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(quoted) WHERE value IN"
    " (SELECT value FROM json_each(?{})))"
)

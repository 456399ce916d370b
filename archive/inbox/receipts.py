"""What was answered to a push, so that the same one again is answered alike and does nothing."""

from __future__ import annotations

import time

from archive.inbox.connection import Connected


class Receipts(Connected):
    """Answers by source and key, for a while; they hold no message text."""

    def receipt(self, source: str, key: str) -> tuple[bytes, bytes] | None:
        """Return (digest of what was asked, what was answered) of a key that still holds."""
        row: tuple[bytes, bytes] | None = self._db.execute(
            "SELECT digest, answer FROM receipts WHERE source = ? AND key = ? AND until > ?",
            (source, key, int(time.time())),
        ).fetchone()
        return row

    def keep_receipts(
        self, source: str, keys: dict[str, int], digest: bytes, answer: bytes
    ) -> None:
        """Keep an answer under each of the keys for so many seconds; durable when it returns."""
        now = int(time.time())
        with self._writing() as db:
            db.execute("DELETE FROM receipts WHERE until <= ?", (now,))
            db.executemany(
                "INSERT OR REPLACE INTO receipts(source, key, until, digest, answer)"
                " VALUES(?, ?, ?, ?, ?)",
                [(source, key, now + seconds, digest, answer) for key, seconds in keys.items()],
            )

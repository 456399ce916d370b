"""Changes the search index while it is rebuilt, too: erasure does not wait for a reindex."""

from __future__ import annotations

import sqlite3

from archive import index, text
from archive.reindex import NEXT, exists, place_of


class EitherIndex:
    """The index that is searched and the one that is being built, within one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        rows = dict(db.execute("SELECT name, value FROM meta WHERE name IN ('tokens', 'reindex')"))
        place = place_of(db)
        # of an index that another tokeniser made the tokens are not known: it is about to go
        self._old = rows.get("tokens") == str(text.VERSION) and exists(db, index.TABLE)
        self._next_up_to = place if place is not None and exists(db, NEXT) else None
        self.whole = self._old and "reindex" not in rows
        """The index is neither being rebuilt nor in need of it."""

    def replace(self, row_id: int, old: index.Entry | None, new: index.Entry | None) -> None:
        """Exchange a message's entry wherever it stands."""
        if self.whole:
            index.replace(self._db, row_id, old, new)
            return
        if self._next_up_to is not None and row_id <= self._next_up_to:
            index.replace(self._db, row_id, old, new, NEXT)
        if self._old:
            self._try(row_id, old, new)

    def _try(self, row_id: int, old: index.Entry | None, new: index.Entry | None) -> None:
        """Exchange an entry of an index that may be rebuilt because it is damaged."""
        self._db.execute("SAVEPOINT entry")
        try:
            index.replace(self._db, row_id, old, new)
        except sqlite3.DatabaseError:
            if not self._db.in_transaction:
                raise
            self._db.execute("ROLLBACK TO entry")
        self._db.execute("RELEASE entry")

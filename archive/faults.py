"""What SQLite says of a sick file or disk, in words that name the next step."""

from __future__ import annotations

import sqlite3

from archive.errors import ArchiveError, Damaged


def in_words(error: sqlite3.DatabaseError, waited: int) -> ArchiveError | sqlite3.DatabaseError:
    """Turn an error of SQLite into one for people; `waited` is for how many seconds it was locked.

    One that is no fault of the file or the disk stays as it is.
    """
    said = str(error)
    if any(sign in said for sign in ("fts5", "message_index", "vtable constructor", "SQL logic")):
        return Damaged(f"the search index cannot be read ({said}).", "run: chendian reindex")
    if "malformed" in said or "not a database" in said:
        return Damaged(
            f"the database cannot be read ({said}).",
            "run: chendian verify  (then: chendian reindex, or restore a backup)",
        )
    if "disk is full" in said or "disk I/O" in said or "readonly" in said:
        return ArchiveError(
            f"the disk refused a write ({said}); nothing of the last step was kept.",
            "make room or mend the disk, then run the same command again",
        )
    if "unable to open" in said:
        return ArchiveError(
            f"the disk refused to open the database ({said}).",
            "check its folder: may it be read and written? are too many files open?",
        )
    if "locked" in said:
        return ArchiveError(f"another program has been writing for {waited} s.", "try again later")
    return error

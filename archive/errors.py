"""What can go wrong in the archive.

ArchiveError
 ├── SchemaTooNew   the database was written by a newer chendian
 ├── NeedsReindex   the index was made by another tokeniser
 ├── BadQuery       a search that cannot be understood
 ├── NotFound       no such group, message or tag
 └── Damaged        the database or index is not readable
"""

from __future__ import annotations


class ArchiveError(Exception):
    """`what` happened, and what to do about it (`hint`); both are shown to people."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} {hint}".strip())
        self.what = what
        self.hint = hint


class SchemaTooNew(ArchiveError):
    """The database was written by a newer version of the program."""


class NeedsReindex(ArchiveError):
    """The search index was made by another version of the tokeniser."""


class BadQuery(ArchiveError):
    """The query cannot be understood; `what` names the field or word."""


class NotFound(ArchiveError):
    """There is no such thing, or this reader may not know of it."""


class Damaged(ArchiveError):
    """The database file or its index cannot be read."""

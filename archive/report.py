"""What became of the records that were kept, counted."""

from __future__ import annotations

from collections import Counter

import msgspec

from archive.records import Rejected


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

    def counts(self) -> dict[str, int]:
        """Return what became of the messages."""
        return {
            "read": self.read, "new": self.new, "updated": self.updated,
            "unchanged": self.unchanged,
        }  # fmt: skip

    def copy(self) -> Report:
        """Return a report that does not change with this one."""
        return msgspec.structs.replace(
            self,
            rejected=list(self.rejected),
            groups=Counter(self.groups),
            missing_media=Counter(self.missing_media),
            notes=list(self.notes),
        )

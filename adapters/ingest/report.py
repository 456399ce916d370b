"""What is answered: how many lines were kept, and which ones were not, with the reason."""

from __future__ import annotations

import msgspec

LISTED = 1_000
"""Faults that are named; the others are counted."""


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line that was not kept, or not whole; `why` never quotes it."""

    why: str
    line: int | None = None
    """From 1, blank lines counted too."""
    where: str = ""
    """The place in a body that has no lines: `messages 3`."""


class Report(msgspec.Struct):
    """What became of a push."""

    read: int = 0
    """Lines with something in them; of a ChatLab body, the records in it."""
    accepted: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    """Messages; the last three add up to those among the accepted lines."""
    dropped: dict[str, int] = msgspec.field(default_factory=dict)
    """How many were not stored because people do not want it, by reason; never which."""
    rejected: list[Fault] = msgspec.field(default_factory=list)
    more_rejected: int = 0
    """How many beyond those listed."""
    cut: list[Fault] = msgspec.field(default_factory=list)
    """Lines that were kept in part."""
    dry_run: bool = False

    def reject(self, fault: Fault) -> None:
        """Name a line that was not kept, or count it."""
        if len(self.rejected) < LISTED:
            self.rejected.append(fault)
        else:
            self.more_rejected += 1

    def drop(self, why: str, number: int = 1) -> None:
        """Count what people do not want stored."""
        self.dropped[why] = self.dropped.get(why, 0) + number

    @property
    def refused(self) -> int:
        """How many lines were rejected."""
        return len(self.rejected) + self.more_rejected

"""What a platform lets a bot bring over of what was said elsewhere; part of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

MIB = 1 << 20


class Carrying(msgspec.Struct, frozen=True):
    """What an adapter's `send` can do beside saying plain text."""

    label: str
    """What people call the platform."""
    replies: bool = False
    """`Outgoing.reply_to` is shown as an answer, in a group."""
    edits: bool = False
    """`Outgoing.edits` is understood."""
    recalls: int = 0
    """Seconds after which `Outgoing.takes_back` is in vain; 0: it always is."""
    captions: int = 0
    """Units of text that a file can have with it; 0: text and file are two messages."""
    largest: Mapping[str, int] = MappingProxyType({})
    """Bytes of a file by its kind (`archive.records.KINDS`) as far as it is sent as that; `file`:
    of any other."""
    looks: bool = False
    """`Outgoing.doubt` is understood."""

    def limit(self, kind: str) -> int:
        """Return the most bytes of a file of this kind; 0: none is taken."""
        return self.largest.get(kind, self.largest.get("file", 0))


class Doubt(msgspec.Struct, frozen=True):
    """A message may have been sent before: nobody knows, for the program was killed meanwhile."""

    since: int
    """Unix seconds before which it certainly was not."""
    after: str | None = None
    """Platform id of something in the group that is older."""
    others: tuple[str, ...] = ()
    """Platform ids of what the account has said there since, and what others have."""

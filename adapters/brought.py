"""What goes with a message: what somebody brings to be imported, and what we enclose."""

from __future__ import annotations

from pathlib import Path

import msgspec

from archive.records import Attachment, Message


class Brought(msgspec.Struct, frozen=True):
    """The files of a message, or of the one it answers where the event has them; or a merged
    record's messages."""

    attachments: tuple[Attachment, ...] = ()
    nested: tuple[Message, ...] = ()


class Enclosed(msgspec.Struct, frozen=True):
    """A file that goes with a message."""

    path: Path
    name: str
    """As people are to see it; its ending tells what it is shown as."""
    kind: str = "file"
    """Of `archive.records.KINDS`."""

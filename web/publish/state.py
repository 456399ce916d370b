"""What a published folder knows of itself, so that the next run makes only what changed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from archive.people import DEFAULT_ZONE
from web.publish.sealing import seal, unseal

Query = tuple[tuple[str, str], ...]
Asked = tuple[tuple[str, ...], Query]
"""A page: the parts of its path on the site, and its query in order."""


class Settings(msgspec.Struct, frozen=True):
    """What a site is published with."""

    title: str = "沉淀"
    members: bool = False
    """For members of the groups that are not private; else for everybody."""
    base_url: str = ""
    time_zone: str = DEFAULT_ZONE
    language: str = "zh-Hans"
    """Of the words around what people said: `zh-Hans` or `en`."""
    operator: str = ""
    welcome: Mapping[str, str] = {}


class Made(msgspec.Struct):
    """What was made under one name: hashes by file, media shown, pages linked that it has not."""

    files: dict[str, bytes] = {}
    media: dict[str, str] = {}
    """SHA-256 by file."""
    links: tuple[Asked, ...] = ()
    pages: tuple[Asked, ...] = ()
    """Which pages it is, where they were found by following links."""


class Seen(msgspec.Struct, frozen=True):
    """What pages were made from, as hashes."""

    made_with: bytes = b""
    today: str = ""
    stamp: list[int] = []
    whole: bytes = b""
    kept: bytes = b""
    posts: list[int] = []
    aliases: tuple[int, int] = (0, 0)
    names: dict[int, bytes] = {}
    days: dict[int, bytes] = {}
    groups: dict[int, dict[int, bytes]] = {}
    months: dict[str, bytes] = {}
    tags: dict[str, bytes] = {}
    order: list[str] = []
    """The groups as they are listed: the liveliest first."""
    newest: int = 0
    """The newest message there was."""
    edge: bytes = b""
    """Of its day in UTC, up to itself."""

    def is_as_was(self, made_with: bytes, stamp: list[int], today: str) -> bool:
        """Tell whether nothing can have changed since."""
        return (self.made_with, self.stamp, self.today) == (made_with, stamp, today)


class State(msgspec.Struct, frozen=True):
    """What was published, by the names under which it was made."""

    made: dict[str, Made] = {}
    sealed: bytes = b""
    """What it was made from, for this archive alone to compare: `Seen`."""

    def seen(self, secret: bytes) -> Seen:
        """Return what it was made from; nothing where another archive made it."""
        try:
            return msgspec.msgpack.decode(unseal(secret, self.sealed), type=Seen)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Seen()

    def files(self) -> dict[str, bytes]:
        """Return the hash of each file."""
        found: dict[str, bytes] = {}
        for made in self.made.values():
            found |= made.files
            found |= {file: bytes.fromhex(digest) for file, digest in made.media.items()}
        return found

    def media(self) -> dict[str, str]:
        """Return the SHA-256 of each file that messages carried."""
        return {f: digest for made in self.made.values() for f, digest in made.media.items()}

    def pages(self) -> int:
        """Count the pages."""
        return sum(file.endswith(".html") for made in self.made.values() for file in made.files)


def state_of(made: dict[str, Made], seen: Seen, secret: bytes) -> State:
    """Return what is to be remembered."""
    return State(made, seal(secret, msgspec.msgpack.encode(seen)))

"""What a digest is made of: plain values that survive JSON."""

from __future__ import annotations

import msgspec

from archive.digest.reasons import CHINESE, Language


class Item(msgspec.Struct, frozen=True):
    """One thing worth telling; title and text are quoted from the messages of `keys`."""

    kind: str
    """`essence`, `question`, `discussion`, `message`, `file` or `link`."""
    title: str
    text: str
    """A quotation a line: `张三：「……」`."""
    keys: tuple[str, ...]
    """The messages it rests on, the one to open first."""
    why: str
    """How it was chosen, counted: `12 人参与，34 条回复，5 个表情`."""
    group_key: str
    at: int
    """Unix seconds of the first message."""
    also_in: tuple[str, ...] = ()
    """Messages that say the same in other groups of the digest, one of each."""


class Thanks(msgspec.Struct, frozen=True):
    """A person whose words were kept or helped."""

    name: str
    member_key: str
    keys: tuple[str, ...]


class Digest(msgspec.Struct, frozen=True):
    """What is worth telling of some groups in a period; `since` is in it, `until` is not."""

    period: str
    since: int
    until: int
    groups: tuple[str, ...]
    items: tuple[Item, ...]
    open_questions: tuple[str, ...]
    """Keys, oldest first."""
    thanks: tuple[Thanks, ...]
    messages: int
    people: int
    """Counted among what may be told."""
    language: Language = CHINESE
    """What `why` and the words around the quotations are in."""
    asked: dict[str, str] = {}
    """What the first of the open questions ask, by key."""

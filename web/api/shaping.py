"""Turns what reading functions return into what the API answers with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from archive.access import Reader
from archive.columns import ColumnView
from archive.finding import links_of
from archive.hits import iso
from archive.records import Attachment
from archive.records import Forward as ForwardRecord
from archive.records import Poll as PollRecord
from archive.tombstones import mark_of
from archive.views import AlsoIn, EssenceView, GroupView, Hit, MessageView
from web.addresses import Addresses
from web.api import shapes, shelf_shapes
from web.links import safe_url

_TO = Addresses()
_ID = 16
"""Characters of a person's id."""


class Shaping(msgspec.Struct, frozen=True):
    """How one reader is answered; no key of a person is in anything but the operator's answers."""

    secret: bytes
    base_url: str
    reader: Reader

    def url(self, path: str) -> str:
        """Return the address of a page."""
        return f"{self.base_url}{path}"

    def sender_id(self, group_key: str, member_key: str | None) -> str | None:
        """Return the keyed hash that stands for a person in one group."""
        return _sender_id(self.secret, group_key, member_key) if member_key is not None else None

    def group(self, view: GroupView) -> shapes.Group:
        """Return a group."""
        return shapes.Group(
            view.key, view.title, view.platform, view.kind, _one_of(view.visibility),
            view.time_zone, view.messages, view.members, view.essence, iso(view.first),
            iso(view.last), self.url(_TO.group(view.key)),
        )  # fmt: skip

    def message(self, view: MessageView) -> shapes.Message:
        """Return a message."""
        reply = view.reply
        return shapes.Message(
            key=view.key,
            group=view.group_key,
            group_title=view.group_title,
            sender=view.sender,
            sender_id=self.sender_id(view.group_key, view.sender_key),
            sender_key=self._key(view),
            sent_at=time_of(view.sent_at),
            time_guessed=view.time_guessed,
            text=view.text,
            url=self.url(_TO.lasting(view.key)),
            kind=view.kind,
            edited_at=when(view.edited_at),
            former_texts=view.versions,
            recalled=view.recalled,
            truncated=view.truncated,
            service=view.service,
            topic=view.topic,
            reply=shapes.Reply(reply.key, reply.sender, reply.text) if reply else None,
            forward=_forward(view.forward),
            poll=_poll(view.poll),
            records=tuple(map(_record, view.nested)),
            attachments=tuple(map(self.file, view.attachments)),
            links=tuple(url for one in links_of(view) if (url := safe_url(one))),
            reactions={one.emoji: one.count for one in view.reactions},
            tags=view.tags,
            essence=view.essence,
        )

    def messages(self, views: Iterable[MessageView]) -> tuple[shapes.Message, ...]:
        """Return messages in their order."""
        return tuple(map(self.message, views))

    def hit(self, hit: Hit) -> shapes.Hit:
        """Return what a search found; `archive.hits.hit_json` with the sender's id."""
        view = hit.message
        return shapes.Hit(
            view.key, view.group_key, view.group_title, view.sender,
            self.sender_id(view.group_key, view.sender_key), self._key(view),
            time_of(view.sent_at), view.text or view.more, self.url(_TO.lasting(view.key)),
            tuple(map(self._place, hit.also_in)),
        )  # fmt: skip

    def _place(self, one: AlsoIn) -> shapes.Place:
        return shapes.Place(
            one.key, one.group_key, one.group_title, time_of(one.sent_at),
            self.url(_TO.lasting(one.key)),
        )  # fmt: skip

    def file(self, one: Attachment) -> shapes.File:
        """Return a file of a message."""
        return shapes.File(
            one.kind, one.name, one.sha256, self.url(_TO.media(one.sha256)) if one.sha256 else None,
            one.missing, one.mime, one.size, one.width, one.height, one.duration,
        )  # fmt: skip

    def essence_line(self, post: EssenceView) -> shelf_shapes.EssenceLine:
        """Return an essence as a list shows it."""
        first = post.messages[0] if post.messages else None
        return shelf_shapes.EssenceLine(
            post.id, post.title, post.reason, post.marked_by, time_of(post.marked_at), post.source,
            post.tags, first.group_key if first else None,
            self.message(first) if first else None, len(post.messages),
            self.url(_TO.post(post.id)),
        )  # fmt: skip

    def column(self, view: ColumnView) -> shelf_shapes.Column:
        """Return a column."""
        return shelf_shapes.Column(
            view.id, view.title, view.group_key, view.group_title, view.essences,
            self.url(_TO.column(view.id)),
        )  # fmt: skip

    def _key(self, view: MessageView) -> str | None:
        return view.sender_key if self.reader.everything else None


# a keyed hash takes longer than all else of a hit, and few people say most
@lru_cache(maxsize=4096)
def _sender_id(secret: bytes, group_key: str, member_key: str) -> str:
    return mark_of(secret, f"sender\0{group_key}\0{member_key}")[:_ID]


def time_of(seconds: int) -> str:
    """Write a Unix time as `2026-11-18T02:31:00Z`."""
    return iso(seconds) or ""


def when(seconds: object) -> str | None:
    """Write a time that people or platforms told; None where it is none."""
    try:
        return iso(seconds) if isinstance(seconds, int) else None
    except (ValueError, OverflowError, OSError):
        return None


def _one_of(visibility: str) -> Any:
    return visibility


def _forward(value: ForwardRecord | None) -> shapes.Forwarded | None:
    return shapes.Forwarded(value.name, when(value.sent_at)) if value else None


def _poll(value: PollRecord | None) -> shapes.Poll | None:
    return shapes.Poll(value.question, value.options, value.voters, value.closed) if value else None


def _record(nested: dict[str, Any]) -> shapes.Record:
    return shapes.Record(
        str(nested["name"]), when(nested["sent_at"]),
        str(nested["kind"]), str(nested["text"]), tuple(map(_record, nested["nested"])),
    )  # fmt: skip

"""Reads one line of our own form: a record of `archive.records`, its name in `type`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from archive.records import (
    KINDS,
    AnyRecord,
    Attachment,
    EssenceMark,
    Forward,
    Gap,
    Group,
    Member,
    Message,
    Poll,
    Quote,
    Reacted,
    Reaction,
    Recall,
    Span,
)

LIVE = 3
"""`Message.quality` of a line: as good as what is heard in the group."""
_LONGEST = 300
"""Characters of a key or id."""
_DEEPEST = 20
"""Merged records within each other."""
_GROUPS = ("group", "channel", "private")


class Line(msgspec.Struct, tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """One line; the names of its fields are the record's."""


class GroupLine(Line, tag="group", kw_only=True):
    """A group; a key that it had before is an alias."""

    key: str
    title: str | None = None
    kind: str = "group"
    time_zone: str | None = None
    aliases: tuple[str, ...] = ()
    at: int | None = None


class MemberLine(Line, tag="member", kw_only=True):
    """A person, and what a group calls them."""

    key: str
    group_key: str
    name: str | None = None
    username: str | None = None
    group_name: str | None = None
    role: str | None = None
    other_names: tuple[str, ...] = ()
    at: int | None = None
    is_bot: bool = False


class AttachmentLine(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A file that belongs to a message; its bytes cannot be pushed."""

    kind: str = "file"
    name: str | None = None
    missing: str | None = None
    mime: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None
    duration: int | None = None


class _Said(Line, kw_only=True):
    """What a message and a part of a merged record have in common."""

    id: str | None = None
    sent_at: int | None = None
    sender_key: str | None = None
    sender_name: str | None = None
    kind: str = "text"
    text: str = ""
    quote: Quote | None = None
    attachments: tuple[AttachmentLine, ...] = ()
    spans: tuple[Span, ...] = ()
    forward: Forward | None = None
    poll: Poll | None = None
    nested: tuple[NestedLine, ...] = ()
    detail: dict[str, Any] = {}


class NestedLine(_Said, tag="nested", kw_only=True):
    """A message within a merged record."""


class MessageLine(_Said, tag="message", kw_only=True):
    """A message."""

    group_key: str
    reply_to: str | None = None
    topic: str | None = None
    edited_at: int | None = None
    recalled: bool = False
    service: str | None = None
    reactions: tuple[Reaction, ...] = ()
    precision: int = 1
    other_ids: tuple[str, ...] = ()


class EditLine(MessageLine, tag="edit", kw_only=True):
    """A message as it is after an edit, whole; needs `id` and `edited_at`."""


class RecallLine(Line, tag="recall", kw_only=True):
    """A message was taken back."""

    group_key: str
    id: str
    at: int | None = None
    by: str | None = None


class ReactionLine(Line, tag="reaction", kw_only=True):
    """One person's reactions to a message are these now; without a person, the counts are."""

    group_key: str
    id: str
    member_key: str | None = None
    reactions: tuple[Reaction, ...] = ()
    at: int | None = None


class EssenceLine(Line, tag="essence", kw_only=True):
    """The platform itself says that a message is essence, or no longer."""

    group_key: str
    id: str
    by: str | None = None
    at: int | None = None
    removed: bool = False


class GapLine(Line, tag="gap", kw_only=True):
    """A span for which the source was complete, or known to have missed messages."""

    group_key: str
    since: int
    until: int
    complete: bool = False
    why: str = ""


_AnyLine = (
    MessageLine | EditLine | MemberLine | GroupLine | RecallLine | ReactionLine | EssenceLine
    | GapLine
)  # fmt: skip
_decode: Callable[[bytes], _AnyLine] = msgspec.json.Decoder(_AnyLine).decode


class _Wrong(Exception):
    """Why a line is no record."""


def read_line(line: bytes) -> AnyRecord | str:
    """Return the record of a line, or why it is none, in words that never quote it."""
    try:
        return _record(_decoded(line))
    except _Wrong as wrong:
        return str(wrong)
    except msgspec.ValidationError as error:
        # names fields and types; a field's name may be anything
        return str(error).encode("ascii", "replace").decode()[:200]
    except RecursionError:
        return "nested too deeply"


def _decoded(line: bytes) -> _AnyLine:
    try:
        return _decode(line)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:  # takes lone halves of surrogate pairs, which chats are not free of
        said = json.loads(line.decode(), strict=False)
        found: _AnyLine = msgspec.convert(said, _AnyLine)
    except UnicodeDecodeError:
        raise _Wrong("not UTF-8") from None
    except msgspec.ValidationError:
        raise
    except ValueError as error:
        raise _Wrong(f"not JSON: {getattr(error, 'msg', 'a number is too long')}") from None
    return found


def _record(line: _AnyLine) -> AnyRecord:
    if isinstance(line, MessageLine):
        return _message(line)
    named = msgspec.structs.asdict(line)
    if isinstance(line, GroupLine):
        _check(line.key, *line.aliases)
        if line.kind not in _GROUPS:
            raise _Wrong("kind must be group, channel or private")
        return Group(**named)
    if isinstance(line, MemberLine):
        _check(line.key, line.group_key)
        return Member(**named)
    if isinstance(line, GapLine):
        _check(line.group_key)
        if line.since > line.until:
            raise _Wrong("since is after until")
        return Gap(**named)
    _check(line.group_key, line.id)
    if isinstance(line, RecallLine):
        return Recall(**named)
    if isinstance(line, ReactionLine):
        _check(line.member_key)
        return Reacted(**named)
    return EssenceMark(**named)


def _message(line: MessageLine) -> Message:
    if isinstance(line, EditLine) and (line.id is None or line.edited_at is None):
        raise _Wrong("an edit needs id and edited_at")
    if line.id is None and line.sent_at is None:
        raise _Wrong("a message needs id or sent_at")
    if line.precision < 1:
        raise _Wrong("precision is less than a second")
    _check(line.group_key, line.id, line.sender_key, line.reply_to, line.topic, *line.other_ids)
    return _said(
        line, line.group_key, reply_to=line.reply_to, topic=line.topic, edited_at=line.edited_at,
        recalled=line.recalled, service=line.service, reactions=line.reactions, quality=LIVE,
        precision=line.precision, other_ids=line.other_ids,
    )  # fmt: skip


def _said(line: _Said, group_key: str, depth: int = 0, **more: Any) -> Message:
    if line.kind not in KINDS:
        raise _Wrong("there is no such kind of message; use unknown")
    if depth > _DEEPEST:
        raise _Wrong("nested too deeply")
    return Message(
        group_key, line.id, line.sent_at, line.sender_key, line.sender_name, line.kind, line.text,
        quote=line.quote, spans=line.spans, forward=line.forward, poll=line.poll,
        detail=line.detail,
        attachments=tuple(map(_attachment, line.attachments)) if line.attachments else (),
        nested=tuple(_said(inner, group_key, depth + 1) for inner in line.nested)
        if line.nested else (),
        **more,
    )  # fmt: skip


def _attachment(line: AttachmentLine) -> Attachment:
    named = msgspec.structs.asdict(line)
    return Attachment(**{**named, "missing": line.missing or "not sent"})


def _check(*keys: str | None) -> None:
    """Refuse keys and ids that look like others but are not."""
    for key in keys:
        if key is not None and not (0 < len(key) <= _LONGEST and key.isprintable()):
            raise _Wrong("a key or id is empty, too long or has signs nobody sees")

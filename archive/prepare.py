"""Turns a Message record into the values its row and index entry need; pure, so that it can run
in another process than the writer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from archive import index, places, text
from archive.cleaning import clean, lossless, packed
from archive.ids import is_sane
from archive.records import (
    KINDS,
    AnyRecord,
    Attachment,
    Kept,
    Message,
    Reaction,
    Record,
    Rejected,
)

MAX_TEXT = 100_000
"""Characters kept of one message; no platform allows more than a fifth of it."""

TIME_GUESSED, RECALLED, TRUNCATED, PINNED = 1, 2, 4, 8
"""Bits of a message's flags."""

_KIND = {name: number for number, name in enumerate(KINDS)}
_KIND_FACET = {name: f"k{number}" for name, number in _KIND.items()}
_LINK = re.compile(r"https?://|www\.", re.I)
_COMMAND = re.compile(r"\s*[/／][^\s/／#]+(?:\s|$)").match
_TAG = re.compile(r"(?<![\w/#&])#(?:([^\s#]{1,32})#|(\w{1,64}))")
_json = msgspec.json.Encoder().encode


class Prepared(msgspec.Struct, array_like=True, gc=False):
    """A message ready to be written; see `archive.tables.MessageRow` for the names."""

    group_key: str
    platform_id: str | None
    local_id: str | None
    sender_key: str | None
    sender_name: str | None
    sent_at: int | None
    precision: int
    edited_at: int | None
    kind: int
    text: str
    more: str | None
    reply_to: str | None
    local_reply_to: str | None
    topic: str | None
    service: str | None
    detail: str | None
    flags: int
    quality: int
    digest: int
    body: str
    chars: str
    facet: str
    """The part that does not depend on the archive: kind, has-…, is-…"""
    tags: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    reactions: tuple[Reaction, ...]
    other_ids: tuple[str, ...] = ()
    mark: int | None = None
    """See `archive.places`."""
    former: tuple[tuple[str, int | None], ...] = ()


Ready = Prepared | Record


def prepare_all(records: Iterable[AnyRecord]) -> Iterator[Ready]:
    """Prepare the messages of a stream, pass everything else on."""
    for record in records:
        if not isinstance(record, Message):
            yield clean(record)
            continue
        if len(record.text) > MAX_TEXT:
            where = f"message {record.id or record.local_id or record.sent_at}"
            yield Rejected(where, f"the text after {MAX_TEXT:,} characters was cut off")
        yield prepare(record)


def prepare(message: Message) -> Prepared:
    """Compute a message's columns, digest and tokens."""
    if message.kept is not None:
        return _as_kept(clean(_believable(message)), message.kept)
    message, other_ids = _believable(message), message.other_ids
    if other_ids or message.attachments:
        message = _itself(message)
    try:
        content = packed(message)
    except (UnicodeEncodeError, OverflowError):
        message = lossless(message)
        content = packed(message)
    flags = RECALLED if message.recalled else 0
    if message.time_guessed:
        flags |= TIME_GUESSED
    words = message.text
    if len(words) > MAX_TEXT:
        words, flags = words[:MAX_TEXT], flags | TRUNCATED
    more = more_of(message)
    searched = index.indexable(words, more)
    found = text.EMPTY if message.recalled else text.tokens(searched)
    return Prepared(
        message.group_key,
        _id(message.id),
        message.local_id,
        message.sender_key,
        message.sender_name,
        message.sent_at,
        message.precision,
        message.edited_at,
        _KIND.get(message.kind, _KIND["unknown"]),
        words,
        more,
        _id(message.reply_to),
        message.local_reply_to,
        message.topic,
        message.service,
        _detail(message),
        flags,
        message.quality,
        int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True),
        found.body,
        found.chars,
        _facet(message),
        _tags_of(words) if "#" in words and not message.recalled else (),
        message.attachments,
        message.reactions,
        tuple(filter(None, map(_id, other_ids))) if other_ids else (),
        None if message.recalled else _mark_of(message, words, more, found.body, searched),
    )


def _mark_of(
    message: Message, words: str, more: str | None, body: str, searched: str
) -> int | None:
    if len(body) < places.LONG and not message.detail and "://" not in words:
        return None
    if message.service is not None:
        return None
    card = places.card_of(message.detail) if message.detail else None
    return places.mark_of(words, more, card, body, searched)


def _as_kept(message: Message, kept: Kept) -> Prepared:
    """Take over what another archive made of a message; only its words are looked at anew."""
    words = message.text[:MAX_TEXT]
    gone = kept.flags & RECALLED
    searched = index.indexable(words, kept.more)
    found = text.EMPTY if gone else text.tokens(searched)
    kind = _KIND.get(message.kind, _KIND["unknown"])
    static = (t for t in kept.facet.split() if t[0] in "hx" and t.isascii() and t.isalpha())
    facet = " ".join((f"k{kind}", *static))
    return Prepared(
        message.group_key, _id(message.id), None, message.sender_key, message.sender_name,
        message.sent_at, 1, message.edited_at, kind, words, kept.more, _id(message.reply_to), None,
        message.topic, message.service, _json(message.detail).decode() if message.detail else None,
        kept.flags, max(0, min(message.quality, 3)), kept.digest, found.body, found.chars,
        facet, () if gone else kept.tags, message.attachments,
        message.reactions, former=kept.former,
        mark=None if gone else _mark_of(message, words, kept.more, found.body, searched),
    )  # fmt: skip


def _id(value: str | None) -> str | None:
    """Return an id without NULs, at which SQLite's JSON functions would cut it."""
    return value.replace("\0", "\ufffd") if value else value


def _tags_of(words: str) -> tuple[str, ...]:
    """Return a message's tags; those in a command are about another one."""
    return () if _COMMAND(words) else tags_in(words)


def tags_in(words: str) -> tuple[str, ...]:
    """Return the tags written in a text, `#标签#` or `#tag`, once each; a bare number is none."""
    found = (closed or bare for closed, bare in _TAG.findall(words))
    return tuple(dict.fromkeys(name for name in found if not name.isdigit()))


def more_of(message: Message) -> str | None:
    """Collect what should be found though it is not in the text."""
    if not (message.attachments or message.poll or message.nested or message.detail):
        return None
    parts = [a.name for a in message.attachments if a.name]
    if message.poll is not None:
        parts += [message.poll.question, *(option for option, _ in message.poll.options)]
    parts += _named(message.detail)
    for inner in message.nested:
        parts += [part for part in (inner.sender_name, inner.text, more_of(inner)) if part]
    return "\n".join(parts)[:MAX_TEXT] or None


def _named(detail: dict[str, Any]) -> list[str]:
    """Return the names in a detail: a song's, a place's, a link's where it is not the text."""
    inner = [part for name in ("location", "link") if isinstance(part := detail.get(name), dict)]
    found = [detail.get("title"), detail.get("place"), *(part.get("name") for part in inner)]
    return [name for name in found if isinstance(name, str) and name]


def _facet(message: Message) -> str:
    facet = _KIND_FACET.get(message.kind) or _KIND_FACET["unknown"]
    if message.kind == "link" or _has_link(message):
        facet += " hlink"
    if message.attachments:
        kinds = {a.kind for a in message.attachments if a.kind.isalpha()}
        facet += "".join(f" h{kind}" for kind in sorted(kinds))
    if message.poll is not None or message.kind in ("location", "poll"):
        facet += f" h{message.kind}"
    if message.reply_to or message.local_reply_to or message.quote:
        facet += " xreply"
    if message.forward or message.nested:
        facet += " xforwarded"
    if message.edited_at:
        facet += " xedited"
    if message.kind == "service":
        facet += " xservice"
    if message.recalled:
        facet += " xrecalled"
    if message.service == "bridged":
        facet += " xbridged"
    if message.text.endswith(("?", "？")):
        facet += " xquestion"
    return facet


def _has_link(message: Message) -> bool:
    words = message.text
    if "://" in words or "www." in words:
        return _LINK.search(words) is not None
    return any(span.kind == "link" for span in message.spans)


def _detail(message: Message) -> str | None:
    if not (
        message.spans or message.forward or message.quote or message.poll
        or message.nested or message.detail
    ):  # fmt: skip
        return None
    detail: dict[str, Any] = dict(message.detail)
    if message.spans:
        detail["spans"] = [(s.kind, s.start, s.length, s.value) for s in message.spans]
    for name, part in (
        ("forward", message.forward),
        ("quote", message.quote),
        ("poll", message.poll),
        ("nested", message.nested),
    ):
        if part:
            detail[name] = part
    return _json(detail).decode()


def _believable(message: Message) -> Message:
    """Leave out times that cannot be: an edit in the year 2099 would win over every other."""
    changes: dict[str, Any] = {}
    if message.edited_at is not None and not is_sane(message.edited_at):
        changes["edited_at"] = None
    for name, part in (("forward", message.forward), ("quote", message.quote)):
        if part is not None and part.sent_at is not None and not is_sane(part.sent_at):
            changes[name] = msgspec.structs.replace(part, sent_at=None)
    return msgspec.structs.replace(message, **changes) if changes else message


def _itself(message: Message) -> Message:
    """Leave out what differs between tellings of one message: where to fetch its files, and the
    other ids an account has for it."""
    if any(a.source is not None for a in message.attachments):
        bare = tuple(msgspec.structs.replace(a, source=None) for a in message.attachments)
        return msgspec.structs.replace(message, attachments=bare, other_ids=())
    return msgspec.structs.replace(message, other_ids=()) if message.other_ids else message

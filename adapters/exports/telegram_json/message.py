"""One row of a chat as a message, whatever it holds and however much of it is damaged."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.exports.telegram_json.clock import Clock
from adapters.exports.telegram_json.keys import peer_key
from adapters.exports.telegram_json.media import ATTACHED, FIELDS, Media, read_media
from adapters.exports.telegram_json.service import is_known, sentence
from adapters.exports.telegram_json.text import has_odd_text, joined, read_text
from adapters.exports.telegram_json.values import count, dictionaries, integer, storable, string
from archive.records import Forward, Message, Reaction, Span

_TYPES = ("message", "service", "unsupported")
_COMMON = frozenset((
    "id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id", "actor",
    "actor_id", "text", "text_entities", "reply_to_message_id", "reply_to_peer_id", "reactions",
))  # fmt: skip
_FORWARD = frozenset(("forwarded_from", "forwarded_from_id", "saved_from", "saved_from_id"))
_DETAILS = {"author": "author", "via_bot": "via_bot", "inline_bot_buttons": "buttons"}
_KNOWN = _COMMON | _FORWARD | FIELDS | _DETAILS.keys()
_SERVICE_KNOWN = _COMMON | ATTACHED | {"action"}


class Place(msgspec.Struct, frozen=True):
    """What the rows of one chat share: its key, and what is known of ids and time in it."""

    group_key: str
    stable: bool
    """Positive ids are the same whoever exports the chat."""
    old: bool
    """Ids are written as up to April 2021; see `keys.is_old`."""
    clock: Clock
    topics: set[int]
    """Ids of the rows that opened a topic."""


def read_message(
    row: dict[str, Any], place: Place, sender_key: str | None, sender_name: str | None
) -> Message:
    """Return the message a row with an id or a date is; no field need be of the right type."""
    media = read_media(row)
    text, spans = read_text(row.get("text"), row.get("text_entities"))
    service = _service(row)
    if service is None:
        kind, detail = _kind(row, text, media), _detail(row, media)
    else:
        kind, detail = "service", _service_detail(row, service, text)
        text, spans = sentence(service, row), ()
    sent_at = place.clock.seconds(row.get("date_unixtime"), row.get("date"))
    _keep_odd(row, sent_at, detail)
    reply_to, local_reply_to, topic = _reply(row, place)
    own_id, local_id = _ids(row.get("id"), place)
    return Message(
        group_key=place.group_key,
        id=own_id,
        sent_at=sent_at,
        sender_key=sender_key,
        sender_name=sender_name,
        kind=kind,
        text=text,
        reply_to=reply_to,
        local_id=local_id,
        local_reply_to=local_reply_to,
        topic=topic,
        edited_at=place.clock.seconds(row.get("edited_unixtime"), row.get("edited")),
        service=service,
        attachments=media.attachments,
        reactions=_reactions(row.get("reactions"), place.old),
        spans=spans,
        forward=_forward(row, place.old) if service is None else None,
        poll=media.poll,
        detail=detail,
        quality=2,
    )


def _service(row: dict[str, Any]) -> str | None:
    """Return the action of a service row, None for a message."""
    action = string(row.get("action"))
    if row.get("type") == "service" or (action and row.get("type") != "message"):
        return action or ("custom" if "information_text" in row else "unknown")
    return None


def _kind(row: dict[str, Any], text: str, media: Media) -> str:
    if row.get("type") == "unsupported":
        return "unknown"
    if media.kind is None and not text and not _KNOWN.issuperset(row):
        return "unknown"
    return media.kind or "text"


def _detail(row: dict[str, Any], media: Media) -> dict[str, Any]:
    detail = dict(media.detail)
    for field, name in _DETAILS.items():
        if row.get(field) is not None:
            detail[name] = storable(row[field])
    if string(row.get("saved_from")):
        detail["saved_from"] = row["saved_from"]
    if raw := {field: storable(row[field]) for field in row.keys() - _KNOWN}:
        detail["raw"] = raw
    return detail


def _service_detail(row: dict[str, Any], action: str, text: str) -> dict[str, Any]:
    if not is_known(action) and action != "custom":
        return {"raw": storable(row)}
    detail = {field: storable(row[field]) for field in row.keys() - _SERVICE_KNOWN}
    if text:
        detail["text"] = text
    return detail


def _keep_odd(row: dict[str, Any], sent_at: int | None, detail: dict[str, Any]) -> None:
    """Keep as they are the fields that could not be understood."""
    odd = {}
    if row.get("type") not in _TYPES or row["type"] == "unsupported":
        odd["type"] = row.get("type")
    if sent_at is None:
        odd.update((name, row[name]) for name in ("date", "date_unixtime") if name in row)
    if has_odd_text(row.get("text")):
        odd["text"] = row["text"]
    if odd:
        raw = detail.setdefault("raw", {})
        raw.update(storable(odd))


def _ids(value: Any, place: Place) -> tuple[str | None, str | None]:
    """Return the id all exports share and the id within this file, one of them at most."""
    number = integer(value)
    if number is None:
        return None, value[:64] if type(value) is str and value else None
    if place.stable and number > 0:
        return str(number), None
    return None, str(number)


def _reply(row: dict[str, Any], place: Place) -> tuple[str | None, str | None, str | None]:
    """Return the id answered, the same within this file only, and the topic."""
    target = integer(row.get("reply_to_message_id"))
    if not target:
        return None, None, None
    chat = peer_key(row.get("reply_to_peer_id"), place.old)
    if chat is not None and chat != place.group_key:
        return f"{chat}:{target}", None, None
    topic = str(target) if target in place.topics else None
    if place.stable and target > 0:
        return str(target), None, topic
    return None, str(target), topic


def _forward(row: dict[str, Any], old: bool) -> Forward | None:
    for name in ("forwarded_from", "saved_from"):
        if name in row or f"{name}_id" in row:
            return Forward(
                name=string(row.get(name)),
                key=peer_key(row.get(f"{name}_id"), old),
            )
    return None


def _reactions(value: Any, old: bool) -> tuple[Reaction, ...]:
    reactions = []
    for item in dictionaries(value):
        document = item.get("document_id")
        emoji = string(item.get("emoji"))
        if emoji is None and document is not None:
            emoji = f"custom:{joined(document)}"
        emoji = emoji or string(item.get("type"))
        if emoji:
            recent = dictionaries(item.get("recent"))
            members = (peer_key(who.get("from_id"), old) for who in recent)
            reactions.append(
                Reaction(
                    emoji=emoji,
                    count=count(item.get("count")) or 1,
                    members=tuple(member for member in members if member),
                )
            )
    return tuple(reactions)


def plain_spans(entities: Any) -> tuple[Span, ...] | None:
    """Return no spans if `text_entities` is of plain text only, else None: look closer."""
    if not entities:
        return ()
    if type(entities) is list and len(entities) == 1:
        only = entities[0]
        if type(only) is dict and only.get("type") == "plain":
            return ()
    return None

"""What the door must know of a WeChat event before anything of it is stored."""

from __future__ import annotations

from adapters.contract import Brought, Envelope
from adapters.wechat.content import content, quoted_ids, recalled_id
from adapters.wechat.event import JOIN, LEAVE, MESSAGE, TOPIC, Event, identity, key_of
from adapters.wechat.xml import Content

_KINDS = {JOIN: "member", LEAVE: "member", TOPIC: "group"}
_ACTORS = ("inviterId", "removerId", "changerId")


def envelope_of(event: Event) -> Envelope:
    """Read the envelope of an event."""
    if event.name == MESSAGE:
        return _of_message(event)
    actor = next((who for name in _ACTORS if (who := identity(event.payload.get(name)))), None)
    return Envelope(
        key=f"{event.group_key or 'wechat:?'}:{event.name}:{event.mark()}",
        kind=_KINDS.get(event.name, "other"),
        group_key=event.group_key,
        sender_key=key_of(actor),
        sender_name=event.name_of(actor),
        sender_role=event.role_of(actor),
        sender_is_bot=actor is not None and actor == event.self_id,
        own=actor is not None and actor == event.self_id,
        sent_at=event.sent_at or event.heard_at,
    )


def _of_message(event: Event) -> Envelope:
    sender = event.sender_id
    private = event.message is not None and event.room_id is None
    place = event.group_key or ("wechat:private" if private else "wechat:?")
    own = sender is not None and sender == event.self_id
    recalled = recalled_id(event)
    kind = "recall" if recalled else "message"
    found = content(event)
    quote = found.quote
    return Envelope(
        key=f"{place}:{event.message_id or event.mark()}:{kind}",
        kind=kind,
        group_key=event.group_key,
        private=private,
        message_id=recalled or event.message_id,
        sender_key=key_of(sender),
        sender_name=event.name_of(sender),
        sender_role=event.role_of(sender),
        sender_is_bot=own,
        own=own,
        quoted=tuple(f"wechat:{one}" for one in quoted_ids(event, found) if one != sender),
        reply_to=found.answers,
        quote_text=quote.text if quote else None,
        quote_sender=quote.name if quote else None,
        text="" if kind == "recall" else found.text,
        sent_at=event.sent_at or event.heard_at,
        brought=_brought(found) if private else None,
    )


def _brought(found: Content) -> Brought | None:
    files = found.attachments if found.kind == "file" else ()
    return Brought(files, found.nested) if files or found.nested else None

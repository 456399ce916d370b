"""What the door must know of an event of the official bot before anything of it is stored."""

from __future__ import annotations

from adapters.contract import Envelope
from adapters.qq_official import keys
from adapters.qq_official.content import content_of
from adapters.qq_official.event import ABOUT_BOT, ALONE, MEMBER, OURS, PEOPLE, Event, words

ROLES = ("owner", "admin", "member")


def envelope_of(event: Event) -> Envelope:
    """Read the envelope of an event."""
    if event.is_message or event.kind == ALONE:
        return _of_message(event)
    group = event.group_key
    about = event.kind in ABOUT_BOT or event.kind == OURS
    kind = "member" if event.kind in MEMBER else "group" if about else "other"
    who = event.body.get("op_member_openid") or event.body.get("openid")
    if event.kind in MEMBER:
        who = event.body.get("member_openid")
    named = event.id or keys.fingerprint(event.kind, event.body.get("timestamp"), who)
    return Envelope(
        key=f"{group or keys.PLATFORM}:{event.kind}:{named}",
        kind=kind,
        group_key=group,
        private=group is None and event.kind in PEOPLE,
        sender_key=keys.key_of(who),
        sent_at=event.sent_at,
    )


def role_of(event: Event) -> str | None:
    """Return the role that an event gives to who said it."""
    role = event.author.get("member_role")
    return role if role in ROLES else None


def sender_of(event: Event) -> str | None:
    """Return the key of who said it."""
    author = event.author
    if event.kind == ALONE:
        return keys.key_of(author.get("user_openid") or author.get("id"))
    return keys.key_of(author.get("member_openid") or author.get("id"))


def _of_message(event: Event) -> Envelope:
    alone = event.kind == ALONE
    group = None if alone else event.group_key
    sender = sender_of(event)
    place = group or f"{keys.PLATFORM}:private:{keys.bare(sender) or '?'}"
    found = content_of(event)
    return Envelope(
        # the same for both events of one message
        key=f"{place}:{event.message_id}:message",
        kind="message",
        group_key=group,
        private=alone,
        message_id=event.message_id,
        sender_key=sender,
        sender_name=words(event.author.get("username")) or None,
        sender_role=None if alone else role_of(event),
        sender_is_bot=event.author.get("bot") is True,
        quoted=tuple(who for who in found.authors if who != sender),
        reply_to=found.reply_to,
        quote_text=found.quote.text if found.quote else None,
        quote_sender=(found.quoted_key or found.quote.name) if found.quote else None,
        text=found.text,
        sent_at=event.sent_at,
    )

"""Projects WeChat events into records: messages, joins, leaves, new titles, recalls."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.wechat.content import content, mentions, recalled_id
from adapters.wechat.event import (
    ANNOUNCE,
    JOIN,
    LEAVE,
    MESSAGE,
    TOPIC,
    Event,
    identities,
    identity,
    key_of,
    words,
)
from adapters.wechat.xml import Content, action_of
from archive.records import AnyRecord, Group, Member, Message, Recall

LIVE = 3
"""How much a live event knows, as records count it."""


def records_of(event: Event) -> list[AnyRecord]:
    """Project an event; nothing for what happened in no group."""
    group_key = event.group_key
    if group_key is None:
        return []
    title = words(event.room.get("topic")) or None
    if event.name == TOPIC:
        title = words(event.payload.get("newTopic")) or title
    return [Group(group_key, title, at=event.heard_at), *_happened(event, group_key)]


def _happened(event: Event, group_key: str) -> Iterator[AnyRecord]:
    if event.name == MESSAGE:
        yield from _said(event, group_key)
    elif event.name == JOIN:
        yield from _joined(event, group_key)
    elif event.name == LEAVE:
        yield from _left(event, group_key)
    elif event.name == TOPIC:
        yield from _titled(event, group_key)
    elif event.name == ANNOUNCE:
        yield from _announced(event, group_key)
    else:
        yield _row(event, group_key, "", "unknown", detail={"raw": event.payload})


def _said(event: Event, group_key: str) -> Iterator[AnyRecord]:
    found, target = content(event), recalled_id(event)
    if target is not None or found.service == "recall":
        yield from _recalled(event, group_key, found, target)
        return
    # what a room says by itself is nobody's, only an announcement has an author
    sender = event.sender_id if found.service in (None, "notice") else None
    yield from _member(event, group_key, sender)
    yield Message(
        group_key,
        event.message_id,
        sent_at=event.sent_at or event.heard_at,
        sender_key=key_of(sender),
        sender_name=event.name_of(sender),
        kind=found.kind,
        text=found.text,
        reply_to=found.answers,
        quote=found.quote,
        service=found.service if found.kind == "service" else None,
        attachments=found.attachments,
        spans=tuple(found.spans) + mentions(event, found.text),
        nested=found.nested,
        detail=found.detail,
        quality=LIVE,
    )


def _recalled(
    event: Event, group_key: str, found: Content, target: str | None
) -> Iterator[AnyRecord]:
    sender = event.sender_id
    name = event.name_of(sender)
    if target is not None:
        yield Recall(group_key, target, event.sent_at or event.heard_at, key_of(sender))
    if target == event.message_id:
        return
    by = f'"{name}" ' if name else ""
    text = found.text if action_of(found.text) == "recall" else f"{by}撤回了一条消息"
    yield from _member(event, group_key, sender)
    yield Message(
        group_key,
        event.message_id,
        sent_at=event.sent_at or event.heard_at,
        kind="service",
        text=text,
        service="recall",
        quality=LIVE,
    )


def _joined(event: Event, group_key: str) -> Iterator[AnyRecord]:
    who = identities(event.payload.get("inviteeIdList"))
    by = identity(event.payload.get("inviterId"))
    for one in dict.fromkeys((*who, by)):
        yield from _member(event, group_key, one)
    others = [one for one in who if one != by]
    if by and others:
        text = f"{_quoted(event, [by])}邀请{_quoted(event, others)}加入了群聊"
    else:
        text = f"{_quoted(event, who)}加入了群聊"
    yield _row(event, group_key, text)


def _left(event: Event, group_key: str) -> Iterator[AnyRecord]:
    who = identities(event.payload.get("removeeIdList"))
    by = identity(event.payload.get("removerId"))
    for one in dict.fromkeys(who):
        yield Member(
            f"wechat:{one}",
            _own_name(event, one),
            group_key=group_key,
            role="left",
            at=event.heard_at,
        )
    if by is None or by in who:
        text = f"{_quoted(event, who)}退出了群聊"
    else:
        yield from _member(event, group_key, by)
        text = f"{_quoted(event, [by])}将{_quoted(event, who)}移出了群聊"
    yield _row(event, group_key, text)


def _titled(event: Event, group_key: str) -> Iterator[AnyRecord]:
    by = identity(event.payload.get("changerId"))
    yield from _member(event, group_key, by)
    title = words(event.payload.get("newTopic"))
    yield _row(event, group_key, f"{_quoted(event, [by] if by else [])}修改群名为“{title}”")


def _announced(event: Event, group_key: str) -> Iterator[AnyRecord]:
    by = identity(event.payload.get("changerId"))
    yield from _member(event, group_key, by)
    yield _row(event, group_key, words(event.payload.get("newAnnounce")), service="notice")


def _row(
    event: Event,
    group_key: str,
    text: str,
    kind: str = "service",
    service: str | None = None,
    detail: dict[str, object] | None = None,
) -> Message:
    """Make the row of what nobody said; its id is made of the event, which has none."""
    service = (service or action_of(text)) if kind == "service" else None
    return Message(
        group_key,
        f"{service or 'event'}-{event.mark()}",
        sent_at=event.sent_at or event.heard_at,
        kind=kind,
        text=text,
        service=service,
        detail=detail or {},
        quality=LIVE,
    )


def _member(event: Event, group_key: str, contact_id: str | None) -> Iterator[Member]:
    if contact_id is None:
        return
    yield Member(
        f"wechat:{contact_id}",
        _own_name(event, contact_id),
        group_key=group_key,
        group_name=words(event.people.get(contact_id, {}).get("alias")) or None,
        role=event.role_of(contact_id),
        is_bot=contact_id == event.self_id,
        at=event.heard_at,
    )


def _own_name(event: Event, contact_id: str) -> str | None:
    return words(event.people.get(contact_id, {}).get("name")) or None


def _quoted(event: Event, who: list[str] | tuple[str, ...]) -> str:
    names = [event.name_of(one) or "?" for one in who]
    return "".join(f'"{name}"、' for name in names).rstrip("、") or '"?"'

"""Projects events of the official bot into records: messages, who came and who went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.qq_official import keys
from adapters.qq_official.content import content_of
from adapters.qq_official.envelope import role_of, sender_of
from adapters.qq_official.event import ABOUT_BOT, MEMBER, OURS, Event, words
from archive.records import AnyRecord, Group, Member, Message

LIVE = 3
"""How much a live event knows, as records count it."""
_ABOUT = {
    "GROUP_ADD_ROBOT": "机器人加入了群聊",
    "GROUP_DEL_ROBOT": "机器人被移出群聊",
    "GROUP_MSG_REJECT": "本群不再接收机器人的主动消息",
    "GROUP_MSG_RECEIVE": "本群接收机器人的主动消息",
}


def records_of(event: Event) -> list[AnyRecord]:
    """Project an event; nothing for what happened in no group."""
    group = event.group_key
    if group is None:
        return []
    if event.kind == OURS:
        return [Group(group, words(event.body.get("title")) or None, at=event.sent_at)]
    return [Group(group, at=event.sent_at), *_happened(event, group)]


def _happened(event: Event, group: str) -> Iterator[AnyRecord]:
    if event.is_message:
        yield from _said(event, group)
    elif event.kind in MEMBER:
        yield from _moved(event, group)
    elif event.kind in ABOUT_BOT:
        yield _row(event, group, _ABOUT[event.kind], "service", "system")
    else:
        raw = {"raw": {"t": event.kind, "d": event.body}}
        yield _row(event, group, "", "unknown", None, raw)


def _said(event: Event, group: str) -> Iterator[AnyRecord]:
    sender, found = sender_of(event), content_of(event)
    name = words(event.author.get("username")) or None
    if sender is not None:
        yield Member(
            sender,
            name,
            group_key=group,
            role=role_of(event),
            is_bot=event.author.get("bot") is True,
            at=event.sent_at,
        )
    told: dict[str, Any] = {"raw": _own(event.body)} if found.kind == "unknown" else {}
    if found.kind == "card":
        told = {"card": event.body.get("ark_data")}
    yield Message(
        group,
        event.message_id,
        sent_at=event.sent_at,
        sender_key=sender,
        sender_name=name,
        kind=found.kind,
        text=found.text,
        reply_to=found.reply_to,
        # words of nobody knows whom might be of somebody who wants nothing kept
        quote=found.quote if found.quoted_key else None,
        attachments=found.attachments,
        spans=found.spans,
        detail=told,
        quality=LIVE,
        other_ids=(found.own_index,) if found.own_index else (),
    )


def _own(body: dict[str, Any]) -> dict[str, Any]:
    """Return a message without what others said in it: nothing could take it out again."""
    return {name: part for name, part in body.items() if name != "msg_elements"}


def _moved(event: Event, group: str) -> Iterator[AnyRecord]:
    who = keys.key_of(event.body.get("member_openid"))
    service = MEMBER[event.kind]
    name = words(event.body.get("username")) or None
    if who is not None:
        role = "member" if service == "join" else "left"
        yield Member(who, name, group_key=group, role=role, at=event.sent_at)
    shown = f'"{name}"' if name else "有人"
    done = "加入了群聊" if service == "join" else "退出了群聊"
    yield _row(event, group, shown + done, "service", service)


def _row(
    event: Event,
    group: str,
    text: str,
    kind: str,
    service: str | None,
    detail: dict[str, Any] | None = None,
) -> Message:
    """Make the row of what nobody said; its id is made of the event, which has none."""
    mark = keys.fingerprint(event.id or event.kind, event.body.get("timestamp"))
    return Message(
        group,
        f"{service or 'event'}-{mark}",
        sent_at=event.sent_at,
        kind=kind,
        text=text,
        service=service,
        detail=detail or {},
        quality=LIVE,
    )

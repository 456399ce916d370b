"""Turns raw events into records; pure, the same bytes always give the same records."""

from __future__ import annotations

from typing import Any

from adapters.qq_onebot import keys
from adapters.qq_onebot.content import Told, content_of, segments_of
from adapters.qq_onebot.envelope import MESSAGES, ROLES, role_of, sender_of
from adapters.qq_onebot.nested import nodes_of, unfold
from adapters.qq_onebot.notices import notice_records
from adapters.qq_onebot.raw import OURS, Read, read
from adapters.qq_pieces import Pieces
from archive.records import AnyRecord, EssenceMark, Group, Member, Message

QUALITY = 3
_LAG = (-1, 0, 1, 2)
"""Seconds by which the notice of an upload may differ from the message it is about."""


def records_of(raw: bytes) -> list[AnyRecord]:
    """Project a raw event; private conversations and what concerns no group give nothing."""
    told = read(raw)
    event = told.event
    group = keys.group_key(event)
    if group is None or event.get("message_type") == "private":
        return []
    kind = event.get("post_type")
    if kind == OURS:
        return _ours(event, group)
    if kind in MESSAGES or (kind is None and "message_id" in event):
        return _message(told, group)
    if kind == "request":
        return []  # who asks to be let in is not a member yet
    return notice_records(told, group)


def _message(told: Read, group: str) -> list[AnyRecord]:
    event = told.event
    key, shown = sender_of(event, group)
    content = content_of(segments_of(event), _told(told, group))
    made: list[AnyRecord] = []
    at = keys.seconds(event.get("time"))
    title = _name(event.get("group_name"))
    if title:
        made.append(Group(group, title, at=at))
    if key is not None:
        made.append(_member(event, key, group))
    made.append(
        Message(
            group,
            keys.message_id(event),
            at,
            key,
            shown,
            "service" if event.get("sub_type") == "notice" else content.kind,
            content.text,
            reply_to=content.reply_to,
            quote=content.quote,
            service="notice" if event.get("sub_type") == "notice" else None,
            recalled=event.get("status") == "deleted",
            attachments=tuple(content.attachments),
            spans=tuple(content.spans),
            nested=tuple(content.nested),
            detail=_detail(event, content),
            quality=QUALITY,
            other_ids=_other_ids(told, content),
        )
    )
    return made


def _told(told: Read, group: str) -> Told:
    forwards = {name: nodes_of(answer) for name, answer in told.part("forwards").items()}
    return Told(
        group,
        keys.platform_id(group),
        names=told.part("names"),
        reply=told.part("reply"),
        forwards=forwards,
        unfold=unfold,
    )


def _member(event: dict[str, Any], key: str, group: str) -> Member:
    found = event.get("sender")
    sender: dict[str, Any] = found if isinstance(found, dict) else {}
    at = keys.seconds(event.get("time"))
    if isinstance(event.get("anonymous"), dict):
        return Member(key, str(event["anonymous"].get("name") or "匿名"), group_key=group, at=at)
    return Member(
        key,
        _name(sender.get("nickname")),
        group_key=group,
        group_name=_name(sender.get("card")),
        role=role_of(event),
        at=at,
    )


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _detail(event: dict[str, Any], content: Pieces) -> dict[str, Any]:
    detail = dict(content.detail)
    sender = event.get("sender")
    badge = _name(sender.get("title")) if isinstance(sender, dict) else None
    if badge:
        detail["badge"] = badge
    if isinstance(event.get("anonymous"), dict):
        detail["anonymous"] = True
    return detail


def _other_ids(told: Read, content: Pieces) -> tuple[str, ...]:
    """Return the other names a message goes by: the short one, its id before `real_seq`, and for
    a file those its notice may have."""
    event = told.event
    found: dict[str, None] = {}
    if (short := keys.short_name(event.get("message_id"))) is not None:
        found[short] = None
    if keys.sequence(event) is not None:
        found[keys.former_id(event)] = None
    upload = told.known.get("upload")
    if isinstance(upload, str):
        found[upload] = None
    at, who = keys.number(event.get("time")), event.get("user_id")
    for file in content.attachments:
        if file.kind == "file" and at is not None:
            times = (at + lag for lag in _LAG)
            ids = (keys.upload_id(time, who, file.name, file.size) for time in times)
            found |= dict.fromkeys(ids)
    return tuple(found)


def _ours(event: dict[str, Any], group: str) -> list[AnyRecord]:
    kind, at = event.get("kind"), keys.seconds(event.get("time"))
    if kind == "group":
        return [Group(group, _name(event.get("group_name")), at=at)]
    if kind == "essence" and isinstance(event.get("id"), str):
        return [
            EssenceMark(
                group,
                event["id"],
                by=keys.member_key(event.get("operator_id")),
                at=keys.seconds(event.get("operator_time")) or at,
                removed=event.get("removed") is True,
            )
        ]
    people = event.get("members")
    return [
        Member(
            key,
            _name(person.get("nickname")),
            group_key=group,
            group_name=_name(person.get("card")),
            role=person.get("role") if person.get("role") in ROLES else None,
            at=at,
        )
        for person in (people if isinstance(people, list) else [])
        if isinstance(person, dict) and (key := keys.member_key(person.get("user_id")))
    ]

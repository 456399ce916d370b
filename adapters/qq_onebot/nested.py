"""Merged records (合并转发): the messages they hold, unfolded to a depth and a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.qq_onebot.content import Told, content_of, segments_of
from adapters.qq_onebot.keys import member_key, seconds
from adapters.qq_pieces import Pieces
from archive.records import Message

DEEPEST = 5
"""Records within records that are unfolded."""
MOST = 1000
"""Messages of one record."""


def nodes_of(answer: Any) -> list[Any]:
    """Return a record's messages out of whatever get_forward_msg answers."""
    if isinstance(answer, dict):
        for name in ("messages", "message", "content"):
            if isinstance(answer.get(name), list):
                return list(answer[name])
    return answer if isinstance(answer, list) else []


def unfold(nodes: Any, told: Told) -> tuple[Message, ...]:
    """Make messages of a record's nodes; each gateway writes them differently."""
    if told.depth >= DEEPEST:
        return ()
    below = msgspec.structs.replace(told, depth=told.depth + 1, reply={})
    return tuple(_message(node, below) for node in _nodes(nodes)[:MOST])


def authors(nodes: Any, depth: int = 0) -> Iterator[str]:
    """Return the numbers of the people whose words a record holds, records within it included."""
    for node in _nodes(nodes)[:MOST] if depth < DEEPEST else ():
        who, _ = _author(node)
        if who is not None:
            yield who
        for segment in segments_of(node):
            data = segment.get("data") if isinstance(segment, dict) else None
            if isinstance(data, dict) and segment.get("type") in ("forward", "node"):
                inner = [segment] if segment["type"] == "node" else data.get("content")
                yield from authors(inner, depth + 1)


def _nodes(nodes: Any) -> list[dict[str, Any]]:
    """Return each node without the segment around it that some gateways put there."""
    found = []
    for node in nodes_of(nodes):
        if isinstance(node, dict):
            data = node.get("data")
            found.append(data if node.get("type") == "node" and isinstance(data, dict) else node)
    return found


def _author(node: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the key and the shown name of who said what a node holds."""
    sender = node.get("sender")
    person: dict[str, Any] = sender if isinstance(sender, dict) else {}
    who = person.get("user_id") or node.get("user_id") or node.get("uin")
    for place, name in ((person, "card"), (person, "nickname"), (node, "nickname"), (node, "name")):
        shown = place.get(name)
        if isinstance(shown, str) and shown:
            return member_key(who), shown
    return member_key(who), None


def _message(node: dict[str, Any], told: Told) -> Message:
    key, name = _author(node)
    found: Pieces = content_of(segments_of(node), told)
    return Message(
        told.group_key,
        sent_at=seconds(node.get("time")) or None,
        sender_key=key,
        sender_name=name,
        kind=found.kind,
        text=found.text,
        spans=tuple(found.spans),
        attachments=tuple(found.attachments),
        quote=found.quote,
        nested=tuple(found.nested),
        detail=found.detail,
        quality=3,
    )

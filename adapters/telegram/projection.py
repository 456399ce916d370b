"""An update as records: the same bytes always give the same."""

from __future__ import annotations

from typing import Any

from adapters.telegram.envelope import moved
from adapters.telegram.ids import message_id
from adapters.telegram.message import Account, read_message
from adapters.telegram.people import (
    Speaker,
    group_key,
    key_of,
    member,
    name_of,
    person,
    role_in,
    speaker,
)
from adapters.telegram.service import people_in, pinned_id
from adapters.telegram.updates import Part, part
from adapters.telegram.values import count, dictionaries, dictionary, integer, storable, string
from archive.records import (
    AnyRecord,
    EssenceMark,
    Group,
    Member,
    Message,
    Reacted,
    Reaction,
)


def read_records(raw: bytes, account: Account) -> list[AnyRecord]:
    """Return what an update tells; nothing for what happened in no group.

    Raises AdapterError for what is no update."""
    told = part(raw)
    key = group_key(told.chat)
    if key is None:
        return []
    match told.sort:
        case "message":
            return _message(told, key, account)
        case "reaction":
            return _reaction(told, key, account)
        case "member":
            return _member(told, key)
        case "unknown":
            return _unknown(told, key, account)
        case _:
            return []


def _message(told: Part, key: str, account: Account) -> list[AnyRecord]:
    message = told.body
    new_key, former = moved(message)
    key = new_key or key
    who = speaker(message)
    records: list[AnyRecord] = [_group(message, key, former)]
    records += _known(who, key, _as_of(message))
    for user, role in people_in(message):
        if joined := member(key, user, role, _as_of(message)):
            records.append(joined)
    kept = read_message(message, key, who, account)
    records.append(kept)
    pinned = pinned_id(message, account.bot)
    # what this bot pins was marked here before
    if pinned and who.key != f"telegram:{account.bot}":
        records.append(EssenceMark(key, pinned, by=who.key, at=kept.sent_at))
    return records


def _group(message: dict[str, Any], key: str, former: str | None) -> Group:
    chat = dictionary(message.get("chat"))
    return Group(
        key,
        string(message.get("new_chat_title")) or name_of(chat),
        "channel" if chat.get("type") == "channel" else "group",
        aliases=(former,) if former else (),
        at=_as_of(message),
    )


def _as_of(told: dict[str, Any]) -> int | None:
    """Return the time at which its group and people were called as it calls them."""
    return integer(told.get("edit_date")) or integer(told.get("date"))


def _known(who: Speaker, key: str, at: int | None) -> list[AnyRecord]:
    if who.key is None:
        return []
    return [Member(who.key, who.name, who.username, group_key=key, at=at)]


def _reaction(told: Part, key: str, account: Account) -> list[AnyRecord]:
    body = told.body
    number = message_id(told.chat, told.number, account.bot)
    if number is None:
        return []
    at = integer(body.get("date"))
    if told.name == "message_reaction_count":
        counted = tuple(
            Reaction(emoji, count(item.get("total_count")) or 0)
            for item in dictionaries(body.get("reactions"))
            if (emoji := _emoji(item.get("type")))
        )
        return [Reacted(key, number, None, counted, at)]
    known = person(body.get("user")) if "user" in body else None
    who = known.key if known else key_of(body.get("actor_chat"))
    if who is None:
        return []
    now = tuple(
        Reaction(emoji, 1, (who,))
        for item in dictionaries(body.get("new_reaction"))
        if (emoji := _emoji(item))
    )
    return [*(_known(known, key, at) if known else ()), Reacted(key, number, who, now, at)]


def _emoji(told: Any) -> str | None:
    """Return a reaction's emoji as exports write it."""
    told = dictionary(told)
    if custom := string(told.get("custom_emoji_id")):
        return f"custom:{custom}"
    return string(told.get("emoji")) or string(told.get("type"))


def _member(told: Part, key: str) -> list[AnyRecord]:
    now = dictionary(told.body.get("new_chat_member"))
    changed = member(key, now.get("user"), role_in(now), integer(told.body.get("date")))
    if changed is None:
        # whoever asks to join is no member
        return []
    return [_group(told.body, key, None), changed]


def _unknown(told: Part, key: str, account: Account) -> list[AnyRecord]:
    number = message_id(told.chat, told.number, account.bot)
    if number is None:
        return []
    # an update about a message names who did something to it, not who said it
    who = speaker(told.body) if "message_id" in told.body else Speaker()
    return [
        Message(
            group_key=key,
            id=number,
            sent_at=integer(told.body.get("date")),
            sender_key=who.key,
            sender_name=who.name,
            kind="unknown",
            detail={"raw": {told.name: storable(told.body)}},
            # it may be about a message that is known better
            quality=0,
        )
    ]

"""What the door must know of an update; the key is that of what happened, never the update's id."""

from __future__ import annotations

from typing import Any

from adapters.contract import Brought, Envelope
from adapters.telegram.ids import message_id
from adapters.telegram.links import answer
from adapters.telegram.media import read_media
from adapters.telegram.message import words
from adapters.telegram.people import (
    Speaker,
    group_key,
    is_private,
    key_of,
    person,
    quoted,
    speaker,
)
from adapters.telegram.service import FIELDS as SERVICE
from adapters.telegram.updates import MESSAGES, Part, part
from adapters.telegram.values import dictionary, digest, integer

_SERVICE_KINDS = {
    "pinned_message": "essence",
    "new_chat_members": "member",
    "left_chat_member": "member",
    **dict.fromkeys(
        ("new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created",
         "supergroup_chat_created", "channel_chat_created", "migrate_to_chat_id",
         "migrate_from_chat_id"),
        "group",
    ),
}  # fmt: skip
_SAID = ("text", "caption", "entities", "caption_entities", "poll", "location", "reply_markup",
         "checklist")  # fmt: skip
"""What an edit can change without a second passing, besides files."""
_EARLIEST, _LATEST = 946_684_800, 1 << 33


def read_envelope(raw: bytes, bot: int, largest: int = 0) -> Envelope:
    """Return the envelope of a raw update; files over `largest` bytes cannot be fetched.

    Raises AdapterError for what is none."""
    told = part(raw)
    match told.sort:
        case "message":
            return _message(told, bot, largest)
        case "reaction":
            return _reaction(told, bot)
        case "member":
            return _member(told)
        case "elsewhere":
            return _elsewhere(told, bot)
        case _:
            return _other(told, bot)


def _message(told: Part, bot: int, largest: int) -> Envelope:
    message, chat = told.body, told.chat
    who = speaker(message)
    own_key = key_of(chat)
    number = message_id(chat, message.get("message_id"), bot)
    kind = MESSAGES[told.name]
    key = f"{own_key}:{number}:{integer(message.get('edit_date')) or 0}:{kind}"
    if kind == "edit":
        # two edits can fall into one second, and some carry no time at all
        key += f":{_changed(message)}"
    elif number is None:
        key += f":{digest(message)}"
    if kind == "message":
        named = next((field for field in message if field in SERVICE), None)
        kind = _SERVICE_KINDS.get(named, "other") if named else kind
    answered = answer(message, bot)
    moved_to, moved_from = moved(message)
    return _said_by(
        who, bot,
        key=key, kind=kind, group_key=moved_to or group_key(chat), private=is_private(chat),
        message_id=number, quoted=tuple(sorted(quoted(message) - {who.key})),
        reply_to=None if answered.is_opener or ":" in (answered.reply_to or "")
        else answered.reply_to,
        text=words(message) if kind in ("message", "edit") else "",
        sent_at=_time(message.get("date")), replaces=moved_from,
        brought=_brought(message, largest),
    )  # fmt: skip


def _brought(message: dict[str, Any], largest: int) -> Brought | None:
    """Return the document that a message brings, or the one it answers."""
    for carrier in (message, message.get("reply_to_message")):
        if type(carrier) is dict and "document" in carrier:
            return Brought(read_media(carrier, largest).attachments)
    return None


def moved(message: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the new and the former key of a group, if a message says that it has moved."""
    here = key_of(message.get("chat"))
    there = key_of({"id": message.get("migrate_to_chat_id")})
    if there is not None:
        return there, here
    former = key_of({"id": message.get("migrate_from_chat_id")})
    return (here, former) if former is not None else (None, None)


def _reaction(told: Part, bot: int) -> Envelope:
    body, chat = told.body, told.chat
    who = person(body.get("user")) if "user" in body else speaker({"sender_chat": _actor(body)})
    number = message_id(chat, told.number, bot)
    now = digest(body.get("new_reaction", body.get("reactions")))
    date = integer(body.get("date")) or 0
    return _said_by(
        who, bot, key=f"{key_of(chat)}:{number}:{date}:reaction:{who.key or 'all'}:{now}",
        kind="reaction", group_key=group_key(chat), private=is_private(chat), message_id=number,
        sent_at=_time(body.get("date")),
    )  # fmt: skip


def _actor(body: dict[str, Any]) -> dict[str, Any]:
    return dictionary(body.get("actor_chat"))


def _member(told: Part) -> Envelope:
    body, chat = told.body, told.chat
    now = dictionary(body.get("new_chat_member"))
    about = key_of(now.get("user")) or key_of(body.get("from"))
    date = integer(body.get("date")) or 0
    return _said_by(
        person(body.get("from")), None,
        key=f"{key_of(chat)}:{about}:{date}:{told.name}:{digest(now)}", kind="member",
        group_key=group_key(chat), private=is_private(chat), sent_at=_time(body.get("date")),
    )  # fmt: skip


def _elsewhere(told: Part, bot: int) -> Envelope:
    return Envelope(f"telegram:{bot}:{told.name}:{digest(told.body)}", "other", private=True)


def _other(told: Part, bot: int) -> Envelope:
    """An update that is new to this program, or that only names a group."""
    chat = told.chat
    number = message_id(chat, told.number, bot)
    key = f"{key_of(chat)}:{number}:0:{told.name}:{digest(told.body)}"
    return _said_by(
        speaker(told.body), bot, key=key, kind="other", group_key=group_key(chat),
        private=bool(chat) and is_private(chat), message_id=number,
        quoted=tuple(sorted(quoted(told.body))), sent_at=_time(told.body.get("date")),
    )  # fmt: skip


def _said_by(who: Speaker, bot: int | None, **fields: Any) -> Envelope:
    return Envelope(
        sender_key=who.key,
        sender_name=who.name,
        sender_role=who.role,
        sender_is_bot=who.is_bot,
        own=bot is not None and who.key == f"telegram:{bot}",
        **fields,
    )


def _changed(message: dict[str, Any]) -> str:
    """Return a digest of what an edit can have changed; the same for every bot in the group."""
    said: dict[str, Any] = {field: message[field] for field in _SAID if field in message}
    for field, file in message.items():
        # file_id is another one for every bot
        if type(file) is dict and "file_unique_id" in file:
            said[field] = file["file_unique_id"]
        elif field == "photo" and type(file) is list:
            said[field] = [dictionary(size).get("file_unique_id") for size in file]
    return digest(said)


def _time(value: Any) -> int | None:
    moment = integer(value)
    return moment if moment is not None and _EARLIEST <= moment < _LATEST else None

"""What the door must know of an event: group, sender, quoted people, key."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.contract import Brought, Envelope
from adapters.qq_onebot import keys
from adapters.qq_onebot.content import Told, content_of, segments_of
from adapters.qq_onebot.nested import authors, nodes_of, unfold
from adapters.qq_onebot.raw import OURS, Read, read
from adapters.qq_pieces import Pieces
from archive.keys import name_key

ROLES = ("owner", "admin", "member")
MESSAGES = ("message", "message_sent")

_KINDS = {
    "group_recall": "recall", "essence": "essence", "group_msg_emoji_like": "reaction",
    "reaction": "reaction", "group_upload": "message", "group_increase": "member",
    "group_decrease": "member", "group_admin": "member", "group_card": "member",
    "group_name_change": "group",
}  # fmt: skip
"""`notice_type` → kind of envelope; `other` for the rest."""
_OWN_KINDS = {"group": "group", "members": "member", "essence": "essence"}


def envelope_of(raw: bytes) -> Envelope:
    """Read the envelope of a raw event. Raises AdapterError for what is no event at all."""
    told = read(raw)
    kind = told.event.get("post_type")
    if kind == OURS:
        return _of_ours(told.event)
    if kind in MESSAGES or (kind is None and "message_id" in told.event):
        return _of_message(told)
    return _of_notice(told)


def sender_of(event: dict[str, Any], group: str | None) -> tuple[str | None, str | None]:
    """Return the key and the shown name of who sent a message; anonymous ones by their mask."""
    mask = event.get("anonymous")
    if isinstance(mask, dict) and group is not None:
        name = str(mask.get("name") or "匿名")
        return name_key(group, f"匿名 {mask.get('id') or ''} {name}"), name
    found = event.get("sender")
    sender: dict[str, Any] = found if isinstance(found, dict) else {}
    who = event.get("user_id") or sender.get("user_id")
    shown = sender.get("card") or sender.get("nickname")
    return keys.member_key(who), shown if isinstance(shown, str) and shown else None


def role_of(event: dict[str, Any]) -> str | None:
    """Return the role that the event itself gives its sender; none behind a mask."""
    sender = event.get("sender")
    if not isinstance(sender, dict) or isinstance(event.get("anonymous"), dict):
        return None
    role = sender.get("role")
    return role if role in ROLES else None


def is_own(event: dict[str, Any]) -> bool:
    """Tell whether the bot's own account said it."""
    if event.get("post_type") == "message_sent":
        return True
    who = keys.word(event.get("user_id"))
    return who is not None and who == keys.word(event.get("self_id"))


def _of_message(told: Read) -> Envelope:
    event = told.event
    private = event.get("message_type") == "private"
    group = None if private else keys.group_key(event)
    sender, name = sender_of(event, group)
    own_id = keys.message_id(event)
    own = is_own(event)
    names, reply = told.part("names"), told.part("reply")
    about = Told(group or keys.PLATFORM, names=names, reply=reply)
    if private:  # there the envelope is all that is read
        forwards = {name: nodes_of(answer) for name, answer in told.part("forwards").items()}
        about = msgspec.structs.replace(about, forwards=forwards, unfold=unfold)
    content = content_of(_spoken(event), about)
    place = group or f"{keys.PLATFORM}:private:{keys.word(event.get('user_id')) or 0}"
    return Envelope(
        key=f"{place}:{own_id}:message",
        kind="message",
        group_key=group,
        private=private,
        message_id=own_id,
        sender_key=sender,
        sender_name=name,
        sender_role=role_of(event) if group else None,
        sender_is_bot=own or keys.is_robot(event.get("user_id")),
        own=own,
        quoted=_quoted(told, sender),
        reply_to=content.reply_to,
        quote_text=content.quote.text if content.quote and content.reply_to is None else None,
        text=content.text,
        sent_at=keys.seconds(event.get("time")),
        brought=_brought(content) if private else None,
    )


def _brought(content: Pieces) -> Brought | None:
    files = tuple(file for file in content.attachments if file.kind == "file")
    return Brought(files, tuple(content.nested)) if files or content.nested else None


def _spoken(event: dict[str, Any]) -> list[Any]:
    """Return the segments without the mention before a command: of the bot, or of who is answered.

    QQ's clients write the second one themselves into every reply.
    """
    found = segments_of(event)
    own = keys.word(event.get("self_id"))
    answers = False
    for at, segment in enumerate(found):
        if not isinstance(segment, dict) or not isinstance(segment.get("data"), dict):
            break
        kind, data = segment.get("type"), segment["data"]
        if kind == "reply":
            answers = True
        elif kind == "at" and (answers or keys.word(data.get("qq")) == own):
            rest = found[at + 1 :]
            if rest and isinstance(rest[0], dict) and rest[0].get("type") == "text":
                text = rest[0].get("data", {})
                stripped = str(text.get("text", "")).lstrip() if isinstance(text, dict) else ""
                rest[0] = {"type": "text", "data": {"text": stripped}}
            return found[:at] + rest
        elif kind != "text" or str(segment["data"].get("text", "")).strip():
            break
    return found


def _quoted(told: Read, sender: str | None) -> tuple[str, ...]:
    """Return the people whose words a message carries besides its sender's."""
    found: dict[str, None] = {}
    for nodes in told.part("forwards").values():
        found |= dict.fromkeys(authors(nodes))
    for segment in segments_of(told.event):
        if not isinstance(segment, dict) or not isinstance(segment.get("data"), dict):
            continue
        kind, data = segment.get("type"), segment["data"]
        if kind in ("forward", "node"):
            found |= dict.fromkeys(authors([segment] if kind == "node" else data.get("content")))
        elif kind == "reply" and data.get("text"):
            who = keys.member_key(data.get("qq") or told.part("reply").get("user_id"))
            if who is not None:
                found[who] = None
    found.pop(sender or "", None)
    return tuple(found)


def _of_notice(told: Read) -> Envelope:
    event = told.event
    group = keys.group_key(event)
    notice = str(event.get("notice_type") or event.get("request_type") or event.get("post_type"))
    what = str(event.get("sub_type") or "")
    kind = "group" if what == "group_name" else _KINDS.get(notice, "other")
    who = event.get("user_id")
    own_id: str | None = None
    if notice == "group_upload":
        own_id = upload_of(told)
    elif "message_id" in event:
        own_id = keys.short_name(event["message_id"])
    acting = event.get("operator_id") if kind == "essence" else who
    return Envelope(
        key=f"{group or keys.PLATFORM}:{notice_id(event)}",
        kind=kind,
        group_key=group,
        # a notice without a group is about a friend or the account itself
        private=group is None and event.get("post_type") in ("notice", "request", "meta_event"),
        message_id=own_id,
        # a message taken back is taken back, whoever asks not to be stored
        sender_key=None if kind == "recall" else keys.member_key(acting),
        sender_is_bot=is_own(event) or keys.is_robot(who),
        own=is_own(event),
        sent_at=keys.seconds(event.get("time")),
    )


def upload_of(told: Read) -> str:
    """Return the id of the message that a file notice is about."""
    known = told.known.get("message")
    if isinstance(known, str):
        return known
    event = told.event
    found = event.get("file")
    file: dict[str, Any] = found if isinstance(found, dict) else {}
    at = keys.number(event.get("time")) or 0
    return keys.upload_id(at, event.get("user_id"), file.get("name"), file.get("size"))


def notice_id(event: dict[str, Any]) -> str:
    """Return what makes a notice itself, whichever account heard it; names nobody."""
    names = ("notice_type", "request_type", "sub_type", "user_id", "operator_id", "target_id",
             "message_id", "honor_type", "is_add", "code", "likes", "file")  # fmt: skip
    said = [str(event[name]) for name in names if event.get(name) not in (None, "")]
    return f"n{keys.number(event.get('time')) or 0}-{keys.fingerprint(said)}"


def _of_ours(event: dict[str, Any]) -> Envelope:
    group = keys.group_key(event)
    kind = str(event.get("kind"))
    quoted: tuple[str, ...] = ()
    if kind == "members" and isinstance(event.get("members"), list):
        people = [person for person in event["members"] if isinstance(person, dict)]
        named = (keys.member_key(person.get("user_id")) for person in people)
        quoted = tuple(key for key in named if key)
    what = f"{event.get('id') or ''}-{'removed' if event.get('removed') else 'is'}"
    mark = event.get("operator_time") or event.get("time") or 0
    return Envelope(
        key=f"{group}:{kind}-{mark}-{what}",
        kind=_OWN_KINDS.get(kind, "other"),
        group_key=group,
        message_id=keys.word(event.get("id")) if kind == "essence" else None,
        sender_key=keys.member_key(event.get("operator_id")) if kind == "essence" else None,
        quoted=quoted,
        sent_at=keys.seconds(event.get("time")),
    )

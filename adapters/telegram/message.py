"""One message of the Bot API as a record; no field need be of the right type."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.telegram import cards, media, service
from adapters.telegram.entities import spans
from adapters.telegram.ids import message_id
from adapters.telegram.links import answer, forward, forward_detail
from adapters.telegram.people import Speaker
from adapters.telegram.values import dictionaries, dictionary, integer, storable, string
from archive.records import Attachment, Message, Span

_PLAIN = frozenset((
    "message_id", "message_thread_id", "from", "sender_chat", "sender_boost_count", "sender_tag",
    "sender_business_bot", "business_connection_id", "date", "chat", "edit_date", "text",
    "entities", "caption", "caption_entities", "forward_origin", "is_topic_message",
    "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
    "reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot", "has_protected_content",
    "is_from_offline", "is_paid_post", "media_group_id", "author_signature", "paid_star_count",
    "link_preview_options", "suggested_post_info", "effect_id", "show_caption_above_media",
    "reply_markup", "direct_messages_topic", "guest_query_id", "guest_bot_caller_user",
    "guest_bot_caller_chat",
    # the older form of forward_origin, which some servers still add
    "forward_from", "forward_from_chat", "forward_from_message_id", "forward_signature",
    "forward_sender_name", "forward_date", "new_chat_member", "new_chat_participant",
    "left_chat_participant", "thumb",
))  # fmt: skip
_KNOWN = _PLAIN | media.FIELDS | cards.FIELDS | service.FIELDS

_BUTTONS = {
    "url": "url",
    "callback_data": "callback",
    "login_url": "auth",
    "web_app": "web_view",
    "switch_inline_query": "switch_inline",
    "switch_inline_query_current_chat": "switch_inline_same",
    "copy_text": "copy_text",
    "callback_game": "game",
    "pay": "buy",
}


class Account(msgspec.Struct, frozen=True):
    """What must be known of the bot to read what it is told."""

    bot: int
    """Its number."""
    largest: int
    """Bytes of the largest file it can fetch."""


def words(message: dict[str, Any]) -> str:
    """Return what a message says: its text or caption."""
    return string(message.get("text")) or string(message.get("caption")) or ""


def read_message(
    message: dict[str, Any], group_key: str, speaker: Speaker, account: Account
) -> Message:
    """Return the record of a message, or of what it is after an edit."""
    event = service.read_service(message, speaker.name, account.bot)
    answered = answer(message, account.bot)
    text, files, card = "", media.Media(), cards.Card()
    formatting: tuple[Span, ...] = ()
    if event is None:
        text = words(message)
        formatting = spans(text, message.get("entities") or message.get("caption_entities"))
        files, card = media.read_media(message, account.largest), cards.read_card(message)
    origin = message.get("forward_origin")
    return Message(
        group_key=group_key,
        id=message_id(message.get("chat"), message.get("message_id"), account.bot),
        sent_at=integer(message.get("date")),
        sender_key=speaker.key,
        sender_name=speaker.name,
        kind="service" if event else _kind(message, files, card, text),
        text=event.text if event else text or card.text,
        reply_to=answered.reply_to,
        quote=answered.quote,
        topic=answered.topic,
        edited_at=integer(message.get("edit_date")),
        service=event.action if event else None,
        attachments=_group_photo(message, account) if event else files.attachments,
        spans=formatting,
        forward=None if event else forward(origin),
        poll=card.poll,
        detail={
            **files.detail,
            **card.detail,
            **(event.detail if event else {}),
            **forward_detail(origin),
            **_detail(message),
        },
        quality=3,
    )


def _kind(message: dict[str, Any], files: media.Media, card: cards.Card, text: str) -> str:
    # an unbought photo or a checklist is more than the file it comes with
    kind = card.kind if card.kind == "game" else files.kind or card.kind
    if kind is None and not text and not _KNOWN.issuperset(message):
        return "unknown"
    return kind or "text"


def _group_photo(message: dict[str, Any], account: Account) -> tuple[Attachment, ...]:
    told = message.get("new_chat_photo")
    return media.photo(told, account.largest) if told else ()


def _detail(message: dict[str, Any]) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if album := string(message.get("media_group_id")):
        detail["album"] = album
    if signature := string(message.get("author_signature")):
        detail["author"] = signature
    if bot := string(dictionary(message.get("via_bot")).get("username")):
        detail["via_bot"] = f"@{bot}"
    if message.get("is_automatic_forward") is True:
        detail["automatic_forward"] = True
    if buttons := _buttons(dictionary(message.get("reply_markup")).get("inline_keyboard")):
        detail["buttons"] = buttons
    if raw := {field: storable(message[field]) for field in message.keys() - _KNOWN}:
        detail["raw"] = raw
    return detail


def _buttons(rows: Any) -> list[list[dict[str, Any]]]:
    """Return buttons under a message as exports write them."""
    if type(rows) is not list:
        return []
    return [[_button(button) for button in dictionaries(row)] for row in rows]


def _button(button: dict[str, Any]) -> dict[str, Any]:
    field = next((name for name in _BUTTONS if name in button), None)
    made = {"type": _BUTTONS.get(field or "", "default"), "text": string(button.get("text")) or ""}
    data = button.get(field) if field else None
    if type(data) is dict:
        data = data.get("url") or data.get("text")
    if string(data):
        made["data"] = str(data)
    return made

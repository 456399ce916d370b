"""What a message points to: the message it answers, its topic, where it was forwarded from."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.telegram.ids import message_id
from adapters.telegram.people import key_of, name_of, speaker
from adapters.telegram.values import dictionary, integer, string
from archive.records import Forward, Quote


class Answer(msgspec.Struct, frozen=True):
    """What a message answers; nothing for most."""

    reply_to: str | None = None
    """As in `Message.reply_to`."""
    quote: Quote | None = None
    topic: str | None = None
    is_opener: bool = False
    """It answers nothing but stands in a topic, which the Bot API shows as an answer to the
    message that opened it."""


def answer(message: dict[str, Any], bot: int) -> Answer:
    """Return what a message answers and the topic it stands in."""
    chat = message.get("chat")
    own = integer(message.get("message_id"))
    thread = integer(message.get("message_thread_id"))
    # in a group without topics a thread is only the chain of answers
    in_topic = message.get("is_topic_message") is True and thread is not None and thread != own
    topic = str(thread) if in_topic else None
    if replied := dictionary(message.get("reply_to_message")):
        number = integer(replied.get("message_id"))
        return Answer(
            message_id(chat, number, bot),
            _quote(message, speaker(replied).name, integer(replied.get("date"))),
            topic,
            is_opener=in_topic and number == thread and "forum_topic_created" in replied,
        )
    if external := dictionary(message.get("external_reply")):
        return _answer_elsewhere(message, external, topic, bot)
    story = dictionary(message.get("reply_to_story"))
    return Answer(topic=topic, quote=_quote(message, name_of(story.get("chat")), None))


def _answer_elsewhere(
    message: dict[str, Any], external: dict[str, Any], topic: str | None, bot: int
) -> Answer:
    chat = external.get("chat")
    number = message_id(chat, external.get("message_id"), bot)
    key = key_of(chat)
    reply_to = f"{key}:{number}" if key and number else None
    if key is not None and key == key_of(message.get("chat")):
        # another topic of the same group
        reply_to = number
    origin = forward(external.get("origin")) or Forward()
    return Answer(reply_to, _quote(message, origin.name, origin.sent_at), topic)


def _quote(message: dict[str, Any], name: str | None, sent_at: int | None) -> Quote | None:
    """Return the piece of the answered text that was chosen; others' words stand nowhere else."""
    words = string(dictionary(message.get("quote")).get("text"))
    return Quote(words, name, sent_at) if words else None


def forward(origin: Any) -> Forward | None:
    """Return where a forwarded message came from: a user, a hidden user, a chat or a channel."""
    origin = dictionary(origin)
    if not origin:
        return None
    peer = next(
        (origin[field] for field in ("sender_user", "sender_chat", "chat") if field in origin),
        None,
    )
    return Forward(
        name=name_of(peer) or string(origin.get("sender_user_name")),
        key=key_of(peer),
        sent_at=integer(origin.get("date")),
    )


def forward_detail(origin: Any) -> dict[str, Any]:
    """Return what else is known of a forwarded message's origin."""
    origin = dictionary(origin)
    key, number = key_of(origin.get("chat")), integer(origin.get("message_id"))
    detail: dict[str, Any] = {}
    if key and number:
        detail["forwarded_message"] = f"{key}:{number}"
    if signature := string(origin.get("author_signature")):
        detail["forwarded_author"] = signature
    return detail

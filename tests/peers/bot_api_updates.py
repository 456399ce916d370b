"""People, chats and updates as the Bot API writes them."""

from __future__ import annotations

import time
from typing import Any

from bot_api_methods import chat_member

Json = dict[str, Any]


def user(number: int, first: str, last: str = "", username: str = "", is_bot: bool = False) -> Json:
    told: Json = {"id": number, "is_bot": is_bot, "first_name": first}
    if last:
        told["last_name"] = last
    if username:
        told["username"] = username
    return told


def group(number: int, title: str) -> Json:
    """A basic group; its number is negative."""
    return {
        "id": number, "title": title, "type": "group", "all_members_are_administrators": True,
        "accepted_gift_types": dict.fromkeys(("unlimited_gifts", "limited_gifts"), False),
    }  # fmt: skip


def supergroup(number: int, title: str, username: str = "", forum: bool = False) -> Json:
    told: Json = {"id": number, "title": title, "type": "supergroup"}
    if username:
        told["username"] = username
    return told | {"is_forum": True} if forum else told


def channel(number: int, title: str, username: str = "") -> Json:
    told: Json = {"id": number, "title": title, "type": "channel"}
    return told | {"username": username} if username else told


def private(person: Json) -> Json:
    return {k: v for k, v in person.items() if k != "is_bot"} | {"type": "private"}


ALICE = user(1001, "小林", username="xiaolin")
BOB = user(1002, "Bob", "王", "bob_w")
CAROL = user(1003, "阿珍")
HELPER = user(2001, "助手", username="helper_bot", is_bot=True)
ANONYMOUS = user(1087968824, "Group", username="GroupAnonymousBot", is_bot=True)
CHANNEL_BOT = user(136817688, "Channel", username="Channel_Bot", is_bot=True)
TELEGRAM = user(777000, "Telegram")
TECH = supergroup(-1001234567890, "技术群")
FORUM = supergroup(-1002223334445, "论坛", forum=True)
SMALL = group(-4455667788, "小群")
NEWS = channel(-1009876543210, "沉淀播报", "chendian_news")


def message(number: int, chat: Json, sender: Json | None = ALICE, **fields: Any) -> Json:
    """Return a message; `sender=None` lets a channel speak, or the group's anonymous admins."""
    told: Json = {"message_id": number}
    if sender is not None:
        told["from"] = sender
    elif chat["type"] == "channel":
        told["sender_chat"] = chat
    else:
        told |= {"from": ANONYMOUS, "sender_chat": chat}
    return told | {"chat": chat, "date": int(time.time())} | fields


def joined(chat: Json, who: Json, by: Json, was: str, now: str, **fields: Any) -> Json:
    """Return what chat_member and my_chat_member say of a change."""
    return {
        "chat": chat, "from": by, "date": int(time.time()),
        "old_chat_member": chat_member(who, was), "new_chat_member": chat_member(who, now),
    } | fields  # fmt: skip


def emoji(*given: str) -> list[Json]:
    """Return reactions; a number is a custom emoji."""
    return [
        {"type": "custom_emoji", "custom_emoji_id": one} if one.isdecimal()
        else {"type": "paid"} if one == "paid" else {"type": "emoji", "emoji": one}
        for one in given
    ]  # fmt: skip


def reaction(
    chat: Json, number: int, who: Json, was: tuple[str, ...] = (), now: tuple[str, ...] = ("👍",),
    **fields: Any,
) -> Json:  # fmt: skip
    """Return a message_reaction update; a chat as `who` is an anonymous admin."""
    actor = "user" if "first_name" in who else "actor_chat"
    told = {
        "chat": chat, "message_id": number, "date": int(time.time()), actor: who,
        "old_reaction": emoji(*was), "new_reaction": emoji(*now),
    } | fields  # fmt: skip
    return {"message_reaction": told}


def reaction_count(chat: Json, number: int, **fields: Any) -> Json:
    counts = [
        {"type": emoji("👍")[0], "total_count": 7},
        {"type": emoji("5368324170671202286")[0], "total_count": 2},
        {"type": emoji("paid")[0], "total_count": 1},
    ]
    told = {"chat": chat, "message_id": number, "date": int(time.time()), "reactions": counts}
    return {"message_reaction_count": told | fields}


def poll(**fields: Any) -> Json:
    return {
        "id": "5431849912349876", "question": "周末吃什么？",
        "options": [
            {"persistent_id": "a", "text": "火锅", "voter_count": 3},
            {"persistent_id": "b", "text": "烧烤", "voter_count": 1},
        ],
        "total_voter_count": 4, "is_closed": False, "is_anonymous": False, "type": "regular",
        "allows_multiple_answers": False, "allows_revoting": True, "members_only": False,
    } | fields  # fmt: skip


_INVOICE = {"currency": "XTR", "total_amount": 5, "invoice_payload": "p1"}
_ADDRESS = {
    "country_code": "CN", "state": "", "city": "上海", "street_line1": "一路", "street_line2": "",
    "post_code": "200000",
}  # fmt: skip


def _business(now: int) -> dict[str, Any]:
    """Return what is said to a person whose account the bot looks after."""
    said = message(13, private(BOB), BOB, text="在吗", business_connection_id="c1")
    return {
        "business_connection": {
            "id": "c1", "user": BOB, "user_chat_id": BOB["id"], "date": now, "is_enabled": True,
        },
        "business_message": said,
        "edited_business_message": said | {"edit_date": now},
        "deleted_business_messages": {
            "business_connection_id": "c1", "chat": private(BOB), "message_ids": [13],
        },
    }  # fmt: skip


def every_update() -> dict[str, Json]:
    """Return one update of every kind the Bot API knows, by its name."""
    now = int(time.time())
    said = message(11, TECH, ALICE, text="你好")
    post = message(12, NEWS, None, text="新版发布", author_signature="编辑")
    boost = {
        "boost_id": "b1", "add_date": now, "expiration_date": now + 86400,
        "source": {"source": "premium", "user": BOB},
    }  # fmt: skip
    updates: dict[str, Any] = {
        "message": said,
        "edited_message": said | {"edit_date": now, "text": "你们好"},
        "channel_post": post,
        "edited_channel_post": post | {"edit_date": now, "text": "新版今天发布"},
        **_business(now),
        "guest_message": message(14, private(BOB), BOB, text="在吗", guest_query_id="g1"),
        "message_reaction": reaction(TECH, 11, BOB)["message_reaction"],
        "message_reaction_count": reaction_count(NEWS, 12)["message_reaction_count"],
        "inline_query": {
            "id": "q1", "from": BOB, "query": "部署", "offset": "", "chat_type": "supergroup",
        },
        "chosen_inline_result": {"result_id": "r1", "from": BOB, "query": "部署"},
        "callback_query": {
            "id": "4382abc", "from": BOB, "message": said, "chat_instance": "-77", "data": "ok:1",
        },
        "shipping_query": {
            "id": "s1", "from": BOB, "invoice_payload": "p1", "shipping_address": _ADDRESS,
        },
        "pre_checkout_query": {"id": "p1", "from": BOB} | _INVOICE,
        "purchased_paid_media": {"from": BOB, "paid_media_payload": "p1"},
        "poll": poll(is_closed=True),
        "poll_answer": {
            "poll_id": "5431849912349876", "user": BOB, "option_ids": [0],
            "option_persistent_ids": ["a"],
        },
        "my_chat_member": joined(TECH, HELPER, ALICE, "left", "member"),
        "chat_member": joined(TECH, CAROL, ALICE, "left", "member", via_join_request=True),
        "chat_join_request": {
            "chat": TECH, "from": CAROL, "user_chat_id": CAROL["id"], "date": now, "bio": "前端",
        },
        "chat_boost": {"chat": TECH, "boost": boost},
        "removed_chat_boost": {
            "chat": TECH, "boost_id": "b1", "remove_date": now, "source": boost["source"],
        },
        "managed_bot": {"user": BOB, "bot": HELPER},
    }  # fmt: skip
    return {name: {name: body} for name, body in updates.items()}

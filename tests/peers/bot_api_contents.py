"""What messages can hold, as the Bot API writes it: every field that makes one what it is."""

from __future__ import annotations

import time
from typing import Any

from bot_api_updates import ALICE, BOB, CAROL, NEWS, SMALL, TECH, message, poll

Json = dict[str, Any]


def file(name: str, size: int = 4096, **fields: Any) -> Json:
    return {"file_id": f"BAAD{name}", "file_unique_id": f"AgAD{name}", "file_size": size} | fields


def photo(name: str = "p", largest: int = 90_000) -> list[Json]:
    """Return a photo in three sizes, the largest last."""
    return [
        file(f"{name}s", 1200, width=90, height=60),
        file(f"{name}m", 22_000, width=320, height=213),
        file(f"{name}x", largest, width=1280, height=853),
    ]


_THUMBNAIL = file("thumb", 900, width=90, height=90)
_ANIMATION = file(
    "anim", 50_000, width=320, height=240, duration=4, file_name="g.mp4", mime_type="video/mp4",
    thumbnail=_THUMBNAIL,
)  # fmt: skip
_DOCUMENT = {k: v for k, v in _ANIMATION.items() if k not in ("width", "height", "duration")}
_PLACE = {"latitude": 31.23, "longitude": 121.47}

ORIGINS: dict[str, Json] = {
    "user": {"type": "user", "date": 1700000000, "sender_user": BOB},
    "hidden_user": {"type": "hidden_user", "date": 1700000000, "sender_user_name": "某人"},
    "chat": {"type": "chat", "date": 1700000000, "sender_chat": TECH, "author_signature": "管理"},
    "channel": {
        "type": "channel", "date": 1700000000, "chat": NEWS, "message_id": 77,
        "author_signature": "编辑",
    },
}  # fmt: skip
"""forward_origin of all four kinds."""


def contents() -> dict[str, Json]:
    """Return the fields of a message that shows something, by what it is."""
    words = {"text": "部署文档", "entities": [{"type": "bold", "offset": 0, "length": 2}]}
    return {"text": words, **_files(), **_cards()}


def _files() -> dict[str, Json]:
    return {
        "photo": {"photo": photo(), "caption": "看图", "has_media_spoiler": True},
        "live_photo": {
            "live_photo": file(
                "lp", 9000, width=640, height=480, duration=3, photo=photo("lp", 70_000)
            ),
        },
        "video": {
            "video": file(
                "vid", 700_000, width=1920, height=1080, duration=61, file_name="v.mp4",
                mime_type="video/mp4", thumbnail=_THUMBNAIL, cover=photo("cov"),
            ),
        },
        "animation": {"animation": _ANIMATION, "document": _DOCUMENT},
        "document": {
            "document": file("doc", 12_345, file_name="报告.pdf", mime_type="application/pdf"),
        },
        "audio": {
            "audio": file(
                "aud", 3_000_000, duration=215, performer="乐队", title="歌", file_name="a.mp3",
                mime_type="audio/mpeg",
            ),
        },
        "voice": {"voice": file("voi", 8_000, duration=5, mime_type="audio/ogg")},
        "video_note": {"video_note": file("note", 90_000, length=384, duration=12)},
        "sticker": {
            "sticker": file(
                "stk", 30_000, type="regular", width=512, height=512, is_animated=False,
                is_video=False, emoji="😆", set_name="Cats", thumbnail=_THUMBNAIL,
            ),
        },
    }  # fmt: skip


def _cards() -> dict[str, Json]:
    return {
        "location": {"location": _PLACE | {"live_period": 900, "horizontal_accuracy": 12.5}},
        "venue": {
            "venue": {"location": _PLACE, "title": "咖啡馆", "address": "南京路 1 号"},
            "location": _PLACE,
        },
        "contact": {"contact": {"phone_number": "+8613800138000", "first_name": "阿珍"}},
        "poll": {"poll": poll()},
        "dice": {"dice": {"emoji": "🎲", "value": 4}},
        "game": {"game": {"title": "2048", "description": "数字游戏", "photo": photo("game")}},
        "invoice": {
            "invoice": {
                "title": "会员", "description": "一年", "start_parameter": "m", "currency": "XTR",
                "total_amount": 100,
            },
        },
        "story": {"story": {"chat": NEWS, "id": 9}},
        "checklist": {
            "checklist": {
                "title": "上线", "others_can_mark_tasks_as_done": True,
                "tasks": [{"id": 1, "text": "备份"}, {"id": 2, "text": "迁移"}],
            },
        },
        "paid_media": {
            "paid_media": {
                "star_count": 15,
                "paid_media": [
                    {"type": "photo", "photo": photo("paid")},
                    {"type": "preview", "width": 640, "height": 480, "duration": 9},
                ],
            },
        },
        "giveaway": {
            "giveaway": {
                "chats": [NEWS], "winners_selection_date": 1800000000, "winner_count": 3,
                "prize_description": "书",
            },
        },
        "giveaway_winners": {
            "giveaway_winners": {
                "chat": NEWS, "giveaway_message_id": 5, "winners_selection_date": 1800000000,
                "winner_count": 1, "winners": [BOB],
            },
        },
    }  # fmt: skip


def services() -> dict[str, Json]:
    """Return the fields of service messages, by the field that makes them one."""
    pinned = message(3, TECH, BOB, text="置顶我", date=1700000000)
    return {
        "new_chat_members": {"new_chat_members": [BOB, CAROL]},
        "left_chat_member": {"left_chat_member": BOB},
        "new_chat_title": {"new_chat_title": "新技术群"},
        "new_chat_photo": {"new_chat_photo": photo("grp")},
        "delete_chat_photo": {"delete_chat_photo": True},
        "group_chat_created": {"group_chat_created": True},
        "supergroup_chat_created": {"supergroup_chat_created": True},
        "channel_chat_created": {"channel_chat_created": True},
        "message_auto_delete_timer_changed": {
            "message_auto_delete_timer_changed": {"message_auto_delete_time": 604800},
        },
        "migrate_to_chat_id": {"migrate_to_chat_id": TECH["id"]},
        "migrate_from_chat_id": {"migrate_from_chat_id": SMALL["id"]},
        "pinned_message": {"pinned_message": pinned},
        "proximity_alert_triggered": {
            "proximity_alert_triggered": {"traveler": ALICE, "watcher": BOB, "distance": 50},
        },
        "boost_added": {"boost_added": {"boost_count": 2}},
        "chat_background_set": {
            "chat_background_set": {
                "type": {"type": "chat_theme", "theme_name": "🏠"},
            },
        },
        "forum_topic_created": {
            "forum_topic_created": {"name": "部署", "icon_color": 7322096},
            "message_thread_id": 5, "is_topic_message": True,
        },
        "forum_topic_edited": {"forum_topic_edited": {"name": "上线"}},
        "forum_topic_closed": {"forum_topic_closed": {}},
        "forum_topic_reopened": {"forum_topic_reopened": {}},
        "general_forum_topic_hidden": {"general_forum_topic_hidden": {}},
        "general_forum_topic_unhidden": {"general_forum_topic_unhidden": {}},
        "video_chat_scheduled": {"video_chat_scheduled": {"start_date": int(time.time()) + 3600}},
        "video_chat_started": {"video_chat_started": {}},
        "video_chat_ended": {"video_chat_ended": {"duration": 77}},
        "video_chat_participants_invited": {"video_chat_participants_invited": {"users": [BOB]}},
        "giveaway_created": {"giveaway_created": {}},
        "giveaway_completed": {"giveaway_completed": {"winner_count": 3}},
        "paid_message_price_changed": {
            "paid_message_price_changed": {"paid_message_star_count": 10},
        },
        "checklist_tasks_done": {"checklist_tasks_done": {"marked_as_done_task_ids": [1]}},
        "chat_owner_left": {"chat_owner_left": {}},
        "chat_owner_changed": {"chat_owner_changed": {"new_owner": BOB}},
    }  # fmt: skip

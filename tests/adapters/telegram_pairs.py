"""The same messages as the Bot API tells them and as Telegram Desktop exports them."""

from __future__ import annotations

from typing import Any

from bot_api_contents import contents
from bot_api_updates import ALICE, BOB, CAROL, FORUM, HELPER, NEWS, TECH, message

Json = dict[str, Any]
Pair = tuple[Json, Json]

START = 1_780_000_000
NOT_INCLUDED = "(File not included. Change data exporting settings to download.)"
_held = contents()
_plain = [{"type": "plain"}]


def _at(number: int) -> Json:
    return {"date": "2026-05-28T20:26:40", "date_unixtime": str(START + number)}


def pair(number: int, live: Json, exported: Json, who: Json | None = ALICE) -> Pair:
    """Return a message of the Bot API, and the row of an export that is the same."""
    name = f"{who['first_name']} {who.get('last_name', '')}".strip() if who else TECH["title"]
    peer = f"user{who['id']}" if who else f"channel{-TECH['id'] - 10**12}"
    row = {"id": number, "type": "message", **_at(number), "from": name, "from_id": peer}
    if exported.get("type") == "service":
        row = {"id": number, "type": "service", **_at(number), "actor": name, "actor_id": peer}
    text = exported.get("text", "")
    parts = text if isinstance(text, list) else [text] if text else []
    entities = [p if isinstance(p, dict) else {"type": "plain", "text": p} for p in parts]
    row |= {"text": text, "text_entities": entities} | exported
    return message(number, TECH, who, **({"date": START + number} | live)), row


def service(action: str, **fields: Any) -> Json:
    return {"type": "service", "action": action} | fields


def _file(kind: str | None, **fields: Any) -> Json:
    named = {"media_type": kind} if kind else {}
    return {"file": NOT_INCLUDED} | named | fields


def _said() -> list[Pair]:
    """Return texts: formatted, edited, answering, forwarded, of bots and of nobody by name."""
    origin = {"type": "user", "date": START, "sender_user": BOB}
    posted = {"type": "channel", "date": START, "chat": NEWS, "message_id": 7}
    hidden = {"type": "hidden_user", "date": START, "sender_user_name": "某人"}
    words = "😀看 这里 a.cn @xiaolin 小林 代码"
    entities = [
        {"type": "bold", "offset": 4, "length": 2}, {"type": "url", "offset": 7, "length": 4},
        {"type": "mention", "offset": 12, "length": 8},
        {"type": "text_mention", "offset": 21, "length": 2, "user": ALICE},
        {"type": "pre", "offset": 24, "length": 2, "language": "python"},
    ]  # fmt: skip
    parts = [
        "😀看 ", {"type": "bold", "text": "这里"}, " ", {"type": "link", "text": "a.cn"}, " ",
        {"type": "mention", "text": "@xiaolin"}, " ",
        {"type": "mention_name", "text": "小林", "user_id": ALICE["id"]}, " ",
        {"type": "pre", "text": "代码", "language": "python"},
    ]  # fmt: skip
    edited = {"edited": "2026-05-28T20:40:00", "edited_unixtime": str(START + 500)}
    first = message(1, TECH, ALICE, date=START + 1, text="部署文档在哪？")
    buttons = {"inline_keyboard": [[{"text": "看", "url": "https://a.cn/"},
                                    {"text": "好", "callback_data": "ok"}]]}  # fmt: skip
    rows = [[{"type": "url", "text": "看", "data": "https://a.cn/"},
             {"type": "callback", "text": "好", "data": "ok"}]]  # fmt: skip
    return [
        pair(1, {"text": "部署文档在哪？"}, {"text": "部署文档在哪？"}),
        pair(2, {"text": "在这", "reply_to_message": first},
             {"text": "在这", "reply_to_message_id": 1}, BOB),
        pair(3, {"text": words, "entities": entities}, {"text": parts}),
        pair(4, {"text": "改过", "edit_date": START + 500}, {"text": "改过", **edited}),
        pair(5, {"text": "转", "forward_origin": origin},
             {"text": "转", "forwarded_from": "Bob 王", "forwarded_from_id": "user1002"}),
        pair(6, {"text": "转", "forward_origin": posted},
             {"text": "转", "forwarded_from": NEWS["title"],
              "forwarded_from_id": "channel9876543210"}),
        pair(7, {"text": "转", "forward_origin": hidden}, {"text": "转", "forwarded_from": "某人"}),
        pair(8, {"text": "公告", "author_signature": "群主"},
             {"text": "公告", "author": "群主"}, None),
        pair(9, {"text": "图", "via_bot": HELPER}, {"text": "图", "via_bot": "@helper_bot"}),
        pair(10, {"text": "选", "reply_markup": buttons},
             {"text": "选", "inline_bot_buttons": rows}, HELPER),
        pair(11, {"text": "那边", "external_reply": {
            "origin": posted, "chat": NEWS, "message_id": 7}},
            {"text": "那边", "reply_to_message_id": 7, "reply_to_peer_id": "channel9876543210"}),
    ]  # fmt: skip


def _shown() -> list[Pair]:
    """Return messages that hold something, as an export without its files has them."""
    place = {"latitude": 31.23, "longitude": 121.47}
    poll = {
        "question": "周末吃什么？", "closed": False, "total_voters": 4,
        "answers": [{"text": "火锅", "voters": 3, "chosen": False},
                    {"text": "烧烤", "voters": 1, "chosen": False}],
    }  # fmt: skip
    exported = {
        "photo": {"photo": NOT_INCLUDED, "photo_file_size": 90_000, "width": 1280, "height": 853,
                  "media_spoiler": True, "text": "看图"},
        "video": _file("video_file", file_name="v.mp4", file_size=700_000, mime_type="video/mp4",
                       duration_seconds=61, width=1920, height=1080),
        "animation": _file("animation", file_name="g.mp4", file_size=50_000,
                           mime_type="video/mp4", duration_seconds=4, width=320, height=240),
        "document": _file(None, file_name="报告.pdf", file_size=12_345,
                          mime_type="application/pdf"),
        "audio": _file("audio_file", file_name="a.mp3", file_size=3_000_000, performer="乐队",
                       title="歌", mime_type="audio/mpeg", duration_seconds=215),
        "voice": _file("voice_message", file_size=8_000, mime_type="audio/ogg",
                       duration_seconds=5),
        "video_note": _file("video_message", file_size=90_000, duration_seconds=12, width=384,
                            height=384),
        "sticker": _file("sticker", file_size=30_000, sticker_emoji="😆", width=512, height=512),
        "location": {"location_information": place, "live_location_period_seconds": 900},
        "venue": {"location_information": place, "place_name": "咖啡馆",
                  "address": "南京路 1 号"},
        "contact": {"contact_information": {"first_name": "阿珍", "last_name": "",
                                            "phone_number": "+8613800138000"}},
        "poll": {"poll": poll},
        "game": {"game_title": "2048", "game_description": "数字游戏"},
        "checklist": {"todo_list": {
            "title": "上线", "others_can_append": False, "others_can_complete": True,
            "answers": [{"text": "备份", "id": 1}, {"text": "迁移", "id": 2}]}},
    }  # fmt: skip
    return [pair(20 + n, _held[kind], row) for n, (kind, row) in enumerate(exported.items())]


def _happened() -> list[Pair]:
    """Return service messages."""
    first = message(1, TECH, ALICE, date=START + 1, text="部署文档在哪？")
    told: list[tuple[Json, Json, Json | None]] = [
        ({"new_chat_members": [BOB]}, service("invite_members", members=["Bob 王"]), BOB),
        ({"new_chat_members": [BOB, CAROL]},
         service("invite_members", members=["Bob 王", "阿珍"]), ALICE),
        ({"left_chat_member": CAROL}, service("remove_members", members=["阿珍"]), CAROL),
        ({"left_chat_member": CAROL}, service("remove_members", members=["阿珍"]), ALICE),
        ({"new_chat_title": "技术群"}, service("edit_group_title", title="技术群"), ALICE),
        ({"new_chat_photo": _held["photo"]["photo"]},
         service("edit_group_photo", photo=NOT_INCLUDED, width=1280, height=853), ALICE),
        ({"delete_chat_photo": True}, service("delete_group_photo"), ALICE),
        ({"pinned_message": first}, service("pin_message", message_id=1), ALICE),
        ({"pinned_message": first}, service("pin_message", message_id=1), None),
        ({"message_auto_delete_timer_changed": {"message_auto_delete_time": 604800}},
         service("set_messages_ttl", period=604800), ALICE),
        ({"video_chat_ended": {"duration": 77}}, service("group_call", duration=77), None),
        ({"video_chat_started": {}}, service("group_call"), None),
        ({"video_chat_participants_invited": {"users": [BOB]}},
         service("invite_to_group_call", members=["Bob 王"]), ALICE),
        ({"boost_added": {"boost_count": 2}}, service("boost_apply", boosts=2), ALICE),
        ({"forum_topic_edited": {"name": "上线"}}, service("topic_edit", new_title="上线"), ALICE),
        ({"chat_background_set": {"type": {"type": "chat_theme", "theme_name": "x"}}},
         service("set_chat_wallpaper"), ALICE),
    ]  # fmt: skip
    return [pair(60 + n, live, row, who) for n, (live, row, who) in enumerate(told)]


def _in_topics() -> list[Pair]:
    opened = message(
        90, FORUM, ALICE, date=START + 90, message_thread_id=90, is_topic_message=True,
        forum_topic_created={"name": "部署", "icon_color": 1},
    )  # fmt: skip
    in_topic = {"message_thread_id": 90, "is_topic_message": True}
    return [
        pair(90, {k: v for k, v in opened.items() if k not in ("message_id", "chat", "from")},
             service("topic_created", title="部署")),
        pair(91, {"text": "第一句", "reply_to_message": opened, **in_topic},
             {"text": "第一句", "reply_to_message_id": 90}, BOB),
    ]  # fmt: skip


def pairs() -> list[Pair]:
    """Return all pairs, in order of their ids, which are those of one supergroup."""
    return [*_said(), *_shown(), *_happened(), *_in_topics()]


def export_of(rows: list[Json], chat: Json) -> Json:
    """Return the export of a supergroup."""
    number = -chat["id"] - 10**12
    return {"name": chat["title"], "type": "private_supergroup", "id": number, "messages": rows}

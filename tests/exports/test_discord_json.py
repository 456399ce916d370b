"""DiscordChatExporter's JSON: every field it has, and what is damaged or unknown in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reading import at, only, text_at

from archive.records import (
    AnyRecord,
    Attachment,
    EssenceMark,
    Group,
    Member,
    Message,
    Reaction,
    Rejected,
)

HEAD: dict[str, Any] = {
    "guild": {"id": "1", "name": "公会", "iconUrl": "https://cdn.example/i.png"},
    "channel": {"id": "22", "type": "GuildTextChat", "categoryId": "3", "category": "c",
                "name": "闲聊", "topic": None},
    "dateRange": {"after": None, "before": None},
    "exportedAt": "2024-01-01T00:00:00+08:00",
}  # fmt: skip
AUTHOR = {"id": "7", "name": "zhangsan", "discriminator": "0000", "nickname": "张三", "color": None,
          "isBot": False, "roles": [{"id": "9", "name": "Admin", "color": "#fff", "position": 1}],
          "avatarUrl": "https://cdn.example/a.png"}  # fmt: skip


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(number), "type": "Default", "timestamp": "2023-06-30T16:14:05.123+08:00",
        "timestampEdited": None, "callEndedTimestamp": None, "isPinned": False, "content": "你好",
        "author": AUTHOR, "attachments": [], "embeds": [], "stickers": [], "reactions": [],
        "mentions": [], "inlineEmojis": [], **fields,
    }  # fmt: skip


def read(path: Path, rows: list[Any], **head: Any) -> list[AnyRecord]:
    whole = {**HEAD, **head, "messages": rows, "messageCount": len(rows)}
    written = json.dumps(whole, ensure_ascii=False, indent=2)
    return text_at(path / "公会 - 闲聊 [22].json", "discord-json", written)


def one(path: Path, **fields: Any) -> Message:
    (message,) = only(read(path, [row(5, **fields)]), Message)
    return message


def test_channel_author_and_message_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, [row(5), row(6)]) == [
        Group("discord:22", "公会 / 闲聊"),
        Member("discord:7", "zhangsan", "zhangsan", "discord:22", "张三", "admin"),
        *(
            Message("discord:22", number, at(2023, 6, 30, 16, 14, 5), "discord:7", "张三",
                    text="你好", quality=2)
            for number in ("5", "6")
        ),
    ]  # fmt: skip


def test_a_reply_an_edit_and_reactions_are_kept(tmp_path: Path) -> None:
    message = one(
        tmp_path, type="Reply", timestampEdited="2023-06-30T16:15:00+08:00",
        reference={"messageId": "4", "channelId": "22", "guildId": "1"},
        reactions=[
            {"emoji": {"id": "", "name": "👍", "code": "thumbsup"}, "count": 2,
             "users": [{"id": "7"}, {"id": "8"}]},
            {"emoji": {"id": "99", "name": "pepe"}, "count": 3},
        ],
    )  # fmt: skip
    assert message.reply_to == "4" and message.edited_at == at(2023, 6, 30, 16, 15)
    assert message.reactions == (
        Reaction("👍", 2, ("discord:7", "discord:8")),
        Reaction("custom:pepe", 3),
    )


def test_files_are_found_beside_or_told_missing(tmp_path: Path) -> None:
    message = one(
        tmp_path, content="",
        attachments=[
            {"id": "1", "url": "x.json_Files/a-1.png", "fileName": "a.png", "fileSizeBytes": 3},
            {"id": "2", "url": "https://cdn.discordapp.com/b.zip", "fileName": "b.zip"},
        ],
        stickers=[{"id": "3", "name": "wave", "format": "Png", "sourceUrl": "https://x.example"}],
    )  # fmt: skip
    photo, file, sticker = message.attachments
    assert photo == Attachment("photo", "a.png", "x.json_Files/a-1.png", mime="image/png", size=3)
    assert (file.kind, file.missing) == ("file", "not exported")
    assert (sticker.kind, sticker.name, message.kind) == ("sticker", "wave", "photo")


def test_a_forward_carries_the_text_it_forwards(tmp_path: Path) -> None:
    message = one(
        tmp_path, content="", reference={"type": "Forward", "messageId": "4", "channelId": "33"},
        forwardedMessage={"content": "原文", "timestamp": "2020-01-01T08:00:00+08:00",
                          "attachments": []},
    )  # fmt: skip
    assert message.text == "原文" and message.reply_to is None and message.forward
    assert (message.forward.key, message.forward.sent_at) == ("discord:33", at(2020, 1, 1, 8))


def test_what_the_platform_says_is_a_notice(tmp_path: Path) -> None:
    pinned = one(tmp_path, type="ChannelPinnedMessage", content="Pinned a message.")
    assert (pinned.kind, pinned.service) == ("service", "pin_message")
    unknown = one(tmp_path, type="46", content="", poll={"question": "?"})
    assert unknown.kind == "service"
    assert unknown.detail["raw"] == {"poll": {"question": "?"}, "type": "46"}


def test_an_embed_gives_its_words_and_link(tmp_path: Path) -> None:
    embed = {"title": "标题", "url": "https://a.example", "description": "说明", "fields": []}
    message = one(tmp_path, content="", embeds=[embed])
    assert (message.kind, message.text) == ("link", "标题\n说明")
    assert message.detail["link"] == {"url": "https://a.example", "name": "标题",
                                      "description": "说明"}  # fmt: skip


def test_a_pin_is_the_platforms_mark(tmp_path: Path) -> None:
    assert EssenceMark("discord:22", "5") in read(tmp_path, [row(5, isPinned=True)])


def test_a_direct_chat_is_private(tmp_path: Path) -> None:
    channel = {"id": "4", "type": "DirectTextChat", "category": "Private", "name": "李四"}
    (group,) = only(read(tmp_path, [], channel=channel), Group)
    assert group == Group("discord:4", "李四", "private")


def test_damage_keeps_what_stands_before_and_after_it(tmp_path: Path) -> None:
    whole = json.dumps({**HEAD, "messages": [row(n) for n in range(4)]}, indent=1)
    broken = whole.replace('"id": "2",', '"id": "2" oops,')
    records = text_at(tmp_path / "a.json", "discord-json", broken)
    assert [m.id for m in only(records, Message)] == ["0", "1", "3"]
    (rejected,) = only(records, Rejected)
    assert rejected.where == "messages 3"
    cut = whole[: whole.index('"id": "3"') + 5]
    records = text_at(tmp_path / "a.json", "discord-json", cut)
    assert [m.id for m in only(records, Message)] == ["0", "1", "2"] and only(records, Rejected)


def test_rows_of_wrong_types_are_kept_or_listed(tmp_path: Path) -> None:
    odd = {"id": 5, "timestamp": 3, "content": 7, "author": [], "attachments": {}, "reactions": 1,
           "reference": "x", "embeds": "x", "type": None}  # fmt: skip
    records = read(tmp_path, [odd, "x", {}, None])
    (message,) = only(records, Message)
    assert (message.id, message.text) == ("5", "7")
    assert [r.where for r in only(records, Rejected)] == [f"messages {n}" for n in (2, 3, 4)]

"""What segments other than words and files say: cards, places, games, and what nobody knows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from onebot_door import raw
from onebot_events import event, message, segment

from adapters.qq_onebot.records import records_of
from archive.records import Span


def card(app: str, meta: dict[str, Any], prompt: str = "") -> dict[str, Any]:
    """Write a card as QQ does: JSON within a string."""
    return segment("json", data=json.dumps({"app": app, "meta": meta, "prompt": prompt}))


def test_cards_give_title_words_and_address() -> None:
    news = {
        "news": {"title": "标题", "desc": "摘要", "jumpUrl": "https://a.example/1", "tag": "站"}
    }
    found = message(event(card("com.tencent.tuwen.lua", news)))
    assert (found.kind, found.text) == ("link", "标题")
    link = {"title": "标题", "url": "https://a.example/1", "description": "摘要", "source": "站"}
    assert found.detail["link"] == link
    assert found.spans == (Span("link", 0, 2, "https://a.example/1"),)
    mini = {"detail_1": {"title": "哔哩哔哩", "desc": "视频", "qqdocurl": "https://b.example/v"}}
    found = message(event(card("com.tencent.miniapp_01", mini)))
    assert (found.kind, found.text, found.detail["link"]["source"]) == ("card", "视频", "哔哩哔哩")
    place = {
        "Location.Search": {"name": "天安门", "address": "北京", "lat": "39.9", "lng": "116.4"}
    }
    found = message(event(card("com.tencent.map", place)))
    assert found.detail["location"]["latitude"] == 39.9
    notice = {"mannounce": {"title": "5YWs5ZGK", "text": "5byA5Lya", "encode": 1}}
    found = message(event(card("com.tencent.mannounce", notice)))
    assert (found.text, found.detail["link"]["title"]) == ("开会", "公告")
    assert message(event(card("com.example.new", {}, "[新卡片]"))).text == "[新卡片]"


def test_unreadable_cards_are_kept_as_they_are() -> None:
    for data in ("{", "[" * 100_000, "7", None, {"app": 7}, '{"meta":[]}'):
        found = message(event(segment("json", data=data)))
        assert found.kind == "card"
    assert message(event(segment("json", data="{oops"))).detail["raw"] == "{oops"


def test_an_xml_card_is_read_without_an_xml_parser() -> None:
    told = '<msg url="https://a.example/?a=1&amp;b=2" brief="x"><title>标&amp;题</title></msg>'
    found = message(event(segment("xml", data=told)))
    assert (found.kind, found.text) == ("link", "标&题")
    assert found.detail["link"]["url"] == "https://a.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("part", "kind", "text"),
    [
        (segment("share", url="https://a.example", title="标题", content="摘要"), "link", "标题"),
        (
            segment("location", lat="39.9", lon="116.4", title="天安门", content="北京"),
            "location",
            "天安门",
        ),
        (
            segment("music", type="custom", url="https://m.example", title="歌", content="人"),
            "link",
            "歌",
        ),
        (segment("music", type="163", id="1"), "card", "[音乐 163 1]"),
        (segment("contact", type="group", id="9"), "contact", "推荐群聊"),
        (segment("poke", type="1", id="1", name="比心"), "poke", "[比心]"),
        (segment("shake"), "poke", "[窗口抖动]"),
        (segment("dice", result="4"), "game", "[骰子 4]"),
        (segment("rps", result=2), "game", "[猜拳]"),
        (segment("markdown", content="# 好"), "text", "# 好"),
        (segment("redbag", title="恭喜"), "red_packet", "恭喜"),
    ],
)
def test_every_kind_of_segment_has_words(part: dict[str, Any], kind: str, text: str) -> None:
    found = message(event(part))
    assert (found.kind, found.text) == (kind, text)


def test_a_bought_sticker_without_a_file_says_its_name() -> None:
    found = message(event(segment("mface", summary="[狗头]", emoji_id="abc", key="k")))
    assert (found.kind, found.text) == ("sticker", "[狗头]")


def test_unknown_segments_are_kept_and_named() -> None:
    """TRUST 8: a new kind of segment loses nothing."""
    strange = segment("hologram", depth=3)
    found = message(event(strange))
    assert (found.kind, found.text, found.detail["type"]) == ("unknown", "", "hologram")
    assert found.detail["raw"] == [strange]
    found = message(event("看", strange))
    assert (found.kind, found.text) == ("text", "看[暂不支持: hologram]")
    odd_ones: list[Any] = ["text", 5, None, {"type": 3}, ["x"]]
    for odd in odd_ones:
        records_of(raw(event() | {"message": [odd]}))

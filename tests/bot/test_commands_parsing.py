"""What is a command for this bot, what is not, and what its author does not want kept."""

from __future__ import annotations

import time

import msgspec
import pytest

from adapters.contract import Envelope
from bot.commands.command import Asked
from bot.commands.parsing import is_not_kept, names_command, parse
from bot.commands.periods import period, spoken
from bot.commands.registry import find
from bot.commands.router import asked_of

BOT = ("chendian_bot", "沉淀 小助手", "@2854196310")


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("/search docker", "search", "docker"),
        ("／搜　部署  数据库", "搜", "部署  数据库"),
        ("/SEARCH a", "search", "a"),
        ("/ＳＥＡＲＣＨ a", "search", "a"),
        ("/精華 很好", "精华", "很好"),
        ("/刪掉", "删掉", ""),
        ("  \n/help \n", "help", ""),
        ("\u200b/help", "help", ""),
        ("/精华\n#干货\n讲得好", "精华", "#干货\n讲得好"),
        ("/精华#干货", "精华", "#干货"),
        ("/搜：部署", "搜", "部署"),
        ("/help@chendian_bot", "help", ""),
        ("/search@Chendian_Bot docker", "search", "docker"),
        ("@chendian_bot /help", "help", ""),
        ("＠沉淀 小助手\u2005/搜 部署", "搜", "部署"),
        ("@2854196310 ／搜 部署", "搜", "部署"),
        ("@chendian_bot，/搜 部署", "搜", "部署"),
        ("@chendian_bot/help", "help", ""),
    ],
)
def test_command_is_read_however_it_is_typed(text: str, name: str, words: str) -> None:
    assert parse(text, BOT) == (name, words)
    assert names_command(text)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "hello", "/", "//", "/ search x", "/?", "今天 /search x", "/etc/passwd",
        "/search/docs", "http://a/b", "/help@other_bot", "/help@chendian_bot2", "/help@",
        "@other_bot /help", "@chendian_bot2 /help", "@chendian_bot help", "@chendian_bot",
        "[不存] /help", "-/help", "/" + "x" * 40,
    ],
)  # fmt: skip
def test_other_text_is_no_command(text: str) -> None:
    assert parse(text, BOT) is None


def test_mention_and_suffix_name_nobody_where_the_bot_has_no_name() -> None:
    assert parse("/help") == ("help", "")
    assert parse("/help@chendian_bot") is None
    assert parse("@ /help") is None


@pytest.mark.parametrize(
    "text", ["x" * 10**6, " " * 10**6, "/搜 " + " " * 10**6 + "x", "@" * 10**5]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    began = time.process_time()
    parse(text, BOT), names_command(text), is_not_kept(text)
    assert time.process_time() - began < 1


def test_every_name_is_found_as_parse_gives_it() -> None:
    for written in ("/essence", "/精华", "/加精", "/精華", "/取消精華", "/關閉存檔", "/隱私"):
        parsed = parse(written)
        assert parsed is not None
        assert find(parsed[0]) is not None, written
    assert find("nothing") is None


@pytest.mark.parametrize(
    "text",
    ["[不存] 别留", "【不存】别留", "［不存］", "〔不存〕a", " \u200b[ 不存 ]a", "[不存]"],
)
def test_author_says_that_a_message_is_not_to_be_kept(text: str) -> None:
    assert is_not_kept(text)


@pytest.mark.parametrize("text", ["", "不存", "我说[不存]", "[不存", "[存]", "[不存在]", "/不存"])
def test_other_messages_are_kept(text: str) -> None:
    assert not is_not_kept(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800), ("1h", 3600), ("7d", 604_800), ("2 周", 1_209_600), ("30分钟", 1800),
        ("半小时", 1800), ("半个小时", 1800), ("一小时", 3600), ("两天", 172_800), ("１ｈ", 3600),
        ("", None), ("h", None), ("0m", None), ("-1h", None), ("1x", None), ("99999h", None),
    ],
)  # fmt: skip
def test_lengths_of_time_are_read(text: str, seconds: int | None) -> None:
    assert period(text) == seconds


def test_lengths_of_time_are_spoken() -> None:
    assert [spoken(s, True) for s in (1800, 3600, 86_400)] == ["30 分钟", "1 小时", "1 天"]
    assert [spoken(s, False) for s in (1800, 3600, 61)] == ["30 minutes", "1 hour", "61 seconds"]


def test_envelope_becomes_what_is_asked() -> None:
    envelope = Envelope(
        "telegram:-1:5:0:message", "message", "telegram:-1", message_id="5",
        sender_key="telegram:7", sender_name="张三", sender_role="admin", reply_to="4",
        text="/精华 #干货", sent_at=1_790_000_000,
    )  # fmt: skip
    asked = asked_of(envelope, account="main", platform="telegram")
    assert asked is not None
    assert (asked.name, asked.words, asked.role, asked.at) == (
        "精华", "#干货", "admin", 1_790_000_000,
    )  # fmt: skip
    assert (asked.message_key, asked.reply_key) == ("telegram:-1:5", "telegram:-1:4")
    assert asked.chinese and not asked.private


def test_private_envelope_has_no_group_and_own_and_edited_ones_ask_nothing() -> None:
    said = Envelope("k", "message", "telegram:7", True, "5", "telegram:7", text="/help")
    asked = asked_of(said, account="main", platform="telegram")
    assert asked is not None
    assert asked.private and asked.group_key is asked.reply_key is None
    for kind, own in (("edit", False), ("message", True), ("other", False)):
        other = Envelope("k", kind, "telegram:-1", own=own, text="/help")
        assert asked_of(other, account="main", platform="telegram") is None


def test_hostile_text_becomes_what_can_be_stored() -> None:
    said = Envelope(
        "k", "message", "telegram:-1", sender_key="telegram:7", sender_name="a\0\ud800",
        text="/搜 a\ud800b\0c\nd" + "x" * 10**6, quote_text="\udfff",
    )  # fmt: skip
    asked = asked_of(said, account="main", platform="telegram")
    assert asked is not None and asked.words.startswith("a?bc\nd") and len(asked.words) < 10_000
    assert msgspec.json.decode(msgspec.json.encode(asked), type=Asked) == asked

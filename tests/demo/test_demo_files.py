"""The demo's files are well-formed exports, read here without any of the program's own readers."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

DEMO = Path(__file__).resolve().parents[2] / "demo"
ZONE = ZoneInfo("Asia/Shanghai")
QQ_HEAD = re.compile(
    r"^(\d{4}-\d\d-\d\d) (\d{1,2}:\d\d:\d\d) (?:【[^】]+】)?(.*?)(\(\d+\)|<[^<>@]+@[^<>]+>)$"
)


class Line(NamedTuple):
    sent_at: int
    sender: str
    text: str


def wechat_rows() -> list[dict[str, str]]:
    path = DEMO / "wechat" / "运营人一群.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def telegram_messages() -> list[dict[str, Any]]:
    chat = json.loads((DEMO / "telegram" / "result.json").read_text("utf-8"))
    assert (chat["name"], chat["type"]) == ("后端夜谈", "private_supergroup")
    messages: list[dict[str, Any]] = chat["messages"]
    return messages


def qq_text() -> str:
    return (DEMO / "qq" / "周末摄影课.txt").read_bytes().decode("utf-8-sig")


def seconds(local: str) -> int:
    return int(datetime.fromisoformat(local).replace(tzinfo=ZONE).timestamp())


def wechat_lines() -> list[Line]:
    lines = []
    for row in wechat_rows():
        text = row["StrContent"]
        if row["Type"] == "49":
            text = ElementTree.fromstring(text).findtext("appmsg/title") or ""
        lines.append(Line(int(row["CreateTime"]), row["NickName"], text))
    return lines


def telegram_lines() -> list[Line]:
    return [
        Line(
            int(message["date_unixtime"]),
            message.get("from") or message.get("actor") or "",
            "".join(part["text"] for part in message["text_entities"]),
        )
        for message in telegram_messages()
    ]


def qq_lines() -> list[Line]:
    lines: list[Line] = []
    for row in qq_text().split("\r\n"):
        if head := QQ_HEAD.match(row):
            day, clock, card, _ = head.groups()
            lines.append(Line(seconds(f"{day} {clock:0>8}"), card, ""))
        elif lines and row:
            lines[-1] = lines[-1]._replace(text=f"{lines[-1].text}\n{row}".strip())
    return lines


GROUPS = {"运营人一群": wechat_lines, "后端夜谈": telegram_lines, "周末摄影课": qq_lines}


def essence_marks() -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = json.loads((DEMO / "essence.json").read_text("utf-8"))
    return marks


def tags_file() -> dict[str, Any]:
    tags: dict[str, Any] = json.loads((DEMO / "tags.json").read_text("utf-8"))
    return tags


def where(group: str, start: str) -> int:
    """Position of the only message that starts so."""
    found = [n for n, line in enumerate(GROUPS[group]()) if line.text.startswith(start)]
    assert len(found) == 1, (group, start, found)
    return found[0]


def test_there_are_at_least_600_messages_in_three_groups() -> None:
    counts = {group: len(lines()) for group, lines in GROUPS.items()}
    assert min(counts.values()) >= 190
    assert 600 <= sum(counts.values()) <= 760


@pytest.mark.parametrize("group", GROUPS)
def test_times_never_go_back_and_end_on_18_november(group: str) -> None:
    times = [line.sent_at for line in GROUPS[group]()]
    assert times == sorted(times)
    assert seconds("2026-06-15 00:00:00") < times[0]
    assert times[-1] < seconds("2026-11-19 00:00:00")


def test_ids_are_unique() -> None:
    for ids in ([r["localId"] for r in wechat_rows()], [m["id"] for m in telegram_messages()]):
        assert len(ids) == len(set(ids))


def test_local_times_and_unix_times_agree() -> None:
    for row in wechat_rows():
        assert seconds(row["StrTime"]) == int(row["CreateTime"])
    for message in telegram_messages():
        assert seconds(message["date"]) == int(message["date_unixtime"])


def test_no_one_has_two_ids_in_a_group() -> None:
    wechat = {(r["NickName"], r["Sender"]) for r in wechat_rows() if r["Sender"]}
    telegram = {
        (m["from"], m["from_id"])
        for m in telegram_messages()
        if m.get("from") and "author" not in m
    }
    for pairs in (wechat, telegram):
        assert len({name for name, _ in pairs}) == len(pairs) == len({key for _, key in pairs})


def test_two_people_are_in_two_groups() -> None:
    names = Counter(n for lines in GROUPS.values() for n in {line.sender for line in lines()} if n)
    assert {name for name, groups in names.items() if groups == 2} == {"方糖", "陆野"}


@pytest.mark.parametrize("mark", essence_marks(), ids=lambda mark: mark["title"])
def test_every_essence_mark_finds_its_messages(mark: dict[str, Any]) -> None:
    first = where(mark["group"], mark["text_starts"])
    if mark["until_starts"]:
        assert where(mark["group"], mark["until_starts"]) > first
    assert mark["by"] in {line.sender for line in GROUPS[mark["group"]]()}
    assert mark["title"] and mark["reason"] and mark["tags"]


def test_there_are_14_to_18_essence_marks_with_runs_among_them() -> None:
    marks = essence_marks()
    assert 14 <= len(marks) <= 18
    assert {mark["group"] for mark in marks} == set(GROUPS)
    assert sum(1 for mark in marks if mark["until_starts"]) >= 4


def test_every_admin_tag_finds_its_message() -> None:
    for mark in tags_file()["messages"]:
        where(mark["group"], mark["text_starts"])
        assert mark["tags"] and mark["by"] in {line.sender for line in GROUPS[mark["group"]]()}
    assert all(len(names) > 1 for names in tags_file()["synonyms"])


def test_only_example_domains_are_linked() -> None:
    # "photo_1@28-06-2026_….jpg" is a file name of Telegram's, not an address
    host = re.compile(r"(?:https?://|\w@)([\w-]+(?:\.[\w-]+)*\.(?!jpg|ogg)[a-z]+)")
    hosts = [name for path in text_files() for name in host.findall(path.read_text("utf-8"))]
    assert set(hosts) == {"example.org", "example.com", "example.net"}
    assert len(hosts) >= 12


def text_files() -> list[Path]:
    return [p for p in DEMO.rglob("*") if p.is_file() and p.suffix not in (".jpg", ".pyc")]


def test_the_demo_stays_small() -> None:
    files = [path for path in DEMO.rglob("*") if path.is_file()]
    media = [path for path in files if path.parent.name in ("files", "photos")]
    assert sum(path.stat().st_size for path in media) < 150_000
    assert sum(path.stat().st_size for path in files) < 400_000


def test_telegram_replies_and_pins_point_at_earlier_messages() -> None:
    seen: set[int] = set()
    for message in telegram_messages():
        for name in ("reply_to_message_id", "message_id"):
            assert message.get(name) is None or message[name] in seen
        seen.add(message["id"])


def test_telegram_text_and_entities_say_the_same() -> None:
    for message in telegram_messages():
        text = message["text"] if isinstance(message["text"], list) else [message["text"]]
        plain = "".join(part if isinstance(part, str) else part["text"] for part in text)
        assert plain == "".join(part["text"] for part in message["text_entities"])


def test_telegram_media_is_there_or_says_why_not() -> None:
    present = missing = 0
    for message in telegram_messages():
        path = message.get("photo") or message.get("file") or ""
        if path.startswith("("):
            missing += 1
        elif path:
            present += 1
            size = message.get("photo_file_size") or message["file_size"]
            assert (DEMO / "telegram" / path).stat().st_size == size
    assert present == 5
    assert missing >= 5


def test_telegram_shows_every_kind_of_row() -> None:
    messages = telegram_messages()
    actions = {message.get("action") for message in messages}
    assert actions >= {"create_channel", "join_group_by_link", "topic_created", "pin_message"}
    keys = {key for message in messages for key in message}
    assert keys >= {"edited", "forwarded_from", "poll", "reactions", "sticker_emoji", "author"}
    parts = {part["type"] for message in messages for part in message["text_entities"]}
    assert parts >= {"code", "pre", "link", "hashtag", "mention", "mention_name", "bold"}


def test_wechat_quotes_name_a_message_of_that_second() -> None:
    known = {(line.sent_at, line.sender) for line in wechat_lines()}
    quotes = [row for row in wechat_rows() if row["SubType"] == "57"]
    assert len(quotes) >= 10
    for row in quotes:
        quote = ElementTree.fromstring(row["StrContent"]).find("appmsg/refermsg")
        assert quote is not None
        assert (int(quote.findtext("createtime", "0")), quote.findtext("displayname")) in known


def test_wechat_shows_every_kind_of_row() -> None:
    rows = wechat_rows()
    kinds = {(row["Type"], row["SubType"]) for row in rows}
    assert kinds >= {("1", "0"), ("3", "0"), ("34", "0"), ("47", "0"), ("10000", "0")}
    assert {sub for kind, sub in kinds if kind == "49"} == {"5", "6", "19", "33", "57"}
    system = " ".join(row["StrContent"] for row in rows if row["Type"] == "10000")
    assert system.count("撤回了一条消息") == 3
    assert "加入了群聊" in system
    assert all(row["Sender"] for row in rows if row["Type"] != "10000")


def test_wechat_xml_is_well_formed() -> None:
    for row in wechat_rows():
        if row["Type"] != "1" and row["StrContent"].startswith("<"):
            ElementTree.fromstring(row["StrContent"])


def test_qq_file_keeps_the_quirks_of_the_client() -> None:
    data = (DEMO / "qq" / "周末摄影课.txt").read_bytes()
    text = qq_text()
    assert data.startswith(b"\xef\xbb\xbf")
    assert len(re.findall(r"(?<!\r)\n", text)) >= 10
    assert len(re.findall(r"^\d{4}-\d\d-\d\d \d:", text, re.M)) >= 20
    for part in ("撤回了一条消息", "加入本群", "分享文件", "[图片]", "[表情]", "#作业#"):
        assert part in text
    equal = Counter(qq_lines())
    assert max(equal.values()) == 4

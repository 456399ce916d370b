"""QQ's .mht: days, names, words with their pictures, damage, and what pages try."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from wechat_files import CHINA, read, rejected, said

from adapters.exports.format import Options
from adapters.exports.source import find_exports
from archive.keys import name_key, title_key
from archive.media import MediaStore
from archive.records import Attachment, Group, Member, Message
from bot.reading import with_media

GROUP = title_key("qq", "技术群")
PICTURE = "{1B2C3D4E-0000-1111-2222-333344445555}.dat"
LINE = "----=_NextPart_20160719_01"


def at(hour: int, minute: int, second: int) -> int:
    return int(datetime(2016, 7, 19, hour, minute, second, tzinfo=CHINA).timestamp())


def said_by(name: str, clock: str, body: str) -> str:
    return (
        "<tr><td><div style=color:#006EFE;padding-left:10px;><div style=float:left;"
        f"margin-right:6px;>{name}</div>{clock}</div><div style=padding-left:20px;>"
        f"<font style=\"font-size:10pt;font-family:'宋体';\" color='000000'>{body}</font>"
        "</div></td></tr>"
    )


def cell(text: str) -> str:
    return f"<tr><td><div style=padding-left:10px;>{text}</div></td></tr>"


def mht(*rows: str, category: str = "我的QQ群", pictures: dict[str, bytes] | None = None) -> bytes:
    """Write a whole file."""
    head = (f"From: <Save by Tencent MsgMgr>\r\nSubject: IM Message\r\nMIME-Version: 1.0\r\n"
            f'Content-Type:multipart/related;\r\n\tcharset="utf-8"\r\n\ttype="text/html";\r\n'
            f'\tboundary="{LINE}"\r\n\r\n--{LINE}\r\nContent-Type: text/html\r\n'
            "Content-Transfer-Encoding:7bit\r\n\r\n")  # fmt: skip
    top = [
        cell("<b>消息记录</b>"),
        cell(f"消息分组:{category}"),
        cell("消息对象:技术群"),
        cell("&nbsp;"),
    ]
    page = "<html><head><title>QQ Message</title></head><body><table width=100% cellspacing=0>"
    page += "".join([*top, *rows]) + "</table></body></html>\r\n"
    parts = []
    for name, data in (pictures or {}).items():
        coded = b64encode(data).decode()
        lines = "\r\n".join(coded[n : n + 76] for n in range(0, len(coded), 76))
        parts.append(f"--{LINE}\r\nContent-Type:image/jpeg\r\nContent-Transfer-Encoding:base64\r\n"
                     f"Content-Location:{name}\r\n\r\n{lines}\r\n\r\n")  # fmt: skip
    return (head + page + "".join(parts) + f"--{LINE}--\r\n").encode()


def one(folder: Path, body: str, **options: Any) -> Message:
    content = mht(cell("日期: 2016-07-19"), said_by("小明", "10:20:30", body))
    (message,) = said(read(folder / "a.mht", content, "qq-mht", **options))
    return message


def test_group_people_and_messages_of_all_days_are_read(tmp_path: Path) -> None:
    rows = [cell("日期: 2016-07-19"), said_by("小明", "8:05:01", "早"),
            said_by("小红(12345)", "8:05:02", "早&lt;b&gt;<br>第二行"),
            cell("日期: 2016-07-20"), said_by("小明", "下午 1:00:00", "好")]  # fmt: skip
    ming = name_key(GROUP, "小明")
    assert read(tmp_path / "a.mht", mht(*rows), "qq-mht") == [
        Group(GROUP, "技术群", title_only=True),
        Member(ming, group_key=GROUP, group_name="小明"),
        Message(GROUP, None, at(8, 5, 1), ming, "小明", "text", "早", quality=0),
        Member("qq:12345", group_key=GROUP, group_name="小红"),
        Message(GROUP, None, at(8, 5, 2), "qq:12345", "小红", "text", "早<b>\n第二行", quality=0),
        Message(GROUP, None, at(13, 0, 0) + 86400, ming, "小明", "text", "好", quality=0),
    ]


def test_pictures_within_the_file_are_taken_in(tmp_path: Path) -> None:
    rows = [cell("日期: 2016-07-19"), said_by("小明", "10:20:30", f'<IMG src="{PICTURE}">'),
            said_by("小明", "10:20:31", f'看<IMG src="{PICTURE}">这<img src="{{0}}">')]  # fmt: skip
    path = tmp_path / "a.mht"
    path.write_bytes(mht(*rows, pictures={PICTURE: b"\xff\xd8" + bytes(range(256)) * 40}))
    (export,) = find_exports(path)
    store = MediaStore(tmp_path / "media")
    first, second = said(list(with_media(export.read(Options()), export.media, store)))
    assert (first.kind, first.text) == ("photo", "")
    assert (second.kind, second.text) == ("text", "看这")
    (photo,) = first.attachments
    assert photo.sha256
    assert store.path(photo.sha256).read_bytes()[:4] == b"\xff\xd8\x00\x01"
    assert [a.missing for a in second.attachments] == [None, "not found"]


def test_private_chats_and_what_the_system_says(tmp_path: Path) -> None:
    content = mht(category="我的好友")
    (group,) = read(tmp_path / "a.mht", content, "qq-mht")
    assert isinstance(group, Group)
    assert group.kind == "private"
    rows = [cell("日期: 2016-07-19"), said_by("系统消息(10000)", "1:00:00", "小明加入本群")]
    (notice,) = said(read(tmp_path / "b.mht", mht(*rows), "qq-mht"))
    assert (notice.kind, notice.service, notice.sender_key) == ("service", "join", None)


def test_without_a_day_it_may_be_asked_for(tmp_path: Path) -> None:
    content = mht(said_by("小明", "10:20:30", "好"))
    assert rejected(read(tmp_path / "a.mht", content, "qq-mht")) == ["row 5"]
    day = date(2016, 7, 19)
    (message,) = said(read(tmp_path / "a.mht", content, "qq-mht", date=day))
    assert message.sent_at == at(10, 20, 30)


@pytest.mark.parametrize(
    ("body", "text"),
    [("<script>alert(1)</script>好", "alert(1)好"), ("&#x1F600;", "😀"), ("a&nbsp;b", "a b"),
     ("<<<b", "<<<b"), ("日期: 2020-01-01", "日期: 2020-01-01"), ("[表情]", "")],
)  # fmt: skip
def test_hostile_and_odd_bodies_are_words(tmp_path: Path, body: str, text: str) -> None:
    message = one(tmp_path, body)
    assert (message.text, message.sent_at) == (text, at(10, 20, 30))
    if body == "[表情]":
        assert message.attachments == (Attachment("sticker", missing="not exported"),)


@pytest.mark.parametrize(
    "evil", ["<img ", "<div>", "</td>  ", "<br ", "[引用", "<tr><td><div><div>"]
)
def test_no_markup_takes_long(tmp_path: Path, evil: str) -> None:
    content = mht(
        cell("日期: 2016-07-19"), said_by("小明", "10:20:30", evil * (100_000 // len(evil)))
    )
    began = time.process_time()
    read(tmp_path / "a.mht", content, "qq-mht")
    assert time.process_time() - began < 2


def test_damage_keeps_what_stands_before_it(tmp_path: Path) -> None:
    rows = [cell("日期: 2016-07-19"), *(said_by("小明", f"10:20:3{n}", "好") for n in range(4))]
    content = mht(*rows, pictures={PICTURE: b"x" * 500})
    cut = content[: content.rindex("小明".encode()) + 6]
    records = read(tmp_path / "a.mht", cut, "qq-mht")
    assert (len(said(records)), rejected(records)) == (3, ["row 9"])
    broken = content.replace(b"Content-Transfer-Encoding:base64\r\n", b"").replace(b"eHh4", b"!!!!")
    assert len(said(read(tmp_path / "b.mht", broken, "qq-mht"))) == 4
    bad = content.replace(b"10:20:31</div><div style=padding-left:20px;><", b"10:20:31</div>\xff<")
    records = read(tmp_path / "c.mht", bad, "qq-mht")
    assert (len(said(records)), rejected(records)) == (3, ["row 7"])


def test_old_builds_wrote_gbk(tmp_path: Path) -> None:
    content = mht(cell("日期: 2016-07-19"), said_by("小明", "10:20:30", "大家早上好，今天开会"))
    text = content.decode().replace("utf-8", "gb2312").encode("gbk")
    (message,) = said(read(tmp_path / "a.mht", text, "qq-mht"))
    assert (message.sender_name, message.text) == ("小明", "大家早上好，今天开会")

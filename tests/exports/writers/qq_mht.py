"""Writes what the QQ client writes as .mht: a table in HTML and its pictures, in one MIME file."""

from __future__ import annotations

import base64
from datetime import datetime
from html import escape
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from writers.conversation import Conversation, File, Said

VARIANTS = ("mht",)
_BOUNDARY = "----=_NextPart_20060102_0304_0506.0708090A0B0C"


def write(conversation: Conversation, folder: Path, variant: str = "mht") -> Path:
    """Write one file."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, day = [], ""
    for said in conversation.said:
        at = datetime.fromtimestamp(said.at, ZoneInfo(conversation.time_zone))
        if (here := at.strftime("%Y-%m-%d")) != day:
            day = here
            rows.append(f"<tr><td style=border-bottom-width:1px;>日期: {day}</td></tr>")
        rows.append(_row(said, f"{at.hour}:{at:%M:%S}"))
    head = (f"<tr><td><div style=padding-left:10px;><b>消息记录</b></div></td></tr>"
            f"<tr><td><div style=padding-left:10px;>消息分组:我的QQ群</div></td></tr>"
            f"<tr><td><div style=padding-left:10px;>消息对象:{escape(conversation.name)}</div>"
            "</td></tr><tr><td><div style=padding-left:10px;>&nbsp;</div></td></tr>")  # fmt: skip
    page = (f"<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\""
            f" /><title>QQ Message</title></head><body><table width=100% cellspacing=0>{head}"
            f"{''.join(rows)}</table></body></html>")  # fmt: skip
    parts = [f"Content-Type: text/html\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{page}\r\n"]
    parts += [_part(said.file) for said in conversation.said if said.file]
    body = "".join(f"\r\n--{_BOUNDARY}\r\n{part}" for part in parts)
    path = folder / f"{conversation.name}.{variant}"
    path.write_text(
        "From: <Save by Tencent MsgMgr>\r\nSubject: Tencent IM Message\r\nMIME-Version: 1.0\r\n"
        f'Content-Type:multipart/related;\r\n\tcharset="utf-8";\r\n\ttype="text/html";\r\n'
        f'\tboundary="{_BOUNDARY}"\r\n{body}\r\n--{_BOUNDARY}--\r\n',
        "utf-8", newline="",
    )  # fmt: skip
    return path


def _row(said: Said, clock: str) -> str:
    name = escape(said.sender.name) if said.sender else "系统消息"
    text = escape(said.text).replace("\n", "<br>")
    shown = f"<font style=\"font-size:10pt;font-family:'微软雅黑'\" color='000000'>{text}</font>"
    if said.file:
        shown = f'<IMG src="{_guid(said.file)}.dat">'
    return (f"<tr><td><div style=color:#006EFE;padding-left:10px;><div style=float:left;"
            f"margin-right:6px;>{name}</div>{clock}</div><div style=padding-left:20px;>{shown}"
            "</div></td></tr>")  # fmt: skip


def _part(file: File) -> str:
    data = base64.encodebytes(file.data).decode().replace("\n", "\r\n")
    return (f"Content-Type:image/jpeg\r\nContent-Transfer-Encoding:base64\r\n"
            f"Content-Location:{_guid(file)}.dat\r\n\r\n{data}")  # fmt: skip


def _guid(file: File) -> str:
    return "{" + str(uuid5(NAMESPACE_URL, file.name)).upper() + "}"

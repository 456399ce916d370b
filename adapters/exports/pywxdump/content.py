"""What `type_name`, `msg` and `src` of a row say."""

from __future__ import annotations

import ast
import re
from typing import Any

from adapters.exports.format import ExportFile
from adapters.exports.wechat_records import nested_of
from adapters.notices import action_of
from adapters.wechat_xml.content import NOT_EXPORTED, Content, Place
from adapters.wechat_xml.message import QUOTED, content_of
from adapters.wechat_xml.record import local_time
from archive.records import Attachment, Quote, Span

KINDS = {
    "文本": "text", "粘贴的文本": "text", "引用回复": "text", "接龙": "text", "图片": "photo",
    "语音": "voice", "视频": "video", "动画表情": "sticker", "用户上传的GIF表情": "sticker",
    "位置": "location", "位置共享": "location", "文件": "file", "文件(猜)": "file",
    "(分享)卡片式链接": "link", "(分享)音乐": "card", "(分享)笔记": "card", "(分享)小程序": "card",
    "(分享)收藏夹": "forward", "(分享)小说(猜)": "card", "(分享)视频号名片": "card",
    "(分享)视频号视频": "card", "视频号直播或直播回放": "card", "视频号直播或直播回放等": "card",
    "游戏相关": "game", "合并转发的聊天记录": "forward", "转账": "transfer",
    "赠送红包封面": "red_packet", "语音通话": "call", "推荐公众号": "contact", "拍一拍": "poke",
    "添加好友": "service", "群公告": "service", "系统通知": "service", "邀请加群": "service",
    "企业微信打招呼(猜)": "service", "企业微信添加好友(猜)": "contact",
}  # fmt: skip
_XML_TYPES = {
    "图片": 3, "语音": 34, "推荐公众号": 42, "视频": 43, "动画表情": 47, "位置": 48,
    "语音通话": 50, "系统通知": 10000, "拍一拍": 10000, "邀请加群": 10000,
}  # fmt: skip
"""WeChat's own numbers, for rows that hold its XML."""
_MEDIA = ("photo", "voice", "video", "sticker")
_LARGEST = 2**20
"""Characters of a record written as Python writes an object."""
_quote = re.compile(
    r"(?P<text>.*)\n\n\[引用\]\((?P<time>[^()\n]{0,30})\)(?P<name>[^:\n]{0,100}):(?P<said>.*)",
    re.DOTALL,
)
_length = re.compile(r"语音时长：(\d{1,6})(?:\.\d+)?秒(?:\n翻译结果：(?P<said>.*))?", re.DOTALL)
_place = re.compile(
    r"纬度:【(?P<x>[-\d.]{0,20})】 经度:【(?P<y>[-\d.]{0,20})】(?:\n位置：(?P<name>[^\n]*))?"
)
_anchor = re.compile(r'\s*<a href="(?P<url>[^"]*)"[^>]*>[^<]*</a>\s*\Z')


class Reading:
    """Reads one row."""

    def __init__(self, file: ExportFile, place: Place) -> None:
        self._file = file
        self._place = place

    def content(self, row: dict[str, Any]) -> Content:
        """Make the content of a row."""
        inner = row.get("content")
        told: dict[str, Any] = inner if isinstance(inner, dict) else row
        named = str(row.get("type_name") or "").strip()
        msg, src = _text(told.get("msg")), told.get("src")
        kind = KINDS.get(named) or ("service" if named.startswith("消息撤回") else None)
        if kind is None:
            raw = {"type_name": named, **({"src": src} if src else {})}
            return Content("unknown", msg, detail={"raw": raw})
        if kind != "text" and msg.lstrip().startswith("<") and "</" in msg:
            found = content_of(_XML_TYPES.get(named, 49), 0, msg, self._place)
            if found.kind != "unknown":
                return found
        if kind in _MEDIA or kind == "file":
            return self._with_file(kind, named, msg, _text(src))
        if kind == "forward":
            return self._record(msg, src)
        if kind == "link":
            return _link(msg, _text(src))
        if kind == "location":
            return _location(msg)
        if kind == "service":
            return Content(kind, msg, service=action_of(msg))
        if named == "引用回复":
            return _quoting(msg, self._place)
        return Content(kind, msg)

    def _with_file(self, kind: str, named: str, msg: str, src: str) -> Content:
        text, duration = msg.strip(), None
        if found := _length.fullmatch(text):
            text, duration = (found["said"] or "").strip(), int(found[1]) or None
        elif kind != "file" and text.strip("[]") in (named, "表情", "图片", "视频", "语音"):
            text = ""
        name = re.split(r"[/\\]", src)[-1] if src and "://" not in src else ""
        if kind == "file":
            name = name or text
            text = name
        path = src if src and "://" not in src and self._file.beside(src) else None
        missing = None if path else NOT_EXPORTED
        one = Attachment(kind, name or None, path=path, missing=missing, duration=duration)
        return Content(kind, text, (one,))

    def _record(self, msg: str, src: Any) -> Content:
        if isinstance(src, str):
            src = _literal(src)
        nested = nested_of(src, self._place)
        # the lines under the title are the first of those messages
        text = msg.split("\n", 1)[0] if nested else msg.strip()
        return Content("forward", text, nested=nested)


def _literal(written: str) -> Any:
    """Read an object that a CSV holds as Python prints it; the text itself if it is none."""
    if not written.startswith(("{", "[")) or len(written) > _LARGEST:
        return written
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return written


def _quoting(msg: str, place: Place) -> Content:
    found = _quote.fullmatch(msg)
    if found is None:
        return Content(text=msg)
    at, _ = local_time(found["time"], place.time_zone)
    return Content(text=found["text"], quote=Quote(found["said"][:QUOTED], found["name"], at))


def _link(msg: str, src: str) -> Content:
    found = _anchor.search(msg)
    url = src if src.startswith("http") else found["url"] if found else ""
    title, _, rest = (msg[: found.start()] if found else msg).strip().partition("\n")
    told = {"title": title, "url": url, "description": rest.strip()}
    text = title or url
    spans = (Span("link", 0, len(text), url),) if url.startswith("http") and text else ()
    return Content("link", text, spans=spans, detail={"link": {k: v for k, v in told.items() if v}})


def _location(msg: str) -> Content:
    found = _place.match(msg)
    if found is None:
        return Content("location", msg)
    told: dict[str, Any] = {}
    for name, value in (("latitude", found["x"]), ("longitude", found["y"])):
        try:
            told[name] = float(value)
        except ValueError:
            continue
    name = (found["name"] or "").strip()
    return Content(
        "location", name, detail={"location": {**told, **({"name": name} if name else {})}}
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

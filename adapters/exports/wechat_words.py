"""Reads the words that stand for what is not text: `[图片]`, `[链接|标题](…)`."""

from __future__ import annotations

import re

from adapters.notices import action_of
from adapters.wechat_xml.content import NOT_EXPORTED, Content
from archive.records import Attachment, Span

KINDS = {
    "图片": "photo", "圖片": "photo", "照片": "photo", "photo": "photo", "image": "photo",
    "视频": "video", "影片": "video", "video": "video", "语音": "voice", "語音": "voice",
    "语音消息": "voice", "图片消息": "photo", "视频消息": "video", "voice": "voice",
    "audio": "voice", "动画表情": "sticker", "動態貼圖": "sticker", "表情": "sticker",
    "表情包": "sticker", "gif表情": "sticker", "sticker": "sticker", "文件": "file",
    "檔案": "file", "file": "file", "链接": "link", "連結": "link", "分享": "link", "link": "link",
    "图文": "link", "图文消息": "link", "小程序": "card", "小程式": "card", "视频号": "card",
    "視頻號": "card", "视频号直播": "card", "音乐": "card", "音樂": "card", "位置": "location",
    "location": "location", "名片": "contact", "聯絡資訊": "contact", "contact card": "contact",
    "个人名片": "contact", "聊天记录": "forward", "聊天記錄": "forward", "合并转发": "forward",
    "chat history": "forward", "红包": "red_packet", "紅包": "red_packet",
    "红包封面": "red_packet", "微信红包": "red_packet", "red packet": "red_packet",
    "转账": "transfer", "轉帳": "transfer", "transfer": "transfer", "微信转账": "transfer",
    "语音通话": "call", "视频通话": "call", "通话": "call", "語音通話": "call", "拍一拍": "poke",
    "群公告": "service", "群接龙": "text", "接龙": "text",
}  # fmt: skip
MEDIA = ("photo", "video", "voice", "sticker")
_bracket = re.compile(
    r"!?[\[【](?P<name>[^\[\]【】|\n]{1,12})(?:\|(?P<rest>[^\n\]]{0,2000}))?[\]】]"
    r"(?:\((?P<inside>[^()\s]{0,4000})\))?(?P<after>.*)",
    re.DOTALL,
)
_BARE = ("photo", "video", "voice", "sticker", "file", "link", "card", "location", "contact",
         "forward", "red_packet", "transfer", "call", "service")  # fmt: skip


def worded(written: str) -> Content:
    """Read a body; whatever is not only such words is text."""
    found = _bracket.fullmatch(written.strip()) if written[:40].lstrip(" !")[:1] in "[【" else None
    kind = KINDS.get(found["name"].strip().lower()) if found else None
    if found is None or kind not in _BARE:
        return Content(text=written)
    rest, inside, after = found["rest"] or "", found["inside"] or "", found["after"]
    if kind == "forward" and (rest or after.startswith("\n")):
        return Content(kind, f"{rest}{after}".strip())
    # people write brackets, too: with words behind them it is what somebody said
    if after.strip() and not (kind == "transfer" and rest):
        return Content(text=written)
    return described(kind, rest, inside, after)


def described(kind: str, rest: str = "", inside: str = "", after: str = "") -> Content:
    """Make the content of a kind from what stands beside its name."""
    words = rest or after.strip()
    if kind in MEDIA:
        return Content(kind, "", (Attachment(kind, missing=NOT_EXPORTED),))
    if kind == "file":
        return Content(kind, words, (Attachment("file", words or None, missing=NOT_EXPORTED),))
    if kind in ("link", "card"):
        title, _, description = words.partition("|")
        return linked(kind, title, inside, description)
    if kind == "service":
        text = words or "群公告"
        return Content(kind, text, service=action_of("群公告"))
    if kind == "location":
        return Content(kind, words, detail={"location": {"name": words}} if words else {})
    if kind == "transfer":
        memo = inside or after.strip().strip("()（）")
        return Content(kind, " ".join(filter(None, (rest, memo))) or words)
    return Content(kind, words)


def linked(kind: str, title: str, url: str, description: str = "", source: str = "") -> Content:
    """Make the content of a link or card."""
    told = {"title": title, "url": url, "description": description, "source": source}
    text = title or url
    is_web = url.lower().startswith(("http://", "https://"))
    spans = (Span("link", 0, len(text), url),) if is_web and text else ()
    found = {name: value for name, value in told.items() if value}
    return Content(kind, text, spans=spans, detail={"link": found} if found else {})

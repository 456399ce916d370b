"""What the type and the content of a message say."""

from __future__ import annotations

import re
from typing import Any

from adapters.exports.format import ExportFile
from adapters.exports.wechat_records import nested_of
from adapters.exports.wechat_words import MEDIA, described
from adapters.notices import action_of
from adapters.wechat_xml.content import NOT_EXPORTED, Content, Place
from adapters.wechat_xml.message import APP_KINDS, QUOTED, content_of
from adapters.wechat_xml.message import KINDS as TYPES
from archive.records import Attachment, Quote

KINDS = {
    "文本消息": "text", "图片消息": "photo", "语音消息": "voice", "视频消息": "video",
    "文件消息": "file", "动画表情": "sticker", "名片消息": "contact", "卡片式链接": "link",
    "图文消息": "link", "链接消息": "link", "位置消息": "location", "红包卡片": "red_packet",
    "转账卡片": "transfer", "小程序分享": "card", "视频号直播卡片": "card", "音乐卡片": "card",
    "引用消息": "text", "接龙消息": "text", "聊天记录合并转发": "forward", "系统消息": "service",
    "撤回消息": "service", "群公告": "service", "通话消息": "call", "语音通话": "call",
    "拍一拍消息": "poke",
}  # fmt: skip
_APP = 49
_xml = re.compile(r"\s*(?:<\?xml|<msg|<appmsg|<sysmsg|<voip)")
_label = re.compile(r"\s*\[(?P<name>[^\[\]\n]{1,20})\]\s*(?P<rest>.*)", re.DOTALL)
_quote = re.compile(
    r"\s*\[引用[ :：]*(?P<name>[^:：\]\n]{0,60})[:：](?P<said>[^\]]{0,4000})\]\s*(?P<text>.*)",
    re.DOTALL,
)
_LONGEST_PATH = 1024


def message_of(row: dict[str, Any], place: Place, file: ExportFile) -> Content:
    """Read a message."""
    local_type, sub_type = _types(row.get("localType"))
    named, content = _words(row.get("type")).strip(), _words(row.get("content"))
    kind = KINDS.get(named)
    if kind is None:
        kind = APP_KINDS.get(sub_type) if local_type == _APP else TYPES.get(local_type)
    found = _from_xml(row, local_type, sub_type, place) if kind != "text" or sub_type else None
    if found is None:
        found = _from_words(kind, named, content, row)
    if found.kind in MEDIA or found.kind == "file":
        _find_file(found, row, content, file)
    if found.kind == "forward" and not found.nested:
        found.nested = nested_of(row.get("chatRecords"), place)
    quoted = _words(row.get("quotedContent"))
    if quoted and found.quote is None:
        found.quote = Quote(quoted[:QUOTED], _words(row.get("quotedSender")) or None)
    return found


def _types(value: Any) -> tuple[int, int]:
    """Part a type number: WeChat 4 keeps the kind of a card in the upper half."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 62:
        return 0, 0
    return value & 0xFFFFFFFF, value >> 32


def _from_xml(row: dict[str, Any], local_type: int, sub_type: int, place: Place) -> Content | None:
    for field in ("rawContent", "content"):
        written = _words(row.get(field))
        if _xml.match(written):
            found = content_of(local_type or _APP, sub_type, written, place)
            if found.kind != "unknown":
                return found
    return None


def _from_words(kind: str | None, named: str, content: str, row: dict[str, Any]) -> Content:
    if kind is None:
        raw = {"type": named, "local_type": row.get("localType")}
        return Content("unknown", content, detail={"raw": raw})
    if kind == "service":
        return Content(kind, content, service=action_of(content))
    if kind == "text":
        found = _quote.fullmatch(content) if named == "引用消息" else None
        if found is None:
            return Content(text=content)
        quote = Quote(found["said"].strip()[:QUOTED], found["name"].strip() or None)
        return Content(text=found["text"], quote=quote)
    label = _label.fullmatch(content)
    rest = label["rest"].strip() if label else content
    if kind in MEDIA:
        # what was said is written behind the label of a voice
        said = rest if label and kind == "voice" else ""
        return Content(kind, said, (Attachment(kind, missing=NOT_EXPORTED),))
    return described(kind, after=rest)


def _find_file(found: Content, row: dict[str, Any], content: str, file: ExportFile) -> None:
    """Let the attachment be the file beside the export, if there is one."""
    written = [_words(row.get("mediaPath")), content if "\n" not in content else ""]
    for path in (f"{top}{one}" for one in written if one for top in ("", "media/", "../")):
        if len(path) > _LONGEST_PATH or "://" in path or "\0" in path or path.startswith("["):
            continue
        if file.beside(path) is not None:
            name = re.split(r"[/\\]", path)[-1]
            old = found.attachments[0] if found.attachments else Attachment(found.kind)
            kept = old.name if found.kind == "file" and old.name != path else None
            found.attachments = (
                Attachment(found.kind, kept or name, path=path, duration=old.duration),
            )
            if found.text == content:
                found.text = name if found.kind == "file" else ""
            return


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""

"""Rows of the new columns: 消息ID, 类型, 发送人, 时间, 内容 … with the content in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapters.exports.memotrace_csv.conversation import Conversation
from adapters.exports.memotrace_csv.merged import unfolded
from adapters.notices import action_of
from adapters.wechat_xml.content import NOT_EXPORTED, Content, Place
from archive.records import AnyRecord, Attachment, Message, Quote, Rejected, Span

KINDS = {
    "文本": "text", "图片": "photo", "视频": "video", "语音": "voice", "表情包": "sticker",
    "动画表情": "sticker", "音视频通话": "call", "文件": "file", "位置分享": "location",
    "位置": "location", "分享链接": "link", "链接": "link", "红包": "red_packet",
    "转账": "transfer", "引用消息": "text", "合并转发的聊天记录": "forward", "小程序": "card",
    "视频号": "card", "音乐分享": "card", "收藏笔记": "card", "个人/公众号名片": "contact",
    "企业微信名片": "contact", "名片": "contact", "系统消息": "service", "撤回消息": "service",
    "拍一拍": "poke",
}  # fmt: skip
_NEEDED = {"消息ID", "类型", "发送人", "时间", "内容"}
_LONGEST = 2000
"""Characters of the words for a file; path and names in it are ambiguous beyond."""
_WHOLE_ID = re.compile(r"[0-9]{5,20}")
_heading = re.compile(r"\A\s*【[^】\n]{1,20}】:?[ \n]?")
_file = re.compile(
    r"【文件】(?P<name>.*?) (?P<size>[0-9]+(?:\.[0-9]+)?) MB ?"
    r"(?P<path>.*?) ?(?:\S*) ?(?:[0-9a-f]{32})?",
    re.DOTALL,
)
_quote = re.compile(r"(?P<text>.*?)\n引用：(?P<name>[^:\n]{0,60}): (?P<said>.*)", re.DOTALL)
_FIELDS = {
    "标题": "title", "描述": "description", "链接": "url", "应用": "source", "名称": "name",
    "标签": "address", "昵称": "name", "微信号": "username", "发布者": "source", "公司": "company",
    "备注": "memo",
}  # fmt: skip
_field = re.compile(rf"^({'|'.join(_FIELDS)})[:：] ?(.*)$", re.MULTILINE)


class NewRows:
    """Makes records of rows."""

    def __init__(self, columns: list[str], conversation: Conversation) -> None:
        self._columns = columns
        self._conversation = conversation

    def records(self, row: list[str], where: str) -> Iterator[AnyRecord]:
        """Make what a row says."""
        told = dict(zip(self._columns, row, strict=False))
        if not told.keys() >= _NEEDED:
            yield Rejected(where, f"{len(row)} cells instead of {len(self._columns)}")
            return
        written_id = told["消息ID"].strip()
        sent_at, precision = self._conversation.seconds(told["时间"])
        if sent_at is None and not written_id:
            yield Rejected(where, "neither 消息ID nor 时间")
            return
        yield from self._conversation.open()
        group = self._conversation.group
        assert group is not None
        found = self._content(told["类型"].strip(), told["内容"])
        shown, nickname = told["发送人"].strip(), told.get("昵称", "").strip()
        sender = None if found.kind == "service" else self._conversation.named(shown)
        if sender:
            card = shown if nickname and nickname != shown else None
            yield from self._conversation.member(sender, nickname or shown, card)
        yield Message(
            group.key,
            sent_at=sent_at,
            sender_key=sender,
            sender_name=shown if sender else None,
            kind=found.kind,
            text=found.text,
            # Excel rounds long numbers
            local_id=written_id if _WHOLE_ID.fullmatch(written_id) else None,
            quote=found.quote,
            service=found.service,
            attachments=found.attachments,
            spans=found.spans,
            nested=found.nested,
            detail=found.detail,
            precision=precision,
        )

    def _content(self, named: str, written: str) -> Content:
        kind = KINDS.get(named)
        if kind is None:
            return Content("unknown", written, detail={"raw": {"类型": named}})
        if named == "引用消息":
            return _quoted(written)
        if kind in ("photo", "video", "voice", "sticker"):
            text = _heading.sub("", written, count=1).strip()
            return Content(kind, text, (Attachment(kind, missing=NOT_EXPORTED),))
        if kind == "file":
            return self._shared(written)
        if kind == "forward":
            group = self._conversation.group
            assert group is not None
            place = Place(group.key, self._conversation.zone)
            return Content(kind, "", nested=unfolded(written, place))
        if kind in ("link", "card", "location", "contact"):
            return _described(kind, written)
        text = _heading.sub("", written, count=1).strip() if kind != "text" else written
        if kind == "service":
            return Content(kind, text, service=action_of(text))
        return Content(kind, text)

    def _shared(self, written: str) -> Content:
        found = _file.fullmatch(written.strip()) if len(written) < _LONGEST else None
        if found is None:
            name = _heading.sub("", written, count=1).strip()
            return Content("file", name, (Attachment("file", name, missing=NOT_EXPORTED),))
        name = found["name"]
        for path in (found["path"], f"file/{name}"):
            if path and self._conversation.file.beside(path):
                return Content("file", name, (Attachment("file", name, path=path),))
        size = round(float(found["size"][:15]) * 2**20)
        return Content("file", name, (Attachment("file", name, missing=NOT_EXPORTED, size=size),))


def _quoted(written: str) -> Content:
    found = _quote.fullmatch(written)
    if found is None:
        return Content(text=written)
    return Content(text=found["text"], quote=Quote(found["said"], found["name"] or None))


def _described(kind: str, written: str) -> Content:
    fields: dict[str, Any] = {
        _FIELDS[name]: value.strip()
        for name, value in _field.findall(written)
        if value.strip() not in ("", "None")
    }
    text = fields.get("title") or fields.get("name") or fields.get("address")
    text = text or fields.get("description") or _heading.sub("", written, count=1).strip()
    url = str(fields.get("url", ""))
    spans = (Span("link", 0, len(text), url),) if url.startswith("http") else ()
    name = {"location": "location", "contact": "contact"}.get(kind, "link")
    return Content(kind, text, spans=spans, detail={name: fields} if fields else {})

"""What the words of a WhatsApp row stand for: a file, a poll, a place, a notice."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from adapters.exports.whatsapp_txt.header import MARKS
from adapters.notices import action_of
from archive.records import Attachment, Poll

_NAMED = {
    "photo": "image|photo|图像|图片|照片|圖像|圖片", "video": "video|video note|视频|影片|视频消息",
    "voice": "audio|voice message|音频|語音|语音|音訊|语音消息", "animation": "gif|动图|動圖",
    "sticker": "sticker|贴图|貼圖|贴纸|表情贴图", "contact": "contact card|名片|联系人卡片|聯絡人",
    "file": "document|media|(?:多?媒体)?文件|文档|(?:多?媒體)?(?:檔案|檔)|多?媒体|多?媒體",
}  # fmt: skip
_GONE = "已?(?:忽略|省略|略去|略過|略过|遗漏|被忽略|被省略|被略去|隐去)(?:的|了)?"
_kinds = {kind: re.compile(words, re.IGNORECASE) for kind, words in _NAMED.items()}
_WORD = "|".join(_NAMED.values())
_omitted = re.compile(
    rf"<?(?:(?P<doc>.{{1,200}} )?(?P<en>{_WORD}) omitted|{_GONE}(?P<after>{_WORD})"
    rf"|(?P<before>{_WORD}){_GONE})>?",
    re.IGNORECASE,
)
_pages = re.compile(r"(.*?\.\w{1,8})(?: • .*)?")
_behind = re.compile(
    r"(?P<name>[^\n]{1,300}?) ?[(（](?:file attached|文件附件|附件|檔案附件|文件已附加|已附加文件|"
    r"附加檔案|已附加檔案|檔案已附加)[)）](?:\r?\n(?P<text>.*))?",
    re.DOTALL,
)
_inside = re.compile(r"<(?:attached|附件|已附加|附加檔案)[::：] ?(?P<name>[^<>\n]{1,300})>")
_edited = re.compile(
    rf"[\s{MARKS}]*<(?:This message was edited|(?:此|这条|這則)?(?:..)?已[编編][辑輯](?:此..)?)>\Z"
)
_deleted = re.compile(
    r"(?:This message was deleted(?: by admin .{1,100})?|You deleted this message(?: as admin)?|"
    r"(?:此|这条|這則|该)(?:消息|訊息)已(?:被|经|經)?.{0,40}(?:删除|刪除|撤回)|"
    r"[您你]已?(?:删除|刪除|撤回)了?(?:此|这条|這則|该)(?:消息|訊息))\.?。?"
)
_call = re.compile(
    r"(?:Missed (?:group )?(?:voice|video) call|(?:Voice|Video) call|"
    r"未接(?:语音|語音|视频|視訊|影片)(?:通话|通話|来电|來電)|(?:语音|語音|视频|視訊)(?:通话|通話))"
    r"(?!\w).{0,80}",
    re.IGNORECASE,
)
_location = re.compile(r"(?:live )?(?:location|位置)[:：] ?(https?://\S+)", re.IGNORECASE)
_at = re.compile(r"[?&]q=(-?\d{1,3}\.\d+),(-?\d{1,3}\.\d+)")
_poll = re.compile(
    r"(?:POLL|投票|投票活动)[:：]\r?\n(?P<question>.*?)\r?\n(?P<options>.*)", re.DOTALL
)
_option = re.compile(
    r"(?:OPTION|选项|選項)[:：] ?(.{0,1000}?) [(（](?:(\d{1,9}) votes?|(\d{1,9}) ?票)[)）]"
)
_prefixes = {
    "IMG": "photo", "PHOTO": "photo", "VID": "video", "VIDEO": "video", "PTT": "voice",
    "AUDIO": "voice", "AUD": "voice", "STK": "sticker", "STICKER": "sticker", "GIF": "animation",
    "DOC": "file",
}  # fmt: skip
_prefix = re.compile(r"(?:\d{8}-)?([A-Z]{3,7})-")
_suffixes = {
    "jpg": "photo", "jpeg": "photo", "png": "photo", "heic": "photo", "webp": "sticker",
    "mp4": "video", "mov": "video", "3gp": "video", "opus": "voice", "m4a": "voice", "ogg": "voice",
    "mp3": "audio", "gif": "animation",
}  # fmt: skip
_ACTIONS = (
    ("create_group", r"created (?:this )?group|(?:创建|建立)了?(?:此|该|該)?群"),
    (
        "title",
        r"changed the (?:subject|group name|group subject)|(?:主题|主題|主旨|群组名称|群組名稱)",
    ),
    (
        "join",
        r"joined using|joined (?:from|via)|You joined|透過.{0,20}連結加入|通过.{0,20}链接加入",
    ),
    ("invite", r"\badded\b|加入了(?!群)|添加了|新增了"),
    ("remove", r"\bremoved\b|移除了|移出了"),
    ("leave", r"\bleft\b|离开了|退出了|離開了|已退出|已离开|已離開"),
    ("admin", r"an admin|管理员|管理員"),
    ("pin_message", r"pinned a message|置顶了|置頂了"),
    ("encrypted", r"end-to-end encrypted|端到端加密|端對端加密"),
)
_actions = tuple((action, re.compile(pattern)) for action, pattern in _ACTIONS)
_OF_GROUPS = ("create_group", "title", "join", "invite", "remove", "leave", "admin")


class Content(msgspec.Struct, frozen=True):
    """What a row holds."""

    kind: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None
    service: str | None = None
    recalled: bool = False
    detail: dict[str, Any] = {}


def notice_of(text: str) -> Content:
    """Tell what WhatsApp itself says."""
    if _call.fullmatch(text.strip(MARKS)):
        return Content("call", text)
    return Content("service", text, service=_action(text))


def content_of(text: str, marked: bool) -> Content:
    """Tell what somebody says; `marked`: WhatsApp on an iPhone wrote the words, not they."""
    found = _edited.search(text[-80:])
    detail: dict[str, Any] = {}
    if found:
        text, detail = text[: len(text) - len(found[0])], {"edited": True}
    if _deleted.fullmatch(text[:200].strip(MARKS + " ")):
        return Content("text", "", recalled=True, detail=detail)
    content = _shared(text, detail) or _special(text, detail)
    if content is None and marked:
        return notice_of(text)
    return content or Content("text", text, detail=detail)


def of_groups(text: str) -> bool:
    """Tell a notice that only groups have."""
    return _action(text[:300]) in _OF_GROUPS


def _shared(text: str, detail: dict[str, Any]) -> Content | None:
    if found := _omitted.fullmatch(text[:300]):
        word = found["en"] or found["after"] or found["before"]
        kind = next(kind for kind, words in _kinds.items() if words.fullmatch(word))
        named = _pages.fullmatch(found["doc"].strip()) if found["doc"] else None
        if found["doc"] and not named:
            return None
        if kind == "contact":
            return Content(kind, "", detail=detail)
        file = Attachment(kind, named[1].strip(MARKS) if named else None, missing="not exported")
        return Content(kind, "", (file,), detail=detail)
    if found := _behind.fullmatch(text):
        return _attached(found["name"], found["text"] or "", detail)
    if found := _inside.search(text):
        around = text[: found.start()] + text[found.end() :]
        return _attached(found["name"], around.strip(MARKS + " \r\n"), detail)
    return None


def _attached(name: str, text: str, detail: dict[str, Any]) -> Content:
    name = name.strip(MARKS + " ")
    suffix = name.rpartition(".")[2].lower()
    prefix = _prefix.match(name)
    kind = _prefixes.get(prefix[1], "") if prefix else ""
    kind = kind or _suffixes.get(suffix, "file")
    file = Attachment(kind, name, path=name)
    return Content("contact" if suffix == "vcf" else kind, text, (file,), detail=detail)


def _special(text: str, detail: dict[str, Any]) -> Content | None:
    if text == "null":  # something this phone had no words for
        return Content("unknown", text, detail={**detail, "raw": "null"})
    if found := _poll.fullmatch(text):
        options = tuple((o, int(en or zh)) for o, en, zh in _option.findall(found["options"]))
        if options:
            return Content("poll", text, poll=Poll(found["question"], options), detail=detail)
    if found := _location.match(text):
        place: dict[str, Any] = {"url": found[1]}
        if at := _at.search(found[1]):
            place |= {"latitude": float(at[1]), "longitude": float(at[2])}
        return Content("location", text, detail={**detail, "location": place})
    if text.startswith(("Missed", "未接")) and _call.fullmatch(text[:120]):
        return Content("call", text, detail=detail)
    return None


def _action(text: str) -> str:
    text = text[:400]
    return next((name for name, found in _actions if found.search(text)), "") or action_of(text)

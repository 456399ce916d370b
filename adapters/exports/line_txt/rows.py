"""The rows of a LINE text: its title, days, times, and what its placeholders stand for."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

import msgspec

from adapters.notices import action_of
from archive.records import Attachment

TITLE = re.compile(
    r"(?:\[LINE\] ?)?(?:Chat history (?:(?P<with>with)|in) (?P<en>.+)"
    r"|(?P<and>[与與]) ?(?P<zh_one>.+?) ?的(?:聊天|对话|對話)[记記纪紀][录錄]"
    r"|(?P<zh>.+?) ?的(?:聊天|对话|對話)[记記纪紀][录錄]"
    r"|(?P<ja_one>.+?)とのトーク(?:履歴)?|(?P<ja>.+?)の?トーク履歴|\[?LINE\]?.*)"
)
SAVED = re.compile(r"(?:保存日期|保存日時|儲存日期|保存时间|儲存時間|Saved on|Save date) ?[:：]")
_HALVES = "上午|下午|午前|午後|凌晨|早上|中午|晚上|[AaPp]\\.?[Mm]\\.?"
_CLOCK = rf"(?P<before>{_HALVES})? ?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}) ?(?P<after>{_HALVES})?"
FORMS = {
    "tabs": re.compile(rf"{_CLOCK}\t(?P<name>[^\t\n]*)(?:\t(?P<text>.*))?", re.DOTALL),
    "spaces": re.compile(rf"{_CLOCK} (?P<name>[^\s]+)(?: (?P<text>.*))?", re.DOTALL),
}
"""What phones write, and what the program for computers writes, whose names have no end."""
_DAY = re.compile(
    r"(\d{4})(?:[/.-]|年 ?) ?(\d{1,2})(?:[/.-]|月 ?) ?(\d{1,2})日?"
    r"(?: ?[(（](?:星期|周|週)?[\w.]{1,12}[)）]| ?(?:星期|周|週)\w| \w曜日"
    r"| (?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?)?"
)
_DAY_IN_ENGLISH = re.compile(r"(\w{3})\w*,? (\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 200
_NAMED = {
    "photo": "图片|照片|圖片|写真|画像|photos?|images?",
    "sticker": "贴图|貼圖|表情贴|スタンプ|stickers?",
    "video": "视频|影片|動画|videos?",
    "voice": "语音信息|语音消息|語音訊息|ボイスメッセージ|voice messages?|audio",
    "file": "文件|档案|檔案|ファイル|files?",
    "contact": "名片|联系信息|聯絡資訊|連絡先|contacts?",
    "location": "位置信息|位置資訊|位置訊息|位置情報|locations?",
}
_kinds = {kind: re.compile(words, re.IGNORECASE) for kind, words in _NAMED.items()}
_placeholder = re.compile(
    rf"\[(?P<word>{'|'.join(_NAMED.values())})\](?: (?P<name>\S[^\n]*))?", re.IGNORECASE
)
_bare = re.compile("|".join(_NAMED.values()), re.IGNORECASE)
_MEDIA = ("photo", "sticker", "video", "voice", "file")
_ACTIONS = (
    ("recall", r"unsent a message|收回(?:了|訊息|讯息|消息)|送信を取り消し"),
    ("invite", r"\binvited\b|邀请|邀請|招待しました|招待|added .+ to the"),
    ("join", r"joined the|加入(?:了)?(?:聊天|群|本|該|该)|已加入|に参加しました|が参加"),
    (
        "leave",
        r"left the|(?:退出|离开|離開)(?:了)?(?:聊天|群|本)|已退出|已離開|が退会|を退会|が退出",
    ),
    ("remove", r"\bremoved\b|(?:删除|刪除|移出|退出させ|削除しました|強制退会)"),
    ("title", r"changed the (?:group|chat) name|(?:群组|群組)名[称稱]|グループ名を"),
    ("photo", r"(?:group|profile) (?:photo|picture|icon)|群[组組](?:图片|圖片|头像|頭像)"),
)
_actions = tuple((action, re.compile(pattern)) for action, pattern in _ACTIONS)


class Row(NamedTuple):
    """The beginning of a message; `name` None: LINE itself says it."""

    hour: int
    minute: int
    name: str | None
    text: str


class Content(msgspec.Struct, frozen=True):
    """What a text stands for."""

    kind: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    service: str | None = None
    detail: dict[str, Any] = {}


def form_of(text: str) -> str | None:
    """Tell whether rows are parted by tabs or by spaces; None where there is no row."""
    lines = text.split("\n")
    tabs = any(row_of(line, "tabs") for line in lines)
    return "tabs" if tabs else "spaces" if any(row_of(line, "spaces") for line in lines) else None


def row_of(line: str, form: str) -> Row | None:
    """Read how a message begins; None if that is no beginning."""
    if ":" not in line[:12]:
        return None
    found = FORMS[form].fullmatch(line)
    if found is None:
        return None
    name, text = found["name"].strip("\r"), found["text"]
    hour = int(found["hour"])
    half = (found["before"] or found["after"] or "").lower().replace(".", "")
    if half in ("下午", "午後", "晚上", "pm") and hour < 12:
        hour += 12
    elif half in ("上午", "午前", "凌晨", "早上", "am") and hour == 12:
        hour = 0
    if text is None:
        return Row(hour, int(found["minute"]), None, name)
    return Row(hour, int(found["minute"]), name.strip() or None, text)


def day_of(line: str) -> date | None:
    """Read a row that holds a day and nothing else."""
    line = line.strip("\ufeff\r\n ")
    if len(line) > 40 or not line:
        return None
    if found := _DAY.fullmatch(line):
        return _date(*map(int, found.groups()))
    found = _DAY_IN_ENGLISH.fullmatch(line)
    if found is None or found[1].lower() not in _WEEK:
        return None
    first, second, year = map(int, found.groups()[1:])
    days = (_date(year, first, second), _date(year, second, first))
    weekday = _WEEK.index(found[1].lower())
    # the name of the day tells which number is the month
    fitting = (day for day in days if day and day.weekday() == weekday)
    return next(fitting, days[0] or days[1])


def content_of(text: str, form: str) -> Content:
    """Tell what somebody sent."""
    if found := _placeholder.fullmatch(text.strip()[:_LONGEST]):
        return _placed(found["word"], (found["name"] or "").strip())
    if form == "spaces" and _bare.fullmatch(text.strip()[:_LONGEST]):
        return _placed(text.strip(), "")
    if text.startswith("☎"):
        return Content("call", text)
    return Content("text", text)


def notice_of(text: str) -> Content:
    """Tell what LINE itself says."""
    if text.startswith("☎"):
        return Content("call", text)
    head = text[:400]
    found = (action for action, pattern in _actions if pattern.search(head))
    return Content("service", text, service=next(found, "") or action_of(text))


def _placed(word: str, name: str) -> Content:
    kind = next(kind for kind, words in _kinds.items() if words.fullmatch(word))
    if kind not in _MEDIA:
        return Content(kind, name or f"[{word}]")
    file = Attachment(kind, name or None, missing="not exported")
    return Content(kind, "", (file,))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

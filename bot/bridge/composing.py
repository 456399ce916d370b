"""Writes a copy at the moment it is said, from what the archive has of its original by then."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from adapters.contract import Adapter, Carrying, Pace
from archive.access import member
from archive.bridge_reading import for_the_group, last_words, said_lately
from archive.bridged import GONE, PURPOSE, Copy
from archive.codes import code_of
from archive.database import Archive
from archive.hits import message_url
from archive.loading import load_views
from archive.masks import mask
from archive.outbox import Draft
from archive.records import Attachment
from archive.views import MessageView
from bot.bridge.answering import Answered, answered_in
from bot.bridge.cutting import cut, ended
from bot.bridge.links import Link, Links
from bot.bridge.marks import MOST, head, plain
from bot.bridge.planning import FILES, goes_with_words
from bot.commands.lines import one_line
from bot.live.splitting import split

NAME = 40
"""Characters of a sender's name."""
OLDEST = 3_600
"""Seconds after which what was said is not said elsewhere any more."""
_FETCHED_WITHIN = 20
"""Seconds for which a file on its way is waited for."""
_TO_FETCH = "not fetched yet"
_WITHIN = 600
"""Seconds within which the same file crosses so often at most."""
_QUOTE = 30
_CALLS = re.compile(
    r"(@(?=all\b|everyone\b|here\b|channel\b|所有人|全体成员)|<(?=@|qqbot-))", re.IGNORECASE
)
"""What calls everybody, or is a platform's markup for calling somebody."""
_KINDS = {
    "photo": "图片", "video": "视频", "voice": "语音", "audio": "音频", "file": "文件",
    "sticker": "表情", "animation": "动图", "link": "链接", "location": "位置", "poll": "投票",
    "forward": "聊天记录", "card": "卡片", "contact": "名片",
}  # fmt: skip
_ENDINGS = {"photo": ".jpg", "video": ".mp4", "voice": ".ogg", "animation": ".mp4",
            "sticker": ".webp"}  # fmt: skip


class Dropped(Exception):
    """A copy is not said; the words are the reason."""


class TooOld(Dropped):
    """A copy has waited for so long that it is not said; the word is the key of its group."""


class NotYet(Exception):
    """A file is still on its way."""


class Composer:
    """Composes what waits in the outbox for the bridge."""

    def __init__(self, archive: Archive, base_url: str, adapters: Mapping[str, Adapter]) -> None:
        self._archive = archive
        self._base_url = base_url.rstrip("/")
        self._adapters = adapters
        self.links = Links()

    def originals(self, db: sqlite3.Connection, row_ids: Iterable[int]) -> dict[int, MessageView]:
        """Load the messages that may be known outside of their groups, in the write transaction in
        which their copies are begun: what may cross is looked at in the same moment."""
        found: dict[int, MessageView] = {}
        # what is for fewer than the group is for nobody elsewhere
        for key, ids in for_the_group(db, row_ids).items():
            found |= {view.id: view for view in load_views(db, member(frozenset((key,))), ids)}
        return found

    def compose(
        self, db: sqlite3.Connection, draft: Draft, copy: Copy, view: MessageView | None, now: int
    ) -> Draft:
        """Return what to say of one of the `originals`. Raises Dropped, NotYet."""
        adapter = self._adapters[draft.account]
        about = draft.purpose != PURPOSE
        view = _allowed(view, copy, recalled=draft.purpose == GONE)
        link = self.links.between(view.group_key, copy.target, copy.mode)
        if link is None:
            raise Dropped("the bridge is closed there")
        if not about and now - copy.at > OLDEST:
            raise TooOld(view.group_key)
        if about and draft.edits is None:
            return self._beside(draft, view, link, copy, adapter)
        said = self._part(db, view, link, copy, adapter.pace, adapter.carries, now)
        if draft.edits is not None:
            return msgspec.structs.replace(draft, text=said.text)
        return msgspec.structs.replace(
            draft, text=said.text, reply_to=said.reply_to, file=said.file, file_name=said.file_name
        )

    def _beside(
        self, draft: Draft, view: MessageView, link: Link, copy: Copy, adapter: Adapter
    ) -> Draft:
        """Return what is said about a copy that can neither be changed nor taken back."""
        text = _named(view, link, copy)
        if draft.purpose == GONE:
            text += "（这条撤回了 / taken back）"
        else:
            words = _calm(view.text)
            text = split(f"{text}（改为 / changed to）{words}", adapter.pace)[0]
        reply_to = draft.reply_to if adapter.carries.replies else None
        return msgspec.structs.replace(draft, text=text, reply_to=reply_to)

    def _part(
        self, db: sqlite3.Connection, view: MessageView, link: Link, copy: Copy, pace: Pace,
        carries: Carrying, now: int,
    ) -> Draft:  # fmt: skip
        files = [self._file(one, carries, now - copy.at) for one in view.attachments]
        together = goes_with_words(view.text, pace, carries)
        if copy.part >= FILES:
            at = copy.part - FILES
            if at >= len(files) or files[at] is None:
                raise Dropped("there is no such file")
            self._stop_circles(db, copy.target, files[at])
            return _with_file(Draft(copy.target, ""), view.attachments[at])
        answers = self._answered(db, view, copy, carries)
        named = _named(view, link, copy)
        quoted = f"↩ {_short(answers.sender, 16)}：{one_line(answers.text, _QUOTE)}\n" if (
            answers and answers.message_id is None and (answers.text or answers.sender)
        ) else ""  # fmt: skip
        parts = cut(quoted, named, self._words(db, view, files), pace)
        if copy.part >= len(parts):
            raise Dropped("it became shorter")
        if len(parts) > copy.part + 1 and copy.part == last_words(db, copy):
            # it has become longer since it was noted
            parts[copy.part] = ended(parts[copy.part], f"…… {self.where(db, view.key)}", pace)
        reply_to = answers.message_id if answers else None
        draft = Draft(copy.target, parts[copy.part], reply_to=reply_to)
        if copy.part == 0 and together and files and files[0] is not None:
            if not view.text:
                self._stop_circles(db, copy.target, files[0])
            return _with_file(draft, view.attachments[0])
        return draft

    def _answered(
        self, db: sqlite3.Connection, view: MessageView, copy: Copy, carries: Carrying
    ) -> Answered | None:
        if copy.part:
            return None
        return answered_in(db, view, copy.target, carries, self.links)

    def _words(
        self, db: sqlite3.Connection, view: MessageView, files: list[Attachment | None]
    ) -> str:
        """Return the words, and a line for each file that cannot come along."""
        lines = [_calm(view.text)] if view.text else []
        for attachment, file in zip(view.attachments, files, strict=True):
            if file is None:
                lines.append(f"{_described(attachment)} {self.where(db, view.key)}".rstrip())
        if not lines and not view.attachments:
            more = one_line(mask(view.more), 200)
            lines.append(
                f"［{_KINDS.get(view.kind, '消息')}］{more} {self.where(db, view.key)}".strip()
            )
        return "\n".join(lines)

    def _stop_circles(self, db: sqlite3.Connection, target: str, file: Attachment | None) -> None:
        if file is not None and said_lately(db, target, file.sha256 or "", _WITHIN) >= MOST:
            raise Dropped("it goes round in circles")

    def where(self, db: sqlite3.Connection, key: str) -> str:
        """Return where a message can be read: its link, or short code without a site."""
        if self._base_url:
            return message_url(key, self._base_url)
        return code_of(db, key)

    def _file(self, one: Attachment, carries: Carrying, age: int) -> Attachment | None:
        """Return a file that can come along. Raises NotYet."""
        limit = carries.limit(one.kind)
        if one.sha256 is None:
            if one.missing == _TO_FETCH and age < _FETCHED_WITHIN and (one.size or 0) <= limit:
                raise NotYet
            return None
        path = self._archive.media.path(one.sha256)
        if (one.size or 0) > limit or not path.exists():
            return None
        return one


def _allowed(view: MessageView | None, copy: Copy, recalled: bool) -> MessageView:
    if view is None:
        raise Dropped("it may not cross")
    if view.recalled and not recalled:
        raise Dropped("it was taken back")
    if copy.mode == "essence" and view.essence is None:
        raise Dropped("it is no essence any more")
    return view


def _named(view: MessageView, link: Link, copy: Copy) -> str:
    return head(_label(link, copy), _short(view.sender, NAME))


def _short(name: str, length: int) -> str:
    return plain(one_line(mask(name), length))


def _calm(text: str) -> str:
    """Return a text in which nobody is called and personal numbers are masked."""
    return _CALLS.sub("\\1\u200b", mask(text))


def _label(link: Link, copy: Copy) -> str:
    return f"{link.label} · 精华" if copy.mode == "essence" else link.label


def _with_file(draft: Draft, file: Attachment) -> Draft:
    name = mask(file.name) if file.name else f"{file.kind}{_ENDINGS.get(file.kind, '')}"
    return msgspec.structs.replace(draft, file=file.sha256, file_name=f"{file.kind}/{name}")


def _described(file: Attachment) -> str:
    """Return a line for a file: what it is, its name and size."""
    said = [_KINDS.get(file.kind, "文件"), one_line(mask(file.name), 60) if file.name else ""]
    if file.size:
        said.append(f"{file.size / 1_000_000:.1f} MB")
    return f"［{' '.join(filter(None, said))}］"

"""What a message's elements say: words with their mentions, files, cards, what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from adapters.exports.qce.chat import Chat, number, words
from adapters.exports.qce.files import Files, attachment_of
from adapters.qq_pieces import Pieces
from archive.records import Message, Quote

QUOTED = 2000
_web = re.compile(r"https?://", re.IGNORECASE)

Unfold = Callable[[Any, int], tuple[Message, ...]]


class Content(Pieces, kw_only=True):
    """What a message holds, read from its elements."""

    chat: Chat
    files: Files
    unfold: Unfold
    depth: int = 0

    def read(self, elements: list[Any]) -> None:
        """Take the elements in order; what is not understood is kept in `detail`."""
        for element in elements:
            told = element if isinstance(element, dict) else {}
            data = told.get("data")
            kind = words(told.get("type"))
            reader = _READERS.get(kind)
            if reader is None:
                self._unknown(element, data)
            else:
                reader(self, data if isinstance(data, dict) else {"text": words(data)})
        if self.not_understood:
            self.detail["raw"] = self.not_understood

    def answer(self, data: dict[str, Any]) -> None:
        """Note which message is answered: by its place in the group, else by its long id."""
        place = next((n for name in _PLACES if (n := number(data.get(name)))), None)
        known = (words(data.get(name)).strip() for name in _ANSWERED)
        long_id = next((one for one in known if one not in ("", "0")), None)
        if place and not self.chat.private:
            self.reply_to = str(place)
        elif long_id:
            self.reply_to = long_name(long_id)
        text = words(data.get("text")) or words(data.get("content")) or _said(data.get("elements"))
        if text:
            at = self.chat.seconds(data.get("timestamp"), data.get("time"))
            self.quote = Quote(text[:QUOTED], words(data.get("senderName")).strip() or None, at)

    def _unknown(self, element: Any, data: Any) -> None:
        self.kinds.append("unknown")
        self.not_understood.append(element)
        if isinstance(data, dict):
            self.say(words(data.get("text")) or words(data.get("summary")))


def long_name(msg_id: str) -> str:
    """Return the name under which QQ's long id is known beside the message's own id."""
    return f"n{msg_id}"


_PLACES = ("replayMsgSeq", "replyMsgSeq", "referencedMessageSeq", "messageSeq")
_ANSWERED = ("referencedMessageId", "replyMsgId", "msgId")


def _said(elements: Any) -> str:
    if not isinstance(elements, list):
        return ""
    data = [e.get("data") for e in elements[:50] if isinstance(e, dict)]
    return "".join(words(one.get("text")) for one in data if isinstance(one, dict))


def _text(found: Content, data: dict[str, Any]) -> None:
    text = words(data.get("text")) or words(data.get("content"))
    found.is_spoken = found.is_spoken or bool(text.strip())
    found.say(text)


def _at(found: Content, data: dict[str, Any]) -> None:
    found.is_spoken = True
    name = words(data.get("name")).lstrip("@")
    if words(data.get("type")) == "all" or words(data.get("uid")) == "all":
        found.mark("mention", "@全体成员", None)
        return
    key = found.chat.key_of(data.get("uin") or data.get("qq"), data.get("uid"))
    shown = name or (key or "").partition(":")[2]
    found.mark("mention", f"@{shown}", key)


def _face(found: Content, data: dict[str, Any]) -> None:
    name = words(data.get("name")) or words(data.get("text"))
    found.say(f"[{name.strip().strip('/[]')[:20] or '表情'}]")


def _file(kind: str) -> Callable[[Content, dict[str, Any]], None]:
    def read(found: Content, data: dict[str, Any]) -> None:
        attachment = attachment_of(kind, found.files.told(data), found.files)
        found.attachments.append(attachment)
        found.kinds.append(attachment.kind)

    return read


def _market_face(found: Content, data: dict[str, Any]) -> None:
    name = words(data.get("name")).strip()
    found.attachments.append(attachment_of("sticker", found.files.told(data), found.files))
    found.kinds.append("sticker")
    if name:
        found.say(f"[{name.strip('/[]')[:40]}]")


def _reply(found: Content, data: dict[str, Any]) -> None:
    found.answer(data)


def _forward(found: Content, data: dict[str, Any]) -> None:
    found.kinds.append("forward")
    found.nested += found.unfold(data, found.depth)
    title, summary = words(data.get("title")).strip(), words(data.get("summary")).strip()
    found.say("\n".join(filter(None, (title, "" if found.nested else summary))))
    if record := words(data.get("resId")).strip():
        found.detail["forward_id"] = record


def _card(found: Content, data: dict[str, Any]) -> None:
    url = words(data.get("url")) or words(data.get("jumpUrl"))
    link = {
        "title": words(data.get("title")) or words(data.get("prompt")),
        "url": url if _web.match(url) else "",
        "description": words(data.get("description")) or words(data.get("summary")),
        "source": words(data.get("appName")),
    }
    link = {name: value for name, value in link.items() if value}
    text = link.get("title") or link.get("description") or words(data.get("text")) or url
    found.kinds.append("link" if "url" in link else "card")
    found.detail["link"] = link
    raw = data.get("content") or data.get("rawData")
    if not text and raw:
        found.detail["raw"] = str(raw)[:20_000]
    if "url" in link:
        found.mark("link", text, link["url"])
    else:
        found.say(text)


def _location(found: Content, data: dict[str, Any]) -> None:
    place: dict[str, Any] = {}
    for name, written in (("latitude", "lat"), ("longitude", "lng")):
        value = data.get(name, data.get(written, data.get("lon") if written == "lng" else None))
        if isinstance(value, int | float) and not isinstance(value, bool) and -180 <= value <= 180:
            place[name] = float(value)
    shown = words(data.get("title")) or words(data.get("name"))
    for name, value in (("name", shown), ("address", words(data.get("address")))):
        if value:
            place[name] = value
    found.kinds.append("location")
    found.detail["location"] = place
    found.say(str(place.get("name") or place.get("address") or words(data.get("text"))))


def _system(found: Content, data: dict[str, Any]) -> None:
    found.kinds.append("service")
    found.say(words(data.get("text")) or words(data.get("summary")) or words(data.get("content")))


_READERS: dict[str, Callable[[Content, dict[str, Any]], None]] = {
    "text": _text, "at": _at, "face": _face, "image": _file("photo"), "pic": _file("photo"),
    "video": _file("video"), "audio": _file("voice"), "ptt": _file("voice"),
    "voice": _file("voice"), "file": _file("file"), "market_face": _market_face, "reply": _reply,
    "forward": _forward, "json": _card, "ark": _card, "location": _location, "system": _system,
}  # fmt: skip

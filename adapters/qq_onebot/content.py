"""What a message's segments say: words with their formatting, files, cards, what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from adapters.qq_onebot import cards, cq
from adapters.qq_onebot.cards import Card, text_of
from adapters.qq_onebot.faces import face_text
from adapters.qq_onebot.files import attachment_of
from adapters.qq_onebot.keys import member_key, number, short_name, word
from adapters.qq_pieces import Pieces
from archive.records import Attachment, Message, Quote

_FILES = ("image", "record", "video", "file", "onlinefile")
_NEWS = 8


class Told(msgspec.Struct, frozen=True):
    """What is known around a message while its segments are read."""

    group_key: str
    group_id: str | None = None
    names: dict[str, Any] = {}
    """QQ number → shown name."""
    reply: dict[str, Any] = {}
    forwards: dict[str, Any] = {}
    unfold: Callable[[Any, Told], tuple[Message, ...]] = lambda nodes, told: ()
    depth: int = 0


def segments_of(event: dict[str, Any]) -> list[Any]:
    """Return a message's segments, however it was written: array, CQ string, one segment."""
    message = event.get("message", event.get("content"))
    if message is None:
        message = event.get("raw_message")
    if isinstance(message, str):
        return list(cq.segments(message))
    if isinstance(message, dict):
        return [message]
    return message if isinstance(message, list) else []


def content_of(segments: list[Any], told: Told) -> Pieces:
    """Read segments in order; what is not understood is kept in `detail` and named."""
    found = Pieces()
    nodes = [part for part in segments if _type(part) == "node"]
    for segment in segments:
        kind = _type(segment)
        if kind == "node":
            continue
        if isinstance(segment, str):
            found.say(segment)
            continue
        data = segment.get("data") if isinstance(segment, dict) else None
        reader = _READERS.get(kind, _unknown)
        reader(found, kind, data if isinstance(data, dict) else {}, told)
        if reader is _unknown:
            found.not_understood.append(segment)
    if found.not_understood:
        found.detail["raw"] = found.not_understood
    if len(found.pieces) == found.kinds.count("unknown"):
        found.pieces.clear()  # nothing but what is not understood: the page says so itself
    if nodes:
        found.kinds.append("forward")
        found.nested += told.unfold(nodes, told)
    return found


def _type(segment: Any) -> str:
    return text_of(segment.get("type")) if isinstance(segment, dict) else ""


def _text(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    text = text_of(data.get("text"))
    found.is_spoken = found.is_spoken or bool(text.strip())
    found.say(text)


def _at(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    found.is_spoken = True
    who = text_of(data.get("qq")) or text_of(data.get("user_id"))
    if who == "all":
        found.mark("mention", "@全体成员", None)
        return
    given = text_of(data.get("name")).lstrip("@")
    name = given or text_of(told.names.get(who)) or who
    found.mark("mention", f"@{name}", member_key(who))


def _face(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    raw = data.get("raw")
    shown = raw.get("faceText") if isinstance(raw, dict) else data.get("text")
    found.say(face_text(data.get("id"), shown))


def _file(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    attachment = attachment_of(kind, data, told.group_id)
    found.attachments.append(attachment)
    found.kinds.append(attachment.kind)


def _market_face(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    if data.get("url") or data.get("file"):
        _file(found, kind, data, told)
    else:
        found.kinds.append("sticker")
        found.say(face_text(None, data.get("summary") or data.get("text")))


def _reply(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    known = told.reply.get("id")
    place = number(data.get("seq"))
    if isinstance(known, str):
        found.reply_to = known
    elif word(data.get("id")) is not None:
        found.reply_to = short_name(data["id"])
    elif place:
        found.reply_to = str(place)
    quoted = text_of(data.get("text"))
    if quoted:
        who = data.get("qq") or told.reply.get("user_id")
        name = text_of(told.names.get(text_of(who)))
        found.quote = Quote(quoted[:2000], name or None, number(data.get("time")))


def _forward(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    inline = data.get("content", data.get("messages"))
    record = text_of(data.get("id")) or text_of(data.get("resid"))
    _unfold(found, inline if inline else told.forwards.get(record), told)


def _unfold(found: Pieces, nodes: Any, told: Told, title: str = "", news: Any = ()) -> None:
    found.kinds.append("forward")
    found.nested += told.unfold(nodes, told)
    if title or not found.nested:
        # what the card shows of a record that could not be opened
        lines = [title, *(() if found.nested else news)]
        found.say("\n".join(line for line in lines if line))


def _card(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    content = data.get("data", data.get("content"))
    card = cards.xml_card(content) if kind == "xml" else cards.json_card(content)
    if card.kind == "forward":
        _unfold(found, told.forwards.get(card.forward_id or ""), told, card.text, card.news)
        return
    _show(found, card)


def _show(found: Pieces, card: Card) -> None:
    found.kinds.append(card.kind)
    found.detail.update(card.detail)
    if card.url and card.kind == "link":
        found.mark("link", card.text, card.url)
    else:
        found.say(card.text)


def _share(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    url = data.get("url") or data.get("jumpUrl")
    what = data.get("content") or data.get("desc") or data.get("singer")
    card = cards.link_card(data.get("title"), url, what, data.get("type"))
    if not card.text and kind == "music":
        card = Card("card", f"[音乐 {text_of(data.get('type'))} {text_of(data.get('id'))}]")
    _show(found, card)


def _location(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    title, content = data.get("title"), data.get("content")
    _show(found, cards.location_card(title, content, data.get("lat"), data.get("lon")))


def _contact(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    group = data.get("type") == "group"
    who = text_of(data.get("id"))
    name = text_of(told.names.get(who)) or ("推荐群聊" if group else "推荐好友")
    _show(found, Card("contact", name, detail={"contact": {"name": name, "id": who}}))


def _poke(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    found.kinds.append("poke")
    found.say(f"[{text_of(data.get('name')) or ('窗口抖动' if kind == 'shake' else '戳一戳')}]")


def _game(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    found.kinds.append("game")
    result = text_of(data.get("result")) or text_of(data.get("value"))
    if kind == "rps":
        # gateways do not agree on which number is stone
        found.say("[猜拳]")
        found.detail["result"] = result
    else:
        found.say(f"[骰子 {result}]" if result else "[骰子]")


def _red_packet(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    found.kinds.append("red_packet")
    found.say(text_of(data.get("title")) or "[QQ红包]")


def _markdown(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    content = data.get("content", data.get("data"))
    found.say(text_of(content.get("content")) if isinstance(content, dict) else text_of(content))


def _keyboard(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    found.detail["keyboard"] = data


def _flash_file(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    name = text_of(data.get("title"))
    found.kinds.append("file")
    found.attachments.append(Attachment("file", name or None, missing="not supported by gateways"))


def _anonymous(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    """Said of the sender in the event itself."""


def _unknown(found: Pieces, kind: str, data: dict[str, Any], told: Told) -> None:
    found.kinds.append("unknown")
    found.detail.setdefault("type", kind[:60] or "segment")
    found.say(f"[暂不支持: {kind[:60]}]")


Reader = Callable[[Pieces, str, dict[str, Any], Told], None]
_READERS: dict[str, Reader] = {
    "text": _text, "at": _at, "face": _face, "sface": _face, "bface": _market_face,
    "mface": _market_face, "marketface": _market_face, "reply": _reply, "forward": _forward,
    "json": _card, "lightapp": _card, "ark": _card, "miniapp": _card, "xml": _card,
    "share": _share, "music": _share, "location": _location, "contact": _contact, "poke": _poke,
    "touch": _poke, "shake": _poke, "dice": _game, "rps": _game, "redbag": _red_packet,
    "hb": _red_packet, "markdown": _markdown, "keyboard": _keyboard, "flash_file": _flash_file,
    "flashtransfer": _flash_file, "anonymous": _anonymous, **dict.fromkeys(_FILES, _file),
}  # fmt: skip

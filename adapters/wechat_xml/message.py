"""Turns a WeChat message's type and XML into what our records say of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapters.notices import action_of
from adapters.wechat_xml.content import DEEPEST, NOT_EXPORTED, Content, Place
from adapters.wechat_xml.record import unfolded
from adapters.wechat_xml.xml import number, parse, said, words
from archive.records import Attachment, Quote, Span

if TYPE_CHECKING:
    from lxml.etree import _Element

QUOTED = 2000
"""Characters kept of a quoted message."""

KINDS = {
    1: "text", 3: "photo", 34: "voice", 42: "contact", 43: "video", 47: "sticker",
    48: "location", 50: "call", 66: "contact", 10000: "service", 10002: "service",
}  # fmt: skip
APP_KINDS = {
    1: "text", 3: "card", 4: "link", 5: "link", 6: "file", 8: "sticker", 17: "location",
    19: "forward", 24: "card", 33: "card", 36: "card", 40: "forward", 50: "card", 51: "card",
    53: "text", 57: "text", 62: "poke", 63: "card", 68: "link", 74: "file", 76: "card",
    87: "service", 92: "card", 2000: "transfer", 2001: "red_packet", 2003: "red_packet",
}  # fmt: skip
_SHOWN = {
    "photo": "[图片]", "voice": "[语音]", "video": "[视频]", "sticker": "[表情]",
    "location": "[位置]", "contact": "[名片]", "call": "[通话]", "forward": "[聊天记录]",
    "card": "[小程序]", "transfer": "[转账]", "red_packet": "[红包]", "link": "[链接]",
    "file": "[文件]",
}  # fmt: skip
_TAGS = {"photo": "img", "voice": "voicemsg", "video": "videomsg", "sticker": "emoji"}
_who = re.compile(r"\$\{([^}]*)\}")
_web = re.compile(r"https?://", re.IGNORECASE)


def content_of(local_type: int, sub_type: int, written: str, place: Place) -> Content:
    """Read a message by its type numbers and its text or XML."""
    if local_type == 1:
        return Content(text=written)
    root = parse(written) if "<" in written else None
    if local_type in (10000, 10002):
        return _service(written, root)
    app = root.find(".//appmsg") if root is not None else None
    if local_type == 49 or app is not None:
        return _app(sub_type, written, app, place)
    kind = KINDS.get(local_type)
    if kind is None:
        raw = {"type": local_type, "sub_type": sub_type, "content": written}
        return Content("unknown", detail={"raw": raw})
    if root is None:
        return _with_file(Content(kind, "" if kind in _TAGS else written), None)
    return _plain(kind, root)


def _plain(kind: str, root: _Element) -> Content:
    found = Content(kind)
    if kind == "contact":
        return _contact(root.find(".//msg"))
    if kind == "location":
        return _location(root.find(".//location"))
    if kind == "call":
        found.text = said(root, ".//msg") or said(root, ".//diaplay_content")
        seconds = number(said(root, ".//duration"))
        found.detail = {"call": {"duration": seconds}} if seconds else {}
        return found
    return _with_file(found, root)


def _with_file(found: Content, root: _Element | None) -> Content:
    """Add the attachment that a photo, voice, video or sticker is; its bytes are elsewhere."""
    if found.kind not in _TAGS:
        return found
    tag = root.find(f".//{_TAGS[found.kind]}") if root is not None else None
    told = _attributes(tag)
    length = number(told.get("voicelength"))
    found.attachments = (
        Attachment(
            found.kind,
            missing=NOT_EXPORTED,
            size=number(told.get("hdlength") or told.get("length") or told.get("len")),
            width=number(told.get("width")),
            height=number(told.get("height")),
            duration=-(-length // 1000) if length else number(told.get("playlength")),
        ),
    )
    return found


def _attributes(tag: _Element | None) -> dict[str, str]:
    return {str(k): str(v) for k, v in tag.attrib.items()} if tag is not None else {}


def _contact(tag: _Element | None) -> Content:
    told = _attributes(tag)
    contact = {
        name: told[key]
        for name, key in (("name", "nickname"), ("username", "alias"), ("id", "username"))
        if told.get(key)
    }
    return Content("contact", contact.get("name", ""), detail={"contact": contact})


def _location(tag: _Element | None) -> Content:
    told = _attributes(tag)
    place: dict[str, Any] = {}
    for name, key in (("latitude", "x"), ("longitude", "y")):
        try:
            place[name] = float(told.get(key, ""))
        except ValueError:
            continue
    for name, key in (("name", "poiname"), ("address", "label")):
        if told.get(key):
            place[name] = told[key]
    text = str(place.get("name") or place.get("address") or "")
    return Content("location", text, detail={"location": place} if place else {})


def _service(written: str, root: _Element | None) -> Content:
    text = written
    template = said(root, ".//template")
    if root is not None and template:
        text = re.sub(r"\$(\w+)\$", lambda m: _named(root, m[1]), _who.sub(r"\1", template))
    elif root is not None:
        text = words(said(root, ".//content") or said(root, ".//replacemsg") or written)
    return Content("service", text.strip(), service=action_of(text))


def _named(root: _Element, link: str) -> str:
    names = root.findall(f".//link[@name='{link}']//nickname")
    return "、".join("".join(str(t) for t in n.itertext()).strip() for n in names) or link


def _app(sub_type: int, written: str, app: _Element | None, place: Place) -> Content:
    if app is not None:
        sub_type = number(said(app, "type")) or sub_type
    kind = APP_KINDS.get(sub_type, "unknown")
    title = said(app, "title")
    found = Content(kind, title)
    if app is None:
        # the database keeps this text compressed, and the exporter leaves it out
        found.detail = {"raw": written} if written else {"missing": NOT_EXPORTED}
        return _file(found, None) if kind == "file" else found
    if kind == "unknown":
        found.detail = {"raw": {"type": 49, "sub_type": sub_type, "content": written}}
    elif kind == "file":
        return _file(found, app)
    elif sub_type == 57:
        _quote(found, app, place)
    elif kind == "forward":
        found.nested = unfolded(app.find("recorditem"), place)
    elif kind in ("link", "card"):
        _link(found, app)
    elif kind == "poke":
        found.text = title or _who.sub(r"\1", said(app, ".//template"))
    elif kind == "service":
        found.text, found.service = said(app, "textannouncement") or title, "notice"
    elif kind in ("transfer", "red_packet"):
        _money(found, app)
    elif kind == "sticker":
        return Content(kind, attachments=(Attachment(kind, missing=NOT_EXPORTED),))
    return found


def _file(found: Content, app: _Element | None) -> Content:
    name = found.text or None
    size = number(said(app, "appattach/totallen"))
    found.attachments = (Attachment("file", name, missing=NOT_EXPORTED, size=size),)
    return found


def _link(found: Content, app: _Element) -> None:
    feed = app.find("finderFeed") if app.find("finderFeed") is not None else app.find("finderLive")
    if feed is not None:
        found.text = said(feed, "desc") or found.text
    link = {
        "title": found.text,
        "url": said(app, "url"),
        "description": said(app, "des"),
        "source": said(app, "sourcedisplayname") or said(feed, "nickname")
        or said(app.getparent(), "appinfo/appname"),
    }  # fmt: skip
    found.text = found.text or link["url"]
    found.detail = {"link": {name: value for name, value in link.items() if value}}
    if _web.match(link["url"]) and found.text:
        found.spans = (Span("link", 0, len(found.text), link["url"]),)


def _money(found: Content, app: _Element) -> None:
    pay = app.find("wcpayinfo")
    told = {
        "amount": said(pay, "feedesc"),
        "memo": said(pay, "pay_memo"),
        "state": said(pay, "paysubtype"),
    }
    greeting = said(pay, "receivertitle") or said(pay, "sendertitle")
    found.text = greeting or " ".join(filter(None, (told["amount"], told["memo"]))) or found.text
    found.detail = {found.kind: {name: value for name, value in told.items() if value}}


def _quote(found: Content, app: _Element, place: Place) -> None:
    refer = app.find("refermsg")
    if refer is None:
        return
    server_id = said(refer, "svrid")
    found.answers = server_id if server_id.strip("0") else None
    content = said(refer, "content")
    local_type = number(said(refer, "type")) or 1
    text = content
    if local_type != 1 and place.depth < DEEPEST:
        quoted = content_of(local_type, 0, content, place.below())
        text = quoted.text or _SHOWN.get(quoted.kind, "")
    found.quote = Quote(
        text[:QUOTED], said(refer, "displayname") or None, number(said(refer, "createtime"))
    )

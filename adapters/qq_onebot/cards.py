"""Cards (分享, 小程序, 位置, 名片, 公告): what their JSON or XML tells a reader."""

from __future__ import annotations

import html
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import msgspec

from adapters.contract import AdapterError
from adapters.frames import decode

RAW_KEPT = 20_000
"""Characters of an unreadable card that are kept with the message."""

_web = re.compile(r"https?://", re.IGNORECASE)


class Card(msgspec.Struct):
    """What a card says."""

    kind: str = "card"
    text: str = ""
    url: str | None = None
    detail: dict[str, Any] = {}
    forward_id: str | None = None
    """Id of the merged record the card opens."""
    news: tuple[str, ...] = ()
    """The first lines of that record, as the card shows them."""


def json_card(data: Any) -> Card:
    """Read a `json` segment, whose content is JSON within a string."""
    if isinstance(data, str):
        try:
            told = decode(data.encode("utf-8", "surrogatepass"))
        except AdapterError:
            return Card(text="", detail={"raw": data[:RAW_KEPT]})
    else:
        told = data
    if not isinstance(told, dict):
        return Card(text="", detail={"raw": str(data)[:RAW_KEPT]})
    app = text_of(told.get("app"))
    found = told.get("meta")
    meta = found if isinstance(found, dict) else {}
    for name, reader in _READERS.items():
        if app.startswith(name):
            card = reader(meta)
            break
    else:
        card = _any_card(meta)
    prompt = text_of(told.get("prompt")) or text_of(told.get("desc"))
    if not card.text and not card.forward_id:
        card.text = prompt
        if "link" in card.detail and prompt:
            card.detail["link"] = {"title": prompt, **card.detail["link"]}
    if app:
        card.detail = {**card.detail, "app": app}
    return card


def xml_card(data: Any) -> Card:
    """Read an `xml` segment by the few attributes such cards have; no XML parser is run."""
    written = text_of(data)
    record = _attribute(written, "m_resid")
    title = _element(written, "title") or _attribute(written, "brief")
    if record:
        lines = re.findall(r"<title[^>]*>(.*?)</title>", written[:RAW_KEPT], re.DOTALL)
        return Card("forward", forward_id=record, news=tuple(html.unescape(x) for x in lines[:8]))
    card = link_card(title, _attribute(written, "url"), _element(written, "summary"))
    if not card.text:
        card.detail = {**card.detail, "raw": written[:RAW_KEPT]}
    return card


def link_card(title: Any, url: Any, description: Any = "", source: Any = "") -> Card:
    """Make the card of a shared link; a link when it has an address, else a card."""
    address = text_of(url)
    link = {
        "title": text_of(title),
        "url": address if _web.match(address) else "",
        "description": text_of(description),
        "source": text_of(source),
    }
    link = {name: value for name, value in link.items() if value}
    text = link.get("title") or link.get("description") or link.get("url", "")
    if "url" not in link and not text:
        return Card()
    return Card("link" if "url" in link else "card", text, link.get("url"), {"link": link})


def location_card(name: Any, address: Any, latitude: Any, longitude: Any) -> Card:
    """Make the card of a place."""
    place: dict[str, Any] = {}
    for key, value in (("latitude", latitude), ("longitude", longitude)):
        try:
            place[key] = float(value)
        except (TypeError, ValueError):
            continue
        if not -180 <= place[key] <= 180:
            del place[key]
    place |= {k: v for k, v in (("name", text_of(name)), ("address", text_of(address))) if v}
    text = place.get("name") or place.get("address") or ""
    return Card("location", text, detail={"location": place} if place else {})


def text_of(value: Any) -> str:
    """Return a text as it is, a number in digits, and nothing for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _any_card(meta: dict[str, Any]) -> Card:
    """Read a card of no known app: most have one object with title, desc and jumpUrl."""
    for part in meta.values():
        if not isinstance(part, dict):
            continue
        names = ("jumpUrl", "jump_url", "qqdocurl", "url")
        url = next((part[name] for name in names if part.get(name)), "")
        what = part.get("desc") or part.get("summary")
        card = link_card(part.get("title"), _full(url), what, part.get("tag"))
        if card.text:
            return card
    return Card()


def _miniapp(meta: dict[str, Any]) -> Card:
    part = next((part for part in meta.values() if isinstance(part, dict)), {})
    url = part.get("qqdocurl") or part.get("jumpUrl") or part.get("url")
    card = link_card(part.get("desc") or part.get("title"), _full(url), "", part.get("title"))
    card.kind = "card"
    return card


def _map(meta: dict[str, Any]) -> Card:
    part = next((part for part in meta.values() if isinstance(part, dict)), {})
    return location_card(part.get("name"), part.get("address"), part.get("lat"), part.get("lng"))


def _contact(meta: dict[str, Any]) -> Card:
    part = next((part for part in meta.values() if isinstance(part, dict)), {})
    name = text_of(part.get("nickname")) or text_of(part.get("title"))
    contact = {"name": name, "what": text_of(part.get("tag"))}
    return Card("contact", name, detail={"contact": {k: v for k, v in contact.items() if v}})


def _record(meta: dict[str, Any]) -> Card:
    found = meta.get("detail")
    part: dict[str, Any] = found if isinstance(found, dict) else {}
    news = part.get("news")
    shown = news if isinstance(news, list) else []
    lines = [text_of(line.get("text")) for line in shown if isinstance(line, dict)]
    record = text_of(part.get("resid"))
    title = text_of(part.get("source"))
    return Card("forward", title, forward_id=record or None, news=tuple(lines[:8]))


def _notice(meta: dict[str, Any]) -> Card:
    found = meta.get("mannounce")
    part: dict[str, Any] = found if isinstance(found, dict) else {}
    title, text = text_of(part.get("title")), text_of(part.get("text"))
    if part.get("encode") == 1:
        title, text = _decoded(title), _decoded(text)
    link = {"title": title or "群公告", "source": "群公告"}
    return Card("card", text or title, detail={"link": link})


def _decoded(written: str) -> str:
    try:
        return b64decode(written, validate=True).decode()
    except ValueError:
        return written


def _full(url: Any) -> str:
    """Complete the address of a mini program, which often has no scheme."""
    address = text_of(url)
    bare = re.match(r"[\w-]+(\.[\w-]+)+(/|\Z|\?)", address)
    return f"https://{address}" if bare else address


def _element(written: str, name: str) -> str:
    found = re.search(rf"<{name}[^>]*>(.*?)</{name}>", written[:RAW_KEPT], re.DOTALL)
    return html.unescape(found[1]).strip() if found else ""


def _attribute(written: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', written[:RAW_KEPT])
    return html.unescape(found[1]).strip() if found else ""


_READERS: dict[str, Callable[[dict[str, Any]], Card]] = {
    "com.tencent.miniapp": _miniapp,
    "com.tencent.map": _map,
    "com.tencent.contact": _contact,
    "com.tencent.troopsharecard": _contact,
    "com.tencent.multimsg": _record,
    "com.tencent.mannounce": _notice,
}
"""Beginning of a card's `app` → what reads it."""

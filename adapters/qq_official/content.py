"""What a message of QQ's official bot holds: words with mentions and faces, files, a quotation.

https://bot.q.qq.com/wiki/develop/api-v2/server-inter/message/send-receive/event.html
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import Any

import msgspec

from adapters.qq_official import keys
from adapters.qq_official.event import IN_GROUP, Event, dictionaries, dictionary, words
from archive.records import Attachment, Quote, Span

QUOTED = 103
"""`message_type` of a message that quotes another one."""
LONGEST_QUOTE = 2000
_TEXTS = frozenset((0, 2, QUOTED))
_CARD = 3
_mention = re.compile(r"<@!?([\w.:@-]{1,128})>", re.ASCII)
_face = re.compile(r'<faceType=\d{1,3},faceId="[^"<>]{0,40}",ext="([A-Za-z0-9+/=]{0,400})">')
_KINDS = {"image": "photo", "video": "video", "audio": "voice", "voice": "voice"}


class Content(msgspec.Struct, frozen=True):
    """What a message says."""

    text: str
    """Without the mention of the bot it begins with: of one message, one event has it, the other
    does not."""
    spans: tuple[Span, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    kind: str = "text"
    reply_to: str | None = None
    quote: Quote | None = None
    quoted_key: str | None = None
    """Whose words are quoted; None where QQ does not tell."""
    own_index: str | None = None
    """The name by which other messages quote this one."""
    authors: tuple[str, ...] = ()
    """Whose words are in it beside the sender's, in whatever form."""


def content_of(event: Event) -> Content:
    """Read what a message holds."""
    text, spans = _worded(words(event.body.get("content")), event)
    attachments = tuple(map(_attachment, dictionaries(event.body.get("attachments"))))
    own, answered = _indexes(event)
    quote, quoted_key = _quote(event)
    return Content(
        text=text,
        spans=spans,
        attachments=attachments,
        kind=_kind(event, text, attachments),
        reply_to=answered,
        quote=quote,
        quoted_key=quoted_key,
        own_index=own,
        authors=_authors(event),
    )


def _authors(event: Event) -> tuple[str, ...]:
    parts = dictionaries(event.body.get("msg_elements"))
    return tuple(dict.fromkeys(who for part in parts if (who := author_of(part))))


def _kind(event: Event, text: str, attachments: tuple[Attachment, ...]) -> str:
    if attachments:
        return attachments[0].kind
    type_ = event.body.get("message_type", 0)
    if type_ == _CARD:
        return "card"
    return "text" if text or type_ in _TEXTS else "unknown"


def _worded(raw: str, event: Event) -> tuple[str, tuple[Span, ...]]:
    """Write mentions as names and faces as their words; say where the mentions are."""
    people = _people(event)
    text, spans, at = "", [], 0
    rest = _after_own(raw, people, event)
    for found in _mention.finditer(rest):
        text += _plain(rest[at : found.start()])
        at = found.end()
        shown = f"@{words(people.get(found[1], {}).get('username')) or '?'}"
        spans.append(Span("mention", len(text), len(shown), keys.key_of(found[1])))
        text += shown
    return text + _plain(rest[at:]), tuple(spans)


def _after_own(raw: str, people: dict[str, dict[str, Any]], event: Event) -> str:
    """Leave out the mention of the bot at the beginning, and the blank that QQ leaves of it."""
    bare = raw.lstrip()
    found = _mention.match(bare)
    if found is not None and people.get(found[1], {}).get("is_you") is True:
        return bare[found.end() :].lstrip()
    called = any(person.get("is_you") is True for person in people.values())
    return bare if called or event.kind == IN_GROUP[1] else raw


def _people(event: Event) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for person in dictionaries(event.body.get("mentions")):
        for name in ("id", "member_openid", "user_openid"):
            if isinstance(person.get(name), str):
                found.setdefault(person[name], person)
        if person.get("scope") == "all":
            found.setdefault("everyone", {"username": "全体成员", **person})
    return found


def _plain(text: str) -> str:
    return _face.sub(lambda found: f"[{_face_name(found[1])}]", text)


def _face_name(packed: str) -> str:
    try:
        told = json.loads(b64decode(packed, validate=True))
    except (ValueError, RecursionError):
        return "表情"
    return words(dictionary(told).get("text"))[:20].strip("[]/") or "表情"


def _attachment(told: dict[str, Any]) -> Attachment:
    mime = words(told.get("content_type")).partition(";")[0].strip().lower()[:80]
    url = words(told.get("url"))
    if url and "://" not in url:
        url = f"https://{url.lstrip('/')}"
    whole = url.startswith(("https://", "http://"))
    return Attachment(
        _KINDS.get(mime.partition("/")[0], "file"),
        words(told.get("filename")) or None,
        missing=None if whole else "unavailable",
        mime=mime if "/" in mime else None,
        size=_count(told.get("size")),
        width=_count(told.get("width")),
        height=_count(told.get("height")),
        source=url.encode("utf-8", "replace").decode() if whole else None,
    )


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 1 << 53 else None


def _indexes(event: Event) -> tuple[str | None, str | None]:
    """Return the name by which a message is quoted, and the one of the message it quotes."""
    found: dict[str, str] = {}
    told = dictionary(event.body.get("message_scene")).get("ext")
    for pair in told if isinstance(told, list) else []:
        name, _, value = words(pair).partition("=")
        if index := keys.message_id(value):
            found.setdefault(name, index)
    own = found.get("msg_idx") or keys.message_id(event.body.get("msg_idx"))
    answered = found.get("ref_msg_idx")
    if event.body.get("message_type") == QUOTED and answered is None:
        quoted = dictionaries(event.body.get("msg_elements"))
        answered = keys.message_id(quoted[0].get("msg_idx")) if quoted else None
    # a message is no answer to itself
    return own, answered if answered != own else None


def author_of(told: dict[str, Any]) -> str | None:
    """Return whose words a part of a message is, where QQ tells."""
    author = dictionary(told.get("author"))
    return keys.key_of(author.get("member_openid") or author.get("user_openid"))


def _quote(event: Event) -> tuple[Quote | None, str | None]:
    """Return the words that a message quotes, and whose they are."""
    if event.body.get("message_type") != QUOTED:
        return None, None
    for told in dictionaries(event.body.get("msg_elements")):
        author, who = dictionary(told.get("author")), author_of(told)
        text = _plain(_mention.sub("@", words(told.get("content")))).strip()[:LONGEST_QUOTE]
        if text or who:
            return Quote(text, words(author.get("username")) or None), who
    return None, None

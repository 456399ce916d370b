"""An archive in which everything that people can write is hostile."""

from __future__ import annotations

from io import BytesIO

from hostile_text import BAD_ADDRESSES, CALLS, ONE, SCRIPTS
from shelved import Place, Wording, shelve

from archive import essence
from archive.database import Archive
from archive.keep import keep
from archive.records import (
    Attachment,
    Forward,
    Group,
    Member,
    Message,
    Poll,
    Quote,
    Reaction,
    Span,
)

KEY = "qq:1\"><script>alert('key')</script>"
NOON = 1_795_060_800
WIDE = "https://example.org/" + "w" * 200
WRITER = "qq:8"
"""Who has another name, an introduction and a line on the roster."""
WORDING = Wording(
    title=ONE, short=SCRIPTS[2], alias="<b onclick=alert(1)>", text=f"{ONE} {CALLS[0]}", why=ONE,
    name=SCRIPTS[3], query=SCRIPTS[1],
)  # fmt: skip
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def fill_hostile(archive: Archive) -> None:
    """Write hostile text into every field there is."""
    digest = archive.media.take(BytesIO(PIXEL)).sha256
    page = archive.media.take(BytesIO(b"<script>alert('file')</script>")).sha256
    with archive.writing() as db:
        keep(db, [*_people(), *_texts(), *_addresses(), *_parts(digest, page), *_series()])
    with archive.writing() as db:
        essence.mark(
            db, [f"{KEY}:t0", f"{KEY}:t1"], by=ONE, reason=ONE, title=ONE,
            tags=("<script>alert('tag')</script>", "\"'><b>"), at=NOON,
        )  # fmt: skip
    with archive.writing() as db:
        shelve(db, _place(), WORDING)


def _place() -> Place:
    keys = [f"{KEY}:s{n}" for n in range(8)]
    loose = tuple(f"{KEY}:t{n}" for n in range(4, 8))
    return Place(KEY, WRITER, *keys[:3], keys[0], keys[5], tuple(keys[6:]), loose, NOON + 30_000)


def _people() -> list[Group | Member]:
    person = Member("qq:7", name=ONE, username=ONE, group_key=KEY, group_name=ONE, role=ONE)
    writer = Member(WRITER, name=ONE, group_key=KEY, group_name=ONE, role="owner")
    return [Group(KEY, title=ONE), person, writer]


def _said(number: str, text: str, offset: int, who: str = "qq:7", **k) -> Message:
    return Message(
        KEY, id=number, sent_at=NOON + offset, sender_key=who, sender_name=ONE, text=text, **k
    )


def _series() -> list[Message]:
    """What is asked, answered, gathered and kept: by the one who has an alias."""
    texts = [f"{ONE}？", *CALLS[:7]]
    return [
        _said(f"s{n}", text, 25_000 + n * 60, WRITER, reply_to="s0" if n == 1 else None)
        for n, text in enumerate(texts)
    ]


def _texts() -> list[Message]:
    texts = [*SCRIPTS, *CALLS, WIDE, "宽" * 400, "W" * 400, "#<script>alert(9)</script># #\"'><b>"]
    said = [_said(f"t{i}", text, i * 400, reply_to="t0") for i, text in enumerate(texts)]
    edited = _said("t3", f"改了 {ONE}", 3 * 400, edited_at=NOON + 9999, reply_to="t0")
    return [*said, edited]


def _addresses() -> list[Message]:
    said = []
    for i, address in enumerate(BAD_ADDRESSES):
        link = {"title": ONE, "description": ONE, "url": address, "source": ONE}
        spans = (Span("link", 0, 2, address), Span("bold", 0, 10**6), Span(ONE, 1, 1, ONE))
        said.append(
            _said(f"a{i}", f"点我 {address}", 9000 + i, kind="link", spans=spans,
                  detail={"link": link, "url": address, "title": ONE})
        )  # fmt: skip
    return said


def _parts(digest: str, page: str) -> list[Message]:
    files = (
        Attachment("photo", name=ONE, sha256=digest, mime=ONE),
        Attachment("file", name=f"../../{ONE}.svg", sha256=page, mime="text/html"),
        Attachment("video", name=ONE, missing=ONE),
        Attachment("audio", missing=ONE),
    )
    inner = _said("n", ONE, 0, nested=(_said("m", ONE, 0, kind="photo"),))
    return [
        _said("p0", ONE, 20_000, attachments=files, reactions=(Reaction(ONE, 3),)),
        _said("p1", ONE, 20_001, quote=Quote(ONE, name=ONE), forward=Forward(name=ONE, key=ONE)),
        _said("p2", "", 20_002, kind="poll", poll=Poll(ONE, ((ONE, 3), (ONE, 1)), 4)),
        _said("p3", ONE, 20_003, kind="forward", nested=(inner, inner)),
        _said("p4", ONE, 20_004, kind="service", service=ONE),
        _said("p5", "", 20_005, kind="unknown", detail={"type": ONE}),
        _said("p6", ONE, 20_006, kind="contact", detail={"contact": {"name": ONE}}),
        _said("p7", "", 20_007, kind="game", detail={"game_title": ONE, "game_link": "data:1"}),
        _said("p8", ONE, 20_008, kind="location", detail={"location": {"address": ONE}}),
        _said("p9", ONE, 20_009, recalled=True),
    ]  # fmt: skip

"""Every route, for everybody who may ask, in every visibility of a group: what is hidden and what
does not exist are one answer.

A new route needs a row in access_rows.py; faults 30 and 31.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

import httpx
import msgspec
import pytest
from access_rows import BELONG, DAY, INSIDE, KEY, ROLES, ROWS, SENDER, TOKENS, Row
from entering import (
    ANN,
    AWAY,
    BEN,
    CANARY,
    CAT,
    DAN,
    EVE,
    MINE,
    NOW,
    SITE,
    TAG,
    ZOE,
    Browser,
    Place,
)
from twin_rows import twin_rows

from archive import columns, questions
from archive.access import VISIBILITIES, operator
from archive.database import Archive
from archive.digest import day_of, make_digest
from archive.editions import approve, draft, sent
from archive.essence import mark
from archive.messages import get_message
from archive.records import Attachment, Message
from archive.threads import gather
from web.limits import Limits


def routes_of(routes: Iterable[Any]) -> Iterator[str]:
    """Return every route of an app as `GET /path`; HEAD is GET without a body."""
    for route in routes:
        yield from (f"{method} {route.path}" for method in route.methods if method != "HEAD")


def may_read(role: str, visibility: str) -> bool:
    return (
        role in INSIDE | TOKENS
        or visibility == "public"
        or (visibility == "members" and role in BELONG)
    )  # fmt: skip


def browsers(place: Place) -> dict[str, Browser]:
    found = {
        role: place.log_in(who)
        for role, who in {
            "member": BEN, "admin": ANN, "guest": EVE, "other": ZOE, "expired": CAT, "left": DAN,
        }.items()
    }  # fmt: skip
    place.left(DAN)
    return found | {
        "stranger": Browser(place.site), "operator": place.operator(), "invited": place.invited(),
        "token": place.program(names=True), "token without names": place.program(names=False),
    }  # fmt: skip


def test_every_route_has_a_row(archive: Archive) -> None:
    assert set(routes_of(Place(archive).site.app.routes)) == ROWS.keys()


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_everybody_sees_what_is_theirs_and_nothing_else_faults_30_31(
    archive: Archive, visibility: str
) -> None:
    place = Place(archive, visibility)
    with archive.writing() as db:
        mark(db, [KEY], by=ANN, reason="有用", title=f"题 {CANARY}", tags=(TAG,))
        gather(db, f"帖 {CANARY}", [get_message(db, operator(), KEY)], by=ANN)
        columns.add(db, f"栏 {CANARY}", KEY, by=ANN)
        digest = make_digest(db, operator(), [MINE], day_of(NOW, "Asia/Shanghai"))
        draft(db, digest, MINE, "day", DAY, NOW)
        questions.open_question(db, KEY, ANN)
        number = draft(db, digest, MINE, "week", "2026-W47", NOW)
        approve(db, number, ANN, NOW)
        sent(db, number, NOW)
    shared = Attachment("file", f"{CANARY}.pdf", missing="too large")
    told = Message(MINE, "2", NOW - 50, ANN, SENDER, text=f"https://example.org/{CANARY}",
                   attachments=(shared,))  # fmt: skip
    place.told(told)
    rows = {name: filled(row, place) for name, row in (ROWS | twin_rows(ROWS)).items()}
    people = browsers(place)
    assert set(people) == set(ROLES)
    before = place.rows("SELECT count(*), max(id) FROM audit")
    for role, browser in people.items():
        place.site.app.state.limits = Limits()  # each from an address of their own
        asyncio.run(asks_everything(place, rows, role, browser, visibility))
    assert place.rows("SELECT count(*), max(id) FROM audit") == before  # nothing was changed


def filled(row: Row, place: Place) -> Row:
    words = {"{picture}": place.picture, "{link}": "unknown"}
    path = row.path
    for name, value in words.items():
        path = path.replace(name, value)
    return msgspec.structs.replace(row, path=path)


async def asks_everything(
    place: Place, rows: dict[str, Row], role: str, browser: Browser, visibility: str
) -> None:
    transport = httpx.ASGITransport(app=place.site.app, client=(AWAY["client"], 5))
    said = {"cookie": "; ".join(f"{n}={v}" for n, v in browser.cookies.items())}
    said |= {name: browser.where[name] for name in browser.where if name not in AWAY}
    async with httpx.AsyncClient(transport=transport, base_url=SITE, headers=said) as web:
        for name, row in rows.items():
            if role in TOKENS and not row.path.startswith(("/api/", "/media/")):
                continue
            answer = await web.request("POST" if name.startswith("POST ") else "GET", row.path)
            hidden = answer.status_code == 404 and row.none
            none = await web.get(row.none) if hidden else None
            try:
                judge(row, role, visibility, answer, none)
            except AssertionError as error:
                raise AssertionError(f"{role}, {visibility}: {name}\n{error}") from None


def judge(
    row: Row, role: str, visibility: str, answer: httpx.Response, none: httpx.Response | None
) -> None:
    told = bool(row.sign) and row.sign.encode() in answer.content
    if row.shows == "form":
        assert answer.status_code == 403
    elif row.shows == "act":
        assert answer.status_code == (403 if role in ("admin", "operator") else 404)
    elif row.shows == "mine":
        known = role not in ("stranger", "operator", "invited")
        posts = answer.request.method == "POST"
        assert answer.status_code == ((403 if posts else 200) if known else 404)
        assert not told or role in INSIDE
    elif row.shows == "same":
        assert answer.status_code in (200, 404) and not told
        assert answer.status_code == 200 or "unknown" in row.path
    elif row.shows == "inside":
        assert answer.status_code == 200 and told == (role in INSIDE)
    elif row.shows == "all":
        assert answer.status_code == 200
        assert not row.sign or told == may_read(role, visibility)
    else:
        seen = role in seen_by(row, visibility)
        assert answer.status_code == (200 if seen else 404)
        assert told == seen or not row.sign
        if not seen:
            assert none is not None
            assert bare(answer, row.path) == bare(none, row.none)
            assert names_of(answer) == names_of(none)
    if role != "operator" and row.path.startswith("/api"):
        assert not any(f'"{key}"' in answer.text for key in (ANN, BEN, ZOE))
    if row.names:
        assert (SENDER in answer.text) == (role in INSIDE)


def seen_by(row: Row, visibility: str) -> set[str]:
    """Return the roles a page of its own is for."""
    if row.shows in ("desk", "audit"):
        return {"operator", "admin"} if row.shows == "desk" else {"operator"}
    if row.shows == "within":
        return INSIDE
    if row.shows == "open":
        return set(ROLES) if visibility == "public" else set()
    return {role for role in ROLES if may_read(role, visibility)}


def bare(answer: httpx.Response, path: str) -> bytes:
    """Return a body without the address that was asked for, which its links may name."""
    parts = urlsplit(path)
    named = [
        path,
        parts.path,
        parts.path.removesuffix(".md"),
        *(quote_plus(value) for _, value in parse_qsl(parts.query)),
    ]
    body = answer.content
    for one in named:
        body = body.replace(one.encode(), b"")
    return body


def names_of(answer: httpx.Response) -> set[str]:
    return set(answer.headers) - {"content-length"}

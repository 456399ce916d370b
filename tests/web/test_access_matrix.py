"""Every route, for everybody who may ask, in every visibility of a group: what is hidden and what
does not exist are one answer.

A new route needs a row here; faults 30 and 31.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
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

SENDER = "人11"
DAY = datetime.fromtimestamp(NOW - 60, ZoneInfo("Asia/Shanghai")).date().isoformat()
KEY, NONE = f"{MINE}:1", f"{MINE}:99"
NEXT_YEAR = f"{int(DAY[:4]) + 1}{DAY[4:]}".replace("-02-29", "-02-28")

INSIDE = {"member", "guest", "admin", "operator", "invited", "token"}
BELONG = {"other", "expired", "left"}
"""Are members of another group."""
TOKENS = {"token", "token without names"}
"""Programs: what they show counts under /api/ and for files alone."""
ROLES = ("stranger", *sorted(INSIDE | TOKENS), *sorted(BELONG))


class Row(msgspec.Struct, frozen=True):
    """What a route shows to whom.

    one: what a reader may see, else the same as `none` · all: a page for everybody, in which the
    group stands for its readers · inside: the same for those inside · within: for those inside,
    else the same as `none` · mine: who logged in as somebody, else as if there were no
    page · desk: for who decides, else as if there were no page · audit: for the
    operator · open: where it is public, else as if there were none · same: nothing of any
    group · form: refuses what no page of ours sent.
    """

    path: str
    shows: Literal[
        "one", "all", "inside", "within", "mine", "desk", "audit", "same", "form", "act", "open"
    ]  # fmt: skip
    none: str = ""
    names: bool = False
    """Shows the sender to those inside."""
    sign: str = CANARY
    """Stands where the group shows; empty: nothing there names it."""


ROWS = {
    "GET /": Row("/", "all"),
    "GET /api": Row("/api", "same"),
    "GET /api/openapi.json": Row("/api/openapi.json", "same"),
    "GET /healthz": Row("/healthz", "same"),
    "GET /static/{name}": Row("/static/style.css", "same"),
    "GET /about": Row("/about", "same"),
    "GET /login": Row("/login", "same"),
    "GET /logout": Row("/logout", "inside"),
    "GET /login/{nonce}": Row("/login/{link}", "same"),
    "GET /invite/{token}": Row("/invite/unknown", "same"),
    "GET /login/with/{name}": Row("/login/with/unknown", "same"),
    "GET /login/with/{name}/back": Row("/login/with/unknown/back", "same"),
    "GET /login/with/{name}/as": Row("/login/with/unknown/as", "same"),
    "POST /login/with/{name}/as": Row("/login/with/unknown/as", "form"),
    "POST /login": Row("/login", "form"),
    "POST /login/{nonce}": Row("/login/{link}", "form"),
    "POST /invite/{token}": Row("/invite/unknown", "form"),
    "POST /logout": Row("/logout", "form"),
    "GET /api/search": Row(f"/api/search?q={TAG}", "all", names=True),
    "GET /api/groups": Row("/api/groups", "all"),
    "GET /api/groups/{key:path}": Row(f"/api/groups/{MINE}", "one", "/api/groups/telegram:-1"),
    "GET /api/messages": Row(
        f"/api/messages?group={MINE}", "one", "/api/messages?group=telegram:-1", names=True
    ),
    "GET /api/messages/{key:path}": Row(
        f"/api/messages/{KEY}", "one", f"/api/messages/{NONE}", names=True
    ),
    "GET /api/context/{key:path}": Row(
        f"/api/context/{KEY}", "one", f"/api/context/{NONE}", names=True
    ),
    "GET /api/voices": Row(
        f"/api/voices?group={MINE}", "within", "/api/voices?group=telegram:-1", sign=""
    ),
    "GET /api/essence": Row("/api/essence", "all", names=True),
    "GET /api/essence/{number}": Row("/api/essence/1", "one", "/api/essence/2", names=True),
    "GET /api/tags": Row("/api/tags", "all", sign=TAG),
    "GET /api/tags/{name:path}": Row(
        f"/api/tags/{quote(TAG)}", "one", f"/api/tags/{quote('无')}", names=True
    ),
    "GET /api/columns": Row("/api/columns", "all"),
    "GET /api/columns/{number}": Row("/api/columns/1", "one", "/api/columns/99", names=True),
    "GET /api/threads": Row("/api/threads", "all", names=True),
    "GET /api/threads/{number}": Row("/api/threads/1", "one", "/api/threads/99", names=True),
    "GET /api/questions": Row("/api/questions", "all"),
    "GET /api/questions/{key:path}": Row(
        f"/api/questions/{KEY}", "one", f"/api/questions/{NONE}", names=True
    ),
    "GET /api/digests": Row("/api/digests", "inside", sign="2026-W47"),
    "GET /api/digests/{number}": Row(
        "/api/digests/2", "within", "/api/digests/9", names=True, sign="2026-W47"
    ),
    "GET /api/files": Row("/api/files", "all", names=True),
    "GET /api/links": Row("/api/links", "all", names=True),
    "GET /api/people": Row(
        f"/api/people?group={MINE}", "within", "/api/people?group=telegram:-1", sign=""
    ),
    "GET /api/thanks": Row(
        f"/api/thanks?group={MINE}",
        "within",
        "/api/thanks?group=telegram:-1",
        names=True,
        sign=KEY,
    ),
    "GET /api/months": Row(
        f"/api/months?group={MINE}", "one", "/api/months?group=telegram:-1", sign=DAY[:7]
    ),
    "GET /api/days": Row(
        f"/api/days?year={DAY[:4]}&group={MINE}",
        "one",
        f"/api/days?year={DAY[:4]}&group=telegram:-1",
        sign=DAY,
    ),
    "GET /api/former-days": Row(
        f"/api/former-days?day={NEXT_YEAR}&group={MINE}",
        "one",
        f"/api/former-days?day={NEXT_YEAR}&group=telegram:-1",
    ),
    "GET /api/coverage": Row("/api/coverage", "inside", sign=MINE),
    "GET /api/stats": Row("/api/stats", "same"),
    "GET /search": Row(f"/search?q={TAG}", "all", names=True),
    "GET /essence": Row("/essence", "all"),
    "GET /essence/{number}": Row("/essence/1", "one", "/essence/2", names=True),
    "GET /tags": Row("/tags", "all", sign=TAG),
    "GET /tag/{name:path}": Row(f"/tag/{quote(TAG)}", "one", f"/tag/{quote('无')}"),
    "GET /coverage": Row("/coverage", "inside"),
    "GET /media/{sha256}": Row("/media/{picture}", "one", f"/media/{'0' * 64}"),
    "GET /media/{sha256}/{name:path}": Row("/media/{picture}/a", "one", f"/media/{'0' * 64}/a"),
    "GET /m/{key:path}": Row(f"/m/{KEY}", "one", f"/m/{NONE}", names=True),
    "GET /g/{key:path}": Row(f"/g/{MINE}", "one", "/g/telegram:-1", names=True),
    "GET /g/{key:path}/d/{date}": Row(
        f"/g/{MINE}/d/{DAY}", "one", f"/g/telegram:-1/d/{DAY}", names=True
    ),
    "GET /g/{key:path}/essence": Row(f"/g/{MINE}/essence", "one", "/g/telegram:-1/essence"),
    "GET /g/{key:path}/calendar": Row(f"/g/{MINE}/calendar", "one", "/g/telegram:-1/calendar"),
    "GET /g/{key:path}/voices": Row(f"/g/{MINE}/voices", "within", "/g/telegram:-1/voices"),
    "GET /threads": Row("/threads", "all"),
    "GET /t/{number}": Row("/t/1", "one", "/t/99"),
    "GET /column/{number}": Row("/column/1", "one", "/column/99"),
    "GET /contents": Row("/contents", "all"),
    "GET /calendar": Row("/calendar", "all", sign=""),
    "POST /search/missed": Row("/search/missed", "form"),
    "GET /desk/audit": Row("/desk/audit", "audit", "/nowhere", sign=""),
    "GET /desk/context/{key:path}": Row(f"/desk/context/{KEY}", "desk", f"/desk/context/{NONE}"),
    "GET /desk/forget": Row(f"/desk/forget?key={KEY}", "desk", f"/desk/forget?key={NONE}"),
    "GET /desk/roster.csv": Row(
        f"/desk/roster.csv?group={MINE}", "desk", "/desk/roster.csv?group=telegram:-1", sign=""
    ),
    "GET /desk/columns/{number}": Row("/desk/columns/1", "desk", "/nowhere"),
    "GET /desk/essence/{number}": Row("/desk/essence/1", "desk", "/nowhere"),
    "GET /desk/digests/{number}": Row("/desk/digests/1", "desk", "/nowhere"),
    "GET /desk/digests/{number}/article": Row("/desk/digests/1/article", "desk", "/nowhere"),
    **{
        f"GET /desk/{page}": Row(f"/desk/{page}", "desk", "/nowhere")
        for page in (
            "candidates",
            "charts",
            "columns",
            "digests",
            "essence",
            "health",
            "questions",
            "roster",
            "settings",
        )
    },
    **{
        f"GET /desk/{page}": Row(f"/desk/{page}", "desk", "/nowhere", sign="")
        for page in ("candidates", "charts", "history", "questions", "reports", "review", "tags")
    },
    "POST /desk/forget": Row("/desk/forget", "act"),
    "GET /questions": Row("/questions", "all", names=True),
    "GET /q/{key:path}": Row(f"/q/{KEY}", "one", f"/q/{NONE}", names=True),
    "GET /people": Row(f"/people?group={quote(MINE)}", "within", "/people?group=telegram%3A-1"),
    "GET /files": Row("/files", "all", names=True),
    "GET /g/{key:path}/files": Row(f"/g/{MINE}/files", "one", "/g/telegram:-1/files", names=True),
    "GET /links": Row("/links", "all", names=True),
    "GET /g/{key:path}/links": Row(f"/g/{MINE}/links", "one", "/g/telegram:-1/links", names=True),
    "GET /digests": Row("/digests", "inside"),
    "GET /digest": Row("/digest", "inside"),
    "GET /digest/{name}": Row("/digest/2", "within", "/digest/9", names=True),
    "GET /start": Row(f"/start?group={quote(MINE)}", "one", "/start?group=telegram%3A-1"),
    "GET /g/{key:path}/start": Row(f"/g/{MINE}/start", "one", "/g/telegram:-1/start"),
    "GET /report": Row(
        f"/report?key={quote(KEY)}", "one", f"/report?key={quote(NONE)}", names=True
    ),
    "POST /report": Row("/report", "form"),
    "GET /saved": Row("/saved", "mine", "/nowhere"),
    "POST /saved": Row("/saved", "mine"),
    "POST /me/feed": Row("/me/feed", "mine"),
    "GET /feed.{form}": Row("/feed.atom", "all", names=True),
    "GET /essence.{form}": Row("/essence.json", "all", names=True),
    "GET /digests.{form}": Row("/digests.atom", "inside"),
    "GET /g/{key:path}/essence.{form}": Row(
        f"/g/{MINE}/essence.atom", "one", "/g/telegram:-1/essence.atom", names=True
    ),
    "GET /tag/{name:path}.atom": Row(
        f"/tag/{quote(TAG)}.atom", "one", f"/tag/{quote('无')}.atom", names=True
    ),
    "GET /tag/{name:path}.json": Row(
        f"/tag/{quote(TAG)}.json", "one", f"/tag/{quote('无')}.json", names=True
    ),
    "GET /robots.txt": Row("/robots.txt", "same"),
    "GET /sitemap.xml": Row("/sitemap.xml", "open", "/nowhere", sign="/sitemap/days-1.xml"),
    "GET /sitemap/{name}": Row("/sitemap/days-1.xml", "open", "/nowhere", sign=MINE),
    "GET /me": Row("/me", "mine", "/nowhere"),
    "POST /me": Row("/me", "mine"),
    "POST /me/data": Row("/me/data", "mine"),
    "GET /me/optout": Row("/me/optout", "mine", "/nowhere", sign=""),
    "POST /me/optout": Row("/me/optout", "mine"),
    "POST /me/optin": Row("/me/optin", "form"),
    "GET /desk": Row("/desk", "desk", "/nowhere"),
    "GET /desk/access": Row("/desk/access", "desk", "/nowhere"),
    "POST /desk/access": Row("/desk/access", "act"),
    "GET /desk/tokens": Row("/desk/tokens", "audit", "/nowhere"),
    "POST /desk/tokens": Row("/desk/tokens", "act"),
    "POST /desk/act/{name}": Row("/desk/act/mark", "act"),
}


def routes_of(routes: Iterable[Any]) -> Iterator[str]:
    """Return every route of an app as `GET /path`; HEAD is GET without a body."""
    for route in routes:
        inner = getattr(getattr(route, "original_router", route), "routes", None)
        if inner:
            yield from routes_of(inner)
        else:
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
            none = await web.get(row.none) if row.none else None
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

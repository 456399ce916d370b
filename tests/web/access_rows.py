"""What every route shows to whom: a row each."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from entering import (
    CANARY,
    MINE,
    NOW,
    TAG,
)

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
    "GET /desk/imports": Row("/desk/imports", "audit", "/nowhere", sign=""),
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
            "missing",
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

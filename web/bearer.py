"""Who asks with a token: `Authorization: Bearer …` under /api/ and for files, and nowhere else."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import suppress

from starlette.requests import Request

from archive import api_tokens
from archive.api_tokens import TokenView
from archive.errors import ArchiveError
from web.access import Visitor, let_read
from web.page import Site

_PATHS = ("/api/", "/media/")
_BEARER = re.compile(r"bearer +(\S+) *", re.I)


def is_shown(request: Request) -> bool:
    """Tell whether a request shows a token, whatever that is worth; what else a proxy may ask for
    by this header is none."""
    if not request.scope["path"].startswith(_PATHS):
        return False
    return request.headers.get("authorization", "")[:6].lower() == "bearer"


def take(request: Request, site: Site) -> TokenView | None:
    """Let a request read what its token may; None where the token does not work."""
    said = _BEARER.fullmatch(request.headers["authorization"])
    if said is None:
        return None
    with site.archive.reading() as db:
        token = api_tokens.find_token(db, said[1])
        if token is not None:
            reader = api_tokens.reader_of(db, token)
            let_read(request, Visitor(reader, session=f"token {token.id}", kind="token"))
    return token


async def note_use(site: Site, token: TokenView) -> None:
    """Note that a token is used, every ten minutes at most."""
    if (token.used_at or 0) > time.time() - api_tokens.USED_EACH:
        return

    def does(db: sqlite3.Connection) -> None:
        api_tokens.note_use(db, token.id)

    # where the disk refuses, it is read all the same
    with suppress(ArchiveError):
        await site.write(does)

"""Reports 举报: whoever may read a message can ask the admins to look at it."""

from __future__ import annotations

import asyncio
import hmac
import sqlite3
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive import reports
from archive.messages import get_message
from archive.views import MessageView
from web.forms import Form, posted, posted_by_anybody
from web.limits import Buckets, address_of
from web.page import Visit
from web.routes import Routes

routes = Routes()

LONGEST = 500
"""Characters of a reason."""


class Limits:
    """How often people without a session may report."""

    def __init__(self) -> None:
        self._each = Buckets(5, 1 / 600)
        self._all = Buckets(60, 1 / 30)

    def may_report(self, address: str) -> bool:
        """Tell whether somebody may report once more, and count it."""
        return self._each.take(address) and self._all.take("")


@routes.page("/report")
def ask(request: Request, key: str = "", sent: str = "") -> Response:
    """Show a message this reader may see, and the form; 404 for any other."""
    visit = Visit(request)
    return _page(visit, _message(visit, key), sent=sent)


@routes.act("/report")
async def send(request: Request) -> Response:
    """Give a message to the admins to look at, or take that back: for who has a session."""
    visit = Visit(request)
    form = await _form(visit)
    message = await asyncio.to_thread(_message, visit, form.get("key"))
    if not visit.visitor.session:
        address = address_of(request, visit.site.proxies)
        if not request.app.state.report_limits.may_report(address):
            return _page(visit, message, 429, late=True)
    who = _who(visit)
    back = visit.visitor.session and form.get("do") == "withdraw"

    def does(db: sqlite3.Connection) -> None:
        if back:
            reports.withdraw(db, message.key, who)
        else:
            reports.report(db, message.key, who, form.get("reason")[:LONGEST])

    await visit.site.write(does)
    said = "back" if back else "yes"
    return RedirectResponse(visit.to("/report", key=message.key, sent=said), 303)


async def _form(visit: Visit) -> Form:
    session = visit.visitor.session
    if session:
        return await posted(visit.request, visit.site.secret, session)
    return await posted_by_anybody(visit.request)


def _message(visit: Visit, key: str) -> MessageView:
    with visit.archive.reading() as db:
        return get_message(db, visit.reader, key)


def _who(visit: Visit) -> str:
    """Return how the report names who sends it: who has no name is a hash that lasts a day."""
    if visit.visitor.by:
        return visit.reader.member_key or visit.visitor.by
    said = f"report {visit.today} {address_of(visit.request, visit.site.proxies)}"
    return f"public:{hmac.new(visit.site.secret, said.encode(), sha256).hexdigest()[:16]}"


def _page(
    visit: Visit, message: MessageView, status: int = 200, sent: str = "", late: bool = False
) -> Response:
    return visit.page(
        "report.html",
        status,
        m=message,
        line=visit.talk.line(message, whole=False),
        sent=sent if sent in ("yes", "back") else "",
        late=late,
        longest=LONGEST,
    )

"""A member before what is theirs: their visit, and their forms as often as commands in a chat."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request

from web.forms import Form, posted
from web.limits import Limits
from web.page import Visit


def own_visit(request: Request) -> Visit:
    """Return the visit of who logged in as a member; 404 for everybody else."""
    visit = Visit(request)
    if visit.reader.member_key is None:
        raise HTTPException(404)
    return visit


async def own_form(request: Request) -> tuple[Visit, Form]:
    """Read a member's form. Raises HTTPException: 404 for everybody else, and as `posted`."""
    visit = own_visit(request)
    return visit, await posted(request, visit.site.secret, visit.visitor.session)


def key_of(visit: Visit) -> str:
    """Return the member's key."""
    assert visit.reader.member_key is not None
    return visit.reader.member_key


def limits_of(visit: Visit) -> Limits:
    """Return how often this site may be asked."""
    limits: Limits = visit.request.app.state.limits
    return limits

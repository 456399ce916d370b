"""Essence at the desk: the list, and one to edit beside its raw messages."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import columns, essence, tags
from archive.essence_editing import edit_of
from archive.levels import level_of
from archive.views import EssenceView
from web.desk.pages import desk_page, ruled_groups
from web.page import Number, Place, Visit
from web.routes import Routes

routes = Routes()

_PAGE = 30
_NEAR = 12
_TAGS = 200


@routes.page("/desk/essence")
def essences(request: Request, group: str | None = None, before: Place = None) -> Response:
    """Show the essence of the groups the visitor rules, the newest first."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        posts = essence.feed(db, visit.reader, group, None, before, _PAGE + 1)
    more = posts[_PAGE - 1].id if len(posts) > _PAGE else None
    shown = [post for post in posts[:_PAGE] if _is_ruled(visit, post)]
    return desk_page(
        visit, "desk/essences.html", place="essence", posts=shown, groups=groups, group=group,
        more=more,
    )  # fmt: skip


@routes.page("/desk/essence/{number}")
def one(request: Request, number: Number) -> Response:
    """Show an essence to edit: title, reason, text, tags, columns, messages, and what is near."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        post = essence.post(db, visit.reader, number)
        if not _is_ruled(visit, post):
            raise HTTPException(404)
        group_key = post.messages[0].group_key
        written = edit_of(db, number)
        near = [p for p in essence.feed(db, visit.reader, group_key, None, None, _NEAR)
                if p.id != number]  # fmt: skip
        series = columns.list_columns(db, visit.reader, group_key)
        collected = columns.columns_of(db, visit.reader, post.messages[0].key)
        level = level_of(db, post.messages[0].id)
        named = tags.list_tags(db, visit.reader, group_key)[:_TAGS]
    return desk_page(
        visit, "desk/essence.html", place="essence", post=post, written=written, near=near,
        series=series, collected=collected, level=level, tags=named,
        lines_found=visit.talk.lines(list(post.messages)),
    )  # fmt: skip


def _is_ruled(visit: Visit, post: EssenceView) -> bool:
    return bool(post.messages) and visit.reader.rules(post.messages[0].group_key)

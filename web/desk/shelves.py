"""Tags with their synonyms, and columns in their order."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import columns, tags
from web.desk.pages import desk_page, ruled_groups
from web.page import Number, Visit
from web.routes import Routes

routes = Routes()

_TAGS = 200
"""Tags on one page."""


@routes.page("/desk/tags")
def all_tags(request: Request, after: str | None = None) -> Response:
    """Show every tag, what stands for it, and how often it is used; go on after one of them."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        named, more = tags.tags_after(db, visit.reader, after, _TAGS)
        others: dict[str, list[str]] = {}
        for other, main in tags.synonyms(db) if visit.reader.everything else ():
            others.setdefault(main, []).append(other)
    return desk_page(
        visit, "desk/tags.html", place="tags", tags=named, others=others, after=after, more=more
    )


@routes.page("/desk/columns")
def all_columns(request: Request, group: str | None = None) -> Response:
    """Show the columns of the groups the visitor rules."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        found = [one for one in columns.list_columns(db, visit.reader, group)
                 if visit.reader.rules(one.group_key)]  # fmt: skip
    return desk_page(
        visit, "desk/columns.html", place="columns", columns=found, groups=groups, group=group
    )


@routes.page("/desk/columns/{number}")
def one_column(request: Request, number: Number) -> Response:
    """Show a column in its order, to change it."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        column = columns.column_view(db, visit.reader, number)
        if not visit.reader.rules(column.group_key):
            raise HTTPException(404)
        items = columns.items(db, visit.reader, number)
    return desk_page(visit, "desk/column.html", place="columns", column=column, items=items)

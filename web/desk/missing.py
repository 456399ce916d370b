"""Missing files at the desk: of each group one by one, with who sent them, when, and why."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MaxLen
from starlette.requests import Request
from starlette.responses import Response

from archive.missing import MissingPage, missing_by_group, missing_files, missing_media
from web.desk.pages import desk_page, ruled_groups
from web.files import size
from web.page import Place, Visit
from web.routes import Routes

routes = Routes()

_PAGE = 50
"""Messages whose files stand on a page."""

Why = Annotated[str | None, MaxLen(200)]


@routes.page("/desk/missing")
def missing(
    request: Request, group: str | None = None, why: Why = None, before: Place = None
) -> Response:
    """Show the missing files of a group, newest first, of one reason or all; without a group, how
    many each lacks."""
    visit = Visit(request)
    page, reasons, counts = MissingPage([], None), {}, {}
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        named = [one for one in groups if one.key == group] if group else groups
        chosen = named[0] if len(named) == 1 else None
        if chosen is not None:
            reasons = missing_media(db, visit.reader, chosen.key)
            page = missing_files(db, visit.reader, chosen.key, why, before, _PAGE)
        else:
            lost = missing_by_group(db, visit.reader)
            counts = {key: sum(numbers.values()) for key, numbers in lost.items()}
    return desk_page(
        visit, "desk/missing.html", place="missing", groups=groups, chosen=chosen,
        group=chosen.key if chosen else None, reasons=reasons, why=why, files=page.files,
        more=page.more, before=before, counts=counts, size=size,
    )  # fmt: skip

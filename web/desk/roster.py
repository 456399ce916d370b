"""The roster at the desk: who belongs to a group, as what and until when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import ArchiveError
from archive.groups import get_group
from archive.roster import RosterLine, expiring, remove, replace, roster, take
from archive.roster_csv import ROLES, as_csv, read_roster
from web.desk.acting import Does, Doing, Done
from web.desk.pages import desk_page, ruled_groups
from web.page import Visit
from web.routes import Routes

routes = Routes()

_SOON = 14
"""Days."""
_SHOWN = 500
_UNDOABLE = 5_000
"""Lines remembered for an undo."""


@routes.page("/desk/roster")
def show_roster(request: Request, group: str | None = None) -> Response:
    """Show a group's roster, who ends soon first."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        chosen = next((one for one in groups if group in (None, one.key)), None)
        lines, soon, today = [], 0, None
        if chosen is not None:
            today = datetime.now(ZoneInfo(chosen.time_zone)).date()
            lines = roster(db, visit.reader, chosen.key)
            soon = len(expiring(db, visit.reader, chosen.key, today, _SOON))
    return desk_page(
        visit, "desk/roster.html", place="roster", groups=groups, chosen=chosen,
        group=chosen.key if chosen else None, lines=lines[:_SHOWN], number=len(lines), soon=soon,
        today=today, days=_SOON, roles=ROLES,
    )  # fmt: skip


@routes.page("/desk/roster.csv")
def roster_file(request: Request, group: str = "") -> Response:
    """Hand the roster over as CSV; nothing in it is run by a spreadsheet."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        found = get_group(db, visit.reader, group)
        if not visit.reader.rules(found.key):
            raise HTTPException(404)
        text = as_csv(roster(db, visit.reader, found.key))
    headers = {"Content-Disposition": 'attachment; filename="roster.csv"'}
    return Response("\ufeff" + text, 200, headers, "text/csv; charset=utf-8")


def put(doing: Doing) -> Done:
    """Put a line on the roster of `group`, or change it: `name`, `member`, `role`, `expires_on`
    (a date, or - for without end), `note`."""
    cells = [doing.form.get(name).replace('"', '""')
             for name in ("name", "member", "role", "expires_on", "note")]  # fmt: skip
    head = "name,member,role,expires_on,note"
    return _taken(doing, f"{head}\n" + ",".join(f'"{cell}"' for cell in cells), "desk.roster_put")


def take_in(doing: Doing) -> Done:
    """Take a roster in as CSV (`csv`) for `group`; all of it or nothing."""
    return _taken(doing, doing.form.get("csv"), "desk.roster_taken")


def take_out(doing: Doing) -> Done:
    """Take the line of `who` (a member's key or a name) off the roster of `group`."""
    key = doing.rules(doing.form.get("group"))
    former = roster(doing.db, doing.visit.reader, key)
    remove(doing.db, key, doing.form.get("who"), doing.by)
    return Done("desk.roster_out", key, _undo(key, former))


def put_back(doing: Doing) -> Done:
    """Let the roster of `group` be `lines` (JSON) and no others."""
    key = doing.rules(doing.form.get("group"))
    former = roster(doing.db, doing.visit.reader, key)
    try:
        lines = msgspec.json.decode(doing.form.get("lines"), type=list[RosterLine])
    except msgspec.DecodeError:
        raise HTTPException(400) from None
    if any(line.role not in ROLES for line in lines):
        raise HTTPException(400)
    replace(doing.db, key, lines, doing.by)
    return Done("desk.roster_back", key, _undo(key, former))


def _taken(doing: Doing, text: str, said: str) -> Done:
    key = doing.rules(doing.form.get("group"))
    former = roster(doing.db, doing.visit.reader, key)
    entries = read_roster(text, key.partition(":")[0])
    if not entries:
        raise ArchiveError("there is no line in it.", "write one line a person below the first")
    take(doing.db, key, entries, doing.by)
    return Done(said, key, _undo(key, former))


def _undo(key: str, former: list[RosterLine]) -> tuple[str, dict[str, str]] | None:
    if len(former) > _UNDOABLE:
        return None
    return "roster_back", {"group": key, "lines": msgspec.json.encode(former).decode()}


ACTS: dict[str, Does] = {
    "roster_put": put, "roster_take": take_in, "roster_out": take_out, "roster_back": put_back,
}  # fmt: skip

"""Acts on who may read a message: its level, and the review of what is public."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from archive.levels import LEVELS, set_level
from archive.review import decide
from web.desk.acting import Does, Doing, Done
from web.desk.essence_acts import asked

_SHOWN = {"1": True, "0": False, "": None}


def level(doing: Doing) -> Done:
    """Let a message (`key`) be read by `members`, `admins`, or, with an empty `level`, by whoever
    may read its group."""
    message = asked(doing)
    wanted = next((one for one in LEVELS if one == doing.form.get("level")), None)
    if wanted is None and doing.form.get("level"):
        raise HTTPException(400)
    former = set_level(doing.db, message.id, wanted, doing.by)
    undo = ("level", {"key": message.key, "level": former or ""})
    return Done(f"desk.level_{wanted or 'group'}", message.key, undo)


def review(doing: Doing) -> Done:
    """Say of a public message (`key`) that it may be shown as it is masked (`shown` is 1), or is
    left out (0); empty: nobody has looked at it."""
    message = asked(doing)
    said = doing.form.get("shown")
    if said not in _SHOWN:
        raise HTTPException(400)
    former = decide(doing.db, message.id, _SHOWN[said], doing.by)
    before = next(name for name, shown in _SHOWN.items() if shown is former)
    undo = ("review", {"key": message.key, "shown": before})
    return Done(f"desk.review_{said or 'undone'}", message.key, undo)


ACTS: dict[str, Does] = {"level": level, "review": review}

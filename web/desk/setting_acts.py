"""Acts on a group's settings; each takes effect at once and has its undo."""

from __future__ import annotations

import time

from starlette.exceptions import HTTPException

from archive import columns, consent, questions
from archive.access import VISIBILITIES
from archive.errors import ArchiveError, NotFound
from archive.group_settings import Name, decide, set_minors, setting_of
from archive.group_texts import MAX_TEXT
from archive.groups import get_group, set_visibility
from web.desk.acting import Does, Doing, Done

PAUSE = 3600
"""Seconds of one press."""
_LONGEST_PAUSE = 7 * 86_400


def visibility(doing: Doing) -> Done:
    """Let `group` be read by those of `visibility`; `public` is for the operator, and `sure` must
    be yes. `decided` is 0 where the configuration may decide again."""
    key, wanted = doing.rules(doing.form.get("group")), doing.form.get("visibility")
    if wanted not in VISIBILITIES:
        raise HTTPException(400)
    former = get_group(doing.db, doing.visit.reader, key).visibility
    if wanted == "public" and former != "public":
        doing.rules_all()
        if doing.form.get("sure") != "yes":
            raise ArchiveError("say that you know what public means.", "tick the box above it")
    was_decided = setting_of(doing.db, key, "visibility") is not None
    set_visibility(doing.db, key, wanted, doing.by)
    decide(doing.db, key, "visibility", None if _is_undecided(doing) else wanted, doing.by)
    undo = {"group": key, "visibility": former, "decided": "1" if was_decided else "0",
            "sure": "yes"}  # fmt: skip
    # who may not make it public cannot take that back either
    lasting = former == "public" and not doing.visit.reader.everything
    return Done(f"desk.visible_{wanted}", key, None if lasting else ("group_visibility", undo))


def _is_undecided(doing: Doing) -> bool:
    return doing.form.get("decided") == "0"


def minors(doing: Doing) -> Done:
    """Say whether `group` has minors (`value` on or empty); a public group is private then, and
    stays so when that is taken back."""
    key, wanted = doing.rules(doing.form.get("group")), doing.form.get("value") == "on"
    former = set_minors(doing.db, key, wanted, doing.by)
    undo = {"group": key, "value": "on" if former else ""}
    return Done("desk.minors_on" if wanted else "desk.minors_off", key, ("group_minors", undo))


def offers(doing: Doing) -> Done:
    """Let look-alikes be offered in `group`, or not: `value` on or off."""
    key, wanted = doing.rules(doing.form.get("group")), _switched(doing, "on", "off")
    former = "on" if questions.wants_offers(doing.db, key) else "off"
    questions.set_offers(doing.db, key, wanted == "on", doing.by)
    decide(doing.db, key, "offers", wanted, doing.by)
    undo = ("group_offers", {"group": key, "value": former})
    return Done(f"desk.offers_{wanted}", key, undo)


def greeting(doing: Doing) -> Done:
    """Let newcomers of `group` be greeted, or not: `value` on, off or empty (as configured)."""
    return _decided(doing, "greet", "group_greeting", "greet")


def digest(doing: Doing) -> Done:
    """Let `group` have a digest, or not: `value` on, off or empty (as configured)."""
    return _decided(doing, "digest", "group_digest", "digest")


def welcome(doing: Doing) -> Done:
    """Let newcomers of `group` be told `text`; empty: as configured."""
    key, text = doing.rules(doing.form.get("group")), doing.form.get("text")
    if len(text) > MAX_TEXT:
        raise ArchiveError(f"that text has up to {MAX_TEXT} characters.", "shorten it")
    former = decide(doing.db, key, "welcome", text or None, doing.by)
    undo = ("group_welcome", {"group": key, "text": former or ""})
    return Done("desk.welcome_set", key, undo)


def place_column(doing: Doing) -> Done:
    """Give the column `id` its `place` (from 1) in its group's list."""
    view = columns.column_view(doing.db, doing.visit.reader, doing.form.number("id"))
    doing.rules(view.group_key)
    former = columns.place_column(doing.db, view.id, doing.form.number("place"), doing.by)
    undo = ("column_place", {"id": str(view.id), "place": str(former)})
    return Done("desk.moved", str(view.id), undo)


def pause(doing: Doing) -> Done:
    """Archive nothing of `group` for an hour, or until `until` (Unix seconds)."""
    key, now = doing.rules(doing.form.get("group")), int(time.time())
    until = doing.form.number("until") if doing.form.get("until") else now + PAUSE
    if not now < until <= now + _LONGEST_PAUSE:
        raise ArchiveError("that time is over, or too far away.", "pause anew")
    if not consent.standing(doing.db).keeps(key):
        raise ArchiveError("that group is not archived.", "nothing is to be paused")
    former = _paused_until(doing, key)
    consent.pause(doing.db, key, until, doing.by)
    undo = ("pause", {"group": key, "until": str(former)}) if former else ("resume", {"group": key})
    return Done("desk.paused", key, undo)


def resume(doing: Doing) -> Done:
    """End the pause of `group`."""
    key = doing.rules(doing.form.get("group"))
    former = _paused_until(doing, key)
    if former is None:
        raise NotFound("that group is not paused.")
    consent.pause(doing.db, key, int(time.time()), doing.by)
    return Done("desk.resumed", key, ("pause", {"group": key, "until": str(former)}))


def _paused_until(doing: Doing, key: str) -> int | None:
    until = consent.standing(doing.db).paused.get(key, 0)
    return until if until > time.time() else None


def _decided(doing: Doing, name: Name, act: str, said: str) -> Done:
    key, wanted = doing.rules(doing.form.get("group")), _switched(doing, "on", "off", "")
    former = decide(doing.db, key, name, wanted or None, doing.by)
    undo = (act, {"group": key, "value": former or ""})
    return Done(f"desk.{said}_{wanted or 'configured'}", key, undo)


def _switched(doing: Doing, *values: str) -> str:
    wanted = doing.form.get("value")
    if wanted not in values:
        raise HTTPException(400)
    return wanted


ACTS: dict[str, Does] = {
    "group_visibility": visibility, "group_minors": minors, "group_offers": offers,
    "group_greeting": greeting, "group_digest": digest, "group_welcome": welcome,
    "column_place": place_column, "pause": pause, "resume": resume,
}  # fmt: skip

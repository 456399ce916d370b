"""Acts on digests: what is in one, how it is called, in which order, and whether it is sent."""

from __future__ import annotations

import time

from archive import editions
from archive.access import member
from archive.edition_editing import EditionItem, edition_items, move_item
from archive.editions import EditionView, get_edition
from archive.errors import ArchiveError, NotFound
from web.desk.acting import Does, Doing, Done


def drop(doing: Doing) -> Done:
    """Leave the item `number` out of the draft `id`."""
    view, item = _item(doing)
    editions.drop_item(doing.db, view.id, item.number, doing.by)
    return Done("desk.digest_dropped", str(view.id), ("digest_keep", _named(view, item)))


def keep(doing: Doing) -> Done:
    """Take the item `number` into the draft `id` again."""
    view, item = _item(doing)
    editions.keep_item(doing.db, view.id, item.number, doing.by)
    return Done("desk.digest_kept", str(view.id), ("digest_drop", _named(view, item)))


def retitle(doing: Doing) -> Done:
    """Call the item `number` of the draft `id` by `title`; empty: as it was made."""
    view, item = _item(doing)
    title = " ".join(doing.form.get("title").split())
    if len(title) > editions.LONGEST_TITLE:
        raise ArchiveError(f"a title has up to {editions.LONGEST_TITLE} characters.", "shorten it")
    if title == item.item.get("title"):
        title = ""
    editions.change_title(doing.db, view.id, item.number, title, doing.by)
    undo = {**_named(view, item), "title": item.title if item.retitled else ""}
    return Done("desk.digest_retitled", str(view.id), ("digest_title", undo))


def move(doing: Doing) -> Done:
    """Give the item `number` of the draft `id` its `place`, from 1."""
    view, item = _item(doing)
    place = doing.form.number("place")
    former = move_item(doing.db, view.id, item.number, place, doing.by)
    undo = {**_named(view, item), "place": str(former)}
    return Done("desk.moved", str(view.id), ("digest_move", undo))


def approve(doing: Doing) -> Done:
    """Let the draft `id` be sent."""
    view = ruled_edition(doing)
    told = member(frozenset((editions.place_of(doing.db, view.id), *view.digest["groups"])))
    if not get_edition(doing.db, told, view.id).digest["items"]:
        raise ArchiveError("nothing is left in that digest.", "take an item in again")
    if not editions.approve(doing.db, view.id, doing.by, int(time.time())):
        raise ArchiveError("that digest is no draft any more.", "look at it again")
    return Done("desk.digest_approved", str(view.id), ("digest_hold", {"id": str(view.id)}))


def hold(doing: Doing) -> Done:
    """Take the approval of the digest `id` back, as long as it is not sent."""
    view = ruled_edition(doing)
    if not editions.hold(doing.db, view.id, doing.by):
        raise ArchiveError("that digest is sent, or no one approved it.", "look at it again")
    return Done("desk.digest_held", str(view.id), ("digest_approve", {"id": str(view.id)}))


def ruled_edition(doing: Doing) -> EditionView:
    """Return the edition `id` of a group the visitor rules; of several groups the operator does.
    Raises NotFound."""
    number = doing.form.number("id")
    if not doing.visit.reader.rules(editions.place_of(doing.db, number)):
        raise NotFound("there is no such digest.")
    return get_edition(doing.db, doing.visit.reader, number)


def _item(doing: Doing) -> tuple[EditionView, EditionItem]:
    view, number = ruled_edition(doing), doing.form.number("number")
    for item in edition_items(doing.db, doing.visit.reader, view.id):
        if item.number == number:
            return view, item
    raise NotFound(f"there is no item {number}.")


def _named(view: EditionView, item: EditionItem) -> dict[str, str]:
    return {"id": str(view.id), "number": str(item.number)}


ACTS: dict[str, Does] = {
    "digest_drop": drop, "digest_keep": keep, "digest_title": retitle, "digest_move": move,
    "digest_approve": approve, "digest_hold": hold,
}  # fmt: skip

"""Makes a digest: reads a span, gathers threads, chooses ten things, says who is thanked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

import msgspec

from archive.access import Reader
from archive.digest.alike import shingles
from archive.digest.asked import Answered, asked_between, find_answered, plainly, still_open
from archive.digest.choosing import (
    Candidate,
    asks,
    count_again,
    merge,
    of_thread,
    part,
    pick,
    sift,
    to_item,
)
from archive.digest.items import Digest, Item, Thanks
from archive.digest.keeping import Kept, essence_of, join
from archive.digest.loose import loose_files
from archive.digest.noise import adverts
from archive.digest.periods import Period
from archive.digest.reasons import CHINESE, Language
from archive.digest.said import Heard, Said, hear, places_of
from archive.digest.threads import Thread, gather
from archive.digest.wording import NAME, piece
from archive.groups import group_id
from archive.ids import first_id
from archive.questions.detecting import is_command

MOST = 10
"""Items of a digest."""

Headline = Callable[[Item], str]
"""Writes an item's title in other words; what it returns is shown as it is."""

_ASKED = 28
"""Characters of a question, and of its answer, in one title."""
_ESSENCE, _ACCEPTED, _ANSWERED = 8.0, 3.0, 1.5
_ORDER = ("essence", "question", "discussion", "message", "file", "link")


def make_digest(
    db: sqlite3.Connection,
    reader: Reader,
    group_keys: Sequence[str],
    period: Period,
    headline: Headline | None = None,
    *,
    language: Language = CHINESE,
    named: bool = True,
) -> Digest:
    """Compute the digest of some groups, as this reader may see it; ten items at most.

    Without `named` it is written for people outside: nobody is named. NotFound for a group that is
    not there or hidden. The same messages give the same digest.
    """
    places = places_of(db, reader, group_keys)
    if not named:
        places = {i: msgspec.structs.replace(one, inside=False) for i, one in places.items()}
    keys = [place.key for place in places.values()]
    heard = hear(db, places, dict.fromkeys(places, first_id(period.since)), first_id(period.until))
    views = asked_between(db, reader, keys, period.since, period.until)
    plainly(heard, views)
    kept, before = essence_of(db, places, heard, period.since, period.until)
    asked, asked_before = find_answered(db, reader, heard, views)
    threads = gather(heard, adverts(heard.said))
    heard = join(join(heard, before), asked_before)
    items = [to_item(one, heard, language) for one in choose(heard, threads, kept, asked)]
    items.sort(key=lambda item: _ORDER.index(item.kind))
    if headline is not None:
        items = [msgspec.structs.replace(item, title=headline(item)) for item in items]
    waiting, waiting_for = still_open(db, reader, places, period.until)
    return Digest(
        period=period.name,
        since=period.since,
        until=period.until,
        groups=tuple(keys),
        items=tuple(items),
        open_questions=waiting,
        thanks=_thanks(heard, kept, asked),
        messages=sum(not is_command(one.text) for one in heard.said),
        people=len({one.sender for one in heard.said if one.sender is not None}),
        language=language,
        asked=waiting_for,
    )


def is_large(
    db: sqlite3.Connection, reader: Reader, group_key: str, period: Period, most: int
) -> bool:
    """Tell whether a group has more than so many messages in a period."""
    (number,) = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM messages WHERE group_id = ? AND id >= ? AND id < ?"
        " LIMIT ?)",
        (group_id(db, reader, group_key), first_id(period.since), first_id(period.until), most + 1),
    ).fetchone()
    return bool(number > most)


def choose(
    heard: Heard,
    threads: list[Thread],
    kept: list[Kept],
    asked: list[Answered],
    most: int = MOST,
    ease: float = 1.0,
) -> list[Candidate]:
    """Return what is worth telling, each thing once, the best first; a smaller `ease` lets lesser
    things through."""
    of = {one.id: thread for thread in threads for one in thread.messages}
    found = [_of_kept(one, of, heard) for one in kept]
    found += [_of_question(one, of, heard) for one in asked]
    found += [one for thread in threads if (one := of_thread(thread, heard)) is not None]
    found += loose_files(threads, heard)
    linked = {heard.by_id[i].group for i in (*heard.answers, *heard.reactions)}
    telling, lesser = sift([one for one in found if one is not None], linked, ease)
    telling, rest = part(telling, most)
    chosen = pick(merge(telling), most)
    count_again(chosen, [*rest, *lesser])
    return chosen


def _alone(messages: Sequence[Said]) -> Thread:
    thread = Thread()
    for one in messages:
        thread.add(one, ())
    return thread


def _of_kept(one: Kept, of: dict[int, Thread], heard: Heard) -> Candidate | None:
    lead = one.messages[0]
    thread = of.get(lead.id) or _alone(one.messages)
    found = of_thread(thread, heard) or of_thread(_alone(one.messages), heard)
    if found is None:
        return None
    others = [m for m in found.quoted if m.id not in {k.id for k in one.messages}]
    found.quoted = [*one.messages[:2], *others[:1]]
    found.kind, found.lead, found.label = "essence", lead, one.title
    question = heard.by_id.get(heard.answers.get(lead.id, 0))
    if not one.title and question is not None and asks(question):
        # an answer without what it answers says little
        found.label = f"{piece(question.text, _ASKED)} → {piece(lead.text, _ASKED)}"
        found.quoted = [question, *found.quoted[:2]]
    found.score += _ESSENCE
    found.notes = [("essence", ""), *([("reason", piece(one.reason, 40))] if one.reason else [])]
    found.core = {m.id for m in one.messages}
    found.covers |= found.core
    found.alike, found.own = shingles("".join(m.text for m in one.messages)), True
    return found


def _of_question(one: Answered, of: dict[int, Thread], heard: Heard) -> Candidate | None:
    best = one.answers[0] if one.accepted else max(one.answers, key=lambda m: len(m.text))
    both = [one.question, *one.answers]
    found = of_thread(of.get(one.question.id) or _alone(both), heard)
    if found is None:
        return None
    found.kind, found.lead, found.label = "question", one.question, ""
    found.quoted = [one.question, best]
    found.score += _ACCEPTED if one.accepted else _ANSWERED
    found.notes = [("accepted", "") if one.accepted else ("answers", len(one.answers))]
    found.core = {one.question.id, best.id}
    found.covers |= {m.id for m in both}
    found.own = True
    return found


def _thanks(heard: Heard, kept: list[Kept], asked: list[Answered]) -> tuple[Thanks, ...]:
    """Thank the authors of essence and of accepted answers, where the reader may know them."""
    helped = [m for one in kept for m in one.messages]
    helped += [one.answers[0] for one in asked if one.accepted]
    found: dict[int, list[Said]] = {}
    for one in helped:
        if one.sender in heard.member_keys and heard.places[one.group].inside:
            found.setdefault(one.sender or 0, []).append(one)
    return tuple(
        Thanks(
            piece(heard.name(messages[0]), NAME),
            heard.member_keys[who],
            tuple(dict.fromkeys(heard.key(m) for m in messages)),
        )
        for who, messages in found.items()
    )

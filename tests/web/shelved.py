"""Puts one of everything beside a group's messages, in the words it is given."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from archive import columns, coverage, editions, essence, job_runs, rights, roster
from archive.access import member, operator
from archive.candidates import Candidate, suggest
from archive.connections import closed, opened
from archive.digest.items import Digest, Item, Thanks
from archive.group_texts import INVITATION, set_text
from archive.groups import group_id
from archive.messages import message_id
from archive.nominations import nominate
from archive.profiles import introduce
from archive.questions import asking
from archive.reports import report
from archive.roster_csv import Entry
from archive.saved import save
from archive.threads import edit, gather, run_from

DAY = 86_400


class Place(NamedTuple):
    """Where things are put: a group, one of its people, and keys of its messages."""

    group: str
    person: str
    question: str
    answer: str
    waiting: str
    """A question nobody has answered."""
    first: str
    last: str
    """The ends of a run that makes a thread."""
    kept: tuple[str, ...]
    """Messages for the columns and for the digest."""
    loose: tuple[str, ...]
    """Messages that are no essence: for what is suggested, nominated and reported."""
    at: int


class Wording(NamedTuple):
    """What people are made to say."""

    title: str
    short: str
    """Up to 40 characters, for a column."""
    alias: str
    text: str
    why: str
    name: str
    query: str


def shelve(db: sqlite3.Connection, place: Place, said: Wording) -> None:
    """Put one of everything on the shelves, in one transaction."""
    _ask(db, place)
    _gather(db, place, said)
    _greet(db, place, said)
    _bring_up(db, place, said)
    _work(db, place, said)
    _decide(db, place, said)
    edition(db, place, said, "week", "2026-W19", "sent")
    edition(db, place, said, "week", "2026-W20", "draft")
    edition(db, place, said, "day", "2026-11-18", "approved")


def _ask(db: sqlite3.Connection, place: Place) -> None:
    for key in (place.question, place.waiting):
        asking.open_question(db, key, place.person)
    asking.accept(db, place.question, place.answer, place.person)
    asking.assign(db, place.waiting, place.person, place.person)


def _gather(db: sqlite3.Connection, place: Place, said: Wording) -> None:
    run = run_from(db, operator(), place.first, place.last, place.at)
    for title, edited in ((said.title, said.text), (said.short, "")):
        number = gather(db, title, run, by=place.person, at=place.at)
        edit(db, number, edited, place.person, place.at)
    for key in place.kept:
        columns.add(db, said.short, key, by=place.person, about=said.why, at=place.at)
    post = essence.feed(db, operator(), place.group)[0]
    db.execute(
        "INSERT INTO essence_texts(essence_id, text, by, at) VALUES(?, ?, ?, ?)",
        (post.id, said.text, place.person, place.at),
    )


def _greet(db: sqlite3.Connection, place: Place, said: Wording) -> None:
    set_text(db, place.group, INVITATION, said.text[:600], place.person, place.at)
    introduce(db, place.group, place.person, said.text[:300], place.at)
    rights.set_alias(db, place.group, place.person, said.alias, place.person)
    people = (
        Entry(1, said.name, place.person, "member", "2027-06-30", note=said.why),
        Entry(2, f"{said.name} 2", None, "guest", None, True, said.why),
        Entry(3, f"{said.name} 3", None, "member", "2026-11-30", note=said.why),
        Entry(4, f"{said.name} 4", None, "member", "2026-10-01", note=said.why),
    )
    roster.take(db, place.group, people, place.person)


def _bring_up(db: sqlite3.Connection, place: Place, said: Wording) -> None:
    found = [Candidate(key, 9.0 - n, said.why) for n, key in enumerate(place.loose)]
    suggest(db, found, place.at)
    for key in place.loose[:2]:
        nominate(db, key, place.person, said.why)
        report(db, key, place.person, said.why)
    reader = member(frozenset([place.group]), place.person)
    save(db, reader, place.loose[0], place.at)


def _work(db: sqlite3.Connection, place: Place, said: Wording) -> None:
    """Jobs, connections and gaps: what the machine tells the operator."""
    group, at = group_id(db, operator(), place.group), place.at
    coverage.note_span(db, group, at - 9 * DAY, at - 5 * DAY, complete=True, source="live")
    coverage.note_span(
        db, group, at - 5 * DAY + 1, at - 4 * DAY, complete=False, source="live", why=said.why
    )
    for job, period, why in (("digest", "2026-W19", ""), ("digest", "2026-W20", said.why)):
        task = (job, place.group, period)
        job_runs.turn_on(db, job, place.group, at - 30 * DAY)
        job_runs.begin(db, task, at)
        job_runs.failed(db, task, at + 5, why) if why else job_runs.done(db, task, at + 5)
    account = f"telegram:{said.short}"
    opened(db, account, "telegram", at - DAY)
    closed(db, account, at, said.why)


def _decide(db: sqlite3.Connection, place: Place, said: Wording) -> None:
    """What the desk's own tables hold."""
    ids = [message_id(db, operator(), key) for key in place.loose[-2:]]
    by = ("operator", place.at)
    db.execute("INSERT INTO dismissed VALUES(?, ?, ?)", (ids[0], *by))
    db.execute("INSERT INTO reviewed VALUES(?, 1, ?, ?)", (ids[0], *by))
    db.execute("INSERT INTO item_levels VALUES(?, 'admins', ?, ?)", (ids[1], *by))
    db.execute("INSERT OR IGNORE INTO search_misses VALUES('2026-11-18', ?, 3)", (said.query[:60],))
    db.execute(
        "INSERT INTO invites(mark, group_id, label, by, at) VALUES(?, ?, ?, ?, ?)",
        ("0" * 64, group_id(db, operator(), place.group), said.name, *by),
    )


def edition(
    db: sqlite3.Connection, place: Place, said: Wording, kind: str, period: str, state: str
) -> None:
    """Make a digest of what was kept, and bring it as far as `state`."""
    quoted = f"{said.name}：「{said.text}」"
    items = [
        Item("essence", said.title, quoted, (key,), said.why, place.group, place.at)
        for key in place.kept
    ]
    digest = Digest(
        period, place.at - 7 * DAY, place.at, (place.group,), tuple(items), (place.waiting,),
        (Thanks(said.name, place.person, place.kept[:1]),), 100, 9,
    )  # fmt: skip
    number = editions.draft(db, digest, place.group, kind, period, place.at)
    editions.change_title(db, number, 1, said.title, "operator")
    if state != "draft":
        editions.approve(db, number, "operator", place.at)
    if state == "sent":
        editions.sent(db, number, place.at)

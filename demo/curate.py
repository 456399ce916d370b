"""What some months of the bot make of a group: questions, columns, a thread, digests."""

from __future__ import annotations

import sqlite3

from archive import candidates, columns, editions, questions, threads
from archive.access import operator
from archive.digest import day_of, make_digest, week_of
from archive.essence import feed
from archive.groups import list_groups
from archive.messages import day, newest
from archive.questions.reading import answers_of
from archive.views import GroupView

BY = "demo"
WEEK = 7 * 86_400
_ASKED, _OPEN, _WEEKS, _SUGGESTED = 5, 2, 3, 5


def curate(db: sqlite3.Connection) -> None:
    """Curate every group."""
    for group in list_groups(db, operator()):
        _questions(db, group)
        _shelves(db, group)
        _digests(db, group)
        end = (group.last or 0) + 1
        found = candidates.candidates(
            db, operator(), [group.key], end - 8 * WEEK, end, _SUGGESTED
        )  # fmt: skip
        candidates.suggest(db, found, end)


def _questions(db: sqlite3.Connection, group: GroupView) -> None:
    """Open what was asked and answered, and some that wait; accept every other answer."""
    asked = [m for m in newest(db, operator(), group.key, 500) if questions.detect(m.text)]
    answers = answers_of(db, operator(), [m.id for m in asked])
    for number, message in enumerate([m for m in asked if m.id in answers][:_ASKED]):
        questions.open_question(db, message.key, BY)
        view = questions.get_question(db, operator(), message.key)
        if number % 2 == 0 and view.answers:
            questions.accept(db, message.key, view.answers[0], BY)
    for message in [m for m in asked if m.id not in answers][:_OPEN]:
        questions.open_question(db, message.key, BY)


def _shelves(db: sqlite3.Connection, group: GroupView) -> None:
    """Put the first essence into a column, and gather the day of the newest as a thread."""
    posts = feed(db, operator(), group.key, limit=50)
    for post in posts[::-1][:3]:
        columns.add(db, "新手必读", post.messages[0].key, by=BY)
    if posts:
        first = posts[0].messages[0]
        local = day_of(first.sent_at, group.time_zone).name
        said = [m for m in day(db, operator(), group.key, local).messages if not m.recalled]
        if said:
            threads.gather(db, posts[0].title, said[: threads.MAX_RUN], by=BY, at=first.sent_at)


def _digests(db: sqlite3.Connection, group: GroupView) -> None:
    """Send the digests of the last weeks in which something was said."""
    for back in range(_WEEKS):
        at = (group.last or 0) - back * WEEK
        period = week_of(at, group.time_zone)
        digest = make_digest(db, operator(), [group.key], period)
        if not digest.items:
            continue
        edition = editions.draft(db, digest, group.key, "week", period.name, period.until)
        editions.approve(db, edition, BY, period.until)
        editions.sent(db, edition, period.until)

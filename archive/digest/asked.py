"""What was asked: questions answered in the span as candidates, and those still open."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from archive.access import Reader
from archive.digest.said import Heard, Place, Said, hear_these
from archive.digest.wording import piece
from archive.errors import NotFound
from archive.messages import message_id
from archive.questions import QuestionView, between, open_questions, question_text
from archive.text import normalise

ASKED = 60
"""Characters of an open question."""
_NAMED = 10
"""Open questions whose words are kept; forms show fewer."""


class Answered(msgspec.Struct, frozen=True):
    """A question with the answers that may be told, what was accepted first."""

    question: Said
    answers: tuple[Said, ...]
    accepted: bool


def plainly(heard: Heard, views: Sequence[QuestionView]) -> None:
    """Let questions read as what they ask, without the command that asked."""
    asked = {view.key for view in views}
    for place, one in enumerate(heard.said):
        if "/" in one.text[:40] or "／" in one.text[:40]:
            plain = question_text(one.text)
            if plain != one.text and heard.key(one) in asked:
                asks = msgspec.structs.replace(one, text=plain, plain=normalise(plain))
                heard.said[place] = heard.by_id[one.id] = asks


def asked_between(
    db: sqlite3.Connection, reader: Reader, keys: Sequence[str], since: int, until: int
) -> list[QuestionView]:
    """Return the questions asked or answered in a span."""
    return list(between(db, reader, list(keys), since, until))


def find_answered(
    db: sqlite3.Connection, reader: Reader, heard: Heard, views: Sequence[QuestionView]
) -> tuple[list[Answered], Heard]:
    """Return the answered questions, with what is heard of messages from before the span."""
    done = [view for view in views if view.status != "open"]
    ids = _ids(db, reader, [key for view in done for key in (view.key, *view.answers)])
    wanted = [i for i in ids.values() if i not in heard.by_id]
    elsewhere = hear_these(db, heard.places, wanted)
    plainly(elsewhere, done)
    known = {**elsewhere.by_id, **heard.by_id}
    found = []
    for view in done:
        question = known.get(ids.get(view.key, 0))
        answers = [known[ids[key]] for key in view.answers if ids.get(key) in known]
        if question is not None and answers:
            accepted = view.status == "accepted" and ids.get(view.answers[0]) == answers[0].id
            found.append(Answered(question, tuple(answers), accepted))
    return found, elsewhere


def still_open(
    db: sqlite3.Connection, reader: Reader, places: dict[int, Place], until: int
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the keys of open questions asked before a moment, oldest first, and what the first of
    them ask."""
    keys = [place.key for place in places.values()]
    views = [view for view in open_questions(db, reader, keys) if view.asked_at < until]
    ids = _ids(db, reader, [view.key for view in views])
    told = hear_these(db, places, ids.values()).by_id
    there = [view for view in views if ids.get(view.key) in told]
    return (
        tuple(view.key for view in there),
        {view.key: piece(view.text, ASKED) for view in there[:_NAMED]},
    )


def _ids(db: sqlite3.Connection, reader: Reader, keys: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in keys:
        try:
            found[key] = message_id(db, reader, key)
        except NotFound:
            continue
    return found

"""Questions: what waits for an answer, what was solved, and one question with its answers."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive import groups, questions
from archive.errors import ArchiveError, NotFound
from archive.loading import load_views
from archive.messages import get_message, message_id
from archive.naming import names_of
from archive.questions import QuestionView, Status
from archive.questions.listing import Page, page_of_questions
from archive.views import MessageView
from web.ages import age
from web.described import Described, of_question
from web.page import Place, Visit
from web.routes import Routes
from web.talk import Line

routes = Routes()

_PAGE = 30
_ANSWERS = 50
_ALIKE = 4

Tab = Literal["open", "solved", "all"]
_STATES: dict[Tab, Status | None] = {"open": "open", "solved": "accepted", "all": None}


class Row(msgspec.Struct, frozen=True):
    """A question as a list shows it."""

    view: QuestionView
    m: MessageView
    href: str
    age: str
    assigned: str


class Alike(msgspec.Struct, frozen=True):
    """A question asked before and the beginning of its answer."""

    question: str
    href: str
    answer: MessageView | None


@routes.page("/questions")
def list_page(
    request: Request, group: str | None = None, tab: Tab = "open", beyond: Place = None
) -> Response:
    """Show the questions that wait, those that were solved, or all."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        within = groups.get_group(db, visit.reader, group) if group else None
        found = page_of_questions(
            db, visit.reader, within.key if within else None, _STATES[tab], beyond, _PAGE
        )
        places = groups.list_groups(db, visit.reader)
    about = Described(visit.to.plain("/questions"), visit.words("questions.title"))
    return visit.page(
        "questions.html",
        listing=about if places else None,
        group=within,
        groups=places,
        tab=tab,
        beyond=beyond,
        rows=_rows(visit, found),
        more=found.next,
    )


def _rows(visit: Visit, found: Page) -> list[Row]:
    now = visit.now
    return [
        Row(
            one.view,
            one.message,
            visit.to.question(one.view.key),
            age(one.view.asked_at, now, visit.words),
            one.assigned,
        )
        for one in found.questions
    ]


@routes.page("/q/{key:path}")
def question(request: Request, key: str) -> Response:
    """Show a question, what answers it with the accepted answer first, and what was asked like it.

    Another of its keys leads to the canonical one.
    """
    visit = Visit(request)
    with visit.archive.reading() as db:
        view = questions.get_question(db, visit.reader, key)
        if view.key != key:
            return RedirectResponse(visit.to.question(view.key), 308)
        asked = get_message(db, visit.reader, view.key)
        group = groups.get_group(db, visit.reader, view.group_key)
        answers = _answers(db, visit, view)
        names = names_of(db, visit.reader, [(view.group_key, view.assigned_to or "")])
        alike = _alike(db, visit, view)
    accepted = answers[0] if view.status == "accepted" and answers else None
    return visit.page(
        "question.html",
        listing=of_question(
            view,
            asked,
            accepted.m if accepted else None,
            [line.m for line in answers if line is not accepted],
            visit.to.plain.question(view.key),
        ),
        view=view,
        group=group,
        line=visit.talk.line(asked),
        asked=visit.talk.paint(view.text),
        age=age(view.asked_at, visit.now, visit.words),
        assigned=names.get((view.group_key, view.assigned_to or ""), ""),
        accepted=accepted,
        answers=answers[1:] if accepted else answers,
        number=len(view.answers),
        alike=alike,
    )


def _answers(db: sqlite3.Connection, visit: Visit, view: QuestionView) -> list[Line]:
    ids = [message_id(db, visit.reader, key) for key in view.answers[:_ANSWERS]]
    return [visit.talk.line(m) for m in load_views(db, visit.reader, ids) if not m.recalled]


def _alike(db: sqlite3.Connection, visit: Visit, view: QuestionView) -> list[Alike]:
    """Return what was asked like it and answered; nothing where the index cannot be read."""
    found = []
    with suppress(ArchiveError):
        for one in questions.similar(
            db, visit.reader, view.text, limit=3 * _ALIKE, besides=view.key
        ):
            if one.answer_key is None:
                continue
            answer = get_message(db, visit.reader, one.answer_key)
            found.append(Alike(one.question, _where(db, visit, one.key), answer))
    return found[:_ALIKE]


def _where(db: sqlite3.Connection, visit: Visit, key: str) -> str:
    """Return the page of what was asked: a question's own, or the message in its context."""
    try:
        questions.get_question(db, visit.reader, key)
    except NotFound:
        return visit.to.message(key)
    return visit.to.question(key)

"""Questions and what answers them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archive import questions
from archive.loading import load_views
from archive.messages import get_message, message_id
from archive.naming import names_of
from archive.questions import QuestionView, Status
from archive.questions.listing import page_of_questions
from web.addresses import Addresses
from web.api.asking import Asked, Cursor, InGroup, Limit, cursor_of, number_in
from web.api.described import endpoint
from web.api.shaping import time_of
from web.api.shelf_shapes import Answered, Question, Questions

routes = APIRouter()

_ANSWERS = 100


@endpoint(routes, "/api/questions", Questions)
def list_questions(
    request: Request,
    group: InGroup = None,
    status: Status | None = None,
    limit: Limit = 30,
    cursor: Cursor = None,
) -> Response:
    """List questions: open ones the oldest first, all others the newest first."""
    asked = Asked(request)
    name = f"questions {status}"
    beyond = number_in(cursor, name)
    with asked.reading() as db:
        page = page_of_questions(db, asked.reader, group, status, beyond, limit)
    items = tuple(_question(asked, one.view, one.assigned) for one in page.questions)
    return asked.answer(Questions(items, cursor_of(name, page.next)))


@endpoint(routes, "/api/questions/{key:path}", Answered)
def get_question(request: Request, key: str) -> Response:
    """Return a question with its answers, what was accepted first; a hundred at most."""
    asked = Asked(request)
    with asked.reading() as db:
        view = questions.get_question(db, asked.reader, key)
        message = get_message(db, asked.reader, view.key)
        ids = [message_id(db, asked.reader, one) for one in view.answers[:_ANSWERS]]
        answers = [one for one in load_views(db, asked.reader, ids) if not one.recalled]
        place = (view.group_key, view.assigned_to or "")
        assigned = names_of(db, asked.reader, [place]).get(place, "")
    return asked.answer(
        Answered(
            _question(asked, view, assigned),
            asked.shape.message(message),
            asked.shape.messages(answers),
        )
    )


def _question(asked: Asked, view: QuestionView, assigned: str) -> Question:
    return Question(
        view.key, view.text, view.status, time_of(view.asked_at), view.group_key, view.answers,
        assigned, asked.shape.url(Addresses().question(view.key)),
    )  # fmt: skip

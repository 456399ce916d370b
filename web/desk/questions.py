"""Questions at the desk: what may be one, what waits, who is asked, what was answered."""

from __future__ import annotations

import sqlite3

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive import questions
from archive.errors import NotFound
from archive.messages import get_message
from archive.profiles import who_knows
from archive.questions import QuestionView, anonymous
from archive.roster import roster
from archive.views import GroupView, MessageView
from web.desk.acting import Does, Doing, Done
from web.desk.essence_acts import asked, asked_for
from web.desk.pages import desk_page, ruled_groups
from web.page import Visit
from web.routes import Routes
from web.talk import Fold, Line, Parting

routes = Routes()

_MOST = 30
_EXPERTS = 10

Lines = list[Line | Fold | Parting]


class Asking(msgspec.Struct, frozen=True):
    """A question with its messages as lines."""

    view: QuestionView
    question: Lines
    answers: list[tuple[MessageView, Lines]]


@routes.page("/desk/questions")
def all_questions(request: Request, group: str | None = None) -> Response:
    """Show what may be a question, and those that wait for an answer or for its acceptance."""
    visit = Visit(request)
    with visit.archive.reading() as db:
        groups = ruled_groups(db, visit)
        wanted = [one for one in groups if group in (None, one.key)]
        keys = [one.key for one in wanted]
        views = questions.list_questions(db, visit.reader, keys)
        open_ones = [view for view in views if view.status == "open"][:_MOST]
        answered = [view for view in views if view.status == "answered"][-_MOST:][::-1]
        # looking for questions reads a thousand messages of a group
        proposed = [get_message(db, visit.reader, key) for place in keys if len(keys) == 1
                    for key, _ in questions.proposed(db, visit.reader, place)]  # fmt: skip
        named = {view.group_key for view in (*open_ones, *answered)}
        people = {one.key: _people(db, visit, one) for one in wanted if one.key in named}
        asking = [_asking(db, visit, view) for view in (*open_ones, *answered)]
        muted = anonymous.muted(db) if visit.reader.everything else []
    return desk_page(
        visit, "desk/questions.html", place="questions", groups=groups, group=group,
        one_group=len(keys) == 1, proposed=[(visit.talk.lines([m]), m) for m in proposed[:_MOST]],
        asking=asking, people=people, muted=muted,
        titles={one.key: one.title for one in groups},
    )  # fmt: skip


def _asking(db: sqlite3.Connection, visit: Visit, view: QuestionView) -> Asking:
    answers = [get_message(db, visit.reader, key) for key in view.answers[:5]]
    return Asking(
        view,
        visit.talk.lines([get_message(db, visit.reader, view.key)]),
        [(one, visit.talk.lines([one])) for one in answers],
    )


def _people(db: sqlite3.Connection, visit: Visit, group: GroupView) -> list[tuple[str, str]]:
    """Return (key, name) of whom a question can be put to: guests, and who knows something."""
    guests = [(line.member_key, line.name) for line in roster(db, visit.reader, group.key)
              if line.member_key and line.role == "guest"]  # fmt: skip
    known = [(one.person.member_key, one.person.name)
             for one in who_knows(db, visit.reader, group.key, _EXPERTS)]  # fmt: skip
    return list(dict([*known, *guests]).items())


def confirm(doing: Doing) -> Done:
    """Make the message `key` a question."""
    message = asked(doing)
    questions.confirm(doing.db, message.key, doing.by)
    return Done("desk.confirmed", message.key, ("close_question", {"key": message.key}))


def close(doing: Doing) -> Done:
    """Let the message `key` be no question any more; one that has answers stays."""
    message = asked(doing)
    if questions.get_question(doing.db, doing.visit.reader, message.key).answers:
        raise HTTPException(409)
    questions.close_question(doing.db, message.key, doing.by)
    return Done("desk.closed", message.key, ("confirm", {"key": message.key}))


def assign(doing: Doing) -> Done:
    """Put the question `key` to the `member`, or to nobody."""
    message = asked(doing)
    former = questions.get_question(doing.db, doing.visit.reader, message.key).assigned_to
    questions.assign(doing.db, message.key, doing.form.get("member") or None, doing.by)
    undo = {"key": message.key, "member": former or ""}
    return Done("desk.assigned", message.key, ("assign", undo))


def accept(doing: Doing) -> Done:
    """Accept the `answer` to the question `key`; without one, none is accepted."""
    message = asked(doing)
    view = questions.get_question(doing.db, doing.visit.reader, message.key)
    former = view.answers[0] if view.status == "accepted" else ""
    if answer := doing.form.get("answer"):
        questions.accept(doing.db, message.key, asked_for(doing, answer).key, doing.by)
    else:
        questions.take_back_accepted(doing.db, message.key, doing.by)
    undo = {"key": message.key, "answer": former}
    return Done("desk.accepted" if answer else "desk.unaccepted", message.key, ("accept", undo))


def answer(doing: Doing) -> Done:
    """Say that the message `answer` answers the question `key`."""
    return _answer(doing, True)


def no_answer(doing: Doing) -> Done:
    """Say that the message `answer` does not answer the question `key`."""
    return _answer(doing, False)


def _answer(doing: Doing, counts: bool) -> Done:
    message = asked(doing)
    other = asked_for(doing, doing.form.get("answer"))
    say = questions.add_answer if counts else questions.refuse_answer
    say(doing.db, message.key, other.key, doing.by)
    undo = ("no_answer" if counts else "answer", {"key": message.key, "answer": other.key})
    return Done("desk.answers" if counts else "desk.answers_not", message.key, undo)


def mute(doing: Doing) -> Done:
    """Post no more questions of who asks without a name as `token`: for the operator."""
    doing.rules_all()
    token = doing.form.get("token_of")
    anonymous.mute(doing.db, token, doing.by)
    return Done("desk.muted", token, ("unmute", {"token_of": token}))


def unmute(doing: Doing) -> Done:
    """Post the questions of `token` again: for the operator."""
    doing.rules_all()
    token = doing.form.get("token_of")
    if not anonymous.unmute(doing.db, token, doing.by):
        raise NotFound("nobody is muted under that token.")
    return Done("desk.unmuted", token, ("mute", {"token_of": token}))


ACTS: dict[str, Does] = {
    "confirm": confirm, "close_question": close, "assign": assign, "accept": accept,
    "answer": answer, "no_answer": no_answer, "mute": mute, "unmute": unmute,
}  # fmt: skip

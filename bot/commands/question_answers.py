"""`/answer` and `/solved`: saying what answers a question, and which answer helped."""

from __future__ import annotations

import sqlite3

from archive.codes import key_of
from archive.consent import member_keys
from archive.errors import NotFound
from archive.masks import mask
from archive.messages import get_message
from archive.questions import (
    QuestionView,
    accept,
    add_answer,
    close_question,
    get_question,
    question_about,
    refuse_answer,
    take_back_accepted,
)
from archive.questions.asking import asked_by, asker
from archive.views import MessageView
from bot.commands.command import CODE, Answer, Asked, Command, Setting
from bot.commands.lines import gist, one_line, permalink, who

_TITLE = 24
_BACK = ("-", "－", "—", "–")
"""Behind a code: take it back."""


def _answer(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None
    view = get_message(db, setting.reader, asked.reply_key)
    words = asked.words.strip()
    question = _question(db, view, setting)
    if question is not None and words:
        # the command itself says it
        return _said(db, asked, setting, question, asked.message_key)
    if question is not None:
        return Answer(
            asked.say(
                f"这条是问题。要回答：回复它说，或者 /答 {CODE} 加上回答。",
                f"That is the question. To answer, reply to it, or send /answer {CODE} and the"
                " answer.",
            ),
            (view.key,),
        )
    about = question_about(db, setting.reader, view.key)
    if words in _BACK:
        return _refuse(db, asked, setting, view, about)
    named = _by_code(db, words, setting) if words else None
    target = named or about
    if target is None or target.group_key != view.group_key or view.recalled:
        return _which_question(asked, view)
    return _said(db, asked, setting, target, view.key)


def _said(
    db: sqlite3.Connection, asked: Asked, setting: Setting, question: QuestionView, key: str | None
) -> Answer:
    """Note an answer, and say of what."""
    try:
        view = get_message(db, setting.reader, key or "")
    except NotFound:
        return Answer(
            asked.say(
                "这句话没有存下来，所以不能当回答。",
                "That message was not archived, so it cannot be an answer.",
            )
        )
    if view.group_key != question.group_key:
        return _which_question(asked, view)
    add_answer(db, question.key, view.key, asked.by)
    title = one_line(mask(question.text), _TITLE)
    return Answer(
        asked.say(
            f"算作“{title}”的回答 · {CODE}\n问的人觉得行就发 /采纳 {CODE}；不算了：/答 {CODE} -",
            f"Noted as an answer to “{title}” · {CODE}\n"
            f"If it helped, who asked sends /solved {CODE}. To take it back: /answer {CODE} -",
        )
        + permalink(view, setting),
        (view.key,) * 3,
    )


def _refuse(
    db: sqlite3.Connection,
    asked: Asked,
    setting: Setting,
    view: MessageView,
    question: QuestionView | None,
) -> Answer:
    """Let a message answer nothing, as who said it, who asked or an admin wants it."""
    if question is None or view.key not in question.answers:
        return _which_question(asked, view)
    mine = view.sender_key in member_keys(db, asked.sender_key or "")
    if not (mine or _may_settle(db, asked, question)):
        return _not_theirs(asked)
    refuse_answer(db, question.key, view.key, _by(db, asked, question))
    return Answer(
        asked.say(
            f"不算回答了，消息还在。要恢复：/答 {CODE}",
            f"No answer any more; the message stays. To undo: /answer {CODE}",
        ),
        (view.key,),
    )


def _solved(db: sqlite3.Connection, asked: Asked, setting: Setting) -> Answer:
    assert asked.reply_key is not None
    view = get_message(db, setting.reader, asked.reply_key)
    words = asked.words.strip()
    question = _question(db, view, setting)
    if question is not None:
        return _close(db, asked, question)
    about = question_about(db, setting.reader, view.key)
    if words and words not in _BACK:
        about = _by_code(db, words, setting) or about
    if about is None or about.group_key != view.group_key or view.recalled:
        return _which_question(asked, view)
    if not _may_settle(db, asked, about):
        return _not_theirs(asked)
    title = one_line(mask(about.text), _TITLE)
    if words in _BACK:
        take_back_accepted(db, about.key, _by(db, asked, about))
        return _quiet(db, asked, about) or Answer(
            asked.say(
                f"“{title}”没有采纳的回答了。要恢复：/采纳 {CODE}",
                f"“{title}” has no accepted answer any more. To undo: /solved {CODE}",
            ),
            (view.key,),
        )
    accept(db, about.key, view.key, _by(db, asked, about))
    if quiet := _quiet(db, asked, about):
        return quiet
    thanks = asked.say(f"谢谢 {who(view, asked)}。", f"Thank you, {who(view, asked)}.")
    return Answer(
        asked.say(
            f"“{title}”解决了：{gist(view, asked, _TITLE)} · {CODE}\n{thanks}\n"
            f"不采纳了：/采纳 {CODE} -",
            f"“{title}” is solved: {gist(view, asked, _TITLE)} · {CODE}\n{thanks}\n"
            f"To take it back: /solved {CODE} -",
        )
        + permalink(view, setting),
        (view.key, view.key),
    )


def _close(db: sqlite3.Connection, asked: Asked, question: QuestionView) -> Answer:
    """Close a question nobody has answered; of the others an answer is accepted instead."""
    if not _may_settle(db, asked, question):
        return _not_theirs(asked)
    if question.answers:
        return Answer(
            asked.say(
                f"已经有 {len(question.answers)} 个回答，不用关。要采纳：回复那条回答发 /采纳，"
                f"或者 /采纳 {CODE}",
                f"It has {len(question.answers)} answers, so there is nothing to close. To accept"
                f" one, reply to it with /solved, or send /solved {CODE}",
            ),
            (question.answers[0],),
        )
    quiet = _quiet(db, asked, question)
    close_question(db, question.key, _by(db, asked, question))
    return quiet or Answer(
        asked.say(
            f"“{one_line(mask(question.text), _TITLE)}”不再等回答，消息还在。要恢复：/问 {CODE}",
            f"“{one_line(mask(question.text), _TITLE)}” waits no more; the message stays."
            f" To undo: /ask {CODE}",
        ),
        (question.key,),
    )


def _question(db: sqlite3.Connection, view: MessageView, setting: Setting) -> QuestionView | None:
    try:
        return get_question(db, setting.reader, view.key)
    except NotFound:
        return None


def _by_code(db: sqlite3.Connection, words: str, setting: Setting) -> QuestionView | None:
    key = key_of(db, words.split()[0])
    try:
        return get_question(db, setting.reader, key) if key is not None else None
    except NotFound:
        return None


def _may_settle(db: sqlite3.Connection, asked: Asked, question: QuestionView) -> bool:
    if asked.is_admin:
        return True
    return asked.sender_key is not None and asked_by(db, question.key, asked.sender_key)


def _by(db: sqlite3.Connection, asked: Asked, question: QuestionView) -> str:
    """Return who does this for the audit: for a question without a name nobody's name either."""
    known_as = asker(db, question.key, asked.sender_key) if asked.sender_key else None
    return known_as or asked.by


def _quiet(db: sqlite3.Connection, asked: Asked, question: QuestionView) -> Answer | None:
    """Answer in private who asked without a name with words that do not tell which question."""
    by = _by(db, asked, question)
    if not asked.private or ":" in by or by == asked.by:
        return None
    return Answer(
        asked.say(
            "好了。要改回来：关掉的在群里回复它发 /问，采纳的在这里发 /采纳 短码 -",
            "Done. To undo: reply to a closed one in the group with /ask; for an accepted answer"
            " send /solved CODE - here.",
        )
    )


def _which_question(asked: Asked, view: MessageView) -> Answer:
    return Answer(
        asked.say(
            f"看不出这条回答的是哪个问题。加上问题的短码：/{asked.name} {CODE} 问题的短码；"
            "问题有哪些：/待回答",
            f"I cannot tell which question that answers. Name it by its code:"
            f" /{asked.name} {CODE} CODE-OF-THE-QUESTION. The open ones: /open",
        ),
        (view.key,),
    )


def _not_theirs(asked: Asked) -> Answer:
    return Answer(
        asked.say(
            "这要问的人自己，或者群主、管理员来。",
            "Only who asked, the group's owner and admins can do that.",
        ),
        refused=True,
    )


COMMANDS = (
    Command(
        names=("answer", "答"),
        who="member",
        run=_answer,
        takes=("[回答或问题的短码]", "[ANSWER or CODE]"),
        chinese="这条是回答；回复问题并写上回答也行",
        english="this message is an answer; as a reply to a question, the words are",
        shelf="keep",
        writes=True,
        about_message=True,
    ),
    Command(
        names=("solved", "采纳", "解决了"),
        who="member",
        run=_solved,
        chinese="采纳这条回答；回复没人答的问题就是不问了。问的人和管理员能用",
        english="accept this answer, or close a question nobody answered: who asked, and admins",
        shelf="keep",
        writes=True,
        about_message=True,
    ),
)

"""Questions 问题: what was asked, what was answered, and what was asked like it before."""

from __future__ import annotations

from archive.questions.asking import (
    accept,
    add_answer,
    assign,
    close_question,
    confirm,
    open_question,
    refuse_answer,
    take_back_accepted,
)
from archive.questions.detecting import (
    detect,
    may_offer,
    note_offer,
    question_text,
    set_offers,
    wants_offers,
)
from archive.questions.lookalikes import Similar, proposed, similar
from archive.questions.offering import begin_offer, offering_groups, to_offer
from archive.questions.reading import (
    QuestionView,
    Status,
    between,
    get_question,
    list_questions,
    open_questions,
    question_about,
)

__all__ = (
    "QuestionView",
    "Similar",
    "Status",
    "accept",
    "add_answer",
    "assign",
    "begin_offer",
    "between",
    "close_question",
    "confirm",
    "detect",
    "get_question",
    "list_questions",
    "may_offer",
    "note_offer",
    "offering_groups",
    "open_question",
    "open_questions",
    "proposed",
    "question_about",
    "question_text",
    "refuse_answer",
    "set_offers",
    "similar",
    "take_back_accepted",
    "to_offer",
    "wants_offers",
)

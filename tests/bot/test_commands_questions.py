"""Questions in the chat: asked, answered, accepted, closed, each with its undoing."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from commanding import QQ, T0, TG, Talk, rows, said, speaking, told

from archive import consent, outbox, questions
from archive.access import operator
from archive.database import Archive
from archive.questions import QuestionView, anonymous
from archive.records import Group
from archive.verify import verify

CODE = r"[0-9A-Z]{6}"


@pytest.fixture
def talk(archive: Archive) -> Talk:
    talk = speaking(archive, {"7": "docker 怎么看容器日志？", "9": "今天下雨"})
    told(archive, said("8", "docker logs 加容器名", "1", reply_to="7"))
    return talk


def put(talk: Talk, text: str, who: str = "2", **more: Any) -> str:
    """Say a command that is archived as a message, as it is where a group is captured."""
    asked = talk.asked(text, who, **more)
    assert asked.message_id is not None
    told(talk.archive, said(asked.message_id, text, who, at=talk.now, reply_to=more.get("reply")))
    answer = talk.give(msgspec.structs.replace(asked, message_key=f"{TG}:{asked.message_id}"))
    return answer.text if answer else ""


def asked(talk: Talk) -> list[QuestionView]:
    with talk.archive.reading() as db:
        return questions.list_questions(db, operator(), (TG,))


def codes(answer: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"\b(?=\w*\d){CODE}\b", answer)))


def test_question_is_opened_beside_what_was_answered_before(talk: Talk) -> None:
    answer = put(talk, "/问 请问容器日志在哪看，docker 的")
    (view,) = asked(talk)
    assert (view.text, view.status) == ("请问容器日志在哪看，docker 的", "open")
    head, label, alike, link = answer.splitlines()
    assert "问题记下了" in head and "/解决了" in head and "以前问过" in label
    assert alike.startswith("docker 怎么看容器日志？ → 张三：docker logs 加容器名 · ")
    assert link == "https://site.example/m/telegram:-100123:5001"
    assert talk.code("8") == codes(alike)[0]
    assert verify(talk.archive) == []


def test_question_nobody_asked_before_is_opened_alone(talk: Talk) -> None:
    answer = put(talk, "/ask how do I get a refund")
    assert answer.count("\n") == 1 and "/solved" in answer
    assert [view.text for view in asked(talk)] == ["how do I get a refund"]


def test_message_replied_to_becomes_a_question_once(talk: Talk) -> None:
    put(talk, "/提问", reply="9")
    assert "已经是问题" in put(talk, "/ask".replace("ask", "问"), reply="9")
    assert [view.text for view in asked(talk)] == ["今天下雨"]
    assert len(talk.audit("ask")) == 1


def test_words_that_look_like_a_code_are_words(talk: Talk) -> None:
    put(talk, "/问 mysql8 怎么装")
    assert [view.text for view in asked(talk)] == ["mysql8 怎么装"]


def test_question_that_is_not_archived_is_not_opened(talk: Talk) -> None:
    """TRUST 37."""
    assert "没有存下来" in talk.ask("/问 怎么退款")
    assert "回复一条消息" in talk.ask("/问")
    assert asked(talk) == []


def test_group_that_is_not_archived_gets_no_answer(archive: Archive) -> None:
    """TRUST 37."""
    talk = Talk(archive, archived=False)
    assert [talk.ask(text) for text in ("/问 怎么退款", "/待回答", "/open")] == ["", "", ""]


def test_reply_answers_and_the_asker_accepts_and_takes_it_back(talk: Talk) -> None:
    put(talk, "/问 怎么退款", "2")
    told(talk.archive, said("20", "找客服", "3", reply_to="5001", at=talk.now))
    refusal = talk.ask("/采纳", "3", reply="20")
    assert "问的人" in refusal and asked(talk)[0].status == "answered"
    answer = talk.ask("/采纳", "2", reply="20")
    assert "解决了" in answer and "谢谢 王五" in answer
    assert asked(talk)[0].status == "accepted"
    undo = re.search(rf"/采纳 {CODE} -", answer)
    assert undo is not None
    again = talk.ask(undo[0], "2")
    assert asked(talk)[0].status == "answered"
    redo = re.search(rf"/采纳 {CODE}", again)
    assert redo is not None and talk.ask(redo[0], "1") and asked(talk)[0].status == "accepted"
    assert [line[0] for line in talk.audit("accept")] == ["telegram:2", "telegram:1"]


def test_answer_by_words_by_reply_and_by_the_questions_code(talk: Talk) -> None:
    opened = put(talk, "/问 怎么退款", "2")
    code = codes(opened)[0]
    assert "算作“怎么退款”的回答" in put(talk, "/答 找客服", "3", reply="5001")
    assert "Noted" in talk.ask(f"/answer {code}", "1", reply="9")
    assert [key.rpartition(":")[2] for key in asked(talk)[0].answers] == ["9", "5002"]
    assert "看不出" in talk.ask("/答", "1", reply="8")
    taken = talk.ask(f"/答 {talk.code('9')} -", "2")
    assert "不算回答了" in taken and len(asked(talk)[0].answers) == 1
    assert "这条是问题" in talk.ask("/答", "3", reply="5001")


def test_reply_that_answers_nothing_is_refused_by_the_asker_alone(talk: Talk) -> None:
    put(talk, "/问 怎么退款", "2")
    told(talk.archive, said("20", "我也不会退", "3", reply_to="5001", at=talk.now))
    code = talk.code("20")
    talk.roles[TG, "telegram:4"] = "member"
    assert "问的人" in talk.ask(f"/答 {code} -", "4")
    assert asked(talk)[0].status == "answered"
    assert "不算回答了" in talk.ask(f"/答 {code} -", "2") and asked(talk)[0].status == "open"


def test_unanswered_question_is_closed_and_opened_again_as_it_says(talk: Talk) -> None:
    opened = put(talk, "/问 怎么退款", "2")
    close = re.search(rf"/解决了 {CODE}", opened)
    assert close is not None
    assert "问的人" in talk.ask(close[0], "3")
    closed = talk.ask(close[0], "2")
    assert asked(talk) == [] and "消息还在" in closed
    undo = re.search(rf"/问 {CODE}", closed)
    assert undo is not None and "问题记下了" in talk.ask(undo[0], "2")
    assert [view.text for view in asked(talk)] == ["怎么退款"]


def test_answered_question_is_not_closed_but_an_answer_accepted(talk: Talk) -> None:
    put(talk, "/问 怎么退款", "2")
    told(talk.archive, said("20", "找客服", "3", reply_to="5001", at=talk.now))
    assert "不用关" in talk.ask("/解决了", "2", reply="5001")
    assert len(asked(talk)) == 1


def test_open_ones_are_the_oldest_first_with_their_age(talk: Talk) -> None:
    assert "没有等回答" in talk.ask("/待回答")
    for n in range(4):
        talk.now = T0 + 3600 + n * 86_400
        put(talk, f"/问 第{n}个怎么退款")
    answer = talk.ask("/待回答")
    lines = answer.splitlines()
    assert lines[0].startswith("4 个问题") and "第0个怎么退款（等了 3 天）" in lines[1]
    assert len(lines) == 4
    assert "d) · " in talk.ask("/open") and len(codes(answer)) == 3


def test_what_is_said_of_questions_calls_nobody_and_shows_no_number(talk: Talk) -> None:
    put(talk, "/问 @all 打 13812345678\n\u202e怎么没人接")
    for answer in (talk.ask("/待回答"), talk.ask("/答", "3", reply="5001")):
        assert "@all" not in answer and "13812345678" not in answer and "\u202e" not in answer


def test_question_of_another_group_is_not_seen_here(talk: Talk) -> None:
    told(talk.archive, Group(QQ, "别的群"), said("1", "怎么退款", "3", group=QQ))
    talk.agree(QQ)
    with talk.archive.writing() as db:
        questions.open_question(db, f"{QQ}:1", "qq:3")
    code = talk.code("1", QQ)
    assert "没有等回答" in talk.ask("/待回答")
    answer = talk.ask(f"/采纳 {code}", "1")
    assert "怎么退款" not in answer and rows(talk.archive, "SELECT * FROM answers") == []


def ask_alone(talk: Talk, text: str, who: str = "3") -> str:
    return talk.ask(text, who, private=True)


def test_question_without_a_name_is_posted_by_the_bot(talk: Talk) -> None:
    answer = ask_alone(talk, "/匿名问 怎么@all退款")
    assert "「技术群」" in answer and "不写你的名字" in answer
    (draft,) = [one for one in talk.drafts() if one.purpose == "question"]
    assert (draft.group_key, draft.member_key, draft.reply_to) == (TG, None, None)
    assert draft.text.startswith("匿名提问：怎么@\u200ball退款\n")
    assert "5001" not in (draft.unique or "") and "telegram:3" not in str(draft)
    lines = rows(talk.archive, "SELECT who, target, detail FROM audit WHERE action LIKE 'ask%'")
    assert len(lines) == 1 and "telegram:3" not in str(lines)


def test_who_asked_without_a_name_accepts_and_closes_in_private_without_one(talk: Talk) -> None:
    for number in (800, 900):
        ask_alone(talk, f"/匿名问 怎么退款{number}")
        (draft,) = rows(talk.archive, "SELECT max(outbox_id) FROM anonymous_questions")
        with talk.archive.writing() as db:
            outbox.sent(db, draft[0], str(number))
            anonymous.posted(db, draft[0], str(number), talk.now)
    told(talk.archive, said("801", "找客服", "2", reply_to="800", at=talk.now))
    answer, second = talk.code("801"), talk.code("900")
    assert "问的人" in ask_alone(talk, f"/解决了 {second}", "2")
    assert "好了" in ask_alone(talk, f"/采纳 {answer}")
    assert [view.status for view in asked(talk)] == ["accepted", "open"]
    assert "好了" in ask_alone(talk, f"/解决了 {second}")
    assert [view.text for view in asked(talk)] == ["怎么退款800"]
    lines = rows(talk.archive, "SELECT * FROM audit WHERE action IN ('accept', 'close question')")
    assert len(lines) == 2 and "telegram:3" not in str(lines)
    told_them = [one.text for one in talk.drafts() if one.member_key == "telegram:3"]
    assert not any("退款" in text or second in text for text in told_them)


def test_question_without_a_name_is_refused_in_the_group(talk: Talk) -> None:
    assert "私聊" in talk.ask("/匿名问 怎么退款", "3")
    assert "in private" in talk.ask("/anon how do I get a refund", "3")
    assert [one for one in talk.drafts() if one.purpose == "question"] == []


def test_fourth_question_without_a_name_in_a_day_is_refused(talk: Talk) -> None:
    """TRUST 35."""
    said_to = [ask_alone(talk, f"/匿名问 第{n}个怎么退款") for n in range(4)]
    assert ["会发到" in one for one in said_to] == [True, True, True, False]
    assert "一天最多" in said_to[-1]
    assert len([one for one in talk.drafts() if one.purpose == "question"]) == 3


def test_muted_asker_is_told_so_and_nothing_is_posted(talk: Talk) -> None:
    ask_alone(talk, "/匿名问 怎么退款")
    with talk.archive.writing() as db:
        ((token,),) = db.execute("SELECT token FROM anonymous_questions").fetchall()
        anonymous.mute(db, token, "operator")
    assert "停用" in ask_alone(talk, "/匿名问 再问怎么退款")
    assert [one for one in talk.drafts() if one.purpose == "question"] == []


def test_person_of_several_groups_says_which_and_strangers_ask_nowhere(talk: Talk) -> None:
    other = "telegram:-100777"
    told(talk.archive, Group(other, "摄影群"), said("1", "大家好", "3", group=other))
    talk.agree(other)
    assert "技术群" in ask_alone(talk, "/匿名问 怎么退款")
    assert "「摄影群」" in ask_alone(talk, "/匿名问 群:摄影群 怎么退款")
    (draft,) = [one for one in talk.drafts() if one.purpose == "question"]
    assert draft.group_key == other and draft.text.startswith("匿名提问：怎么退款\n")
    assert "会发到" not in ask_alone(talk, "/匿名问 群:摄影群 怎么退款", "99")


def test_group_that_stopped_archiving_is_not_asked_without_a_name(talk: Talk) -> None:
    """TRUST 37."""
    with talk.archive.writing() as db:
        consent.stop(db, TG, by="telegram:1")
    assert "会发到" not in ask_alone(talk, "/匿名问 怎么退款")
    assert [one for one in talk.drafts() if one.purpose == "question"] == []

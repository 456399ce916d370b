"""Questions without a name: asked by the bot, muted by a hash, and nobody is seen behind it."""

from __future__ import annotations

import time

import pytest
from live_told import traces
from test_questions import key, seen
from told import QQ, TG, full_group, rows, said, told

from archive import consent
from archive.database import Archive
from archive.errors import NotFound
from archive.forget import forget, forget_member, settle
from archive.outbox import due, sent
from archive.questions import anonymous
from archive.questions.asking import asked_by
from archive.verify import verify

WHO, OTHER = "telegram:77", "telegram:43"
TEXT = "匿名提问：zqcanaryqz 怎么退款\n回复这条就是回答。"
NOW = int(time.time())


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), full_group("别的", QQ), said("1", "大家好", who="77"))
    with archive.writing() as db:
        consent.start(db, TG, by="telegram:1")
    return archive


def ask(archive: Archive, event: str = "e1", group: str = TG) -> str:
    with archive.writing() as db:
        return anonymous.ask(db, "main", group, WHO, TEXT, event, NOW)


def post(archive: Archive, platform_id: str | None = "500") -> str | None:
    with archive.writing() as db:
        (parcel, *_) = due(db, "main", NOW + 100)
        sent(db, parcel.id, platform_id)
        return anonymous.posted(db, parcel.id, platform_id, NOW)


def test_question_the_bot_has_posted_is_a_question_like_others(talk: Archive) -> None:
    token = ask(talk)
    assert seen(talk) == []
    assert post(talk) == key("500")
    told(talk, said("501", "找客服", who="43", reply_to="500"))
    (view,) = seen(talk)
    assert (view.text, view.status, view.token) == ("zqcanaryqz 怎么退款", "answered", token)
    with talk.reading() as db:
        assert asked_by(db, key("500"), WHO) and not asked_by(db, key("500"), OTHER)
    assert verify(talk) == []


def test_nothing_that_is_kept_names_who_asks(talk: Archive) -> None:
    before = {table: rows(talk, f"SELECT * FROM {table}") for table in ("members", "member_names")}
    ask(talk, "telegram:77:5001:message")
    post(talk)
    for table in ("questions", "anonymous_questions", "outbox", "audit", "muted_askers"):
        assert "telegram:77" not in str(rows(talk, f"SELECT * FROM {table}")), table
    assert before == {table: rows(talk, f"SELECT * FROM {table}") for table in before}
    assert rows(talk, "SELECT sender_id, sender_name FROM messages WHERE platform_id = '500'") == [
        (None, None)
    ]


def test_the_same_event_asks_once_and_tokens_differ_by_group(talk: Archive) -> None:
    assert ask(talk) == ask(talk) != ask(talk, "e2", QQ)
    assert rows(talk, "SELECT count(*) FROM outbox WHERE purpose = 'question'") == [(2,)]


def test_muted_asker_is_not_posted_any_more(talk: Archive) -> None:
    token = ask(talk)
    with talk.writing() as db:
        assert anonymous.may_ask(db, TG, WHO, NOW) is None
        assert anonymous.mute(db, token, "operator")
        assert not anonymous.mute(db, token, "operator")
        assert anonymous.may_ask(db, TG, WHO, NOW) == "muted"
        assert anonymous.may_ask(db, TG, OTHER, NOW) is None
        assert due(db, "main", NOW + 100) == []
        assert [one.token for one in anonymous.muted(db)] == [token]
        with pytest.raises(NotFound):
            anonymous.mute(db, "0" * 16, "operator")
        assert anonymous.unmute(db, token, "operator")
        assert anonymous.may_ask(db, TG, WHO, NOW) is None


def test_three_a_day_and_no_more(talk: Archive) -> None:
    """TRUST 35."""
    for n in range(anonymous.A_DAY):
        ask(talk, f"e{n}")
    with talk.reading() as db:
        assert anonymous.may_ask(db, TG, WHO, NOW + 60) == "often"
        assert anonymous.may_ask(db, TG, WHO, NOW + 90_000) is None


def test_group_that_is_not_archived_has_it_said_and_not_kept(talk: Archive) -> None:
    """TRUST 37."""
    ask(talk)
    with talk.writing() as db:
        consent.stop(db, TG, by="telegram:1")
    assert post(talk) is None
    assert rows(talk, "SELECT count(*) FROM messages WHERE platform_id = '500'") == [(0,)]


@pytest.mark.parametrize("platform_id", ("500", None))
def test_forgotten_person_leaves_no_question_behind(talk: Archive, platform_id: str | None) -> None:
    """TRUST 33: what the bot asked for them, and what it was about to ask, goes as well."""
    ask(talk)
    post(talk, platform_id)
    ask(talk, "e2")
    with talk.writing() as db:
        forget_member(db, WHO, WHO)
    assert settle(talk)
    assert traces(talk.folder, "zqcanaryqz") == []
    assert rows(talk, "SELECT * FROM anonymous_questions") == [] == seen(talk)
    assert verify(talk) == []


def test_forgotten_question_stays_forgotten(talk: Archive) -> None:
    """TRUST 5."""
    ask(talk)
    post(talk)
    with talk.writing() as db:
        forget(db, [key("500")], "telegram:1")
    told(talk, said("500", TEXT, who="8"))
    assert seen(talk) == []
    assert rows(talk, "SELECT count(*) FROM messages WHERE platform_id = '500'") == [(0,)]

"""What is public and may tell of a person waits until somebody has looked at it."""

from __future__ import annotations

import pytest
from told import TG, full_group, said, told

from archive.access import member, operator, public
from archive.database import Archive
from archive.essence import feed, mark
from archive.groups import set_visibility
from archive.messages import message_id, newest
from archive.review import decide, doubts, waiting
from archive.rights import publish

ADMIN = member(frozenset((TG,)), "telegram:1", frozenset((TG,)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("找我：13812345678", ("masked",)),
        ("座机 010-62345678 上班时间打", ("landline",)),
        ("住在文三路花园小区 12栋 302室", ("address",)),
        ("QQ：123456 常在线", ("account",)),
        ("单号 88273641029 已发货", ("number",)),
        ("备份要先试恢复，2026-11-18 10:30 开始", ()),
        ("版本 3.11.2，端口 8765", ()),
    ],
)
def test_what_may_be_personal_is_known(text: str, why: tuple[str, ...]) -> None:
    assert doubts(text) == why


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), said("1", "找我：13812345678"), said("2", "不相干"),
         said("3", "座机 010-62345678", who="43"))  # fmt: skip
    with archive.writing() as db:
        set_visibility(db, TG, "public", "operator")
    return archive


def keys(archive: Archive, reader=ADMIN) -> list[str]:
    with archive.reading() as db:
        return [one.message.key.rpartition(":")[2] for one in waiting(db, reader).found]


def test_the_queue_is_for_who_decides_and_empties_as_it_is_looked_at(talk: Archive) -> None:
    assert keys(talk) == keys(talk, operator()) == ["3", "1"]
    assert keys(talk, public()) == keys(talk, member(frozenset((TG,)))) == []
    with talk.writing() as db:
        row_id = message_id(db, operator(), f"{TG}:3")
        assert decide(db, row_id, False, "telegram:1") is None
        assert decide(db, message_id(db, operator(), f"{TG}:1"), True, "telegram:1") is None
    assert keys(talk) == []
    with talk.reading() as db:
        seen = [view.text for view in newest(db, public(), TG)]
        assert seen == ["不相干", "找我：138****5678"]
        assert len(newest(db, member(frozenset((TG,))), TG)) == 3
    with talk.writing() as db:
        assert decide(db, row_id, None, "telegram:1") is False
    assert keys(talk) == ["3"]


def test_a_group_that_is_not_public_has_nothing_to_review(talk: Archive) -> None:
    with talk.writing() as db:
        set_visibility(db, TG, "private", "operator")
    assert keys(talk) == []


def test_the_public_sees_names_of_essence_authors_who_agreed_only(talk: Archive) -> None:
    def names() -> list[str]:
        with talk.reading() as db:
            return [post.messages[0].sender for post in feed(db, public())]

    with talk.writing() as db:
        mark(db, [f"{TG}:2"], by="telegram:1")
    assert names() == ["匿名成员"]
    with talk.writing() as db:
        publish(db, "telegram:42", True, "telegram:42")
    (named,) = names()
    assert named != "匿名成员"
    with talk.reading() as db:
        others = {view.key: view.sender for view in newest(db, public(), TG)}
        assert others[f"{TG}:1"] == "匿名成员"  # not essence
    with talk.writing() as db:
        publish(db, "telegram:42", False, "telegram:42")
    assert names() == ["匿名成员"]

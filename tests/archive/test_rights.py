"""What people may ask: data of their own, hidden at once, not said any more once forgotten."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from told import T0, TG, found, full_group, rows, said, texts, told

from archive.access import finder, member, operator
from archive.codes import code_of
from archive.consent import opt_in, opt_out
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.essence import feed, mark
from archive.forget import forget, forget_member
from archive.media import find_media
from archive.messages import get_message, versions
from archive.nominations import nominate
from archive.outbox import Draft, begin, due, put
from archive.own_data import data_of
from archive.records import Attachment, Group, Member, Reacted, Reaction, Recall
from archive.reports import report
from archive.rights import alias_of, message_count, set_alias
from archive.search import search
from archive.unite import begin_union, finish_unions

HERS = "telegram:42"
TEXT = "先备份数据库，再开始部署新版本"


@pytest.fixture
def talk(archive: Archive) -> Archive:
    stored = archive.media.take(io.BytesIO(b"a picture"))
    photo = Attachment("photo", "p.jpg", sha256=stored.sha256, size=stored.size)
    told(
        archive, full_group(), said("1", "旧的一句"), said("2", "别人的话", who="43"),
        said("3", TEXT, attachments=(photo,)), said("4", "答得好", who="43", reply_to="3"),
        Reacted(TG, "2", HERS, (Reaction("🔥"),), T0 + 9),
    )  # fmt: skip
    told(archive, said("1", "新的一句", edited_at=T0 + 60))
    return archive


def data(archive: Archive, key: str = HERS) -> list[dict[str, Any]]:
    with archive.reading() as db:
        return list(data_of(db, key))


def test_own_data_is_all_of_it_and_nobody_elses(talk: Archive) -> None:
    with talk.writing() as db:
        nominate(db, f"{TG}:2", HERS, "有用")
        report(db, f"{TG}:4", HERS, "不对")
        set_alias(db, TG, HERS, "石头", HERS)
        assert message_count(db, HERS) == 2
    person, first, second, *rest = data(talk)
    assert person["keys"] == [HERS] and person["names"] == ["张三"]
    assert person["groups"][0]["alias"] == "石头" and not person["opted_out"]
    assert (first["text"], first["versions"][0]["text"]) == ("新的一句", "旧的一句")
    assert second["key"] == f"{TG}:3" and len(second["files"][0]["sha256"]) == 64
    assert [(one["kind"], one["message"]) for one in rest if one["kind"] != "act"] == [
        ("reaction", f"{TG}:2"), ("nomination", f"{TG}:2"), ("report", f"{TG}:4"),
    ]  # fmt: skip
    assert "别人的话" not in str(data(talk)) and "答得好" not in str(data(talk))
    assert [one["kind"] for one in data(talk, "qq:1")] == ["person"]


def test_of_what_was_taken_back_only_that_is_told(talk: Archive) -> None:
    told(talk, Recall(TG, "3"))
    (taken,) = [one for one in data(talk) if one.get("recalled")]
    assert "备份" not in str(taken) and "files" not in taken


def test_who_opts_out_is_hidden_at_once(talk: Archive) -> None:
    """TRUST 33: everywhere that is read, before anything is erased."""
    with talk.writing() as db:
        mark(db, [f"{TG}:3"], by="operator", title=TEXT, reason=TEXT)
        opt_out(db, HERS, HERS)
    for reader in (operator(), member(frozenset((TG,)))):
        with talk.reading() as db:
            view = get_message(db, reader, f"{TG}:3")
            assert (view.text, view.sender, view.attachments) == ("", "", ())
            reply = get_message(db, reader, f"{TG}:4").reply
            assert reply is not None and (reply.sender, reply.text) == ("", "")
            assert TEXT not in str(search(db, "备份", reader)) + str(feed(db, reader))
            assert versions(db, reader, f"{TG}:1") == []
            ((digest,),) = rows(talk, "SELECT sha256 FROM media")
            with pytest.raises(NotFound):
                find_media(db, reader, digest)
    with talk.writing() as db:
        opt_in(db, HERS, HERS)
    assert texts(talk, "备份") == [TEXT]


def test_person_who_opted_out_under_another_key_is_hidden(talk: Archive) -> None:
    with talk.writing() as db:
        db.execute(
            "INSERT INTO aliases(kind, group_id, other, target)"
            " SELECT 'member', 0, 'telegram:420', id FROM members WHERE key = ?",
            (HERS,),
        )
        opt_out(db, "telegram:420", "telegram:420")
    assert texts(talk, "备份") == [""]


def draft(archive: Archive, text: str) -> int:
    with archive.writing() as db:
        return put(db, Draft("bot", text, TG))


def waiting(archive: Archive) -> list[str]:
    with archive.reading() as db:
        return [parcel.draft.text for parcel in due(db, "bot", 1 << 40)]


@pytest.mark.parametrize("forgets", ["message", "person"])
def test_draft_that_quotes_what_is_forgotten_is_not_said(talk: Archive, forgets: str) -> None:
    """TRUST 33: by a piece of its words, by its code, also cut, also while it is being sent."""
    with talk.writing() as db:
        code = code_of(db, f"{TG}:3")
    draft(talk, f"张三：{TEXT[:13]}… · 6 条"), draft(talk, f"那条 · {code}")
    sending = draft(talk, f"找到：…{TEXT[2:]}")
    draft(talk, "别人的话 · K7Q2MD")
    with talk.writing() as db:
        assert begin(db, sending)
        if forgets == "message":
            forget(db, [f"{TG}:3"], by=HERS)
        else:
            forget_member(db, HERS, HERS)
        assert not begin(db, sending)
    assert waiting(talk) == ["别人的话 · K7Q2MD"]
    assert rows(talk, "SELECT DISTINCT text FROM outbox WHERE state != 'waiting'") == [("",)]


def test_draft_that_shows_who_opts_out_is_not_said_from_that_moment_on(talk: Archive) -> None:
    """TRUST 33: erasing takes a while, and the answer must not be said meanwhile."""
    with talk.writing() as db:
        hers, other = code_of(db, f"{TG}:3"), code_of(db, f"{TG}:2")
    draft(talk, f"张三：先备份 · {hers}\n李四 · {other}"), draft(talk, f"李四 · {other}")
    with talk.writing() as db:
        opt_out(db, HERS, HERS)
    assert waiting(talk) == [f"李四 · {other}"]


def test_alias_goes_along_when_groups_become_one(new_archive: Callable[[], Archive]) -> None:
    archive, other = new_archive(), "telegram:-100999"
    told(archive, full_group(), Group(other, "旧群"), said("1", "话", group=other))
    with archive.writing() as db:
        set_alias(db, other, HERS, "石头", HERS)
        begin_union(db, other, TG)
    db = archive.connect_for_writing()
    finish_unions(db)
    db.close()
    with archive.reading() as db:
        assert get_message(db, member(frozenset((TG,))), f"{TG}:1").sender == "石头"
        assert alias_of(db, other, HERS) == "石头"


def test_operator_alone_sees_who_is_behind_an_alias(talk: Archive) -> None:
    """TRUST 31: nobody else does, nor whoever is shown what the program found."""
    with talk.writing() as db:
        mark(db, [f"{TG}:3"], by=HERS)
        set_alias(db, TG, HERS, "石头", HERS)
    inside = member(frozenset((TG,)))
    with talk.reading() as db:
        for reader, name in ((operator(), "石头（张三）"), (finder(), "石头"), (inside, "石头")):
            reply = get_message(db, reader, f"{TG}:4").reply
            assert get_message(db, reader, f"{TG}:1").sender == name
            assert reply is not None and reply.sender == name
            (view,) = feed(db, reader)
            assert view.marked_by == view.messages[0].sender == name
            (hit,) = search(db, "备份", reader).hits
            assert hit.message.sender == name
        assert [len(search(db, f"from:{n}", operator()).hits) for n in ("石头", "张三")] == [2, 2]
    with talk.writing() as db:
        opt_out(db, HERS, HERS)
        assert get_message(db, operator(), f"{TG}:1").sender == ""


def test_name_of_somebody_else_is_no_alias(talk: Archive) -> None:
    told(talk, Member("telegram:44", "老王", group_key=TG))
    with talk.writing() as db:
        for name in ("李四", " 老王 ", "", "a\u202eb", "x" * 21, "\n"):
            with pytest.raises(ArchiveError):
                set_alias(db, TG, HERS, name, HERS)
        set_alias(db, TG, HERS, "张三", HERS)


def test_operator_finds_by_the_name_and_others_by_the_alias(talk: Archive) -> None:
    inside = member(frozenset((TG,)))
    with talk.writing() as db:
        set_alias(db, TG, HERS, "石头", HERS)
    for query, reader in (
        ("from:张三", operator()),
        ("from:石头", operator()),
        ("from:石头", inside),
    ):
        assert TEXT in texts(talk, query, reader), query
    assert texts(talk, "from:张三", inside) == [] == texts(talk, "from:石头", member(frozenset()))
    assert TEXT in texts(talk, f"from:{HERS}", inside)
    assert {view.message.sender for view in found(talk, "备份", inside).hits} == {"石头"}

"""Threads: a run under a title, an edited version that never outlives the words it has."""

from __future__ import annotations

import sqlite3

import pytest
from told import T0, TG, full_group, rows, said, told, undone, whole_dump

from archive.access import member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.forget import forget, forget_member
from archive.groups import set_visibility
from archive.messages import get_message
from archive.records import Group, Quote, Reaction, Recall
from archive.threads import (
    MAX_RUN,
    ThreadView,
    dissolve,
    edit,
    gather,
    get_thread,
    list_threads,
    run_during,
    run_from,
    run_latest,
    thread_of,
)
from archive.unite import begin_union, finish_unions
from archive.verify import verify

INSIDE = member(frozenset({TG}), "telegram:43")
CANARY = "金丝雀七号"


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive,
        full_group(),
        said("1", "先备份", reactions=(Reaction("👍", 2),)),
        said("2", "再部署", who="43", reactions=(Reaction("👍", 5), Reaction("❤", 1))),
        said("3", "别忘了测试", who="43"),
        said("4", "有人来了", kind="service", service="join"),
        said("5", "收工", who="44"),
    )
    return archive


def made(archive: Archive, title: str = "部署流程", first: str = "1", last: str = "5") -> int:
    with archive.writing() as db:
        run = run_from(db, operator(), f"{TG}:{first}", f"{TG}:{last}", T0 + 900)
        return gather(db, title, run, by="telegram:42", at=T0 + 900)


def shown(archive: Archive, id: int) -> ThreadView:
    with archive.reading() as db:
        return get_thread(db, INSIDE, id)


def test_run_is_gathered_with_its_people_and_best_quotes(talk: Archive) -> None:
    view = shown(talk, made(talk))
    assert (view.title, view.group_title, view.made_at) == ("部署流程", "技术群", T0 + 900)
    assert [m.text for m in view.messages] == ["先备份", "再部署", "别忘了测试", "收工"]
    assert [(p.name, p.messages) for p in view.people] == [
        ("李四", 2), ("张三", 1), ("Wang Wu", 1)]  # fmt: skip
    assert [m.text for m in view.quotes] == ["再部署", "先备份"]
    assert (view.since, view.until, view.edited) == (T0 + 1, T0 + 5, None)
    assert rows(talk, "SELECT who, action FROM audit") == [("telegram:42", "thread")]
    assert verify(talk) == []


def test_run_is_named_by_its_ends_a_number_or_a_time(talk: Archive) -> None:
    with talk.reading() as db:

        def ids(run: list) -> list[str]:  # type: ignore[type-arg]
            return [view.key.rpartition(":")[2] for view in run]

        assert ids(run_from(db, INSIDE, f"{TG}:2", None, T0 + 3)) == ["2", "3"]
        assert ids(run_from(db, INSIDE, f"{TG}:3", f"{TG}:1", 0)) == ["1", "2", "3"]
        assert ids(run_latest(db, INSIDE, TG, 2, T0 + 90)) == ["3", "5"]
        assert ids(run_latest(db, INSIDE, TG, 2, T0 + 2)) == ["1", "2"]
        assert ids(run_during(db, INSIDE, TG, T0 + 2, T0 + 4)) == ["2", "3"]
        assert run_during(db, INSIDE, TG, T0 + 50, T0 + 40) == []


def test_run_over_two_groups_or_too_long_is_refused(talk: Archive) -> None:
    told(talk, Group("qq:1", "别群"), said("1", "外", group="qq:1"))
    told(talk, (said(str(n), "话") for n in range(100, 101 + MAX_RUN)))
    with talk.reading() as db:
        with pytest.raises(ArchiveError, match="one group"):
            run_from(db, operator(), f"{TG}:1", "qq:1:1", 0)
        with pytest.raises(ArchiveError, match="at most 500"):
            run_from(db, operator(), f"{TG}:100", None, T0 + 9_000)
        with pytest.raises(NotFound):
            run_from(db, INSIDE, "qq:1:1", None, T0)
        with pytest.raises(ArchiveError, match="title"):
            gather(db, " ", run_latest(db, INSIDE, TG, 1, T0 + 9), by="x")


def test_thread_is_seen_by_who_may_see_its_group(talk: Archive) -> None:
    id = made(talk, "找 13812345678")
    with talk.writing() as db:
        edit(db, id, "张三说先备份", by="telegram:42")
        for reader in (public(), member(frozenset({"qq:1"}))):
            assert list_threads(db, reader) == []
            with pytest.raises(NotFound):
                get_thread(db, reader, id)
        (line,) = list_threads(db, INSIDE, TG)
        assert (line.title, line.messages, line.first.text) == ("找 13812345678", 4, "先备份")
        assert get_thread(db, INSIDE, id).edited == "张三说先备份"
        set_visibility(db, TG, "public", "operator")
        view = get_thread(db, public(), id)
        # names and what was written for the group stay inside
        assert (view.people, view.edited) == ((), None) and "1381234" not in view.title
        assert {m.sender for m in view.messages} == {"匿名成员"}


def test_edited_version_stands_beside_the_raw_and_is_taken_away(talk: Archive) -> None:
    id = made(talk)
    with talk.writing() as db:
        edit(db, id, " 先备份，再部署。 ", by="telegram:42", at=T0 + 950)
    view = shown(talk, id)
    assert (view.edited, view.edited_at, len(view.messages)) == ("先备份，再部署。", T0 + 950, 4)
    with talk.writing() as db:
        edit(db, id, "", by="telegram:42")
        with pytest.raises(NotFound):
            edit(db, 99, "x", by="telegram:42")
        with pytest.raises(ArchiveError, match="50,000"):
            edit(db, id, "长" * 50_001, by="telegram:42")
    assert shown(talk, id).edited is None


def test_message_taken_back_hides_the_edited_version_until_it_is_edited_anew(talk: Archive) -> None:
    id = made(talk)
    with talk.writing() as db:
        edit(db, id, f"李四：{CANARY}", by="telegram:42")
    told(talk, Recall(TG, "2"))
    view = shown(talk, id)
    assert view.edited is None and [m.recalled for m in view.messages].count(True) == 1
    assert {p.name: p.messages for p in view.people}["李四"] == 1
    assert [m.text for m in view.quotes] == ["先备份"]
    with talk.writing() as db:
        edit(db, id, "没有那一句", by="telegram:42")
    assert shown(talk, id).edited == "没有那一句"


def test_forgotten_message_takes_the_edited_version_with_it(talk: Archive) -> None:
    """No word of it stays in any table (TRUST 33)."""
    id = made(talk)
    with talk.writing() as db:
        edit(db, id, f"李四：{CANARY}", by="telegram:42")
        forget(db, [f"{TG}:2"], by="telegram:43")
    # told again by another source it stays away (TRUST 5)
    told(talk, said("2", "再部署", who="43"))
    assert [m.text for m in shown(talk, id).messages] == ["先备份", "别忘了测试", "收工"]
    with undone(talk) as db:
        assert CANARY not in str(whole_dump(db))
    with talk.writing() as db:
        forget(db, [f"{TG}:{n}" for n in (1, 3, 5)], by="operator")
    assert rows(talk, "SELECT * FROM threads") == []
    assert verify(talk) == []


def test_person_who_opts_out_leaves_threads_and_what_was_quoted_of_them(talk: Archive) -> None:
    """Also where only a quote of theirs stood in a gathered message (TRUST 33)."""
    quote = Quote(CANARY, "李四")
    told(talk, said("7", "说得对", quote=quote))
    id = made(talk, last="7")
    quoting = made(talk, "引用", "7", "7")
    with talk.writing() as db:
        edit(db, quoting, f"有人说过 {CANARY}", by="telegram:43")
        opt_out(db, "telegram:43", by="telegram:43")
    # at once, though nothing is erased yet
    assert {m.sender for m in shown(talk, id).messages if not m.recalled} == {"张三", "Wang Wu"}
    with talk.reading() as db:
        run = run_latest(db, INSIDE, TG, 9, T0 + 90)
        assert "telegram:43" not in {view.sender_key for view in run}
    with talk.writing() as db:
        assert forget_member(db, "telegram:43", by="telegram:43").next is None
    assert {m.sender for m in shown(talk, id).messages} == {"张三", "Wang Wu"}
    with undone(talk) as db:
        dump = str(whole_dump(db))
    assert CANARY not in dump and "'telegram:43', 1790000" not in dump
    assert verify(talk) == []


def test_thread_is_dissolved_and_its_messages_stay(talk: Archive) -> None:
    one, other = made(talk), made(talk, "另一个", "2", "3")
    with talk.writing() as db:
        assert thread_of(db, INSIDE, f"{TG}:2") == other
        dissolve(db, other, by="telegram:42")
        assert thread_of(db, INSIDE, f"{TG}:2") == one
        with pytest.raises(NotFound):
            dissolve(db, other, by="telegram:42")
        assert get_message(db, INSIDE, f"{TG}:3").text == "别忘了测试"
        assert [line.id for line in list_threads(db, INSIDE)] == [one]
    assert verify(talk) == []


def test_threads_are_paged_newest_first(talk: Archive) -> None:
    ids = [made(talk, f"第 {n} 个") for n in range(5)]
    with talk.reading() as db:
        first = list_threads(db, INSIDE, TG, limit=2)
        rest = list_threads(db, INSIDE, TG, before=first[-1].id)
    assert [line.id for line in (*first, *rest)] == ids[::-1]


def united(archive: Archive, source: str, target: str) -> None:
    db: sqlite3.Connection = archive.connect_for_writing()
    with archive.writing() as writing:
        begin_union(writing, source, target)
    finish_unions(db)
    db.close()


def test_threads_move_with_a_group_that_becomes_part_of_another(talk: Archive) -> None:
    other = "telegram:-5"
    told(
        talk, Group(other, "旧群"), said("8", "旧话", group=other), said("9", "又一句", group=other)
    )
    with talk.writing() as db:
        run = run_from(db, operator(), f"{other}:8", f"{other}:9", T0 + 99)
        id = gather(db, "旧帖", run, by="x")
        edit(db, id, "整理过", by="x")
    united(talk, other, TG)
    view = shown(talk, id)
    assert (view.group_key, view.edited) == (TG, "整理过")
    assert [m.key for m in view.messages] == [f"{TG}:8", f"{TG}:9"]
    assert verify(talk) == []


def test_corrected_time_keeps_a_message_in_its_thread(talk: Archive) -> None:
    id = made(talk)
    told(talk, said("2", "再部署", at=T0 + 700, who="43", quality=3))
    assert "再部署" in [m.text for m in shown(talk, id).messages]
    assert verify(talk) == []

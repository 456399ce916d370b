"""A title only proposes a group; two groups that are one become one, and old links go on."""

from __future__ import annotations

from contextlib import closing

import pytest
from logical import logical
from told import (
    T0,
    TG,
    assert_whole,
    counts,
    found,
    full_group,
    proposed,
    rows,
    said,
    texts,
    titled,
    told,
    undone,
)

from archive.access import operator
from archive.database import Archive, transaction
from archive.errors import ArchiveError
from archive.essence import feed, mark
from archive.groups import get_group, list_groups
from archive.keep import keep
from archive.keys import title_key
from archive.messages import around, get_message
from archive.records import Group, Member, Message
from archive.unite import BATCH, begin_union, finish_unions, unite_some
from archive.verify import verify

OLD = "telegram:-5"
TITLED = title_key("telegram", "技术群")


def keys(archive: Archive) -> list[str]:
    with archive.reading() as db:
        return sorted(group.key for group in list_groups(db, operator()))


def united(archive: Archive, source: str, target: str) -> None:
    with closing(archive.connect_for_writing()) as db:
        with transaction(db):
            begin_union(db, source, target)
        finish_unions(db)


@pytest.mark.parametrize("first", ("full", "titled"))
@pytest.mark.parametrize(
    ("shared", "agreeing", "one"),
    ((3, 3, True), (1, 1, True), (19, 19, True), (19, 18, False), (40, 20, True), (40, 19, False),
     (0, 0, False)),
)  # fmt: skip
def test_twenty_agreeing_messages_or_all_make_a_title_the_group(
    archive: Archive, first: str, shared: int, agreeing: int, one: bool
) -> None:
    own = [said(str(n), f"只有完整的 {n}") for n in range(100, 103)]
    full = [full_group(), *own, *(said(str(n), f"话 {n}") for n in range(1, shared + 1))]
    seen = [titled(str(n), f"话 {n}" if n <= agreeing else "别的") for n in range(1, shared + 1)]
    only = [] if one else [titled("900", "只有标题的")]
    both = {"full": full, "titled": [proposed(), *seen, *only]}
    notes = told(archive, both.pop(first)).notes + told(archive, *both.values()).notes
    assert keys(archive) == ([TG] if one else sorted([TG, TITLED]))
    assert any("chendian group merge" in note for note in notes) is not one
    if not one:
        assert "chendian group merge" in notes[0] and TG in notes[0] and TITLED in notes[0]
    assert verify(archive) == []


@pytest.mark.parametrize("what", ("time", "text"))
def test_agreement_is_about_time_and_text_both(archive: Archive, what: str) -> None:
    told(archive, full_group(), said("1", "话"))
    other = titled("1", "话", T0 + 2) if what == "time" else titled("1", "别的话")
    told(archive, proposed(), other)
    assert keys(archive) == sorted([TG, TITLED])


def test_text_before_an_edit_agrees_too(archive: Archive) -> None:
    told(archive, full_group(), said("1", "初稿"), said("1", "终稿", edited_at=T0 + 60))
    told(archive, proposed(), titled("1", "初稿"))
    assert keys(archive) == [TG]
    assert texts(archive, "稿") == ["终稿"]


def test_group_kept_apart_is_found_again_by_its_messages(archive: Archive) -> None:
    told(archive, full_group(), said("1", "这里"))
    for _ in range(2):
        told(archive, proposed(), titled("1", "那里"), titled("2", "还是那里"))
    assert keys(archive) == sorted([TG, TITLED])
    assert found(archive, "里").count == 3
    # and a third of the same title stays a third
    told(archive, proposed(), titled("1", "哪里"))
    assert len(keys(archive)) == 3


def test_shared_title_on_another_platform_is_another_group(archive: Archive) -> None:
    told(archive, Group("qq:1", "技术群"), Message("qq:1", "1", T0 + 1, text="话"))
    told(archive, proposed(), titled("1", "话"))
    assert keys(archive) == ["qq:1", TITLED]


def test_merge_by_hand_moves_everything_and_old_links_lead_on(archive: Archive) -> None:
    told(archive, proposed(), titled("1", "那里 #甲#"), titled("2", "好", reply_to="1"))
    with archive.writing() as db:
        mark(db, [f"{TITLED}:1"], by="operator", reason="妙")
    told(archive, full_group(), said("1", "这里"), said("3", "三"))
    united(archive, TITLED, TG)
    assert keys(archive) == [TG]
    assert verify(archive) == []
    with archive.reading() as db:
        assert get_group(db, operator(), TITLED).key == TG
        one = get_message(db, operator(), f"{TITLED}:1")
        assert (one.key, one.text, one.tags) == (f"{TG}:1", "这里", ("甲",))
        assert [e.reason for e in feed(db, operator(), TG)] == ["妙"]
        assert get_message(db, operator(), f"{TITLED}:2").reply.key == f"{TG}:1"  # type: ignore[union-attr]
        assert get_group(db, operator(), TG).messages == 3


def test_merge_of_a_group_with_itself_or_another_platform_is_refused(archive: Archive) -> None:
    told(archive, full_group(), said("1"), Group("qq:1"), Group("qq:2", aliases=("qq:3",)))
    for one, other in ((TG, TG), (TG, "qq:1"), ("qq:3", "qq:2")):
        with pytest.raises(ArchiveError), archive.writing() as db:
            begin_union(db, one, other)


def test_union_killed_half_way_goes_on_where_it_was(archive: Archive) -> None:
    many = BATCH * 2 + 50
    told(archive, Group(OLD, "旧群"), (said(str(n), f"旧 {n}", group=OLD) for n in range(1, many)))
    told(archive, full_group(), said("1", "旧 1"), said("999999", "新", T0 - 5))
    with archive.writing() as db:
        begin_union(db, OLD, TG)
    with archive.writing() as db:
        assert unite_some(db)
    assert verify(archive) == []
    assert found(archive, "旧").count == many - 1
    with closing(archive.connect_for_writing()) as db:
        finish_unions(db)
    assert keys(archive) == [TG]
    assert verify(archive) == []
    assert rows(archive, "SELECT messages, first_at FROM groups") == [(many, T0 - 5)]


@pytest.mark.parametrize("unions", (((1, 2), (2, 3)), ((2, 3), (1, 2)), ((3, 2), (2, 1)),
                                    ((1, 2), (2, 1))))  # fmt: skip
def test_unions_in_a_row_end_in_one_group_and_lose_nothing(
    archive: Archive, unions: tuple[tuple[int, int], ...]
) -> None:
    for n in (1, 2, 3):
        told(archive, Group(f"qq:{n}"), Message(f"qq:{n}", str(n), T0 + n, text=f"话 {n}"))
    with closing(archive.connect_for_writing()) as db:
        with transaction(db):
            for one, other in unions:
                begin_union(db, f"qq:{one}", f"qq:{other}")
        finish_unions(db)
    left = 2 if {1, 2} == {n for pair in unions for n in pair} else 1
    assert len(keys(archive)) == left
    assert sorted(texts(archive, "话")) == ["话 1", "话 2", "话 3"]
    with archive.reading() as db:
        for n in (1, 2, 3):
            assert get_message(db, operator(), f"qq:{n}:{n}").text == f"话 {n}"
    assert verify(archive) == []


def test_union_with_a_better_time_or_another_name_for_a_message(archive: Archive) -> None:
    # the one group has the message by its id and by content, the other by id at a better time
    minute = said(None, "同一句", T0 + 40, quality=0, precision=60)
    told(archive, full_group("甲"), minute)
    told(archive, said("7", "同一句", T0 + 61, quality=1))
    told(archive, Group(OLD, "乙"), said("7", "同一句", T0 + 59, quality=2, group=OLD))
    united(archive, TG, OLD)
    assert keys(archive) == [OLD]
    (message,) = [hit.message for hit in found(archive, "同一句").hits]
    assert (message.key, message.sent_at) == (f"{OLD}:7", T0 + 59)
    assert verify(archive) == []
    # what was known under the other name still is
    assert counts(told(archive, minute)) == (0, 0, 1)


def test_union_moves_a_message_whose_time_was_only_guessed(archive: Archive) -> None:
    told(archive, Group("qq:1"), Message("qq:1", "7", None, text="话"))
    told(archive, Group("qq:2"), Message("qq:2", "7", T0, text="话"), Message("qq:2", "8", T0))
    united(archive, "qq:2", "qq:1")
    assert [hit.message.sent_at for hit in found(archive, "话").hits] == [T0]
    assert verify(archive) == []


def test_essence_of_both_groups_on_one_message_leaves_no_empty_one(archive: Archive) -> None:
    for key in ("qq:1", "qq:2"):
        told(archive, Group(key), Message(key, "7", T0, text="话"))
        with archive.writing() as db:
            mark(db, [f"{key}:7"], by="operator", reason=key)
    united(archive, "qq:1", "qq:2")
    with archive.reading() as db:
        assert [(e.reason, len(e.messages)) for e in feed(db, operator())] == [("qq:2", 1)]


def test_basic_group_that_became_a_supergroup_is_one_history(archive: Archive) -> None:
    told(archive, Group(OLD, "群"), said(None, "从前", T0, group=OLD, local_id="1"))
    told(archive, Group(TG, "群", aliases=(OLD,)), said("1", "现在"))
    assert keys(archive) == [TG]
    with archive.reading() as db:
        assert get_group(db, operator(), OLD).key == TG
        (old,) = around(db, operator(), f"{TG}:1").before
        assert get_message(db, operator(), old.key.replace(TG, OLD)).text == "从前"
    # whatever still speaks of the old key lands in the same place
    assert counts(told(archive, said(None, "从前", T0, group=OLD, local_id="1"))) == (0, 0, 1)
    told(archive, said("2", "好", group=OLD))
    assert texts(archive, f"in:{TG}") == ["好", "现在", "从前"]
    assert verify(archive) == []


def test_alias_known_before_the_old_group_says_anything(archive: Archive) -> None:
    told(archive, Group(TG, "群", aliases=(OLD,)))
    told(archive, Group(OLD, "旧名"), said("1", "话", group=OLD))
    assert keys(archive) == [TG]


def test_name_only_people_become_the_one_real_person_of_that_name(archive: Archive) -> None:
    told(
        archive,
        proposed(),
        titled("1", "一"),
        titled("9", "只在网页里"),
        titled("8", "八", who="李四"),
    )
    told(archive, full_group(), said("1", "一"), said("2", "二", who="43"))
    told(archive, said("3", "三", who="45"), Member("telegram:45", "李四", group_key=TG))
    assert rows(archive, "SELECT key FROM members WHERE name_only") == []
    assert texts(archive, "from:张三") == ["只在网页里", "一"]
    assert texts(archive, "from:telegram:42") == ["只在网页里", "一"]
    # names of two people say nothing about which
    told(archive, proposed(), titled("1", "一"), titled("30", "谁说的", who="李四"))
    assert len(texts(archive, "from:李四")) == 4
    assert verify(archive) == []


def test_who_was_joined_twice_is_still_known_by_the_first_name(archive: Archive) -> None:
    for title in ("甲群", "乙群"):
        told(archive, proposed(title), titled("1", "一", title=title))
        told(
            archive,
            proposed(title),
            titled("1", "一", title=title),
            titled(None, title, T0 + 5, title=title),
        )
    one, other = (title_key("telegram", t) for t in ("甲群", "乙群"))
    united(archive, one, other)
    told(archive, full_group("丙群"), said("1", "一"))
    united(archive, other, TG)
    with undone(archive) as db:
        people = {key for (key,) in db.execute("SELECT key FROM members")}
        assert people == {"telegram:42"}
        targets = db.execute("SELECT target FROM aliases WHERE kind = 'member'").fetchall()
        known = {i for (i,) in db.execute("SELECT id FROM members")}
        assert {i for (i,) in targets} <= known
        assert_whole(db)


def test_result_of_a_union_does_not_depend_on_its_direction_in_time(archive: Archive) -> None:
    came_out = []
    for late in (False, True):
        with undone(archive) as db:
            keep(db, [full_group(), *([] if late else [said("1", "一")]), said("2", "二")])
            keep(db, [proposed(), titled("1", "一"), titled("3", "三", who="没有号的人")])
            keep(db, [said("1", "一")])
            while unite_some(db):
                pass
            came_out.append(logical(db))
    assert came_out[0] == came_out[1]

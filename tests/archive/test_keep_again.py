"""The same message told again: an edit, a recall, another export, a correction of its time."""

from __future__ import annotations

from itertools import permutations

import pytest
from logical import logical
from told import (
    T0,
    TG,
    assert_whole,
    counts,
    found,
    full_group,
    rows,
    said,
    texts,
    told,
    undone,
    whole_dump,
)

from archive.access import operator
from archive.database import Archive
from archive.keep import Keeper, keep
from archive.messages import around, get_message, versions
from archive.prepare import prepare_all
from archive.records import Attachment, Member, Message, Poll, Reaction, Recall, Span

RICH = [
    full_group(),
    Member("telegram:42", "张三", "zhangsan", TG, "三哥", "admin", ("老张",)),
    said("1", "部署 #干货# https://a.b/c", reactions=(Reaction("👍", 3, ("telegram:43",)),)),
    said(
        "2", "文件", reply_to="1", attachments=(Attachment("file", "账单.pdf", sha256="ab" * 32),)
    ),
    said("3", "改过", edited_at=T0 + 90, spans=(Span("bold", 0, 2),), who="43"),
    said("4", "", kind="poll", poll=Poll("吃什么", (("面", 2), ("饭", 1)))),
    said("5", "撤回了", recalled=True),
    said("6", "转发", nested=(Message(TG, text="里面"),), kind="forward"),
    said(None, "没有号", T0 + 50),
]


def test_same_records_again_change_not_one_byte(archive: Archive) -> None:
    with undone(archive) as db:
        assert counts(keep(db, RICH)) == (7, 0, 0)
        before = whole_dump(db)
        assert counts(keep(db, RICH)) == (0, 0, 7)
        assert whole_dump(db) == before


def test_each_record_alone_in_any_order_is_the_same_as_all_at_once(archive: Archive) -> None:
    with undone(archive) as db:
        keep(db, RICH)
        at_once = logical(db)
    with undone(archive) as db:
        for record in [RICH[0], *reversed(RICH[1:]), *RICH]:
            keep(db, [record])
        assert logical(db) == at_once
        assert_whole(db)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_edits_in_any_order_give_the_last_text_and_all_former_ones(
    archive: Archive, order: tuple[int, ...]
) -> None:
    edits = [
        said("1", "初稿 #甲#", spans=(Span("bold", 0, 2),)),
        said("1", "二稿 #乙#", edited_at=T0 + 60),
        said("1", "终稿 #丙#", edited_at=T0 + 120, spans=(Span("italic", 0, 1),)),
    ]
    for place in order:
        told(archive, edits[place])
    with archive.reading() as db:
        view = get_message(db, operator(), f"{TG}:1")
        former = [(v.text, v.edited_at) for v in versions(db, operator(), view.key)]
    assert (view.text, view.edited_at, view.versions) == ("终稿 #丙#", T0 + 120, 2)
    assert view.spans == (Span("italic", 0, 1),)
    assert view.tags == ("丙",)
    assert former == [("初稿 #甲#", None), ("二稿 #乙#", T0 + 60)]
    assert texts(archive, "初稿") == texts(archive, "tag:甲") == []
    assert texts(archive, "tag:丙 is:edited") == ["终稿 #丙#"]


def test_formatting_of_a_former_text_does_not_stay_on_the_new_one(archive: Archive) -> None:
    told(archive, said("1", "看这个网站", spans=(Span("link", 0, 5, "https://a.b"),)))
    told(archive, said("1", "算了", edited_at=T0 + 60))
    with archive.reading() as db:
        assert get_message(db, operator(), f"{TG}:1").spans == ()


def test_tag_added_by_a_person_survives_an_edit(archive: Archive) -> None:
    from archive.tags import add_tags

    told(archive, said("1", "初稿 #甲#"))
    with archive.writing() as db:
        row_id = get_message(db, operator(), f"{TG}:1").id
        add_tags(db, [row_id], ("好文",), "operator")
    told(archive, said("1", "终稿", edited_at=T0 + 60))
    with archive.reading() as db:
        assert get_message(db, operator(), f"{TG}:1").tags == ("好文",)


def test_recalled_message_is_a_stub_that_no_word_finds(archive: Archive) -> None:
    told(
        archive, said("1", "机密 部署", reactions=(Reaction("👍"),)), said("2", "好", reply_to="1")
    )
    told(archive, Recall(TG, "1", T0 + 5))
    assert texts(archive, "机密") == []
    with archive.reading() as db:
        stub = get_message(db, operator(), f"{TG}:1")
        reply = get_message(db, operator(), f"{TG}:2").reply
    assert (stub.recalled, stub.text, stub.more) == (True, "", "")
    assert reply is not None and reply.text == ""
    # filters alone leave it out, unless it is asked for
    assert texts(archive, "from:张三") == ["好"]
    assert texts(archive, "is:recalled") == [""]
    assert texts(archive, "-is:recalled") == ["好"]
    assert texts(archive, "-xrecalled") == ["好"]
    assert texts(archive, "好 OR from:张三") == ["好"]


def test_recalled_message_stays_so_when_an_older_source_still_has_it(archive: Archive) -> None:
    told(archive, said("1", "机密"), Recall(TG, "1"))
    told(archive, said("1", "机密"))
    told(archive, said("1", "机密", quality=3))
    assert texts(archive, "机密") == []
    assert found(archive, "is:recalled").count == 1


def test_recall_known_only_to_the_poorer_source_counts(archive: Archive) -> None:
    told(archive, said("1", "机密"))
    assert counts(told(archive, said("1", "", recalled=True, quality=0))) == (0, 1, 0)
    assert texts(archive, "机密") == []


def test_recall_that_comes_before_its_message_holds(archive: Archive) -> None:
    told(archive, full_group(), Recall(TG, "1"))
    told(archive, said("1", "机密"))
    assert texts(archive, "机密") == []


def test_reactions_keep_the_largest_count_of_each_emoji(archive: Archive) -> None:
    for reactions in ((("👍", 3), ("❤", 1)), (("👍", 2), ("🎉", 1)), (("❤", 4),)):
        told(archive, said("1", "好", reactions=tuple(Reaction(*r) for r in reactions)))
    with archive.reading() as db:
        view = get_message(db, operator(), f"{TG}:1")
    assert {r.emoji: r.count for r in view.reactions} == {"👍": 3, "❤": 4, "🎉": 1}


@pytest.mark.parametrize("first", (0, 1))
def test_attachment_gets_its_bytes_from_whichever_source_has_them(
    archive: Archive, first: int
) -> None:
    sources = [
        said("1", attachments=(Attachment("photo", "a.jpg", missing="not exported", width=9),)),
        said("1", attachments=(Attachment("photo", None, sha256="ab" * 32, size=3),), quality=1),
    ]
    told(archive, sources[first])
    assert counts(told(archive, sources[1 - first])) == (0, 1, 0)
    with archive.reading() as db:
        (attachment,) = get_message(db, operator(), f"{TG}:1").attachments
    assert attachment == Attachment("photo", "a.jpg", sha256="ab" * 32, size=3, width=9)
    assert rows(archive, "SELECT sha256, size FROM media") == [("ab" * 32, 3)]


def test_attachment_only_the_poorer_source_knows_is_found_by_has(archive: Archive) -> None:
    told(archive, said("1", "看图"))
    told(archive, said("1", "看图", attachments=(Attachment("photo", "a.jpg"),), quality=1))
    assert texts(archive, "has:图片") == texts(archive, "a.jpg") == ["看图"]


@pytest.mark.parametrize("late", (False, True))
def test_pinned_message_stays_pinned_through_edits_and_other_sources(
    archive: Archive, late: bool
) -> None:
    pinned = Message(TG, "9", T0 + 9, kind="service", service="pin_message", reply_to="1")
    told(archive, full_group(), said("1", "公告"), *([] if late else [pinned]))
    told(archive, said("1", "公告 改", edited_at=T0 + 60), said("1", "公告", quality=1), pinned)
    assert texts(archive, "is:置顶") == ["公告 改"]


def test_corrected_time_moves_a_message_with_all_that_hangs_on_it(archive: Archive) -> None:
    from archive.essence import feed, mark

    told(archive, full_group(), said("1", "早", T0), said("2", "晚 #甲#", T0 + 90_000, quality=1,
         reactions=(Reaction("👍"),), attachments=(Attachment("file", "a"),)))  # fmt: skip
    with archive.writing() as db:
        mark(db, [f"{TG}:2"], by="operator", reason="好")
    before = found(archive, "晚").hits[0].message
    told(archive, said("2", "晚 #甲#", T0 - 90_000))
    after = found(archive, "晚").hits[0].message
    assert (after.sent_at, after.key) == (T0 - 90_000, before.key)
    assert (after.tags, after.essence) == (before.tags, before.essence)
    assert len(after.reactions) == len(after.attachments) == 1
    assert texts(archive, "from:张三") == ["早", "晚 #甲#"]
    with archive.reading() as db:
        assert feed(db, operator())[0].messages == (after,)
        assert [m.text for m in around(db, operator(), f"{TG}:1").before] == ["晚 #甲#"]
        assert_whole(archive.connect_for_writing())
    assert rows(archive, "SELECT first_at, last_at FROM groups") == [(T0 - 90_000, T0)]


def test_message_told_twice_in_a_batch_after_its_time_was_corrected(archive: Archive) -> None:
    told(archive, said("1", "一", -5), said("2", "二", 5))
    told(archive, said("1", "一"), said("1", "一改", edited_at=T0 + 9), said("3", "三"))
    told(archive, said("4", "四", None), said("4", "四"), said("4", "四改", edited_at=T0 + 9))
    with undone(archive) as db:
        assert_whole(db)
    assert sorted(texts(archive, "from:张三")) == sorted(["一改", "二", "三", "四改"])


def test_keeper_goes_on_after_it_joined_names_and_groups(archive: Archive) -> None:
    """Several files in one import: what one file's end deleted, the next must not refer to."""
    from told import proposed, titled

    with archive.writing() as db:
        keep(db, [full_group(), said("1", "一"), said("2", "二", who="43")])
    db = archive.connect_for_writing()
    keeper = Keeper(db)
    for text in ("三", "四", "五"):
        db.execute("BEGIN IMMEDIATE")
        keeper.begin_file()
        keeper.write(
            list(prepare_all([proposed(), titled("1", "一"), titled(None, text, T0 + 99)]))
        )
        keeper.end_file()
        db.execute("COMMIT")
    assert_whole(db)
    db.close()
    assert sorted(texts(archive, "from:张三")) == sorted(["一", "三", "四", "五"])
    assert {hit.message.sender for hit in found(archive, "").hits} == {"张三", "李四"}

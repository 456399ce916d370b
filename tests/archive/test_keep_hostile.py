"""Hostile or odd content is kept as it is (TRUST 9, 10), and what was forgotten stays so (5)."""

from __future__ import annotations

import json
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from told import (
    T0,
    TG,
    assert_whole,
    counts,
    found,
    full_group,
    indexed,
    proposed,
    rows,
    said,
    texts,
    titled,
    told,
    undone,
)

from archive import index
from archive.access import operator, public
from archive.database import Archive
from archive.groups import list_groups, set_visibility
from archive.keep import keep
from archive.matching import match_of
from archive.merge import entry_of, load
from archive.messages import around, get_message, newest
from archive.prepare import MAX_TEXT, prepare_all
from archive.records import (
    Attachment,
    Gap,
    Group,
    Member,
    Message,
    Poll,
    Quote,
    Reaction,
    Recall,
    Rejected,
    Span,
)
from archive.tags import list_tags
from archive.tombstones import bury
from archive.unite import as_prepared, begin_union, unite_some

ANY = st.text(st.characters(exclude_categories=()), max_size=20)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(*[ANY] * 6)
def test_any_characters_anywhere_are_kept_and_read_again(
    archive: Archive, text: str, name: str, title: str, file: str, tag: str, key: str
) -> None:
    group = Group(f"qq:{key}x", title, time_zone=None)
    message = Message(
        group.key, f"i{key}", T0, f"qq:{name}", name, text=f"{text} #{tag}#", topic=key,
        attachments=(Attachment("file", file, mime=name, missing=tag),), quote=Quote(text, name),
        reactions=(Reaction(tag or "x", 1, (name,)),), spans=(Span("bold", 0, 1, text),),
        poll=Poll(text, ((name, 1),)), nested=(Message(group.key, sender_name=name, text=text),),
        detail={"title": title, text: [name]}, service=file, kind=file,
    )  # fmt: skip
    with undone(archive) as db:
        report = keep(db, [group, Member(f"qq:{name}", name, file, group.key, tag, text), message])
        assert report.new == 1
        assert_whole(db)
        (view,) = newest(db, operator())
        replaced = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert view.text.startswith(replaced)
        assert len(list_groups(db, operator())) == 1
        list_tags(db, operator())
        set_visibility(db, view.group_key, "public", "operator")
        assert len(newest(db, public())) == 1 - (file == "service")
        assert counts(keep(db, [group, message])) == (0, 0, 1)


def test_lone_surrogates_are_kept_without_loss(archive: Archive) -> None:
    told(archive, full_group("坏\ud800群"), said("1", "甲\ud83d乙\udfff", who="名\udc00"))
    with archive.reading() as db:
        view = get_message(db, operator(), f"{TG}:1")
    assert view.text == "甲�乙�"
    assert json.loads(view.detail["original_text"]) == "甲\ud83d乙\udfff"
    assert texts(archive, "甲") == texts(archive, "乙") == [view.text]


def test_pairs_of_surrogates_become_the_character_they_mean(archive: Archive) -> None:
    told(archive, said("1", "\ud83d\udc4d 好"))
    assert texts(archive, "👍") == ["👍 好"]


def test_nul_and_direction_marks_stay_in_text_and_names(archive: Archive) -> None:
    name, text = "张\u202e三\0", "前\0后 \u202e反\u2066 \u200b"
    told(archive, Message(TG, "1", T0, "telegram:42", name, text=text))
    with archive.reading() as db:
        view = get_message(db, operator(), f"{TG}:1")
    assert (view.text, view.sender) == (text, name)
    assert texts(archive, "后") == [text]


def test_name_spoofed_with_invisible_characters_is_another_person_of_the_same_name(
    archive: Archive,
) -> None:
    told(archive, said("1", "真的"))
    told(archive, Message(TG, "2", T0 + 2, "telegram:666", "张\u200b三", text="假的"))
    assert texts(archive, "from:张三") == ["假的", "真的"]
    assert texts(archive, "from:telegram:42") == ["真的"]


def test_megabyte_of_text_is_cut_and_the_cut_is_named(archive: Archive) -> None:
    began = time.perf_counter()
    report = told(archive, full_group(), said("1", "开头 " + "部署" * 500_000 + " 结尾"))
    assert time.perf_counter() - began < 5
    assert report.new == 1
    assert report.rejected == [
        Rejected("message 1", "the text after 100,000 characters was cut off")
    ]
    with archive.reading() as db:
        view = get_message(db, operator(), f"{TG}:1")
    assert (len(view.text), view.truncated) == (MAX_TEXT, True)
    assert found(archive, "开头").count == found(archive, "部署").count == 1
    assert found(archive, "结尾").count == 0
    assert len(found(archive, "部署").hits[0].excerpt) < 300


def test_cut_message_told_again_is_unchanged(archive: Archive) -> None:
    long = said("1", "话" * (MAX_TEXT + 1))
    told(archive, long)
    assert counts(told(archive, long)) == (0, 0, 1)
    told(archive, said("1", "短了", edited_at=T0 + 60))
    with archive.reading() as db:
        assert not get_message(db, operator(), f"{TG}:1").truncated
    told(archive, said("1", "话" * (MAX_TEXT + 1), edited_at=T0 + 90))
    with archive.reading() as db:
        assert get_message(db, operator(), f"{TG}:1").truncated


def test_deeply_nested_records_do_not_overflow(archive: Archive) -> None:
    inner = Message(TG, text="最里面")
    for _ in range(300):
        inner = Message(TG, text="一层", kind="forward", nested=(inner,))
    told(archive, said("1", "转发", nested=(inner,), kind="forward"))
    assert texts(archive, "最里面") == ["转发"]


def test_many_lines_and_marks_and_tags_in_one_message(archive: Archive) -> None:
    tags = " ".join(f"#标签{n}" for n in range(500))
    told(archive, said("1", "行\n" * 10_000), said("2", tags), said("3", "好" + "\u0301" * 10_000))
    assert len(texts(archive, "tag:标签499")) == 1
    assert found(archive, "好").hits[0].marks == ((0, 160),)


def test_recalled_message_that_is_new_brings_no_tags_or_words(archive: Archive) -> None:
    told(archive, full_group(), said("1", "机密 #内幕#", recalled=True,
         attachments=(Attachment("file", "机密.pdf"),)))  # fmt: skip
    with archive.reading() as db:
        assert list_tags(db, operator()) == []
    assert found(archive, "机密").count == found(archive, "tag:内幕").count == 0


def test_reply_to_a_message_that_comes_in_a_later_batch_is_joined(archive: Archive) -> None:
    told(archive, said("2", "答", reply_to="1"), said("3", "再答", reply_to="1"))
    with archive.reading() as db:
        reply = get_message(db, operator(), f"{TG}:2").reply
    assert reply is not None and reply.key is None
    told(archive, said("1", "问"))
    with archive.reading() as db:
        reply = get_message(db, operator(), f"{TG}:2").reply
        context = around(db, operator(), f"{TG}:1", after=1)
    assert reply is not None and (reply.key, reply.text) == (f"{TG}:1", "问")
    assert [m.text for m in (*context.after, *context.replies)] == ["答", "再答"]


def test_reply_to_a_message_of_another_group_leads_there(archive: Archive) -> None:
    told(archive, said("1", "问", group="telegram:-9"), said("2", "答", reply_to="telegram:-9:1"))
    with archive.reading() as db:
        reply = get_message(db, operator(), f"{TG}:2").reply
    assert reply is not None and reply.key == "telegram:-9:1"


def forget(archive: Archive, *ids: str) -> None:
    """What the command `forget` will do: remove messages and leave their tombstones."""
    with archive.writing() as db:
        for id in ids:
            (row_id,) = db.execute(
                "SELECT id FROM messages WHERE platform_id = ? AND text != ?", (id, "不同")
            ).fetchone()
            row, prepared = load(db, row_id), as_prepared(db, row_id)
            index.replace(db, row_id, entry_of(row), None)
            db.execute("DELETE FROM messages WHERE id = ?", (row_id,))
            db.execute("UPDATE groups SET messages = messages - 1 WHERE id = ?", (row["group_id"],))
            db.execute(
                "UPDATE days SET messages = messages - 1 WHERE group_id = ?", (row["group_id"],)
            )
            bury(db, row["group_id"], [id, match_of(prepared)])


def test_forgotten_message_comes_back_from_no_source(archive: Archive) -> None:
    told(archive, full_group(), said("1", "留下"), said("2", "忘掉"), said("3", "忘掉", T0 + 2))
    forget(archive, "2", "3")
    without = [said(None, "忘掉", T0 + 2, quality=0)] * 2
    again = [said("2", "忘掉"), said("2", "忘掉 改", edited_at=T0 + 9), said("3", "忘掉", T0 + 2)]
    assert counts(told(archive, full_group(), again, without))[0] == 0
    assert texts(archive, "忘掉") == []
    assert rows(archive, "SELECT text FROM messages") == [("留下",)]


def test_twins_of_a_forgotten_message_with_new_ids_are_forgotten_both(archive: Archive) -> None:
    told(archive, full_group(), said("1", "留下"), said("2", "忘掉"))
    forget(archive, "2")
    assert counts(told(archive, said("8", "忘掉", T0 + 2), said("9", "忘掉", T0 + 2)))[0] == 0
    assert counts(told(archive, said("9", "忘掉", T0 + 2), said("8", "忘掉", T0 + 2)))[0] == 0


def test_forgotten_message_does_not_come_back_with_a_union(archive: Archive) -> None:
    told(archive, proposed(), titled("1", "不同"), titled("2", "忘掉"), titled("4", "四"))
    told(archive, full_group(), said("1", "留下"), said("3", "忘掉吧"))
    forget(archive, "3")
    with archive.writing() as db:
        (group,) = db.execute("SELECT id FROM groups WHERE key = ?", (TG,)).fetchone()
        bury(db, group, ["2"])
        begin_union(db, titled("1").group_key, TG)
        while unite_some(db):
            pass
        assert_whole(db)
    assert texts(archive, "忘掉") == []
    assert texts(archive, "from:张三") == ["四", "留下"]


def test_same_gap_or_recall_twice_is_one(archive: Archive) -> None:
    for _ in range(2):
        told(archive, said("1"), Gap(TG, T0, T0 + 60, why="offline"), Recall(TG, "1"))
    assert rows(archive, "SELECT count(*) FROM coverage") == [(1,)]
    with undone(archive) as db:
        assert indexed(db)
        assert list(prepare_all([Recall(TG, "1")])) == [Recall(TG, "1")]

"""Other ids of a message: answers, recalls and marks find it, two that share one stay two."""

from __future__ import annotations

from itertools import permutations

import pytest
from told import QQ, T0, assert_whole, full_group, rows, said, told, undone

from archive.access import operator
from archive.database import Archive
from archive.errors import NotFound
from archive.keep import keep
from archive.messages import around, get_message
from archive.prepare import prepare
from archive.records import Attachment, EssenceMark, Message, Reacted, Reaction, Recall


def live(id: str, text: str, *others: str, **more: object) -> Message:
    return said(id, text, group=QQ, who="10001", quality=3, other_ids=others, **more)


def answered(archive: Archive, id: str) -> str | None:
    with archive.reading() as db:
        reply = get_message(db, operator(), f"{QQ}:{id}").reply
    return reply.key if reply else None


def test_message_is_found_by_every_id_it_has(archive: Archive) -> None:
    told(archive, full_group(key=QQ), live("100", "话", "m-7", "t-100"))
    with archive.reading() as db:
        for name in ("100", "m-7", "t-100"):
            assert get_message(db, operator(), f"{QQ}:{name}").key == f"{QQ}:100"
    told(archive, Reacted(QQ, "m-7", "qq:1", (Reaction("👍"),)), EssenceMark(QQ, "m-7"))
    told(archive, Recall(QQ, "m-7"))
    with archive.reading() as db:
        view = get_message(db, operator(), f"{QQ}:100")
    assert view.recalled and view.essence is not None and view.reactions[0].emoji == "👍"


def test_two_messages_that_share_a_short_id_are_both_kept(archive: Archive) -> None:
    """TRUST 2: the newest of the two owns it, in whatever order they come."""
    first, second = live("100", "甲", "m5"), live("200", "乙", "m5")
    for order in ((first, second), (second, first), (second, first, second, first)):
        with undone(archive) as db:
            for record in order:
                keep(db, [record])
            assert db.execute("SELECT count(*) FROM messages").fetchone() == (2,)
            assert get_message(db, operator(), f"{QQ}:m5").text == "乙"
            keep(db, [Recall(QQ, "m5")])
            assert not get_message(db, operator(), f"{QQ}:100").recalled
            assert get_message(db, operator(), f"{QQ}:200").recalled


def test_answer_means_the_message_that_had_the_id_when_it_was_given(archive: Archive) -> None:
    """TRUST 2."""
    talk = [
        live("100", "甲", "m5"), live("150", "答甲", "m6", reply_to="m5"),
        live("200", "乙", "m5"), live("250", "答乙", "m7", reply_to="m5"),
    ]  # fmt: skip
    told(archive, full_group(key=QQ), talk)
    assert (answered(archive, "150"), answered(archive, "250")) == (f"{QQ}:100", f"{QQ}:200")
    told(archive, talk)
    assert (answered(archive, "150"), answered(archive, "250")) == (f"{QQ}:100", f"{QQ}:200")
    with archive.reading() as db:
        assert [m.text for m in around(db, operator(), f"{QQ}:100", after=0).replies] == ["答甲"]


def test_answer_that_comes_before_its_message_finds_it_later(archive: Archive) -> None:
    """TRUST 4, 6."""
    talk = [live("100", "甲", "m5"), live("150", "答", "m6", reply_to="m5")]
    for order in permutations(talk):
        with undone(archive) as db:
            for record in order:
                keep(db, [record])
            assert db.execute(
                "SELECT reply_to FROM messages WHERE reply_to NOT NULL"
            ).fetchall() == [("100",)]


def test_what_is_said_of_a_short_id_waits_for_its_message_and_not_for_the_next(
    archive: Archive,
) -> None:
    """TRUST 2, 4."""
    told(archive, full_group(key=QQ), live("1", "别的"), Recall(QQ, "m5"))
    told(archive, Reacted(QQ, "m5", "qq:1", (Reaction("👍"),)))
    told(archive, live("100", "甲", "m5"))
    told(archive, live("200", "乙", "m5"))
    assert rows(archive, "SELECT platform_id, flags & 2 FROM messages ORDER BY id") == [
        ("1", 0), ("100", 2), ("200", 0),
    ]  # fmt: skip
    assert rows(archive, "SELECT count(*) FROM reactions") == [(1,)]
    told(archive, live("100", "甲", "m5"))
    assert rows(archive, "SELECT count(*) FROM messages WHERE flags & 2") == [(1,)]


UPLOAD = said("u9", "", T0 + 9, group=QQ, who="10001", quality=3, kind="file",
              attachments=(Attachment("file", "表.xlsx", missing="not fetched yet"),))  # fmt: skip
WITH_FILE = live("300", "", "m8", "u9", "u10", kind="file", at=T0 + 9,
                 attachments=(Attachment("file", "表.xlsx", size=5),))  # fmt: skip


@pytest.mark.parametrize("together", (True, False))
def test_two_tellings_of_one_message_are_one_whichever_comes_first(
    archive: Archive, together: bool
) -> None:
    for order in permutations((UPLOAD, WITH_FILE)):
        with undone(archive) as db:
            for batch in [[*order]] if together else [[record] for record in order]:
                keep(db, [full_group(key=QQ), *batch, Recall(QQ, "9")])
            keep(db, [said("350", "答", group=QQ, reply_to="u9"), *order])
            assert db.execute("SELECT platform_id FROM messages ORDER BY id").fetchall() == [
                ("300",), ("350",),
            ]  # fmt: skip
            view = get_message(db, operator(), f"{QQ}:u9")
            assert (view.key, len(view.attachments)) == (f"{QQ}:300", 1)
            assert_whole(db)


def test_one_telling_belongs_to_one_message_only(archive: Archive) -> None:
    twin = live("301", "", "m9", "u9", kind="file", at=T0 + 10)
    for batches in ([[UPLOAD], [WITH_FILE], [twin]], [[UPLOAD, WITH_FILE, twin]]):
        with undone(archive) as db:
            for batch in batches:
                keep(db, [full_group(key=QQ), *batch])
            assert db.execute("SELECT platform_id FROM messages ORDER BY id").fetchall() == [
                ("300",), ("301",),
            ]  # fmt: skip


def test_digest_depends_neither_on_the_source_of_a_file_nor_on_other_ids() -> None:
    file = Attachment("photo", "a.jpg", missing="not fetched yet")
    plain = prepare(live("1", "话", attachments=(file,)))
    for source, others in (
        ("https://x/?key=1", ()),
        ("https://x/?key=2", ("m5",)),
        (None, ("m5",)),
    ):
        other = prepare(live("1", "话", *others, attachments=(
            Attachment("photo", "a.jpg", missing="not fetched yet", source=source),)))  # fmt: skip
        assert other.digest == plain.digest and other.attachments == plain.attachments
        assert other.other_ids == others


def test_source_of_a_file_is_stored_nowhere(archive: Archive) -> None:
    secret = Attachment("photo", "a.jpg", missing="not fetched yet", source="https://canary/secret")
    told(archive, live("1", "话", attachments=(secret,)))
    told(archive, live("1", "话 改", edited_at=T0 + 70, attachments=(secret,)))
    for path in archive.folder.iterdir():
        assert path.is_dir() or b"canary" not in path.read_bytes()
    with pytest.raises(NotFound), archive.reading() as db:
        get_message(db, operator(), f"{QQ}:m5")

"""A forgotten message is nowhere: not in a row, the index, a log, and no source brings it back."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import pytest
from live_told import event, traces
from told import T0, TG, assert_whole, damage, found, full_group, rows, said, texts, told

from archive.codes import code_of, key_of
from archive.database import Archive, open_archive, transaction
from archive.essence import mark
from archive.forget import Forgotten, forget, settle
from archive.inbox import Inbox
from archive.nominations import nominate
from archive.outbox import Draft, begin, put, sent
from archive.records import (
    Attachment,
    EssenceMark,
    Message,
    Quote,
    Reacted,
    Reaction,
    Recall,
)  # fmt: skip
from archive.reindex import reindex
from archive.tags import add_tags
from archive.verify import verify

WORDS = ("zqcanaryqz", "金丝雀", "丝雀密")
TEXT = "zqcanaryqz 金丝雀密语 #zqcanaryqz标签#"


def forgotten(archive: Archive, *ids: str) -> Forgotten:
    with archive.writing() as db:
        return forget(db, [f"{TG}:{id}" for id in ids], by="telegram:42")


def other_half(n: int) -> Message:
    return said(str(n), f"普通的第 {n} 句 #别的#", who="43")


@pytest.fixture
def talk(archive: Archive) -> Archive:
    """Messages among which 5 is to be forgotten; 6 to 8 repeat its words."""
    stored = archive.media.take(io.BytesIO(b"zqcanaryqz as a picture"))
    photo = Attachment("photo", "zqcanaryqz.jpg", sha256=stored.sha256, size=stored.size)
    told(
        archive, full_group(), [other_half(n) for n in range(10, 60)],
        said("5", "以前 zqcanaryqz", attachments=(photo,), other_ids=("m5",)),
        said("5", TEXT, edited_at=T0 + 60, reactions=(Reaction("👍", 1, ("telegram:43",)),)),
        said("6", "答", who="43", reply_to="5", quote=Quote(TEXT, "张三")),
        said("7", "又答", who="43", quote=Quote(TEXT.replace(" ", "  "), "张三")),
        said("8", "", who="43", kind="forward", nested=(
            Message(TG, text=TEXT, sender_name="张三", sent_at=T0),
            Message(TG, text="留下的一句", sender_name="李四", sent_at=T0))),
        Reacted(TG, "5", "telegram:44", (Reaction("🔥"),), T0 + 9),
        EssenceMark(TG, "5", at=T0 + 70),
    )  # fmt: skip
    with archive.writing() as db:
        mark(db, [f"{TG}:5"], by="operator", reason="zqcanaryqz", title="金丝雀密语")
        (row,) = db.execute("SELECT id FROM messages WHERE platform_id = '5'").fetchone()
        add_tags(db, [row], ("zqcanaryqz手工",), "operator")
        nominate(db, f"{TG}:5", "telegram:43", "zqcanaryqz")
        answer = put(db, Draft("bot", f"找到了：{TEXT}", TG))
        begin(db, answer)
        sent(db, answer)
    return archive


def test_forgotten_message_is_in_no_byte_of_the_folder(talk: Archive) -> None:
    """TRUST 33."""
    inbox = Inbox(talk.folder)
    raw = TEXT.encode()
    inbox.store("bot", [event("5", raw, group_key=TG), event("6", raw, group_key=TG, reply_to="5")])
    inbox.done([1, 2])
    assert {line.partition(" in ")[0] for line in traces(talk.folder, *WORDS)} == set(WORDS)
    with talk.writing() as db:
        code = code_of(db, f"{TG}:5")
    gone = forgotten(talk, "5")
    assert (gone.messages, gone.keys) == (1, (f"{TG}:5",))
    assert set(gone.names[TG]) == {"5", "m5"} and gone.senders == ("telegram:42",)
    for group_key, ids in gone.names.items():
        inbox.erase(group_key, ids, gone.senders)
    assert settle(talk)
    inbox.close()
    assert traces(talk.folder, *WORDS) == []
    assert verify(talk) == []
    assert texts(talk, "留下的一句") == [""] and len(texts(talk, "普通", limit=100)) == 50
    with talk.reading() as db:
        assert key_of(db, code) is None
        for table in ("essence", "nominations", "versions", "attachments", "reactions", "marks"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_audit_names_the_message_and_none_of_its_words(talk: Archive) -> None:
    forgotten(talk, "5")
    assert rows(talk, "SELECT who, action, target, detail FROM audit WHERE action = 'forget'") == [
        ("telegram:42", "forget", f"{TG}:5", "")
    ]


def test_forgotten_message_comes_back_from_no_source(talk: Archive) -> None:
    """TRUST 5."""
    forgotten(talk, "5")
    before = rows(talk, "SELECT platform_id, text, detail FROM messages ORDER BY id")
    again = [
        said("5", TEXT), said("5", TEXT + " 改", edited_at=T0 + 99), said("5", "以前 zqcanaryqz"),
        said("999", TEXT, T0 + 5), said("998", "以前 zqcanaryqz", T0 + 5),
        Message(TG, None, T0 + 5, None, "张三", text=TEXT, quality=0),
        Message(TG, None, T0 + 5 - (T0 + 5) % 60, None, "张三", text=TEXT, quality=0, precision=60),
        said("6", "答", who="43", reply_to="5", quote=Quote(TEXT, "张三"), quality=3),
        Reacted(TG, "5", "telegram:44", (Reaction("🔥"),)), EssenceMark(TG, "5"), Recall(TG, "5"),
    ]  # fmt: skip
    for source in ("live", "import"):
        told(talk, again, source=source)
    assert rows(talk, "SELECT platform_id, text, detail FROM messages ORDER BY id") == before
    assert rows(talk, "SELECT count(*) FROM orphans") == [(0,)]
    assert {who for (who,) in rows(talk, "SELECT who FROM audit WHERE action = 'kept out'")} == {
        "live", "import",
    }  # fmt: skip


def test_message_told_first_under_another_id_stays_forgotten_under_its_own(
    archive: Archive,
) -> None:
    """TRUST 2, 5: what only shares a short id with it is kept."""
    told(archive, full_group(), said("u1", "甲", T0, other_ids=("m5",)))
    forgotten(archive, "u1")
    told(archive, said("100", "甲 全", other_ids=("u1", "m5")))
    told(archive, said("200", "乙", other_ids=("m5",)))
    assert rows(archive, "SELECT platform_id FROM messages") == [("200",)]


def test_file_goes_with_the_last_message_that_carries_it(archive: Archive) -> None:
    stored = archive.media.take(io.BytesIO(b"shared"))
    file = Attachment("file", "a.txt", sha256=stored.sha256, size=6)
    told(archive, full_group(), (said(str(n), "", attachments=(file,)) for n in (1, 2)))
    forgotten(archive, "1")
    assert settle(archive)
    assert archive.media.path(stored.sha256).exists()
    forgotten(archive, "2")
    assert archive.media.path(stored.sha256).exists() and verify(archive) == []
    told(archive, said("3", "", attachments=(file,)))
    settle(archive)
    assert archive.media.path(stored.sha256).exists()
    forgotten(archive, "3")
    # another process, after a kill in between
    assert settle(open_archive(archive.folder))
    assert not archive.media.path(stored.sha256).exists() and verify(archive) == []


def test_run_keeps_its_essence_without_the_forgotten_message(archive: Archive) -> None:
    told(archive, full_group(), (said(str(n), f"第 {n} 句") for n in range(1, 5)))
    with archive.writing() as db:
        mark(db, [f"{TG}:1", f"{TG}:3"], by="operator")
    forgotten(archive, "2")
    assert rows(archive, "SELECT count(*) FROM essence_messages") == [(2,)]
    assert found(archive, "is:精华").count == 2
    forgotten(archive, "1", "3", "3")
    assert rows(archive, "SELECT count(*) FROM essence") == [(0,)]
    assert verify(archive) == []


def test_message_that_never_came_is_kept_from_coming(archive: Archive) -> None:
    told(archive, full_group(), said("1", "话"), Recall(TG, "7"))
    assert forgotten(archive, "7", "7").messages == 0
    told(archive, said("7", "来晚了"))
    assert rows(archive, "SELECT platform_id FROM messages") == [("1",)]
    with archive.writing() as db:
        assert forget(db, ["qq:1:2", "nonsense"], by="x").messages == 0


def test_writer_on_the_same_connection_goes_on_after_a_tag_is_gone(archive: Archive) -> None:
    from archive.keep import Keeper
    from archive.prepare import prepare_all

    with closing(archive.connect_for_writing()) as db:
        keeper = Keeper(db)
        for step in range(3):
            with transaction(db):
                keeper.write(list(prepare_all([full_group(), said(str(step), "话 #签#")])))
            with transaction(db):
                forget(db, [f"{TG}:{step}"], by="x")
            assert db.execute("SELECT count(*) FROM tags").fetchone() == (0,)
        with transaction(db):
            keeper.write(list(prepare_all([said("9", "话 #签#")])))
        assert_whole(db)
    assert texts(archive, "tag:签") == ["话 #签#"]


KILLED = """
import os, sys
from pathlib import Path
from archive.database import open_archive
from archive.reindex import reindex
reindex(open_archive(Path(sys.argv[1])).connect_for_writing(), lambda done, total: os._exit(9))
"""


@pytest.mark.parametrize("state", ("under way", "damaged", "another tokeniser"))
def test_message_is_forgotten_while_the_index_is_rebuilt(talk: Archive, state: str) -> None:
    """TRUST 33: also where the old index is damaged, or another tokeniser's."""
    told(talk, (said(str(n), f"后来的第 {n} 句", who="43") for n in range(1000, 7000)),
         said("7000", f"最后 {TEXT}"))  # fmt: skip
    spoil: dict[str, Callable[[], object]] = {
        "under way": lambda: None,
        "damaged": lambda: damage(
            talk, "UPDATE message_index_data SET block = zeroblob(40) WHERE id > 10"
        ),
        "another tokeniser": lambda: damage(
            talk, "UPDATE meta SET value = '0' WHERE name = 'tokens'"
        ),
    }
    spoil[state]()
    command = [sys.executable, "-c", KILLED, str(talk.folder)]
    assert subprocess.run(command, check=False).returncode == 9
    gone = forgotten(talk, "5", "7000")
    assert gone.messages == 2
    assert not settle(talk)  # the old index still has parts of it
    if state == "under way":
        assert texts(talk, "zqcanaryqz") == [] and found(talk, "金丝雀").count == 0
    with closing(talk.connect_for_writing()) as db:
        reindex(db)
    assert settle(talk)
    assert verify(talk) == [] and texts(talk, "金丝雀") == []
    assert traces(talk.folder, *WORDS) == []


def test_settling_goes_in_small_steps_and_may_be_stopped(talk: Archive) -> None:
    forgotten(talk, "5")
    steps: list[int] = []

    def stop() -> None:
        steps.append(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        settle(talk, stop)
    assert steps == [1] and verify(talk) == []
    assert settle(talk) and traces(talk.folder, *WORDS) == []


def test_reader_that_holds_the_log_is_told_of(
    talk: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.checkpoints._PATIENCE", 0.1)
    forgotten(talk, "5")
    with talk.reading() as db:
        db.execute("SELECT count(*) FROM messages").fetchone()
        forgotten(talk, "10")
        assert not settle(talk)
    assert settle(talk) and traces(talk.folder, *WORDS) == []

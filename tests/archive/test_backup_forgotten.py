"""What was forgotten after a backup stays so when the backup is restored (TRUST 33)."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from live_told import event, traces
from told import T0, TG, assert_whole, full_group, rows, said, texts, told, undone

from archive import consent, erasure_ledger
from archive.backup import Backup, back_up
from archive.database import Archive, open_archive
from archive.errors import ArchiveError
from archive.essence import mark
from archive.forget import forget, forget_member, settle
from archive.groups import set_visibility
from archive.inbox import Inbox
from archive.outbox import Draft, put
from archive.records import Attachment, Group, Message, Quote, Reacted, Reaction
from archive.restore import Restored, restore
from archive.rights import alias_of, may_publish, publish, remove_alias, set_alias
from archive.verify import verify

WORDS = ("zqcanaryqz", "金丝雀", "丝雀密")
TEXT = "zqcanaryqz 金丝雀密语"
HERS = "telegram:42"


@pytest.fixture
def talk(archive: Archive) -> Archive:
    """Message 5 of 张三 is in a row, a file, quotes, essence, raw events and an answer."""
    stored = archive.media.take(io.BytesIO(b"zqcanaryqz as a picture"))
    photo = Attachment("photo", "zqcanaryqz.jpg", sha256=stored.sha256, size=stored.size)
    told(
        archive, full_group(), [said(str(n), f"普通的第 {n} 句", who="43") for n in range(10, 40)],
        said("5", TEXT, attachments=(photo,)),
        said("6", "答", who="43", reply_to="5", quote=Quote(TEXT, "张三")),
        said("8", "", who="43", kind="forward", nested=(
            Message(TG, text=TEXT, sender_name="张三", sent_at=T0),)),
        Reacted(TG, "10", HERS, (Reaction("🔥"),), T0 + 9),
    )  # fmt: skip
    with archive.writing() as db:
        consent.start(db, TG, by="telegram:43")
        mark(db, [f"{TG}:5"], by="operator", reason="zqcanaryqz")
        put(db, Draft("bot", f"找到了：{TEXT}", TG))
    with closing(Inbox(archive.folder)) as inbox:
        raw = [event("5", TEXT.encode()), event("6", TEXT.encode(), reply_to="5", quoted=(HERS,))]
        inbox.store("bot", [*raw, event("99", sender_key="telegram:43")])
        inbox.done([1, 2, 3])
    return archive


def forgotten(archive: Archive, *ids: str) -> None:
    with archive.writing() as db:
        done = forget(db, [f"{TG}:{id}" for id in ids], by="operator")
    with closing(Inbox(archive.folder)) as inbox:
        for group_key, names in done.names.items():
            inbox.erase(group_key, names, done.senders)
    assert settle(archive)


def restored(made: Backup, to: Path) -> tuple[Archive, Restored]:
    done = restore(made.path, to)
    again = open_archive(to)
    assert verify(again) == []
    with undone(again) as db:
        assert_whole(db)
    return again, done


def test_forgotten_message_is_in_no_byte_of_what_is_restored(talk: Archive, tmp_path: Path) -> None:
    """TRUST 33, 40."""
    made = back_up(talk)
    assert len(set(traces(made.path, *WORDS))) > 3
    forgotten(talk, "5")
    again, done = restored(made, tmp_path / "new")
    assert (done.replayed.messages, done.replayed.events) == (1, 2)
    assert traces(again.folder, *WORDS) == []
    assert texts(again, "普通", limit=100) and texts(again, "答") == ["答"]
    told(again, said("5", TEXT))
    assert texts(again, "zqcanaryqz") == [], "nor does a later source bring it back"


def test_forgotten_person_is_in_no_byte_of_what_is_restored(talk: Archive, tmp_path: Path) -> None:
    """TRUST 33, 40."""
    with talk.writing() as db:
        set_alias(db, TG, HERS, "zqcanaryqz化名", HERS)
    made = back_up(talk)
    with talk.writing() as db:
        assert forget_member(db, HERS, "operator").next is None
    assert settle(talk)
    again, done = restored(made, tmp_path / "new")
    assert (done.replayed.people, rows(again, "SELECT 1 FROM reactions")) == (1, [])
    assert traces(again.folder, *WORDS, "张三") == []
    told(again, said("700", "新的一句"))
    assert texts(again, "新的一句") == ["新的一句"], "who did not opt out may speak again"


def test_ledger_names_nobody_and_no_words(talk: Archive) -> None:
    back_up(talk)
    with talk.writing() as db:
        consent.opt_out(db, HERS, HERS)
        forget_member(db, HERS, HERS)
    settle(talk)
    (ledger,) = talk.folder.glob("erasures-*.jsonl")
    (copy,) = (talk.folder / "backups").glob("erasures-*.jsonl")
    assert ledger.read_bytes() == copy.read_bytes() != b""
    content = ledger.read_text()
    for word in (*WORDS, "张三", "telegram"):
        assert f'"{word}' not in content and f":{word}" not in content, word
    assert '"42"' not in content
    assert "telegram" not in content and ledger.stat().st_mode & 0o777 == 0o600


def test_refusals_since_the_backup_hold(talk: Archive, tmp_path: Path) -> None:
    """Opt-outs, the end of archiving, hidden groups, consent to publish, other names."""
    with talk.writing() as db:
        set_visibility(db, TG, "public", "operator")
        publish(db, "telegram:43", True, "telegram:43")
        set_alias(db, TG, "telegram:43", "小李", "telegram:43")
    made = back_up(talk)
    with talk.writing() as db:
        consent.opt_out(db, HERS, HERS)
        consent.stop(db, TG, by="telegram:43")
        consent.opt_out(db, "telegram:777", "telegram:777")
        set_visibility(db, TG, "private", "operator")
        publish(db, "telegram:43", False, "telegram:43")
        remove_alias(db, TG, "telegram:43", "telegram:43")
        set_alias(db, TG, "telegram:43", "老李", "telegram:43")
    settle(talk)
    again, _ = restored(made, tmp_path / "new")
    with again.reading() as db:
        now = consent.standing(db)
        assert now.opted_out == {HERS, "telegram:777"} and not now.keeps(TG)
        assert not may_publish(db, "telegram:43") and alias_of(db, TG, "telegram:43") == "老李"
    assert rows(again, "SELECT visibility FROM groups") == [("private",)]
    assert texts(again, "金丝雀") == []


def test_who_came_back_is_not_put_out_again(talk: Archive, tmp_path: Path) -> None:
    made = back_up(talk)
    with talk.writing() as db:
        consent.opt_out(db, "telegram:43", "telegram:43")
        db.execute("UPDATE audit SET at = at - 60 WHERE action = 'opt out'")
        consent.opt_in(db, "telegram:43", "telegram:43")
    settle(talk)
    again, _ = restored(made, tmp_path / "new")
    with again.reading() as db:
        assert consent.standing(db).opted_out == frozenset()
    assert len(texts(again, "普通", limit=100)) == 30


def test_message_of_a_group_the_backup_does_not_know_stays_forgotten(
    talk: Archive, tmp_path: Path
) -> None:
    made = back_up(talk)
    later = "telegram:-100777"
    told(talk, Group(later, "后来的群"), said("1", TEXT, group=later))
    with talk.writing() as db:
        forget(db, [f"{later}:1"], by="operator")
    settle(talk)
    again, _ = restored(made, tmp_path / "new")
    told(
        again,
        Group(later, "后来的群"),
        said("1", TEXT, group=later),
        said("2", "还在", group=later),
    )
    assert texts(again, "还在") == ["还在"]
    assert rows(again, "SELECT count(*) FROM messages WHERE text = ?", TEXT) == [(1,)], "message 5"


def test_restored_archive_keeps_the_ledger_for_the_next_restore(
    talk: Archive, tmp_path: Path
) -> None:
    made = back_up(talk)
    forgotten(talk, "5")
    again, _ = restored(made, tmp_path / "new")
    (ledger,) = again.folder.glob("erasures-*.jsonl")
    (first,) = talk.folder.glob("erasures-*.jsonl")
    assert set(first.read_text().splitlines()) <= set(ledger.read_text().splitlines())
    twice, done = restored(back_up(again), tmp_path / "newer")
    assert done.replayed.messages == 0 and traces(twice.folder, *WORDS) == []


def test_ledger_follows_to_where_backups_are_kept(talk: Archive, tmp_path: Path) -> None:
    made = back_up(talk, tmp_path / "away")
    forgotten(talk, "5")
    talk.folder.rename(tmp_path / "lost")
    again, done = restored(made, tmp_path / "new")
    assert done.replayed.messages == 1 and traces(again.folder, *WORDS) == []


def test_without_a_ledger_nothing_is_restored_unasked(talk: Archive, tmp_path: Path) -> None:
    made = back_up(talk, tmp_path / "away")
    forgotten(talk, "5")
    for path in (tmp_path / "away").glob("erasures-*"):
        path.unlink()
    with pytest.raises(ArchiveError, match=r"--erasures FILE"):
        restore(made.path, tmp_path / "new")
    (ledger,) = talk.folder.glob("erasures-*")
    assert restore(made.path, tmp_path / "new", [ledger]).replayed.messages == 1
    assert restore(made.path, tmp_path / "bare", without_ledger=True).ledgers == ()


def test_ledger_cut_by_a_kill_is_written_on_and_read(talk: Archive, tmp_path: Path) -> None:
    made = back_up(talk)
    forgotten(talk, "5")
    (ledger,) = talk.folder.glob("erasures-*")
    ledger.write_bytes(ledger.read_bytes()[:-20])
    assert erasure_ledger.read(ledger)[1] == 1
    assert settle(talk)
    lines, lost = erasure_ledger.read(ledger)
    assert lost == 0 and {line.kind for line in lines} >= {"message", "consent"}
    assert restored(made, tmp_path / "new")[1].unreadable == 0


def test_lines_of_another_archive_are_passed_by(
    talk: Archive, new_archive: Callable[[], Archive], tmp_path: Path
) -> None:
    made, other = back_up(talk), new_archive()
    with other.writing() as db:
        db.execute("UPDATE meta SET value = ? WHERE name = 'secret'", ("ab" * 32,))
        consent.opt_out(db, HERS, HERS)
    assert settle(other)
    (foreign,) = other.folder.glob("erasures-*")
    done = restore(made.path, tmp_path / "new", [foreign])
    assert done.replayed.unknown == 1
    with open_archive(tmp_path / "new").reading() as db:
        assert consent.standing(db).opted_out == frozenset()


def test_message_known_without_an_id_then_is_forgotten_by_its_id_now(
    talk: Archive, tmp_path: Path
) -> None:
    told(talk, said(None, "以后才有号码的金丝雀", T0 + 800, quality=0))
    made = back_up(talk)
    told(talk, said("800", "以后才有号码的金丝雀", T0 + 800))
    assert rows(talk, "SELECT count(*) FROM messages WHERE text LIKE '以后%'") == [(1,)]
    forgotten(talk, "800", "5")
    again, done = restored(made, tmp_path / "new")
    assert done.replayed.messages == 2 and traces(again.folder, *WORDS) == []


def test_backup_with_an_index_that_must_be_rebuilt_is_erased_as_well(
    talk: Archive, tmp_path: Path
) -> None:
    """TRUST 33: erased during a reindex, too."""
    with talk.writing() as db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'tokens'")
    made = back_up(talk)
    with talk.writing() as db:
        forget(db, [f"{TG}:5"], by="operator")
    assert not settle(talk), "the index is to be made anew first"
    again, done = restored(made, tmp_path / "new")
    assert done.replayed.messages == 1 and traces(again.folder, *WORDS) == []
    assert len(texts(again, "普通", limit=100)) == 30


def test_what_the_backup_knows_already_is_not_done_again(talk: Archive, tmp_path: Path) -> None:
    """Who was erased and spoke again, took another alias, came back, stays as they are."""
    for number, ago in (("700", 300), ("701", 200)):
        with talk.writing() as db:
            forget_member(db, HERS, "operator")
            db.execute("UPDATE erased_people SET at = at - ?", (ago,))
            set_alias(db, TG, "telegram:43", f"化名{number}", "telegram:43")
            db.execute("UPDATE shown_names SET at = at - ?", (ago,))
            consent.opt_out(db, HERS, HERS)
            consent.opt_in(db, HERS, HERS)
            db.execute("UPDATE audit SET at = at - ? WHERE at > ?", (ago, int(time.time()) - 100))
        settle(talk)
        told(talk, said(number, f"又说了 {number}"))
    again, done = restored(back_up(talk), tmp_path / "new")
    assert (done.replayed.people, done.replayed.messages) == (0, 0)
    assert texts(again, "又说了") == ["又说了 701"]
    with again.reading() as db:
        assert alias_of(db, TG, "telegram:43") == "化名701"
        assert consent.standing(db).opted_out == frozenset()
        assert db.execute("SELECT count(*) FROM forgotten_names").fetchone() == (0,)

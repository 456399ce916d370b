"""The inbox: nothing acknowledged is lost, nothing is stored twice, nothing old stays (TRUST 1)."""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_told import DAY, GROUP, bodies, event

from archive.errors import ArchiveError, SchemaTooNew
from archive.inbox import Inbox, faults


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    opened = Inbox(tmp_path)
    yield opened
    opened.close()


def test_stored_events_come_back_oldest_first_with_the_offset(inbox: Inbox) -> None:
    assert inbox.store("bot", [event("a", b"1"), event("b", b"2")], "7") == [1, 2]
    assert inbox.store("bot", [event("c", b"3", form="records")]) == [3]
    assert inbox.offset("bot") == "7" and inbox.offset("other") is None
    stored = inbox.pending(2)
    assert [(e.key, e.body, e.form, e.group_key) for e in stored] == [
        ("a", b"1", "raw", GROUP), ("b", b"2", "raw", GROUP),
    ]  # fmt: skip
    assert abs(stored[0].received_at - time.time()) < 10
    assert inbox.pending(10)[2].form == "records"


def test_same_event_again_is_stored_once_and_counted(inbox: Inbox) -> None:
    """TRUST 1: a crash between storing and acknowledging delivers it again."""
    assert inbox.store("bot", [event("a"), event("b")], "1") == [1, 2]
    assert len(inbox.store("bot", [event("b"), event("c"), event("c")], "2")) == 1
    assert inbox.store("second bot", [event("a")]) == []
    assert inbox.counts()["duplicates"] == 3
    assert [e.key for e in inbox.pending()] == ["a", "b", "c"]
    inbox.done([e.id for e in inbox.pending()])
    assert inbox.store("bot", [event("a")]) == []
    assert inbox.pending() == []


def test_several_accounts_are_stored_in_one_transaction(inbox: Inbox) -> None:
    new = inbox.store_many([("a", [event("1")], "x"), ("b", [event("1"), event("2")], "y")])
    assert new == [e.id for e in inbox.pending()] and len(new) == 2
    assert (inbox.offset("a"), inbox.offset("b")) == ("x", "y")
    assert [(e.account, e.key) for e in inbox.pending()] == [("a", "1"), ("b", "2")]


def test_offset_moves_without_any_event(inbox: Inbox) -> None:
    assert inbox.store("bot", [], "5") == []
    assert inbox.offset("bot") == "5"


def test_event_that_fails_waits_with_its_error_until_it_is_tried_again(inbox: Inbox) -> None:
    inbox.store("bot", [event("a", b"raw"), event("b")])
    inbox.failed(1, "KeyError: chat")
    assert [e.key for e in inbox.pending()] == ["b"]
    (failed,) = inbox.failed_events()
    assert (failed.key, failed.error, failed.tries) == ("a", "KeyError: chat", 1)
    inbox.expire(int(time.time()) + 999 * DAY, 30)
    assert inbox.retry() == 1
    first, second = inbox.pending()
    assert (first.key, first.body, first.tries, second.key) == ("a", b"raw", 1, "b")
    inbox.done([first.id, second.id])
    assert inbox.counts() == {
        "duplicates": 0, "quarantined": 0, "pending": 0, "failed": 0, "fetches": 0, "missing": 0,
    }  # fmt: skip


def test_projected_events_are_erased_after_their_time_and_the_others_stay(
    inbox: Inbox, tmp_path: Path
) -> None:
    inbox.store("bot", [event(str(n), b"canary %d" % n) for n in range(1200)])
    inbox.done(range(1, 1100))
    inbox.quarantine("bot", b"canary in quarantine")
    now = int(time.time())
    assert inbox.expire(now + 29 * DAY, 30, quarantine_hours=24 * 40) == 0
    assert inbox.expire(now + 31 * DAY, 30) == 1100
    assert inbox.settle()
    assert b"canary 1\x00" not in bodies(tmp_path) and b"quarantine" not in bodies(tmp_path)[:40]
    assert len(inbox.pending(2000)) == 101
    # ids are never given twice: what is still said of an old event meets nothing
    inbox.done([e.id for e in inbox.pending(2000)])
    inbox.expire(now + 31 * DAY, 30)
    assert inbox.store("bot", [event("new")]) == [1201]


def test_inbox_of_a_newer_program_is_refused(inbox: Inbox, tmp_path: Path) -> None:
    inbox.close()
    db = sqlite3.connect(tmp_path / "inbox.db")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(SchemaTooNew, match="99"):
        Inbox(tmp_path)


def test_inbox_is_private_and_opens_again(inbox: Inbox, tmp_path: Path) -> None:
    inbox.store("bot", [event("a")], "1")
    inbox.close()
    again = Inbox(tmp_path)
    assert [e.key for e in again.pending()] == ["a"]
    assert stat.S_IMODE((tmp_path / "inbox.db").stat().st_mode) == 0o600
    again.close()


def test_damaged_inbox_is_named(inbox: Inbox, tmp_path: Path) -> None:
    inbox.store("bot", [event(str(n), b"x" * 5000) for n in range(50)])
    inbox.settle()
    assert list(faults(tmp_path)) == []
    inbox.close()
    path = tmp_path / "inbox.db"
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xff" * (4096 * 6)
    path.write_bytes(content)
    assert next(iter(faults(tmp_path))).startswith("inbox: ")
    path.write_bytes(b"no database" * 1000)
    assert next(iter(faults(tmp_path))).startswith("inbox: ")
    with pytest.raises(ArchiveError):
        Inbox(tmp_path)


def test_folder_without_an_inbox_has_no_faults(tmp_path: Path) -> None:
    assert list(faults(tmp_path)) == []

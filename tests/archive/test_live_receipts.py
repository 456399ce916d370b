"""What was answered to a push is known again, for a while."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.inbox import Inbox, Incoming
from archive.inbox.connection import SCHEMA


def test_an_answer_is_known_by_each_of_its_keys_until_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(tmp_path)
    inbox.keep_receipts("home", {"a": 60, "b": 600}, b"digest", b"said")
    again = Inbox(tmp_path)
    assert again.receipt("home", "a") == (b"digest", b"said") == again.receipt("home", "b")
    assert again.receipt("home", "c") is None is again.receipt("other", "a")
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as db:
        db.execute("UPDATE receipts SET until = until - 100")
        db.commit()
    assert again.receipt("home", "a") is None and again.receipt("home", "b")
    inbox.keep_receipts("home", {"b": 60}, b"other", b"more")
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as db:
        assert db.execute("SELECT key, answer FROM receipts").fetchall() == [("b", b"more")]


def test_an_inbox_of_before_is_brought_up_to_date(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.store("bot", [Incoming("k", "qq:1", None, "1", 1, "raw", b"body")])
    inbox.close()
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as db:
        db.execute("DROP TABLE receipts")
        db.execute("PRAGMA user_version=1")
    later = Inbox(tmp_path)
    later.keep_receipts("home", {"a": 60}, b"d", b"s")
    assert [event.body for event in later.pending()] == [b"body"]
    later.close()
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA,)

"""Published again: only what may have changed is made, and it is as if all had been."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from whole_site import faults_of, files_of

from archive.changes import stamp
from archive.database import Archive
from archive.keep import keep
from archive.records import Attachment, Message
from bot.publishing import publish
from web.publish.book import Book
from web.publish.folder import STATE, Folder
from web.publish.plan import Plan, look
from web.publish.site import Group, Rest, Some
from web.publish.state import Settings

ROOT = Path(__file__).resolve().parents[2]
LINK, FILE = "https://example.org/new", (Attachment("file", name="新.pdf", missing="why"),)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """The demo, in which there is one of everything."""
    monkeypatch.syspath_prepend(str(ROOT / "demo"))
    import_module("serve").load(tmp_path / "data")
    archive = Archive(tmp_path / "data")
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    return archive


def _say(archive: Archive, number: int, text: str, **more: Any) -> str:
    """Say something newer than all; return in which group."""
    with archive.writing() as db:
        key, last, who, answered = db.execute(
            "SELECT g.key, (SELECT max(sent_at) FROM messages), p.key, m.platform_id"
            " FROM messages m JOIN groups g ON g.id = m.group_id"
            " JOIN members p ON p.id = m.sender_id ORDER BY m.id LIMIT 1"
        ).fetchone()
        if more.pop("answers", False):
            more["reply_to"] = answered
        said = Message(key, f"new-{number}", last + 60, who, "新人", text=text, **more)
        assert not keep(db, [said]).rejected
    return str(key)


@pytest.mark.parametrize("members", [False, True])
def test_what_newer_messages_change_is_as_if_all_was_made(
    demo: Archive, tmp_path: Path, members: bool
) -> None:
    again, fresh = tmp_path / "again", tmp_path / "fresh"
    settings = Settings(members=members, base_url="https://example.org")
    publish(demo, again, settings)
    for number, (text, more) in enumerate((
        ("新的一句", {}), (f"看 {LINK}", {}), ("附件", {"attachments": FILE}),
        ("#新标签 也有", {}), ("答", {"answers": True}), ("谁知道怎么部署？", {}),
    )):  # fmt: skip
        _say(demo, number, text, **more)
        assert publish(demo, again, settings).written
    publish(demo, fresh, settings)
    beside = {f for f in files_of(again) ^ files_of(fresh) if not f.startswith("x/")}
    assert beside == set()
    for file in files_of(fresh) - {STATE}:
        if not file.startswith("x/"):
            assert (again / file).read_bytes() == (fresh / file).read_bytes(), file
    assert faults_of(again) == []


def test_a_new_message_is_looked_for_in_no_list_it_is_not_in(demo: Archive, tmp_path: Path) -> None:
    out, settings = tmp_path / "site", Settings()
    for number in range(2):
        # the first also brings its group to the front
        publish(demo, out, settings)
        key = _say(demo, number, "新的一句")
    book = Book(demo, settings)
    old = Folder(out).open()
    plan = Plan(book, old, old.seen(book.secret), look(book, stamp(demo), ""))
    pieces = [*plan.pieces()]
    assert any(isinstance(piece, Rest) for piece in pieces)  # another day

    today = old.seen(book.secret).today
    plan = Plan(book, old, old.seen(book.secret), look(book, stamp(demo), today))
    pieces = [*plan.pieces()]
    assert plan.is_small()
    assert not any(isinstance(piece, Rest) for piece in pieces)
    assert [piece.key for piece in pieces if isinstance(piece, Group)] == [key]
    (some,) = (piece for piece in pieces if isinstance(piece, Some))
    assert set(some.names) == {"r home", "r about", "r start", "r calendar", "r essence"}
    book.close()

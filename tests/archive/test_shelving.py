"""Shelves when somebody goes: nothing of them is left in any file; and what they are handed."""

from __future__ import annotations

from told import T0, TG, full_group, rows, said, told

from archive import consent
from archive.access import member, operator
from archive.columns import add
from archive.database import Archive
from archive.forget import forget_member, settle
from archive.group_texts import INVITATION, set_text, text_of
from archive.profiles import introduce
from archive.roster import take
from archive.roster_csv import Entry
from archive.saved import save
from archive.shelving import kept_of
from archive.threads import edit, gather, run_latest
from archive.verify import verify
from archive.welcome import greet

GONE = "telegram:43"
READER = member(frozenset({TG}), GONE)
CANARY = "金丝雀九号"


def filled(archive: Archive) -> None:
    """Put a person on every shelf there is."""
    told(archive, full_group(), said("1", "留着"), said("2", f"我说 {CANARY}", who="43"))
    with archive.writing() as db:
        consent.start(db, TG, by="telegram:42")
        introduce(db, TG, GONE, f"我是 {CANARY}", at=T0)
        take(db, TG, [Entry(2, "李四", role="guest", note=f"备注 {CANARY}")], "operator")
        save(db, READER, f"{TG}:1", at=T0)
        greet(db, TG, "telegram:99")
        run = run_latest(db, operator(), TG, 9, T0 + 90)
        edit(db, gather(db, "两句", run, by=GONE), f"整理：{CANARY}", by=GONE)
        add(db, "专栏", f"{TG}:1", by=GONE)
        set_text(db, TG, INVITATION, "来吧", GONE)


def test_person_who_goes_is_on_no_shelf_and_in_no_file(archive: Archive) -> None:
    """Threads, rosters, introductions, what they saved and made (TRUST 33)."""
    filled(archive)
    with archive.writing() as db:
        consent.opt_out(db, GONE, by=GONE)
        assert forget_member(db, GONE, by=GONE).next is None
    assert settle(archive)
    for file in archive.folder.rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes(), file.name
    tables = ("threads", "columns", "column_messages", "saved", "introductions", "roster")
    kept = {table: str(rows(archive, f"SELECT * FROM {table}")) for table in tables}
    assert GONE not in str(kept) and "李四" not in str(kept)
    with archive.reading() as db:
        assert text_of(db, operator(), TG, INVITATION) == "来吧"
        assert list(kept_of(db, [GONE])) == []
    assert verify(archive) == []


def test_person_is_handed_what_is_kept_of_them(archive: Archive) -> None:
    filled(archive)
    with archive.reading() as db:
        told_of = list(kept_of(db, [GONE]))
    assert [(one["kind"], one.get("message") or one["group"]) for one in told_of] == [
        ("saved", f"{TG}:1"), ("introduction", TG), ("roster", TG)]  # fmt: skip
    assert told_of[1]["text"] == f"我是 {CANARY}" and told_of[2]["role"] == "guest"

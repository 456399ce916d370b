"""Whom to ask about a group: who is known to be, or has acted as, its admin."""

from __future__ import annotations

from archive import consent
from archive.database import Archive
from archive.essence import mark
from archive.keep import keep
from archive.records import Group, Member, Message
from archive.speakers import known_admins

TG = "telegram:-100123"


def test_known_are_who_was_told_of_who_agreed_and_who_marked(archive: Archive) -> None:
    with archive.writing() as db:
        keep(db, [Group(TG, "技术群"), Member("telegram:1", "张三", "zhang", TG, role="admin")])
        keep(db, [Message(TG, "7", 1_790_000_000, "telegram:2", "李四", text="部署手册")])
        consent.start(db, TG, by="telegram:3")
        mark(db, [f"{TG}:7"], by="telegram:2")
    with archive.reading() as db:
        known = ["telegram:1", "telegram:2", "telegram:3"]
        assert sorted(known_admins(db, TG)) == known
        # the account itself, by its name or its id
        assert sorted(known_admins(db, TG, ["@Zhang", "2"])) == known[2:]
    with archive.writing() as db:
        keep(db, [Member("telegram:2", "李四", group_key=TG, role="left")])
        assert sorted(known_admins(db, TG)) == ["telegram:1", "telegram:3"]


def test_neither_the_group_itself_nor_a_file_nor_who_opted_out_is_an_admin(
    archive: Archive,
) -> None:
    """An anonymous admin speaks as the group; the configuration agrees as no person."""
    with archive.writing() as db:
        keep(
            db,
            [
                Group(TG, "技术群"),
                Message(TG, "7", 1_790_000_000, "telegram:2", "李四", text="手册"),
            ],
        )
        for by in (TG, "configuration", "telegram:4"):
            consent.start(db, TG, by=by)
            consent.stop(db, TG, by=by)
        mark(db, [f"{TG}:7"], by=TG)
        consent.opt_out(db, "telegram:4", "telegram:4")
    with archive.reading() as db:
        assert known_admins(db, TG) == []

"""A basic group that becomes a supergroup stays one history."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot_api_updates import ALICE, BOB, SMALL, message, supergroup
from test_telegram_live_merge import exported_group

from adapters.telegram import make
from archive.access import operator
from archive.database import Archive
from archive.keep import keep
from archive.messages import message_id
from archive.records import AnyRecord, EssenceMark, Group, Message

BOT = make({"token": "123456789:AAFakeTokenForTests_0123456789abcdef"}, "tg")
OTHER_BOT = make({"token": "987654321:AAFakeTokenForTests_0123456789abcdef"}, "tg")
LARGE = supergroup(-1009988776655, "小群")
OLD, NEW = f"telegram:{SMALL['id']}", f"telegram:{LARGE['id']}"
START = 1_780_000_000


def raw(number: int, chat: dict[str, Any], who: dict[str, Any], at: int, **fields: Any) -> bytes:
    told = message(number, chat, who, date=START + at, **fields)
    return json.dumps({"update_id": number, "message": told}).encode()


FIRST = message(1, SMALL, ALICE, date=START + 1, text="小群第一句")
BEFORE = [
    raw(1, SMALL, ALICE, 1, text="小群第一句"),
    raw(2, SMALL, BOB, 2, text="回答", reply_to_message=FIRST),
    raw(3, SMALL, BOB, 3, pinned_message=FIRST),
]
LEAVES = raw(4, SMALL, ALICE, 4, migrate_to_chat_id=LARGE["id"])
ARRIVES = raw(1, LARGE, ALICE, 4, migrate_from_chat_id=SMALL["id"])
AFTER = [raw(number, LARGE, BOB, 10 + number, text=f"大群第{number}句") for number in (2, 3, 4)]


def kept(archive: Archive, raws: list[bytes]) -> None:
    for one in raws:
        with archive.writing() as db:
            keep(db, BOT.records(one))


def groups(archive: Archive) -> list[Any]:
    with archive.reading() as db:
        return db.execute("SELECT key, title, messages FROM groups").fetchall()


def test_ids_of_basic_groups_never_meet_those_of_the_supergroup() -> None:
    records: list[AnyRecord] = [r for one in [*BEFORE, *AFTER] for r in BOT.records(one)]
    ids = [r.id for r in records if isinstance(r, Message)]
    assert ids == ["123456789-1", "123456789-2", "123456789-3", "2", "3", "4"]
    (answer,) = [r for r in records if isinstance(r, Message) and r.text == "回答"]
    assert answer.reply_to == "123456789-1"
    (mark,) = [r for r in records if isinstance(r, EssenceMark)]
    assert mark.id == "123456789-1"
    envelope = BOT.envelope(BEFORE[1])
    assert (envelope.message_id, envelope.reply_to) == ("123456789-2", "123456789-1")


def test_another_bot_counts_for_itself() -> None:
    assert OTHER_BOT.envelope(BEFORE[0]).key != BOT.envelope(BEFORE[0]).key
    assert OTHER_BOT.envelope(AFTER[0]).key == BOT.envelope(AFTER[0]).key


def test_both_announcements_name_the_new_and_the_former_key() -> None:
    """Fault 7."""
    for announcement in (LEAVES, ARRIVES):
        envelope = BOT.envelope(announcement)
        assert (envelope.group_key, envelope.replaces, envelope.kind) == (NEW, OLD, "group")
        (group,) = [r for r in BOT.records(announcement) if isinstance(r, Group)]
        assert (group.key, group.aliases) == (NEW, (OLD,))
    assert BOT.envelope(LEAVES).key != BOT.envelope(ARRIVES).key


def test_history_is_one_whatever_comes_first(new_archive: Callable[[], Archive]) -> None:
    """Fault 7: one history, old links lead on."""
    orders = (
        [*BEFORE, LEAVES, ARRIVES, *AFTER],
        [*BEFORE, ARRIVES, LEAVES, *AFTER],
        [*AFTER, ARRIVES, *BEFORE, LEAVES],
        [*BEFORE, *AFTER, LEAVES],
        [*BEFORE, LEAVES, *BEFORE, *AFTER, ARRIVES, LEAVES],
    )
    for order in orders:
        archive = new_archive()
        kept(archive, order)
        announced = len({one for one in order if one in (LEAVES, ARRIVES)})
        assert groups(archive) == [(NEW, "小群", 6 + announced)]
        with archive.reading() as db:
            through_old = message_id(db, operator(), f"{OLD}:123456789-1")
            assert through_old == message_id(db, operator(), f"{NEW}:123456789-1")


def test_export_of_the_supergroup_brings_nothing_twice(
    new_archive: Callable[[], Archive], tmp_path: Path
) -> None:
    """Its rows of before the move have negative ids, which are only the exporter's."""

    def row(number: int, at: int, who: str, peer: int, **more: Any) -> dict[str, Any]:
        return {
            "id": number, "type": "message", "date_unixtime": str(START + at), "from": who,
            "from_id": f"user{peer}", "text": "",
        } | more  # fmt: skip

    rows = [
        row(-999_999_990, 1, "小林", 1001, text="小群第一句"),
        row(-999_999_989, 2, "Bob 王", 1002, text="回答", reply_to_message_id=-999_999_990),
        *(row(n, 10 + n, "Bob 王", 1002, text=f"大群第{n}句") for n in (2, 3, 4)),
    ]
    records = exported_group(tmp_path, rows, LARGE)
    archive = new_archive()
    kept(archive, [*BEFORE, LEAVES, ARRIVES, *AFTER])
    with archive.writing() as db:
        keep(db, records, source="telegram-json")
    assert groups(archive) == [(NEW, "小群", 8)]
    with archive.reading() as db:
        (versions,) = db.execute("SELECT count(*) FROM versions").fetchone()
        assert versions == 0

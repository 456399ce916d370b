"""Pushing gets around nobody: consent, opting out, `[不存]`, pauses and tombstones hold."""

from __future__ import annotations

import time
from threading import Event
from typing import Any

import pytest
from pushing import GROUP, OTHER, T0, Pushing, agree, lines, message

from adapters.ingest import Fault, Report
from archive import consent
from archive.database import Archive
from archive.forget import forget
from bot.config import IngestConfig
from bot.live.landing import Landing
from bot.live.pushed import read_lines

NOT_AGREED = "the group has not agreed to be archived"


def test_nothing_is_stored_before_a_group_agrees_nor_after_it_withdraws(
    archive: Archive,
) -> None:
    """Fault 37."""
    one = Pushing(archive)
    body = [{"type": "group", "key": GROUP, "title": "金丝雀"}, message("1", "金丝雀")]
    for _ in range(2):
        answer = one.push(body)
        assert answer.status == 422
        assert [row["why"] for row in answer.rejected] == [NOT_AGREED] * 2
        assert one.texts() == [] == one.rows("SELECT * FROM groups")
        agree(archive, GROUP)
        assert one.push(body).new == 1
        with archive.writing() as db:
            consent.stop(db, GROUP, by="qq:1")
            db.execute("DELETE FROM messages")
            db.execute("DELETE FROM groups")
    on_disk = b"".join(path.read_bytes() for path in archive.folder.glob("inbox.db*"))
    assert "金丝雀".encode() not in on_disk


def test_what_was_said_before_a_group_agreed_needs_leave_in_the_configuration(
    archive: Archive,
) -> None:
    """Fault 37."""
    agree(archive, GROUP)
    one = Pushing(archive, IngestConfig("a secret of some length", (GROUP,)))
    now = int(time.time())
    answer = one.push([message("1", sent_at=now + 1), message("2", sent_at=now - 3600)])
    assert (answer.new, [row["line"] for row in answer.rejected]) == (1, [2])
    assert "before the group agreed" in answer.rejected[0]["why"]
    assert Pushing(archive).push([message("2", sent_at=now - 3600)]).new == 1


def test_agreeing_to_a_newer_notice_is_the_same_consent_going_on(archive: Archive) -> None:
    with archive.writing() as db:
        consent.start(db, GROUP, by="qq:1", notice=1)
        db.execute("UPDATE consents SET since = since - 500")
        consent.start(db, GROUP, by="qq:1", notice=2)
        assert consent.agreed_since(db, GROUP) == pytest.approx(time.time() - 500, abs=5)
        consent.stop(db, GROUP, by="qq:1")
        assert consent.agreed_since(db, GROUP) is None
        db.execute("UPDATE consents SET until = until - 100")
        consent.start(db, GROUP, by="qq:1", notice=2)
        assert consent.agreed_since(db, GROUP) == pytest.approx(time.time(), abs=5)


def test_people_who_opted_out_are_dropped_and_not_named(archive: Archive) -> None:
    agree(archive, GROUP)
    with archive.writing() as db:
        consent.opt_out(db, "qq:7", by="qq:7")
    one = Pushing(archive)
    answer = one.push([
        message("1", who="7"),
        {"type": "member", "key": "qq:7", "group_key": GROUP, "name": "金丝雀"},
        {"type": "reaction", "group_key": GROUP, "id": "2", "member_key": "qq:7",
         "reactions": [{"emoji": "👍"}]},
        message("2", " [不存] 私话"),
        message("3", "大家好", reactions=[{"emoji": "👍", "count": 1, "members": ["qq:7"]}],
                forward={"key": "qq:8", "name": "别人"}),
        message("4", "转发", forward={"key": "qq:7", "name": "金丝雀"}),
        {"type": "reaction", "group_key": GROUP, "id": "3",
         "reactions": [{"emoji": "👎", "count": 1, "members": ["qq:7"]}]},
    ])  # fmt: skip
    assert answer.status == 200 and answer.rejected == [] and answer.new == 1
    assert answer.dropped == {"opted out": 3, "not to be kept": 1}
    assert "qq:7" not in str(answer.said) and one.texts() == ["大家好"]
    assert one.rows("SELECT * FROM members WHERE key = 'qq:7' OR name = '金丝雀'") == []
    assert one.rows("SELECT * FROM reactions") == []


def test_a_pause_holds_for_what_was_said_in_it(archive: Archive) -> None:
    agree(archive, GROUP)
    now = int(time.time())
    with archive.writing() as db:
        consent.pause(db, GROUP, now + 3600, by="qq:1", since=now - 60)
    answer = Pushing(archive).push([message("1", sent_at=now - 30), message("2", sent_at=now - 90)])
    assert (answer.new, answer.dropped) == (1, {"paused": 1})


def test_what_was_forgotten_stays_so_and_what_was_recalled_too(archive: Archive) -> None:
    agree(archive, GROUP)
    one = Pushing(archive)
    one.push([message("1", "忘掉我"), message("2", "收回的")])
    with archive.writing() as db:
        forget(db, [f"{GROUP}:1"], by="operator")
    one.push([{"type": "recall", "group_key": GROUP, "id": "2"}])
    edit = {**message("1", "改头换面"), "type": "edit", "edited_at": T0 + 99}
    answer = one.push([message("1", "忘掉我"), edit, message("2", "收回的")])
    assert (answer.new, answer.unchanged) == (0, 3)
    assert one.rows("SELECT text FROM messages WHERE NOT flags & 2") == []


def test_a_command_in_a_push_is_kept_and_not_obeyed(archive: Archive) -> None:
    agree(archive, GROUP)
    one = Pushing(archive)
    assert one.push([message("1", "/archive off"), message("2", "/不要存我")]).new == 2
    said: list[tuple[Any, ...]] = one.rows("SELECT until FROM consents")
    assert said == [(None,)] and one.rows("SELECT * FROM opt_outs") == []


def test_who_withdraws_while_a_push_is_under_way_has_withdrawn(archive: Archive) -> None:
    """Fault 37: what was let in is looked at again where it is written."""
    agree(archive, GROUP, OTHER)
    one = Pushing(archive)
    body = lines(message("1"), message("2", group_key=OTHER))
    reads, report = list(read_lines(body, 1)), Report()
    landing = Landing(archive, "Asia/Shanghai", Event())
    landing.begin()
    with archive.writing() as db:
        consent.stop(db, GROUP, by="qq:1")
    landing.write(reads, report)
    landing.end(report)
    landing.close()
    assert (report.accepted, report.new) == (1, 1)
    assert report.rejected == [Fault(NOT_AGREED, 1)] and one.texts() == ["第 2 句"]

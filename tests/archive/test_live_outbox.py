"""The outbox, commands obeyed once, short codes and nominations."""

from __future__ import annotations

import time

import pytest
from told import TG, full_group, rows, said, told

from archive.codes import code_of, key_of
from archive.database import Archive
from archive.echoes import is_echo
from archive.errors import NotFound
from archive.handled import first_time
from archive.interrupted import unsure
from archive.nominations import nominate
from archive.outbox import (
    Draft,
    begin,
    due,
    expire,
    failures,
    give_up,
    later,
    put,
    retry,
    sent,
)  # fmt: skip

NOW = int(time.time()) + 86_400
"""Later than any moment of these tests."""


def answer(text: str = "答", **more: object) -> Draft:
    return Draft("bot", text, TG, reply_to="5", **more)  # type: ignore[arg-type]


def states(archive: Archive) -> list[str]:
    return [state for (state,) in rows(archive, "SELECT state FROM outbox ORDER BY id")]


def test_what_is_put_is_due_in_its_order_and_sent_once(archive: Archive) -> None:
    drafts = [answer("一", unique="e1"), answer("二"), Draft("other", "三", member_key="qq:1")]
    with archive.writing() as db:
        ids = [put(db, draft) for draft in drafts]
        assert put(db, answer("一 again", unique="e1")) == ids[0]
    with archive.writing() as db:
        parcels = due(db, "bot", NOW)
        assert [(p.id, p.draft, p.tries) for p in parcels] == [
            (ids[0], drafts[0], 0), (ids[1], drafts[1], 0),
        ]  # fmt: skip
        assert begin(db, ids[0]) and not begin(db, ids[0])
        assert [p.id for p in due(db, "bot", NOW)] == [ids[1]]
        sent(db, ids[0], "77")
    assert states(archive) == ["sent", "waiting", "waiting"]
    assert rows(archive, "SELECT message_id, tries FROM outbox WHERE state = 'sent'") == [("77", 1)]


def test_native_mark_is_a_draft_without_text(archive: Archive) -> None:
    draft = Draft("bot", "", TG, purpose="mark", essence=("5", False))
    with archive.writing() as db:
        put(db, draft)
        assert [p.draft for p in due(db, "bot", NOW)] == [draft]


def test_what_is_put_off_comes_back_at_its_time(archive: Archive) -> None:
    with archive.writing() as db:
        row_id = put(db, answer())
        begin(db, row_id)
        later(db, row_id, NOW + 60, "too fast")
        assert due(db, "bot", NOW) == []
        assert [(p.id, p.tries) for p in due(db, "bot", NOW + 60)] == [(row_id, 1)]
        assert put(db, answer("later"), at=NOW + 90) == row_id + 1
        assert len(due(db, "bot", NOW + 89)) == 1


def test_clock_set_back_does_not_keep_what_is_to_be_said_at_once(archive: Archive) -> None:
    """TRUST 39."""
    an_hour_ago = NOW - 4200
    with archive.writing() as db:
        at_once, tomorrow, again = (put(db, answer(t), at) for t, at in [
            ("现在", None), ("明天", NOW + 86_400), ("再试", None),
        ])  # fmt: skip
        assert begin(db, again)
        later(db, again, NOW + 5, "no connection")
        assert [parcel.id for parcel in due(db, "bot", an_hour_ago)] == [at_once]
        assert [parcel.id for parcel in due(db, "bot", NOW + 90_000)] == [at_once, tomorrow, again]


def test_what_was_being_sent_when_killed_is_not_sent_again_by_itself(archive: Archive) -> None:
    """TRUST 39: a kill between sending and knowing."""
    with archive.writing() as db:
        first, second = put(db, answer("一")), put(db, answer("二"))
        begin(db, first)
    with archive.writing() as db:
        assert unsure(db) == 1
        assert [p.id for p in due(db, "bot", NOW)] == [second]
        begin(db, second)
        give_up(db, second, "forbidden")
        assert {(f.id, f.state, f.why) for f in failures(db)} == {
            (first, "unsure", "stopped while sending"), (second, "failed", "forbidden"),
        }  # fmt: skip
        assert retry(db) == 1
        assert [p.id for p in due(db, "bot", NOW)] == [second]
        assert retry(db, unsure_too=True) == 1
        assert [p.id for p in due(db, "bot", NOW)] == [first, second]


def test_own_echo_is_known_and_texts_are_erased_after_their_time(archive: Archive) -> None:
    now = int(time.time())  # the suite may have begun long ago
    with archive.writing() as db:
        first, second, third = (put(db, answer(text)) for text in ("canary", "二", "三"))
        for row_id in (first, second):
            begin(db, row_id)
        sent(db, first)
        assert all(is_echo(db, "bot", TG, text, now + 300) for text in ("canary", "二"))
        assert not is_echo(db, "bot", TG, "三", now + 300)
        assert not is_echo(db, "bot", TG, "canary", now + 1500)
        assert not is_echo(db, "other", TG, "canary", now + 300)
        assert expire(db, NOW + 6 * 86_400) == 0
        assert expire(db, NOW + 8 * 86_400) == 1
        assert is_echo(db, "bot", TG, "canary", int(time.time()))
        assert not is_echo(db, "bot", TG, "canary", now + 1500)
        assert [p.id for p in due(db, "bot", NOW)] == [third]
    assert rows(archive, "SELECT text FROM outbox") == [("",), ("二",), ("三",)]


def test_command_is_obeyed_the_first_time_only(archive: Archive) -> None:
    with archive.writing() as db:
        assert first_time(db, "telegram:-100123:5:0:message")
        assert not first_time(db, "telegram:-100123:5:0:message")
        assert first_time(db, "telegram:-100123:6:0:message")


def test_code_names_a_message_for_ever_however_it_is_typed(archive: Archive) -> None:
    told(archive, full_group(), (said(str(n), "话") for n in range(1, 200)))
    with archive.writing() as db:
        codes = [code_of(db, f"{TG}:{n}") for n in range(1, 200)]
        assert len(set(codes)) == 199 and code_of(db, f"{TG}:7") == codes[6]
        for n, code in enumerate(codes, 1):
            assert len(code) == 6 and not set(code) & set("ILOU")
            assert not code.isalpha() and not code.isdigit()
            wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
            typed = code.lower().replace("0", "o").replace("1", "l")
            for way in (code, typed, wide, f" {code} "):
                assert key_of(db, way) == f"{TG}:{n}"
        assert key_of(db, "ZZZZZ2") is None and key_of(db, "") is None
        with pytest.raises(NotFound):
            code_of(db, f"{TG}:999")


def test_code_and_nominations_follow_a_message_whose_time_was_corrected(archive: Archive) -> None:
    told(archive, full_group(), said("1", "话", quality=0), said("2", "别的"))
    with archive.writing() as db:
        code = code_of(db, f"{TG}:1")
        assert nominate(db, f"{TG}:1", "telegram:43", "好") == 1
    told(archive, said("1", "话", at=1_789_000_000, quality=3))
    with archive.writing() as db:
        assert key_of(db, code) == f"{TG}:1"
        assert nominate(db, f"{TG}:1", "telegram:43", "") == 1
        assert nominate(db, f"{TG}:1", "telegram:44", "") == 2
    assert rows(archive, "SELECT reason FROM nominations ORDER BY who") == [("好",), ("",)]

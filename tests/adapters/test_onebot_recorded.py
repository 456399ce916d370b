"""Payloads recorded from real gateways; skipped where they are not at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.qq_onebot.envelope import envelope_of
from adapters.qq_onebot.records import records_of
from archive.keep import keep
from archive.prepare import prepare_all
from archive.records import AnyRecord, EssenceMark, Member, Message, Recall

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "qq" / "onebot"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded payloads are not here")


def payload(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["payload"]
    return told


def events() -> Iterator[dict[str, Any]]:
    for file in sorted(FOLDER.glob("*.json")):
        told = json.loads(file.read_text("utf-8"))["payload"]
        if isinstance(told, dict) and "post_type" in told:
            yield told


def records(name: str) -> list[AnyRecord]:
    return records_of(json.dumps(payload(name)).encode())


def test_every_recorded_event_has_an_envelope_and_records() -> None:
    seen = 0
    for told in events():
        raw = json.dumps(told, ensure_ascii=False).encode()
        envelope = envelope_of(raw)
        assert envelope.private == (envelope.group_key is None)
        made = records_of(raw)
        assert not any(isinstance(r, Message) and r.kind == "unknown" for r in made)
        assert list(prepare_all(made)) or not made
        seen += 1
    assert seen >= 15


def test_recorded_segments_and_their_cq_string_say_the_same() -> None:
    for told in events():
        if told.get("message_format") != "array":
            continue
        written = {**told, "message": told["raw_message"]}
        ours = [r for r in records_of(json.dumps(told).encode()) if isinstance(r, Message)]
        theirs = [r for r in records_of(json.dumps(written).encode()) if isinstance(r, Message)]
        assert [(m.text, m.kind, m.reply_to) for m in ours] == [
            (m.text, m.kind, m.reply_to) for m in theirs
        ]
        assert [[a.kind for a in m.attachments] for m in ours] == [
            [a.kind for a in m.attachments] for m in theirs
        ]


def test_recorded_messages_are_read_rightly() -> None:
    (found,) = [r for r in records("msg_group_image_real_seq") if isinstance(r, Message)]
    assert (found.id, found.kind, found.attachments[0].size) == ("308447", "photo", 187422)
    (found,) = [r for r in records("msg_group_image_text") if isinstance(r, Message)]
    assert (found.text, found.attachments[0].kind) == ("[棒]🔥123", "sticker")
    (found,) = [r for r in records("msg_sent_group_reply_at") if isinstance(r, Message)]
    assert (found.reply_to, found.text) == ("m466720770", "@100000014 qqw")
    assert envelope_of(json.dumps(payload("msg_sent_group_reply_at")).encode()).own
    assert records("notice_group_recall")[0] == Recall(
        "qq:100000021", "m91436376", 1742291573, "qq:1000000028"
    )
    (mark,) = records("notice_essence_add")
    assert isinstance(mark, EssenceMark) and mark.id == "m1793170822"
    assert isinstance(records("notice_group_decrease")[0], Member)


def test_a_recorded_upload_told_twice_is_one_row(archive: Any) -> None:
    """One upload arrives as a message and as a notice, with different file ids."""
    names = ("msg_group_file", "notice_group_upload")
    for order in (names, names[::-1]):
        with archive.writing() as db:
            for name in order:
                keep(db, records(name))
            rows = db.execute("SELECT count(*) FROM messages").fetchone()
            files = db.execute("SELECT count(*) FROM attachments").fetchone()
        assert (rows[0], files[0]) == (1, 1)


def test_a_recorded_page_of_history_has_no_doubles() -> None:
    told = payload("api_get_group_msg_history_recorded")["data"]["messages"]
    ids = {envelope_of(json.dumps(message).encode()).key for message in told}
    assert len(ids) == len(told)

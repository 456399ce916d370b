"""Whatever stands in a payload, reading it ends, and ends well; no network."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechat_door import raw_event, raw_message

from adapters.contract import AdapterError
from adapters.wechat.envelope import envelope_of
from adapters.wechat.event import read, written
from adapters.wechat.records import records_of
from archive.records import Attachment, Message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
WORDS = st.text(max_size=40) | st.sampled_from(
    ["<msg>", "<appmsg><type>19</type>", "「a：b」\n- - - - - -\nc", "<sysmsg><revokemsg>",
     "<![CDATA[", "]]>", "<!DOCTYPE x>", "&#0;", "\ud800", "\x00"]
)  # fmt: skip
FIELDS = ("id", "type", "text", "timestamp", "filename", "from_id", "room_id", "to_id",
          "mention_ids", "roomId", "inviteeIdList", "removeeIdList", "inviterId", "removerId",
          "changerId", "newTopic", "newAnnounce", "messageId", "topic", "owner", "admins", "name",
          "alias", "title", "url", "description", "latitude", "longitude")  # fmt: skip
OBJECT = st.dictionaries(
    st.sampled_from(FIELDS), JSON | WORDS | st.integers(0, 30) | st.lists(WORDS, max_size=3)
)


def look(raw: bytes) -> list[Any]:
    """Read a raw event both ways; twice gives the same."""
    event = read(raw)
    assert envelope_of(event).key == envelope_of(read(raw)).key
    records = records_of(event)
    assert records == records_of(read(raw))
    return records


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_any_json_is_an_event_or_refused(told: Any) -> None:
    """TRUST 8."""
    with contextlib.suppress(AdapterError):
        look(json.dumps(told).encode())


@given(
    st.integers(0, 40), OBJECT, st.none() | OBJECT, OBJECT, st.dictionaries(WORDS, OBJECT | JSON),
    OBJECT, st.dictionaries(WORDS, st.lists(WORDS, max_size=3) | JSON, max_size=3),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_fields_in_any_event_can_be_projected(
    number: int, payload: Any, message: Any, room: Any, contacts: Any, extra: Any, called: Any
) -> None:
    """TRUST 8, 9."""
    raw = written(
        {
            "event": {"type": number, "payload": payload}, "at": 1_764_000_000_000, "self": "me",
            "message": message, "room": room, "contacts": contacts, "extra": extra,
            "called": called,
        }
    )  # fmt: skip
    for record in look(raw):
        if isinstance(record, Message):
            assert record.id is None or isinstance(record.id, str)
            assert all(isinstance(file, Attachment) for file in record.attachments)


@given(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
       st.lists(WORDS, max_size=8).map("".join))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_text_in_any_type_can_be_projected(kind: int, text: str) -> None:
    """TRUST 9."""
    look(raw_message(kind, text))


def deep_xml(levels: int) -> str:
    return "<msg>" + "<a>" * levels + "x" + "</a>" * levels + "</msg>"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><msg><appmsg><title>&c;</title><type>5</type></appmsg>'
    "</msg>"
)
OUTSIDE = (
    '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    "<msg><appmsg><title>&f;</title><type>5</type></appmsg></msg>"
)


@pytest.mark.parametrize("kind", [0, 1, 4, 6, 13, 14])
@pytest.mark.parametrize(
    "xml",
    [LAUGHS, OUTSIDE, deep_xml(100_000), "<msg>" + "<a b='" * 50_000, "<msg><appmsg>" * 20_000,
     "<msg>" + "&#x26;" * 200_000 + "</msg>", "<msg>" + "<![CDATA[" * 50_000],
    ids=["laughs", "outside", "deep", "attributes", "unclosed", "references", "cdata"],
)  # fmt: skip
def test_xml_that_hurts_is_read_quickly_and_expands_nothing(kind: int, xml: str) -> None:
    """TRUST 10."""
    began = time.monotonic()
    said = json.dumps([str(record) for record in look(raw_message(kind, xml))], ensure_ascii=False)
    assert time.monotonic() - began < 8  # the limit itself is for a machine alone
    assert "root:" not in said and "haha" not in said.replace(json.dumps(xml)[1:-1], "")


def test_records_within_records_end_somewhere() -> None:
    """TRUST 10."""
    inner = "<datalist><dataitem datatype='1'><datadesc>底</datadesc></dataitem></datalist>"
    for _ in range(60):
        inner = (
            "<datalist><dataitem datatype='17'><recordxml><recordinfo>" + inner
            + "</recordinfo></recordxml></dataitem></datalist>"
        )  # fmt: skip
    xml = (
        "<msg><appmsg><title>t</title><type>19</type><recorditem><recordinfo>" + inner
        + "</recordinfo></recorditem></appmsg></msg>"
    )  # fmt: skip
    told, depth = look(raw_message(4, xml))[-1], 0
    while told.nested:
        told, depth = told.nested[0], depth + 1
    assert 1 <= depth <= 11


@pytest.mark.parametrize("raw", [
    b"[" * 100_000 + b"]" * 100_000,
    b'{"event":' + b'{"payload":' * 100_000 + b"1" + b"}" * 100_001,
    b'{"event":{"type":2,"payload":{}},"message":' + b"[" * 900 + b"]" * 900 + b"}",
])  # fmt: skip
def test_json_without_end_is_refused_and_not_a_crash(raw: bytes) -> None:
    """TRUST 10."""
    with pytest.raises(AdapterError):
        look(raw)


def test_ids_that_cannot_be_written_down_are_none() -> None:
    """TRUST 9."""
    for bad in ("\ud800", "a\x00b", "x" * 257, "", " "):
        event = read(written({"event": {"type": 2, "payload": {}}, "message": {"room_id": bad}}))
        assert event.group_key is None


def test_half_a_surrogate_pair_survives_the_raw_form() -> None:
    """TRUST 9."""
    told = look(raw_message(7, "cut \ud83d"))[-1]
    assert told.text == "cut \ud83d"
    assert (
        read(written({"event": {"type": 2, "payload": {"x": "\ud83d"}}})).payload["x"] == "\ud83d"
    )


def test_a_long_quote_is_cut_and_its_reply_is_not() -> None:
    """TRUST 10."""
    told = look(raw_message(7, "「名：" + "长" * 1_000_000 + "」\n- - - - - -\n" + "答" * 5000))[-1]
    assert (len(told.quote.text), len(told.text)) == (2000, 5000)


def test_many_dashes_do_not_take_long() -> None:
    """TRUST 10."""
    began = time.monotonic()
    look(raw_message(7, "「" + "」\n" + "- " * 200_000))
    look(raw_message(7, "「" + "」\n- - - - - -" * 50_000))
    assert time.monotonic() - began < 8  # the limit itself is for a machine alone


def test_a_raw_event_without_people_or_room_still_says_what_was_said() -> None:
    (told,) = [
        record
        for record in look(raw_event(message={"id": "m", "room_id": "r@chatroom", "type": 7}))
        if isinstance(record, Message)
    ]
    assert (told.group_key, told.id, told.sender_key, told.text) == (
        "wechat:r@chatroom", "m", None, "",
    )  # fmt: skip

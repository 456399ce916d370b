"""Random CQ strings, segments and events: nothing crashes, nothing that was said is lost."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from onebot_events import event

from adapters.contract import AdapterError
from adapters.qq_onebot import cq
from adapters.qq_onebot.content import _READERS
from adapters.qq_onebot.envelope import envelope_of
from adapters.qq_onebot.history import Look
from adapters.qq_onebot.keys import word
from adapters.qq_onebot.link import Link
from adapters.qq_onebot.lookups import needs_asking, without_strangers_words
from adapters.qq_onebot.memory import Memory
from adapters.qq_onebot.notices import _READERS as _NOTICES
from adapters.qq_onebot.raw import Read, with_known
from adapters.qq_onebot.records import records_of
from archive.prepare import prepare_all
from archive.records import Message

NAMES = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(NAMES, part, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "id", "qq", "text", "file", "url", "data", "content", "title", "name", "lat", "lon", "type",
    "file_size", "seq", "time", "result", "summary", "sub_type", "message", "messages", "sender",
)  # fmt: skip
SEGMENT = st.fixed_dictionaries(
    {
        "type": st.sampled_from([*_READERS, "node", "new"]) | st.text(max_size=8),
        "data": st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5) | JSON,
    }
)
EVENT = st.fixed_dictionaries(
    {},
    optional={
        "post_type": st.sampled_from(["message", "message_sent", "notice"]) | JSON,
        "notice_type": st.sampled_from(["group_upload", "group_msg_emoji_like"]) | JSON,
        "group_id": st.sampled_from([700, "701"]) | JSON,
        "user_id": st.integers(1, 4) | JSON,
        "time": st.integers(0, 9) | JSON,
        "message_id": st.integers(1, 3) | JSON,
        "real_seq": st.sampled_from(["1", "2"]) | JSON,
        "message": st.lists(SEGMENT, max_size=3) | JSON,
        "sender": st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3) | JSON,
        "file": st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3) | JSON,
        "status": JSON,
        "raw_message": JSON,
    },
)
NOTICE_FIELDS = (
    "user_id", "operator_id", "target_id", "message_id", "sub_type", "file", "likes", "raw_info",
    "content", "name_new", "card_new", "title", "honor_type", "duration", "is_add", "time",
)  # fmt: skip


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("[]&,;CQ:=#")))
def test_a_text_survives_being_a_cq_string(text: str) -> None:
    (read,) = cq.segments(cq.escaped(text)) or [{"data": {"text": ""}}]
    assert read["data"]["text"] == text


@given(st.text("[]&,;CQ:=#a4913 \n你"), st.text("[]&,;=#a4913 \n你"))
def test_a_parameter_survives_among_text(before: str, value: str) -> None:
    written = f"{cq.escaped(before)}[CQ:at,qq={cq.escaped(value, within=True)},x=1]"
    *rest, code = cq.segments(written)
    assert "".join(part["data"]["text"] for part in rest) == before
    assert code == {"type": "at", "data": {"qq": value, "x": "1"}}


@given(st.text("[]&,;CQ:=#at你", max_size=60))
def test_whatever_is_no_code_stays_text(written: str) -> None:
    found = cq.segments(written)
    codes = [part for part in found if part["type"] != "text"]
    text = "".join(part["data"]["text"] for part in found if part["type"] == "text")
    if not codes:
        assert text == cq.unescaped(written)


@settings(max_examples=300)
@given(st.lists(SEGMENT | JSON, max_size=5), st.text(max_size=20))
def test_any_segments_become_one_message_with_the_words_around_them(
    segments: list[Any], words: str
) -> None:
    said = {"type": "text", "data": {"text": words}}
    raw = json.dumps(event(*segments, said)).encode()
    made = records_of(raw)
    (found,) = [record for record in made if isinstance(record, Message)]
    assert words in found.text
    for span in found.spans:
        assert 0 <= span.start <= span.start + span.length <= len(found.text)
    assert envelope_of(raw).message_id == found.id
    assert records_of(raw) == made
    assert list(prepare_all(made))


@settings(max_examples=300)
@given(
    st.sampled_from([*_NOTICES, "notify", "new"]),
    st.dictionaries(st.sampled_from(NOTICE_FIELDS), JSON, max_size=8),
    st.sampled_from([*_NOTICES, None]),
)
def test_any_notice_gives_records_that_can_be_kept(
    kind: str, fields: dict[str, Any], what: str | None
) -> None:
    told = {"post_type": "notice", "notice_type": kind, "group_id": 700, "self_id": 1, **fields}
    if what is not None:
        told["sub_type"] = what
    raw = json.dumps(told).encode()
    assert envelope_of(raw).group_key == "qq:700"
    assert envelope_of(raw).key.isprintable()
    assert list(prepare_all(records_of(raw))) is not None


@given(JSON, JSON)
def test_any_json_is_an_envelope_or_is_refused(told: Any, known: Any) -> None:
    for frame in (told, {"event": told, "with": known}):
        raw = json.dumps(frame).encode()
        try:
            envelope_of(raw)
        except AdapterError:
            continue
        records_of(raw)


@given(st.dictionaries(st.sampled_from(["names", "reply", "forwards", "upload", "message"]), JSON))
def test_any_surroundings_of_a_message_do_no_harm(known: dict[str, Any]) -> None:
    told = event({"type": "reply", "data": {"id": "5"}}, {"type": "forward", "data": {"id": "R"}})
    raw = json.dumps({"event": told, "with": known}).encode()
    assert [r for r in records_of(raw) if isinstance(r, Message)]
    envelope_of(raw)


@given(st.binary(max_size=60))
def test_any_bytes_are_an_envelope_or_are_refused(raw: bytes) -> None:
    try:
        envelope_of(raw)
    except AdapterError:
        return


@settings(max_examples=300)
@given(st.lists(EVENT, max_size=4), JSON)
def test_no_event_upsets_what_is_remembered_or_asked(told: list[Any], known: Any) -> None:
    memory = Memory()
    look = Look(Link(None), "qq:700", back_to=0)  # type: ignore[arg-type]
    for one in told:
        raw = json.dumps(one).encode()
        seen = Read(one, memory.beside(Read(one, known if isinstance(known, dict) else {})))
        memory.learn(one)
        for live in (True, False):
            needs_asking(seen, live)
        bare, beside = without_strangers_words(raw, one, seen.known)
        if word(one.get("message_id")):
            assert envelope_of(with_known(bare, beside)).key == envelope_of(raw).key
        records_of(with_known(bare, beside))
        look._message(raw, 1)

"""What of updates nobody knows, or that are nonsense, is kept."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from bot_api_contents import contents, services
from bot_api_updates import ALICE, BOB, CAROL, TECH, every_update, message
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import AdapterError
from adapters.telegram import make
from archive.prepare import prepare_all
from archive.records import Message

BOT = make({"token": "123456789:AAFakeTokenForTests_0123456789abcdef"}, "tg")


def records(update: dict[str, Any]) -> list[Any]:
    return BOT.records(json.dumps({"update_id": 1} | update).encode())


def one(**fields: Any) -> Message:
    told = records({"message": message(5, TECH, ALICE, **fields)})
    (found,) = (record for record in told if isinstance(record, Message))
    return found


def test_unknown_content_is_kept_as_it_is() -> None:
    """Fault 8."""
    found = one(hologram={"id": 5, "frames": [1]})
    assert (found.kind, found.detail) == (
        "unknown",
        {"raw": {"hologram": {"id": 5, "frames": [1]}}},
    )
    with_words = one(text="看", hologram={"id": 5})
    assert (with_words.kind, with_words.detail["raw"]) == ("text", {"hologram": {"id": 5}})


def test_unknown_update_is_kept_if_it_is_about_a_message() -> None:
    """Fault 8."""
    body = {"chat": TECH, "message_id": 9, "date": 5, "from": BOB, "shape": {"x": 1}}
    (found,) = records({"holo_message": body})
    assert (found.kind, found.id, found.sender_key, found.quality) == (
        "unknown", "9", "telegram:1002", 0,
    )  # fmt: skip
    assert found.detail["raw"]["holo_message"]["shape"] == {"x": 1}
    (about,) = records({"holo_query": {"message": message(9, TECH, BOB), "from": CAROL}})
    assert (about.id, about.sender_key) == ("9", None)
    assert records({"hologram": {"chat": TECH}}) == []


@pytest.mark.parametrize("date", [None, -5, 4_070_908_800_000, 4_102_444_800, "x", 1 << 70])
def test_absurd_time_stays_with_the_message_or_is_left_out(date: Any) -> None:
    """Fault 6: the archive judges it and flags the message."""
    told = message(5, TECH, ALICE, text="x")
    told |= {"date": date, "edit_date": date}
    (found,) = (r for r in records({"message": told}) if isinstance(r, Message))
    assert found.sent_at in (date, None)
    list(prepare_all([found]))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
known = [
    {"message": message(5, TECH, ALICE, **fields)}
    for fields in (*contents().values(), *services().values())
] + list(every_update().values())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to everything within a JSON value."""
    inner = (
        value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    )
    return [path, *(found for key, part in inner for found in places(part, (*path, key)))]


@given(st.data())
def test_any_field_may_be_of_any_type(data: st.DataObject) -> None:
    update = json.loads(json.dumps(data.draw(st.sampled_from(known))))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(update)[1:] or [()]))
        target = update
        for key in path[:-1]:
            target = target[key]
        if path:
            target[path[-1]] = data.draw(values)
    raw = json.dumps({"update_id": 1} | update).encode()
    try:
        envelope, found = BOT.envelope(raw), BOT.records(raw)
    except AdapterError:
        return
    assert envelope.key == BOT.envelope(raw).key
    list(
        prepare_all(msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=list[Any]) and found)
    )

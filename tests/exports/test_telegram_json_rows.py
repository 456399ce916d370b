"""Telegram Desktop JSON: rows of any shape and type, and the short way ordinary ones take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_telegram_json import chat, kinds_of, messages, records, row

from archive.records import KINDS, Message, Rejected

FIELDS = (
    "id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id",
    "actor", "actor_id", "action", "author", "forwarded_from", "forwarded_from_id", "saved_from",
    "reply_to_message_id", "reply_to_peer_id", "via_bot", "text", "text_entities",
    "inline_bot_buttons", "reactions", "members", "inviter", "message_id", "title", "period",
    "photo", "photo_file_size", "file", "file_name", "file_size", "thumbnail", "media_type",
    "mime_type", "duration_seconds", "width", "height", "poll", "contact_information",
    "location_information", "invoice_information", "todo_list", "place_name", "game_title",
    "information_text", "discard_reason", "paid_stars_amount", "something_new",
)  # fmt: skip


def test_short_way_and_long_way_give_the_same(tmp_path: Path) -> None:
    rows = [row(n, f"第 {n} 条", from_id=f"user{n % 3}") for n in range(1, 2000)]
    short = messages(tmp_path, chat(*rows))
    for fields in rows:
        fields["via_bot"] = None
    assert messages(tmp_path, chat(*rows)) == short
    assert [m.id for m in short] == [str(n) for n in range(1, 2000)]


_leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
_part = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("type", "text", "href", "user_id", "from_id", "emoji", "count"), _leaf),
)
_any = st.recursive(
    _leaf | _part | st.sampled_from(["service", "message", "user5", "sticker", "phone_call"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*FIELDS, "question", "answers", "recent"]), inner, max_size=4
        )
    ),
    max_leaves=9,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), _any, max_size=9), max_size=5))
def test_row_of_wrong_types_is_kept_or_rejected(tmp_path: Path, rows: list[Any]) -> None:
    found = records(tmp_path, json.dumps(chat(*rows)).encode())
    kept = kinds_of(found, Message)
    assert len(kept) + len(kinds_of(found, Rejected)) == len(rows)
    for message in kept:
        assert message.kind in KINDS
        assert type(message.text) is str
        assert type(message.sender_name) in (str, type(None))
        json.dumps(message.detail, allow_nan=False)
        for span in message.spans:
            assert 0 <= span.start < span.start + span.length <= len(message.text)

"""Whatever is pushed is answered with what is wrong with it, and never with an error of ours."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pushing import GROUP, Pushing, agree, lines, message

from archive.database import Archive, open_archive
from archive.records import KINDS


@pytest.fixture
def bridge(archive: Archive) -> Pushing:
    agree(archive, GROUP)
    return Pushing(archive)


def test_json_without_a_bottom_is_named_and_the_next_line_kept(bridge: Pushing) -> None:
    """Fault 10."""
    start = lines(message("1"))[:-2] + b', "detail": '
    body = b"\n".join([
        start + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        start + b"[" * 100_000,
        b"[" * 100_000,
        start + b'{"a":' + b"[" * 3_000 + b"]" * 3_000 + b"}}",
        lines({**message("1"), "nested": deep(30)}).strip(),
        lines(message("2")),
    ])  # fmt: skip
    answer = bridge.push(body)
    assert [one["line"] for one in answer.rejected] == [1, 2, 3, 4, 5]
    assert all(
        "nested too deeply" in one["why"] for one in answer.rejected if one["line"] in (1, 5)
    )
    assert bridge.texts() == ["第 2 句"]


def deep(levels: int) -> list[dict[str, Any]]:
    return [{"text": "x", "nested": deep(levels - 1)}] if levels else []


def test_a_megabyte_is_kept_in_part_and_named(bridge: Pushing) -> None:
    """Fault 10."""
    answer = bridge.push([message("1", "长" * 350_000), message("2")])
    assert answer.accepted == 2 and answer.new == 2
    assert answer.cut == [{"why": "the text was cut off", "line": 1}]
    assert {len(text) for text in bridge.texts()} == {100_000, 5}


def test_halves_of_signs_and_nul_are_kept_in_texts_and_refused_in_keys(bridge: Pushing) -> None:
    """Fault 9."""
    body = b"".join(
        json.dumps(one).encode() + b"\n"
        for one in (
            message("1", "半个 \ud83d 字"), message("2", "零\0点"), message("3\0"),
            message("4\ud83d"), message("5", group_key=f"{GROUP}\u200b"),
            message("6", who="1\u202e"), message("7" * 301), message(""),
        )
    )  # fmt: skip
    answer = bridge.push(body + b'{"type": "message", "text": "\xff"}\n')
    assert answer.accepted == 2
    assert [one["line"] for one in answer.rejected] == [3, 4, 5, 6, 7, 8, 9]
    assert sorted(bridge.texts()) == ["半个 \ufffd 字", "零\0点"]


def test_numbers_no_database_holds_change_nothing_for_the_others(bridge: Pushing) -> None:
    """Fault 6."""
    answer = bridge.push([
        message("1", sent_at=10**18),
        message("2", sent_at=-5),
        message("3", reactions=[{"emoji": "x", "count": 2**62}]),
        message("4", detail={"n": 2**63 + 5}),
        {**message("5"), "edited_at": 2**70},
        message("6"),
    ])  # fmt: skip
    assert answer.status == 200 and answer.accepted + len(answer.rejected) == 6
    assert "第 6 句" in bridge.texts()


def test_a_file_of_the_archive_cannot_be_claimed_by_its_hash(bridge: Pushing) -> None:
    for wrong in ("sha256", "path", "source"):
        answer = bridge.push([message("1", attachments=[{"kind": "photo", wrong: "a" * 64}])])
        assert answer.status == 422 and f"unknown field `{wrong}`" in answer.rejected[0]["why"]
    bridge.push([message("1", kind="photo", attachments=[{"kind": "photo", "name": "a.jpg"}])])
    assert bridge.rows("SELECT missing FROM attachments") == [("not sent",)]


def test_ten_thousand_bad_lines_are_counted_and_a_thousand_named(bridge: Pushing) -> None:
    answer = bridge.push(b"{}\n" * 10_000)
    assert (answer.status, len(answer.rejected), answer.more_rejected) == (422, 1_000, 9_000)


def test_what_is_no_text_at_all_is_answered(bridge: Pushing) -> None:
    for body in (b"", b"\n\n", b"\xef\xbb\xbf", b"#", b"\0" * 99, bytes(range(256)), b"null", b'"'):
        assert bridge.push(body).status in (200, 422), body
        assert bridge.push(body, Content_Type="application/chatlab").status in (200, 422), body


@pytest.fixture(scope="module")
def one_for_all(empty_archive: Path) -> Iterator[Pushing]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(empty_archive, folder, dirs_exist_ok=True)
        archive = open_archive(Path(folder))
        agree(archive, GROUP)
        yield Pushing(archive)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from([GROUP, "1", "message", "chatlab", *KINDS[:3]]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)  # fmt: skip
fields = st.sampled_from([
    "type", "_type", "chatlab", "meta", "messages", "members", "group_key", "key", "id", "text",
    "sent_at", "sender_key", "kind", "reply_to", "quote", "reactions", "attachments", "nested",
    "detail", "forward", "poll", "spans", "aliases", "edited_at", "member_key", "other_ids",
    "precision", "since", "until", "at", "role", "other_names", "time_zone",
])  # fmt: skip
kinds = st.sampled_from(
    ["message", "edit", "member", "group", "recall", "reaction", "essence", "gap"]
)
known = st.fixed_dictionaries({"type": kinds, "group_key": st.just(GROUP), "id": st.text("12")})
rows = st.builds(lambda one, other: {**one, **other}, known, st.dictionaries(fields, values))
written = st.lists(rows | st.dictionaries(fields, values) | values, max_size=4).map(
    lambda all: b"\n".join(json.dumps(one).encode() for one in all)
)
types = st.sampled_from(["", "application/json", "chatlab", "application/x-ndjson"])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=200) | written, kind=types)
def test_any_bytes_are_answered_and_never_with_an_error_of_ours(
    one_for_all: Pushing, body: bytes, kind: str
) -> None:
    answer = one_for_all.push(body, Content_Type=kind)
    assert answer.status in (200, 422)
    assert answer.accepted + sum(answer.dropped.values()) + len(answer.rejected) == answer.read

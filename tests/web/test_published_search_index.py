"""The index of the published folder: what goes in, how it is packed, and what is left out."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hostile_archive import fill_hostile
from hypothesis import given, settings
from hypothesis import strategies as st
from published_folder import bits_of, parts_of, read_codes, rows_of

import web.publish
from archive.access import Reader, member, operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.forget import forget
from archive.groups import list_groups, set_visibility
from archive.ids import EPOCH
from archive.keep import keep
from archive.levels import set_level
from archive.loading import load_views
from archive.masks import mask
from archive.messages import message_id
from archive.published_texts import said
from archive.records import Group, Member, Message
from archive.text import tokens
from web.publish.places import PART, anchor, day_file, slug
from web.publish.search_bits import gamma, packed, rice
from web.publish.search_index import write_index
from web.publish.search_newer import add_to_index
from web.publish.search_terms import PLACE, chars_of, terms_of

KEY = "telegram:-1001"
NOON = EPOCH + 9_000 * 86_400 + 4 * 3600
STATIC = Path(web.publish.__file__).parents[1] / "static"
LETTERS = (
    "部署服务器问題们가한글ア﨑𠮷〇abAB１2éÉｃß_ -.,，。！"
    "\n\t+#👍🏽❤️\u200b\u0301ªΣя\uff9e\u3099か\0"
)


def told(number: int, text: str, sender: str = "telegram:1") -> Message:
    return Message(KEY, str(number), NOON + number, sender_key=sender, text=text)


@pytest.fixture
def talk(archive: Archive) -> Archive:
    """A public group in which two people speak."""
    people = [Member(f"telegram:{n}", f"人{n}", group_key=KEY) for n in (1, 2)]
    with archive.writing() as db:
        keep(db, [Group(KEY, title="群"), *people])
        keep(db, [told(1, "部署完了，看日志"), told(2, "打 13800001111 找我", "telegram:2")])
        keep(db, [told(3, "收到，马上看")])
        set_visibility(db, KEY, "public", "operator")
    return archive


def words_in(archive: Archive, reader: Reader, out: Path) -> list[str]:
    with archive.reading() as db:
        write_index(db, reader, out)
    return [words for _, _, words in rows_of(out)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 1 << 20), st.none() | st.integers(0, 14))))
def test_packed_codes_are_read_back(pairs: list[tuple[int, int | None]]) -> None:
    pairs = [(value if width is None else value % 4_000, width) for value, width in pairs]
    values = np.array([value for value, _ in pairs], np.int64)
    widths = np.array([width or 0 for _, width in pairs], np.int64)
    plain = np.array([width is not None for _, width in pairs], bool)
    both = zip(rice(values, widths), gamma(np.maximum(values, 1)), strict=True)
    codes = type(gamma(values))(*(np.where(plain, one, other) for one, other in both))
    bits = bits_of(packed(codes))
    assert list(read_codes(bits, [width for _, width in pairs])) == values.tolist()


@settings(deadline=None)
@given(st.lists(st.text(LETTERS, max_size=12), max_size=5))
def test_many_texts_at_once_give_the_terms_of_each(texts: list[str]) -> None:
    found = terms_of(texts, 7) if texts else None
    for number, text in enumerate(texts, 7):
        assert found is not None
        held = [key >> PLACE for key in found.pairs.tolist() if key & ((1 << PLACE) - 1) == number]
        first, second = chars_of(np.array(held, np.int64))
        pairs = {chr(a) + (chr(b) if b else "") for a, b in zip(first, second, strict=True)}
        words = {word for word, places in found.words.items() if number in places}
        # the mark of a later run is not kept: the message itself is looked at
        wanted = {token for token in tokens(text).body.split(" ") if token[:1] not in ("", "+")}
        assert pairs | words == wanted


@pytest.mark.parametrize("reader", [operator(), public(), member(frozenset((KEY,)))])
def test_what_is_said_is_what_pages_show(archive: Archive, reader: Reader) -> None:
    fill_hostile(archive)
    with archive.writing() as db:
        for group in list_groups(db, operator()):
            set_visibility(db, group.key, "public", "operator")
    with archive.reading() as db:
        every = list(said(db, reader))
        views = load_views(db, reader, [message.id for message in every])
    assert len(every) == len(views) > 30
    for message, view in zip(every, views, strict=True):
        assert (message.sender, message.text is None) == (view.sender, view.recalled)
        assert message.essence == (view.essence is not None)
        if message.text is not None:
            shown = f"{view.text}\n{view.more}" if view.more else view.text
            assert message.text.words == shown


def test_personal_numbers_are_masked_before_the_public_and_found_by_nobody(
    talk: Archive, tmp_path: Path
) -> None:
    shown = words_in(talk, public(), tmp_path)
    assert shown[1] == mask("打 13800001111 找我")
    inside = member(frozenset((KEY,)))
    assert words_in(talk, inside, tmp_path)[1] == "打 13800001111 找我"
    contents, held = parts_of(tmp_path)
    assert held["s/0/0"][1][1][7] == [2, 13]
    assert "13800001111" not in contents["words"]


def test_index_has_no_byte_of_what_the_reader_may_not_see(talk: Archive, tmp_path: Path) -> None:
    """TRUST 31: levels, opt-out, forgetting and private groups hold."""
    out = tmp_path / "out"
    with talk.writing() as db:
        set_level(db, message_id(db, operator(), f"{KEY}:3"), "admins", "operator")
    assert len(words_in(talk, public(), out)) == 2
    with talk.writing() as db:
        opt_out(db, "telegram:2", "telegram:2")
    assert len(words_in(talk, public(), out)) == 1
    with talk.writing() as db:
        forget(db, [f"{KEY}:1"], "operator")
    assert words_in(talk, public(), out) == []
    with talk.writing() as db:
        set_visibility(db, KEY, "private", "operator")
    assert words_in(talk, public(), out) == []
    assert parts_of(out)[0]["groups"] == []
    body = b"".join(file.read_bytes() for file in out.rglob("*") if file.is_file())
    for word in ("收到", "部署完", "1380000", "人1"):
        assert word.encode() not in body and word.encode("utf-16-le") not in body


def test_same_archive_gives_the_same_files_and_another_text_another_name(
    talk: Archive, tmp_path: Path
) -> None:
    words_in(talk, public(), tmp_path / "one")
    words_in(talk, public(), tmp_path / "two")
    names = [sorted(p.name for p in (tmp_path / n / "x").iterdir()) for n in ("one", "two")]
    assert names[0] == names[1]
    with talk.writing() as db:
        keep(db, [told(4, "又一句")])
    words_in(talk, public(), tmp_path / "two")
    assert names[0] != sorted(p.name for p in (tmp_path / "two" / "x").iterdir())


def test_newer_messages_go_into_one_small_file(talk: Archive, tmp_path: Path) -> None:
    words_in(talk, public(), tmp_path)
    newest = parts_of(tmp_path)[0]["newest"]
    with talk.writing() as db:
        keep(db, [told(n, f"后来的第 {n} 句") for n in range(10, 12)])
    with talk.reading() as db:
        assert add_to_index(db, public(), tmp_path, newest)
        assert add_to_index(db, public(), tmp_path, newest)
    _, held = parts_of(tmp_path)
    (name,) = [name for name in held if name.startswith("newer-")]
    assert held["contents"][2] == name
    assert [row[5] for row in held[name][1]] == ["后来的第 10 句", "后来的第 11 句"]


def test_a_result_shows_what_clocks_showed(archive: Archive, tmp_path: Path) -> None:
    """Also on the day on which they are put forward."""
    times = [datetime(2026, 3, day, 15, 7, tzinfo=ZoneInfo("Europe/Berlin")) for day in (28, 29)]
    with archive.writing() as db:
        keep(db, [Group(KEY, "群", time_zone="Europe/Berlin")])
        for number, at in enumerate(times):
            keep(db, [Message(KEY, str(number), int(at.timestamp()), text="早")])
        set_visibility(db, KEY, "public", "operator")
    with archive.reading() as db:
        write_index(db, public(), tmp_path)
    _, held = parts_of(tmp_path)
    assert [row[3] for row in held["s/0/0"][1]] == [15 * 60 + 7] * 2


def test_too_much_that_is_newer_needs_a_new_index(talk: Archive, tmp_path: Path) -> None:
    with talk.reading() as db:
        assert not add_to_index(db, public(), tmp_path, 0)
    words_in(talk, public(), tmp_path)
    newest = parts_of(tmp_path)[0]["newest"]
    with talk.writing() as db:
        keep(db, [told(n, "长" * 2000) for n in range(10, 30)])
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.js")}
    with talk.reading() as db:
        assert not add_to_index(db, public(), tmp_path, newest)
        assert not add_to_index(db, public(), tmp_path, newest - 1)
    assert before == {file: file.read_bytes() for file in tmp_path.rglob("*.js")}


def test_busy_days_go_on_in_further_files(talk: Archive, tmp_path: Path) -> None:
    with talk.writing() as db:
        keep(db, [told(n, "忙") for n in range(10, 10 + PART)])
    words_in(talk, public(), tmp_path)
    files = [file for file, _, _ in rows_of(tmp_path)]
    assert files[:PART] == [files[0]] * PART
    assert files[PART:] == [f"{files[0]}-2"] * 3


@pytest.mark.parametrize("name", ["text", "index", "query", "search"])
def test_scripts_use_nothing_that_old_views_lack_or_the_policy_forbids(name: str) -> None:
    code = (STATIC / f"published_{name}.js").read_text("utf-8")
    newer = r"\basync\b|\bawait\b|\?\.(?!\d)|\?\?|\*\*|\b\d+n\b|\.\.\.|\(\?<|catch \{|\.flat|\\p\{"
    dangerous = (
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(|fetch\(|import"
    )
    assert not re.findall(f"{newer}|{dangerous}", code)


@pytest.mark.parametrize(
    "key", ["telegram:-100123", "../x", ".hidden", "QQ:群", "a" * 200, "x:<script>", "A", "a"]
)
def test_names_are_safe_on_every_disk(key: str) -> None:
    for name in (slug(key), anchor(key), *day_file(key, "2026-11-20", 2).split("/")):
        assert name and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
        assert not name.startswith(".") and len(name) <= 90
    assert len({slug(k) for k in ("A", "a", "_41", "群", "a:b", "a_b")}) == 6

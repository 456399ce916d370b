"""The golden week: what must be told, what never, and how much of what is told is worth it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest
from transcripts import KEYS, lines, marks, tell_week

from archive.access import member, operator
from archive.database import Archive
from archive.digest import MOST, Digest, make_digest, week
from archive.keep import keep
from archive.messages import get_message
from archive.records import Group

WEEK = week("2026-W42", "Asia/Shanghai")
MARKS = marks()
SCOPES = {name: [key] for name, key in KEYS.items()} | {"both": list(KEYS.values())}
PRECISION = {"developers": 1.0, "hikers": 1.0, "both": 1.0}
"""What was reached; it may not fall."""


@pytest.fixture(scope="module")
def told(
    empty_archive: object, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Archive, dict[str, str]]:
    import shutil

    from archive.database import open_archive

    folder = tmp_path_factory.mktemp("golden") / "archive"
    shutil.copytree(str(empty_archive), folder)
    archive = open_archive(folder)
    return archive, tell_week(archive)


def digest_of(archive: Archive, keys: Sequence[str]) -> Digest:
    with archive.reading() as db:
        return make_digest(db, operator(), keys, WEEK)


def named(digest: Digest, names: dict[str, str]) -> list[set[str]]:
    """Return the names of the messages each item rests on."""
    return [{names.get(key, key) for key in item.keys} for item in digest.items]


def full(scope: str, names: list[str]) -> set[str]:
    return {name if "/" in name else f"{scope}/{name}" for name in names}


def welcome(scope: str) -> set[str]:
    groups = list(KEYS) if scope == "both" else [scope]
    rows = [(g, row) for g in groups for kind in ("must", "fine") for row in MARKS[g][kind]]
    return {name for group, row in rows for name in full(group, row)}


def precision(items: list[set[str]], scope: str) -> float:
    good = welcome(scope)
    return sum(not item.isdisjoint(good) for item in items) / len(items)


def test_week_is_long_enough_and_its_marks_name_messages() -> None:
    every = {f"{g}/{line.name}" for g in KEYS for line in lines(g) if line.name}
    assert sum(1 for group in KEYS for _ in lines(group)) >= 800
    for group in KEYS:
        rows = [*MARKS[group]["must"], *MARKS[group]["fine"], MARKS[group]["never"]]
        assert {name for row in rows for name in full(group, row)} <= every
    assert {name for row in MARKS["both"]["must"] for name in row} <= every


@pytest.mark.parametrize("scope", SCOPES)
def test_highlights_are_told(scope: str, told: tuple[Archive, dict[str, str]]) -> None:
    archive, names = told
    items = named(digest_of(archive, SCOPES[scope]), names)
    missed = [
        row
        for row in MARKS[scope]["must"]
        if all(item.isdisjoint(full(scope, row)) for item in items)
    ]
    assert missed == [] and len(items) <= MOST


@pytest.mark.parametrize("scope", SCOPES)
def test_precision_at_ten_does_not_fall(
    scope: str, told: tuple[Archive, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, names = told
    reached = precision(named(digest_of(archive, SCOPES[scope]), names), scope)
    with capsys.disabled():
        print(f"\n  golden week, {scope}: precision at 10 {reached:.2f}")
    assert reached >= PRECISION[scope]


@pytest.mark.parametrize("scope", SCOPES)
def test_noise_and_what_must_not_be_told_never_is(
    scope: str, told: tuple[Archive, dict[str, str]]
) -> None:
    archive, names = told
    digest = digest_of(archive, SCOPES[scope])
    never = {
        name for group in KEYS if group in MARKS for name in full(group, MARKS[group]["never"])
    }
    assert [item & never for item in named(digest, names) if item & never] == []
    text = msgspec.json.encode(digest).decode()
    for piece in ("yunfuwu2026", "penghu_gear", "病房号", "13812345678", "刚才说错话", "老板今天"):
        assert piece not in text, piece


def test_the_same_in_disguise_is_told_once(told: tuple[Archive, dict[str, str]]) -> None:
    archive, names = told
    digest = digest_of(archive, SCOPES["both"])
    same = set(MARKS["same"]["postmortem"])
    (item,) = [i for i in digest.items if {names.get(k) for k in i.keys} & same]
    assert "同样的话另有 2 处" in item.why and item.kind == "essence"


def test_every_key_resolves_and_every_quotation_is_from_its_messages(
    told: tuple[Archive, dict[str, str]],
) -> None:
    archive, _ = told
    digest = digest_of(archive, SCOPES["both"])
    with archive.reading() as db:
        for item in digest.items:
            views = [get_message(db, operator(), key) for key in item.keys]
            assert views[0].group_key == item.group_key
            quoted = ["".join(v.text.split()) + v.more for v in views]
            for line in (item.title, *item.text.splitlines()):
                said = line.partition("：「")[2].rstrip("」") or line
                bare = "".join(said.rstrip("…").split())
                assert any(bare in text for text in quoted), line
        for thanks in digest.thanks:
            assert [get_message(db, operator(), key).sender for key in thanks.keys] == [thanks.name]


def test_open_to_a_member_of_one_group_only_that_group_is_told(
    told: tuple[Archive, dict[str, str]],
) -> None:
    archive, _ = told
    own = KEYS["hikers"]
    with archive.reading() as db:
        digest = make_digest(db, member(frozenset((own,))), [own], WEEK)
    assert {key.rpartition(":")[0] for item in digest.items for key in item.keys} == {own}


@pytest.mark.parametrize("group", KEYS)
def test_where_nothing_is_linked_highlights_are_found_by_their_words(
    group: str, new_archive: Callable[[], Archive]
) -> None:
    """As WeChat tells it: no answers, no reactions, and nobody has marked anything."""
    archive = new_archive()
    week_of_group = list(lines(group))
    bare = [
        msgspec.structs.replace(line.message, reply_to=None, reactions=()) for line in week_of_group
    ]
    with archive.writing() as db:
        keep(db, [Group(KEYS[group], group), *bare])
    names = {f"{KEYS[group]}:{w.message.id}": f"{group}/{w.name}" for w in week_of_group}
    items = named(digest_of(archive, [KEYS[group]]), names)
    found = [r for r in MARKS[group]["must"] if any(i & full(group, r) for i in items)]
    assert precision(items, group) >= 0.8 and len(found) >= len(MARKS[group]["must"]) - 1

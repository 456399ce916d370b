"""Copies in what is published: shown where they were said, if the original may be published too."""

from __future__ import annotations

from pathlib import Path

import pytest
from bridge_scene import QQ, TG, Joined
from published_folder import rows_of

from archive.access import operator
from archive.database import Archive
from archive.forget import forget
from archive.groups import set_visibility
from archive.keep import keep
from archive.levels import set_level
from archive.messages import message_id, newest
from archive.records import Recall
from bot.publishing import publish
from web.publish.state import Settings

WORDS = "月亮背面的暗号"


def visible(archive: Archive, **levels: str) -> None:
    with archive.writing() as db:
        for name, level in levels.items():
            set_visibility(db, {"tg": TG, "qq": QQ}[name], level, "operator")


def talked(archive: Archive) -> Joined:
    """Let something cross, and be answered there."""
    joined = Joined(archive, groups=(TG, QQ))
    joined.say(f"{WORDS} 13812345678")
    (copy,) = joined.spoken()[QQ]
    joined.answer_on_qq("懂了", f"qq{copy.number}")
    joined.spoken()
    return joined


def pages(out: Path, group: str) -> str:
    folder = "telegram" if group == TG else "qq"
    files = [f for f in (out / "g").rglob("20*.html") if folder in f.parent.name]
    return "".join(file.read_text("utf-8") for file in sorted(files))


def whole(out: Path) -> str:
    files = [f for f in out.rglob("*") if f.is_file() and f.suffix in (".html", ".md", ".js")]
    return "".join(f.read_bytes().decode("utf-8", "ignore") for f in files)


@pytest.mark.parametrize("members", [False, True])
def test_a_copy_is_shown_where_it_was_said_if_its_original_is_public_too(
    archive: Archive, tmp_path: Path, members: bool
) -> None:
    talked(archive)
    visible(archive, tg="public", qq="public")
    out = tmp_path / "out"
    publish(archive, out, Settings(members=members))
    there = pages(out, QQ)
    assert there.count(WORDS) == 2  # said, and above its answer
    assert ("13812345678" in there) is members and ("张三" in there) is members
    found = [words for _, _, words in rows_of(out)]
    assert len([words for words in found if WORDS in words]) == 1 and "" not in found


@pytest.mark.parametrize("members", [False, True])
def test_nothing_of_a_private_groups_words_is_in_another_groups_pages(
    archive: Archive, tmp_path: Path, members: bool
) -> None:
    talked(archive)
    visible(archive, tg="private", qq="public")
    publish(archive, tmp_path / "out", Settings(members=members))
    assert WORDS not in whole(tmp_path / "out") and "懂了" in pages(tmp_path / "out", QQ)


@pytest.mark.parametrize("how", ["recalled", "forgotten", "for members", "edited", "private"])
def test_the_page_of_a_copy_follows_its_original(
    archive: Archive, tmp_path: Path, how: str
) -> None:
    joined = talked(archive)
    visible(archive, tg="public", qq="public")
    out = tmp_path / "out"
    publish(archive, out, Settings())
    assert WORDS in pages(out, QQ)
    with archive.writing() as db:
        if how == "forgotten":
            forget(db, [f"{TG}:1"], "author")
        if how == "for members":
            set_level(db, message_id(db, operator(), f"{TG}:1"), "members", "admin")
        if how == "private":
            set_visibility(db, TG, "private", "operator")
    if how == "recalled":
        joined.recall(1)
    if how == "edited":
        joined.say("说错了，是太阳", edit=1, edit_date=joined.now)
    publish(archive, out, Settings())
    assert WORDS not in whole(out) and ("是太阳" in pages(out, QQ)) is (how == "edited")
    publish(archive, tmp_path / "fresh", Settings())
    assert pages(out, QQ) == pages(tmp_path / "fresh", QQ)


def test_a_copy_that_an_admin_deleted_there_is_not_shown_there(archive: Archive) -> None:
    joined = talked(archive)
    with archive.reading() as db:
        copy = newest(db, operator(), QQ)[-1]
    with archive.writing() as db:
        keep(db, [Recall(QQ, copy.key.rpartition(":")[2], joined.now)])
    with archive.reading() as db:
        there = newest(db, operator(), QQ)
    assert WORDS in copy.text and WORDS not in str(there)

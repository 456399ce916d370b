"""A published site: whole, only what its readers may see, and brought up to date."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from whole_site import all_of, faults_of, files_of

from archive import essence, levels
from archive.access import operator
from archive.database import Archive
from archive.errors import ArchiveError
from archive.forget import forget
from archive.groups import set_visibility
from archive.keep import keep
from archive.merge import recall
from archive.messages import message_id
from archive.records import AnyRecord, Group, Message
from bot import making
from bot.publishing import Outcome, publish
from web.publish.folder import STATE
from web.publish.state import Settings

Fill = Callable[..., None]
Publish = Callable[..., Outcome]

KEY = "telegram:-100123"
T0 = 1_790_000_000


@pytest.fixture
def fill(archive: Archive) -> Fill:
    """Keep records; every group is public then."""

    def write(*records: AnyRecord) -> None:
        with archive.writing() as db:
            assert not keep(db, records).rejected
            db.execute("UPDATE groups SET visibility = 'public'")

    return write


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where it is published."""
    return tmp_path / "site"


@pytest.fixture
def published(archive: Archive, out: Path) -> Publish:
    """Publish the archive into `out`."""

    def run(members: bool = False) -> Outcome:
        return publish(archive, out, Settings(members=members))

    return run


def said(number: int, text: str, at: int = 0, who: str = "42", **more: Any) -> Message:
    return Message(KEY, str(number), T0 + at + number, f"telegram:{who}", "张三", text=text, **more)


def _ids(archive: Archive, *keys: str) -> list[int]:
    with archive.reading() as db:
        return [message_id(db, operator(), key) for key in keys]


def _canary(out: Path, word: str) -> bool:
    return word.encode() in all_of(out)


def test_every_link_leads_somewhere(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    fill(
        Group(KEY, "技术群"),
        *(said(n, f"第 {n} 条 #干货 https://example.org/{n}", 3_600 * n) for n in range(60)),
        said(900, "答", 900_000, reply_to="3"),
    )
    with archive.writing() as db:
        essence.mark(db, [f"{KEY}:5"], by="x", reason="好", title="题", tags=("干货",), at=T0)
    published()
    assert faults_of(out) == []


def test_nothing_new_writes_nothing(fill: Fill, published: Publish) -> None:
    fill(Group(KEY, "技术群"), *(said(n, "话") for n in range(9)))
    assert published().written > 5
    again = published()
    assert (again.written, again.removed) == (0, 0)


def test_several_processes_make_the_same_files(
    fill: Fill, published: Publish, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(Group(KEY, "技术群"), *(said(n, f"话 #t{n}", 86_400 * n) for n in range(40)))
    published()
    alone = {file: (out / file).read_bytes() for file in files_of(out) - {STATE}}
    monkeypatch.setattr(making, "_ALONE", 0)
    shutil.rmtree(out)
    published()
    assert {file: (out / file).read_bytes() for file in files_of(out) - {STATE}} == alone


def test_a_group_leads_to_its_months_and_they_to_their_days(
    fill: Fill, published: Publish, out: Path
) -> None:
    fill(Group(KEY, "技术群"), *(said(n, "话", 25 * 86_400 * n) for n in range(4)))
    published()
    group = out / "g/telegram_3a-100123"
    assert 'href="../../g/telegram_3a-100123/2026-10.html"' in (group / "index.html").read_text()
    month = (group / "2026-10.html").read_text("utf-8")
    assert re.findall(r"/(2026-[0-9-]+)\.html", month) == [
        "2026-10-16", "2026-09", "2026-11"
    ]  # fmt: skip
    assert faults_of(out) == []


def test_a_new_message_writes_its_month_and_no_other_day(
    fill: Fill, published: Publish, out: Path
) -> None:
    fill(Group(KEY, "技术群"), *(said(n, "话", 40 * 86_400 * n) for n in range(9)))
    published()
    days = list(out.glob("g/*/20*-*-*.html"))
    before = {path: path.stat().st_mtime_ns for path in days}
    fill(said(77, "新的一句", 40 * 86_400 * 8))
    done = published()
    changed = [path for path in days if path.stat().st_mtime_ns != before[path]]
    assert _canary(out, "新的一句")
    assert len(changed) == 1 and done.removed == 0
    assert faults_of(out) == []


def test_a_day_of_many_is_parted_and_its_links_lead_into_the_parts(
    fill: Fill, published: Publish, out: Path
) -> None:
    fill(
        Group(KEY, "技术群"),
        *(said(n, "话") for n in range(1100)),
        said(5000, "答", 90_000, reply_to="1099"),
    )
    published()
    parts = sorted(file for file in files_of(out) if file.endswith(".html") and "-09-2" in file)
    assert [file.rpartition("/")[2][10:] for file in parts[:3]] == ["-2.html", "-3.html", ".html"]
    assert any('2026-09-21-3.html#m1099"' in (out / part).read_text() for part in parts)
    assert faults_of(out) == []


def test_fault_33_what_was_forgotten_is_in_no_byte_after_the_next_run(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    fill(
        Group(KEY, "技术群"),
        said(1, "暗号canary"),
        said(2, "答", 3 * 86_400, reply_to="1"),
        said(3, "后来", 90 * 86_400),
    )
    published()
    assert _canary(out, "暗号canary")
    with archive.writing() as db:
        forget(db, [f"{KEY}:1"], "operator")
    published()
    assert not _canary(out, "暗号canary")
    assert faults_of(out) == []


def test_what_was_recalled_or_edited_leaves_with_its_quotations(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    fill(
        Group(KEY, "技术群"),
        said(1, "第一句canary"),
        said(2, "第二句canary"),
        said(3, "答", 60 * 86_400, reply_to="1"),
        said(4, "答", 60 * 86_400, reply_to="2"),
    )
    published()
    with archive.writing() as db:
        recall(db, _ids(archive, f"{KEY}:1")[0])
    fill(said(2, "改过了", edited_at=T0 + 99))
    published()
    assert not _canary(out, "第一句canary") and not _canary(out, "第二句canary")
    assert _canary(out, "改过了")


def test_who_opted_out_is_not_shown(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    fill(Group(KEY, "技术群"), said(1, "暗号canary #暗号tag", who="43"), said(2, "话"))
    with archive.writing() as db:
        essence.mark(db, [f"{KEY}:1"], by="x", reason="", title="", tags=(), at=T0)
    published()
    assert _canary(out, "暗号canary") and (out / "essence/1.html").exists()
    with archive.writing() as db:
        db.execute("INSERT INTO opt_outs(member_key, at, who) VALUES('telegram:43', 1, '')")
    published()
    assert not _canary(out, "暗号canary") and not _canary(out, "暗号tag")


@pytest.mark.parametrize("level", levels.LEVELS)
def test_fault_31_a_message_for_fewer_is_withheld(
    fill: Fill, published: Publish, out: Path, archive: Archive, level: Any
) -> None:
    fill(Group(KEY, "技术群"), said(1, "暗号canary #暗号tag"), said(2, "话", reply_to="1"))
    published()
    assert _canary(out, "暗号canary")
    with archive.writing() as db:
        levels.set_level(db, _ids(archive, f"{KEY}:1")[0], level, "operator")
    published()
    assert not _canary(out, "暗号canary") and not _canary(out, "暗号tag")
    assert faults_of(out) == []


def test_a_private_group_is_in_no_byte(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    fill(
        Group(KEY, "技术群"), said(1, "话"), Group("qq:88776655", "canary群"),
        Message("qq:88776655", "1", T0, "qq:5", "canary人", text="canary话 #canary"),
    )  # fmt: skip
    published()
    assert _canary(out, "canary")
    with archive.writing() as db:
        set_visibility(db, "qq:88776655", "private", "operator")
    assert published().left_out == 1
    assert not _canary(out, "canary") and not _canary(out, "88776655")


def test_members_see_names_and_the_public_does_not(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    fill(Group(KEY, "技术群"), said(1, "电话 13812345678"))
    published()
    assert not _canary(out, "张三") and not _canary(out, "13812345678")
    with archive.writing() as db:
        set_visibility(db, KEY, "members", "operator")
    published(members=True)
    assert _canary(out, "张三") and faults_of(out) == []
    fill(Message(KEY, "9", T0 + 9, "telegram:42", "张三丰", text="改名了"))
    published(members=True)
    assert _canary(out, "张三丰")


def test_without_a_group_to_show_nothing_is_made(
    fill: Fill, published: Publish, out: Path, archive: Archive
) -> None:
    with pytest.raises(ArchiveError, match="no group"):
        published()
    assert not out.exists() and not list(out.parent.glob(".*publishing"))

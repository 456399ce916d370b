"""Telegram Desktop HTML: real exports and other people's test pages are read completely."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from adapters.exports.format import Options
from adapters.exports.telegram_html import read, sniff
from adapters.exports.tree import Folder, Meter
from archive.records import AnyRecord, Group, Message, Rejected

FOLDER = Path(__file__).resolve().parents[2] / "../shared/fixtures/telegram"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="needs the shared fixtures folder")

REAL = sorted(FOLDER.glob("qa_load_html/*/messages.html"))
MADE = sorted(FOLDER.glob("PhysLVR_html/*.html"))


def records(path: Path) -> list[AnyRecord]:
    file = Folder(path.parent, "export", Meter()).find(path.name)
    assert file is not None
    assert sniff(file, file.head())
    return list(read(file, Options()))


def said(path: Path) -> list[Message]:
    return [record for record in records(path) if isinstance(record, Message)]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.parent.name)
def test_every_row_of_a_real_export_is_read(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    found = records(path)
    ids = [m.id for m in found if isinstance(m, Message)]
    assert ids == re.findall(r'id="message(\d+)"', source)
    assert not [record for record in found if isinstance(record, Rejected)]
    assert isinstance(found[0], Group)
    assert found[0].title == "QA — Load & Performance"


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.parent.name)
def test_text_of_a_real_export_is_what_stands_between_the_tags(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    written = re.findall(r'<div class="text">\n(.*?)\n *</div>', source, re.DOTALL)
    expected = [html.unescape(re.sub(r"<[^>]+>", "", t.replace("<br>", "\n"))) for t in written]
    found = [m.text for m in said(path) if m.kind != "service" and m.text]
    assert found == expected


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.parent.name)
def test_replies_times_and_media_of_a_real_export_are_all_there(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    found = said(path)
    assert sum(m.reply_to is not None and m.kind != "service" for m in found) == source.count(
        "In reply to <a"
    )
    assert sum(m.kind != "service" for m in found) == source.count("pull_right date details")
    assert all(m.sent_at for m in found)
    assert [m.sent_at for m in found] == sorted(m.sent_at or 0 for m in found)
    wraps = source.count('class="media_wrap')
    assert sum(bool(m.attachments or m.poll) for m in found) == wraps
    assert all(m.sender_name for m in found)


def test_real_events_are_told_by_their_action() -> None:
    actions = {m.service for path in REAL for m in said(path) if m.kind == "service"}
    assert actions == {"invite", "migrate", "pin", "remove", "join"} & actions
    assert {"invite", "pin"} <= actions


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_every_row_of_a_made_page_is_read_or_named(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    found = records(path)
    rows = len(re.findall(r'class="message[ "]', source))
    lost = [r for r in found if isinstance(r, Rejected) and r.where.startswith("message ")]
    assert sum(isinstance(record, Message) for record in found) + len(lost) == rows
    assert len(lost) == (1 if path.stem == "malformed_truncated" else 0)


def test_made_pages_say_what_they_are_written_to_say() -> None:
    def page(name: str) -> list[Message]:
        return said(FOLDER / "PhysLVR_html" / f"{name}.html")

    assert [m.sent_at for m in page("timezone_messages")] == [
        1739396072, 1739504966, 1739536200, 1739519100
    ]  # fmt: skip
    assert [[(r.emoji, r.count) for r in m.reactions] for m in page("reaction_messages")] == [
        [("👍", 5), ("❤️", 3), ("🎉", 1)], [("😂", 2)], []
    ]  # fmt: skip
    forwards = [m.forward and m.forward.name for m in page("forwarded_messages")]
    assert forwards == ["↻ DIGI ANTI ⇦", "Deleted Account", None]
    assert [m.sender_name for m in page("rtl_unicode_messages")][:2] == ["علی رضایی", "محمد الأحمد"]
    assert [m.id for m in page("malformed_truncated")] == ["50", "52", "53", "54", "55", "56"]
    assert page("formatted_messages")[3].text == "Multi\nline\nmessage"
    names = [[a.path for a in m.attachments] for m in page("document_messages")]
    assert names == [
        ["documents/report.pdf"], ["documents/data.xlsx", "documents/presentation.pptx"], []
    ]  # fmt: skip

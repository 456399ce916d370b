"""A published tag's page is put into a frame: it is what the site's template makes of it."""

from __future__ import annotations

import pytest
from asking import Fill
from hostile_text import SCRIPTS

from archive import essence
from archive.database import Archive
from archive.records import Attachment, Group, Message
from web.publish.book import Book
from web.publish.site import Maker, Tags
from web.publish.state import Settings
from web.publish.tag_pages import TagPages

KEY, OTHER = "telegram:-100123", "qq:1\"><script>alert('key')</script>"
NOON = 1_795_060_800


def _said(key: str, number: int, text: str, **more: object) -> Message:
    at = NOON + number * 70_000
    return Message(key, str(number), at, "telegram:1", "人<i>", text=text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("members", [False, True])
def test_a_tags_page_is_what_the_template_makes(
    archive: Archive, fill: Fill, members: bool
) -> None:
    missing = (Attachment("photo", missing="why"),)
    fill(
        Group(KEY, "技术群"), Group(OTHER, "<b>群"),
        _said(KEY, 1, "第一条 #干货 #C++"), _said(OTHER, 2, f"#干货 {SCRIPTS[0]}"),
        _said(KEY, 3, "图 #干货", attachments=missing), _said(KEY, 4, "#精 #干货2"),
        *(_said(KEY, 10 + n, f"{n} #许多") for n in range(101)),
    )  # fmt: skip
    with archive.writing() as db:
        essence.mark(db, [f"{KEY}:4"], by="x", reason="", title="", tags=("精",), at=NOON)
        db.execute("UPDATE groups SET visibility = 'public'")
    book = Book(archive, Settings(members=members))
    names = sorted(set(book.tags.values()))
    few = TagPages(book, names)
    assert {name for name in names if not few.has(name)} == {"精", "干货2", "许多"}
    for name in filter(few.has, names):
        (page,) = few.page(name)
        assert page == book.page((("tag", name), ()))
    made = dict(Maker(book).make(Tags(tuple(names)), lambda page: page.body))
    assert len(made) == len(names)
    book.close()

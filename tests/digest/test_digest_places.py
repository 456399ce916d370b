"""What one person posts in several groups is one item with its places, and no advert."""

from __future__ import annotations

from saying import AT, LONG, QQ, TG, WEEK, digest_of, said, told

from archive.access import member, operator
from archive.catchup import catch_up
from archive.database import Archive
from archive.digest import make_digest
from archive.edition_items import cleaned, keys_of
from archive.records import Attachment, Group
from web.digest_forms import as_mail, as_text

THIRD = "telegram:-7"
ARTICLE = f"一篇文章：{LONG}，{LONG[::-1]}，最后还要把每一步都写下来"


def posted(archive: Archive) -> None:
    told(
        archive, Group(THIRD, "读书群"),
        said(1, ARTICLE, "1", 5),
        said(2, "写得好，我们照着做了一遍，确实是索引的问题", "2", reply=1),
        said(3, "请问循环里查怎么改？", "3", reply=1),
        said(4, ARTICLE, "1", group=THIRD), said(5, f"转发：{ARTICLE}", "1", 1, group=QQ),
    )  # fmt: skip


def test_an_article_posted_in_three_groups_is_one_item_with_its_places(archive: Archive) -> None:
    posted(archive)
    with archive.reading() as db:
        digest = make_digest(db, operator(), [TG, QQ, THIRD], WEEK)
    (item,) = [one for one in digest.items if "一篇文章" in one.title + one.text]
    assert item.group_key == TG and item.also_in == (f"{THIRD}:4", f"{QQ}:5")
    titles = {TG: "技术群", QQ: "徒步群", THIRD: "读书群"}
    assert "（技术群，还在 读书群、徒步群）" in as_text(digest, titles, "", 4000)[0]
    assert "还在 读书群、徒步群" in as_mail(digest, titles, "https://a.example")
    assert "还在 读书群）" in as_text(digest, {TG: "技术群", THIRD: "读书群"}, "", 4000)[0]


def test_a_place_that_is_not_shown_any_more_goes_and_the_item_stays() -> None:
    item = {"keys": [f"{TG}:1"], "also_in": [f"{QQ}:5", f"{THIRD}:4"]}
    digest = {"items": [item]}
    assert keys_of(digest) == [f"{TG}:1", f"{QQ}:5", f"{THIRD}:4"]
    (left,) = cleaned(digest, frozenset((f"{TG}:1", f"{THIRD}:4")))["items"]
    assert left["also_in"] == [f"{THIRD}:4"]


def test_of_one_group_the_others_are_not_told(archive: Archive) -> None:
    """Fault 31."""
    posted(archive)
    assert all(item.also_in == () for item in digest_of(archive).items if item.group_key != QQ)
    with archive.reading() as db:
        (item,) = make_digest(db, member(frozenset((TG,))), [TG], WEEK).items
    assert item.also_in == ()


def test_catching_up_a_file_that_came_in_two_groups_is_one(archive: Archive) -> None:
    paper = (Attachment("file", "手册.pdf", sha256="ab" * 32, size=9),)
    told(archive, said(1, "", "1", attachments=paper, kind="file"),
         said(2, "", "1", attachments=paper, kind="file", group=QQ))  # fmt: skip
    with archive.reading() as db:
        missed = catch_up(db, operator(), "telegram:4", [TG, QQ], now=AT + 7200, since=WEEK.since)
    assert missed.files == (f"{QQ}:2",)

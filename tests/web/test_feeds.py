"""Feeds: well formed for a reader that is not ours, per reader, and not sent twice."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import feedparser
import pytest
from asking import Asker, Fill
from hostile_archive import fill_hostile
from lxml import etree, html
from test_site_hostile import assert_inert

from archive import essence, questions
from archive.database import Archive
from archive.groups import set_visibility
from archive.records import Group, Member, Message
from web.app import create_app
from web.feeds import Entry, Feed, atom, json_feed, lasting_id, newest
from web.limits import Limits

MINE = "telegram:-1001"
SITE = "https://archive.example"
AWAY = {"host": "archive.example", "client": "192.0.2.7"}
NOON = 1_790_000_000
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture
def place(archive: Archive, fill: Fill) -> Asker:
    fill(
        Group(MINE, "群"),
        Member("telegram:11", "安安", group_key=MINE, at=NOON),
        Message(MINE, "1", NOON, "telegram:11", "安安",
                text="先备份\n再 #升级# https://a.example/x"),
        Message(MINE, "2", NOON + 60, "telegram:12", "本本", text="怎么备份？"),
        Message(MINE, "3", NOON + 90, "telegram:11", "安安", text="用 chendian backup",
                reply_to="2"),
    )  # fmt: skip
    with archive.writing() as db:
        essence.mark(
            db, [f"{MINE}:1"], by="operator", reason="有用", title="升级之前", at=NOON + 99
        )
        questions.open_question(db, f"{MINE}:2", "telegram:12")
        questions.accept(db, f"{MINE}:2", f"{MINE}:3", "operator")
        set_visibility(db, MINE, "public", "operator")
    return Asker(create_app(archive, loopback=True, base_url=SITE, title="沉淀"))


def parsed(asker: Asker, path: str, **headers: str) -> Any:
    answer = asker.get(path, **(AWAY | headers))
    assert answer.status_code == 200 and answer.headers["x-robots-tag"] == "noindex"
    found = judged(answer.content)
    assert found.version == "atom10"
    return found


def judged(feed: bytes) -> Any:
    """Read a feed with feedparser, and hold it to the grammar of RFC 4287 with libxml2."""
    found = feedparser.parse(feed)
    assert not found.bozo, found.get("bozo_exception")
    GRAMMAR.assertValid(etree.fromstring(feed))
    return found


def checked(told: dict[str, Any]) -> dict[str, Any]:
    """Hold a JSON feed to what version 1.1 asks of it."""
    assert told["version"] == "https://jsonfeed.org/version/1.1" and told["title"]
    assert told["home_page_url"].startswith("http") and told["feed_url"].startswith("http")
    ids = [item["id"] for item in told["items"]]
    assert len(ids) == len(set(ids)) and all(isinstance(one, str) and one for one in ids)
    for item in told["items"]:
        assert item["url"].startswith("http")
        assert isinstance(item["content_html"], str) and isinstance(item["content_text"], str)
        assert DATE.fullmatch(item["date_published"]) and DATE.fullmatch(item["date_modified"])
        assert all(author["name"] for author in item.get("authors", ()))
        assert all(isinstance(tag, str) and tag for tag in item.get("tags", ()))
    return told


def test_everything_is_told_with_names_that_last_and_the_newest_first(place: Asker) -> None:
    found = parsed(place, "/feed.atom")
    assert [entry.title for entry in found.entries] == ["升级之前", "怎么备份？"]
    kept, solved = found.entries
    assert kept.link == f"{SITE}/essence/1" and solved.link == f"{SITE}/q/{MINE}:2"
    assert kept.id.startswith("urn:uuid:") and kept.id != solved.id
    assert (
        "先备份" in kept.content[0].value and 'href="https://a.example/x"' in kept.content[0].value
    )
    assert "chendian backup" in solved.content[0].value
    assert [tag.term for tag in kept.tags] == ["升级"]
    assert found.feed.links[0].href == f"{SITE}/feed.atom" and found.feed.updated
    again = parsed(place, "/essence.atom")
    assert again.entries[0].id == kept.id and again.feed.id != found.feed.id


def test_json_feed_says_the_same(place: Asker) -> None:
    told = checked(place.get("/feed.json", **AWAY).json())
    assert [item["title"] for item in told["items"]] == ["升级之前", "怎么备份？"]
    assert told["items"][0]["content_text"] == "有用\n\n先备份\n再 #升级# https://a.example/x"
    assert told["feed_url"] == f"{SITE}/feed.json"


def test_a_group_and_a_tag_have_feeds_of_their_own(place: Asker) -> None:
    for path in (f"/g/{MINE}/essence.atom", "/tag/%E5%8D%87%E7%BA%A7.atom"):
        assert [entry.title for entry in parsed(place, path).entries] == ["升级之前"]
    assert parsed(place, "/digests.atom").entries == []
    assert place.get("/tag/nothing.atom", **AWAY).status_code == 404
    assert place.get("/essence.rss", **AWAY).status_code == 404


def test_a_tag_that_is_called_as_a_feed_is_keeps_its_page(place: Asker, fill: Fill) -> None:
    fill(Message(MINE, "9", NOON + 9, "telegram:11", "安安", text="#data.json# #notes.md#"))
    page = place.page("/tags", **AWAY)
    paths = [a.get("href") for a in page.cssselect(".index a")]
    assert {"/tag/data%2Ejson", "/tag/notes%2Emd"} <= set(paths)
    for path, name in (("/tag/data%2Ejson", "#data.json"), ("/tag/notes%2Emd", "#notes.md")):
        assert place.page(path, **AWAY).findtext(".//h1") == name
    assert parsed(place, "/tag/data%2Ejson.atom").feed.title.startswith("#data.json")


def test_strangers_see_nobody_and_nothing_that_is_not_public(
    place: Asker, archive: Archive
) -> None:
    """TRUST 31."""
    assert "安安" not in place.get("/feed.atom", **AWAY).text
    with archive.writing() as db:
        set_visibility(db, MINE, "private", "operator")
    assert parsed(place, "/feed.atom").entries == []
    hidden = place.get(f"/g/{MINE}/essence.atom", **AWAY)
    missing = place.get("/g/telegram:-1/essence.atom", **AWAY)
    assert hidden.status_code == missing.status_code == 404


def test_what_has_not_changed_is_not_sent_again(place: Asker, archive: Archive) -> None:
    first = place.get("/essence.atom", **AWAY)
    same = {"if_none_match": f'W/"x", {first.headers["etag"]}'}
    again = place.get("/essence.atom", **AWAY, **same)
    assert again.status_code == 304 and not again.content
    assert again.headers["etag"] == first.headers["etag"]
    since = {"if_modified_since": first.headers["last-modified"]}
    assert place.get("/essence.atom", **AWAY, **since).status_code == 304
    with archive.writing() as db:
        essence.mark(db, [f"{MINE}:1"], by="operator", title="升级之后")
    assert place.get("/essence.atom", **AWAY, **same).status_code == 200


def test_pages_lead_to_their_feeds(place: Asker) -> None:
    links = place.page("/essence", **AWAY).xpath("//link[@rel='alternate']/@href")
    assert {"/feed.atom", "/feed.json", "/essence.atom", "/essence.json", "/essence.md"} == set(
        links
    )
    assert f"/g/{MINE}/essence.atom" in place.get(f"/g/{MINE}", **AWAY).text


def test_what_is_dated_ahead_does_not_stay_on_top(
    place: Asker, archive: Archive, fill: Fill
) -> None:
    """TRUST 6."""
    fill(Message(MINE, "6", NOON + 70, "telegram:11", "安安", text="改", edited_at=4_100_000_000))
    with archive.writing() as db:
        essence.mark(db, [f"{MINE}:6"], by="operator", title="明天", at=NOON + 70)
    found = parsed(place, "/feed.atom")
    assert [entry.title for entry in found.entries][-1] == "明天"
    assert "2099" not in place.get("/feed.json", **AWAY).text


def test_hostile_text_is_inert_in_every_feed(archive: Archive) -> None:
    """TRUST 25, 26."""
    fill_hostile(archive)
    asker = Asker(create_app(archive, loopback=True))
    tags = [a.get("href") for a in asker.page("/tags").cssselect(".index a")]
    for path in ("/feed", "/essence", "/digests", *tags):
        answer = asker.get(f"{path}.atom")
        assert answer.status_code == 200 and judged(answer.content), path
        top = etree.fromstring(answer.content)
        assert {etree.QName(e).namespace for e in top.iter()} == {"http://www.w3.org/2005/Atom"}
        for content in top.iter("{*}content"):
            assert content.get("type") == "html"
            page = html.document_fromstring(f"<html><body>{content.text}</body></html>")
            for line in page.findall(".//br"):
                line.drop_tag()
            for link in page.iter("a"):
                link.set("href", link.get("href").removeprefix("http://127.0.0.1:8765"))
            assert_inert(page, path)
        checked(asker.get(f"{path}.json").json())


def test_a_feed_of_nothing_and_of_the_worst_is_still_one() -> None:
    """TRUST 9."""
    entry = Entry("urn:x:1", f"{SITE}/1", "\x00\ud800\u202e ]]>", "a\x0b", "\ufffe", 0, -(10**15),
                  ("",), ("\x01",))  # fmt: skip
    for entries in ((), (entry,)):
        feed = Feed("urn:x:0", "", SITE, "", "en", entries)
        assert len(judged(atom(feed, SITE)).entries) == len(entries)
        assert len(json.loads(json_feed(feed, SITE))["items"]) == len(entries)


def test_a_lasting_name_is_the_archives_own() -> None:
    assert lasting_id(b"a", "essence 1") == lasting_id(b"a", "essence 1")
    assert lasting_id(b"a", "essence 1") != lasting_id(b"b", "essence 1")
    made = [Entry(str(n), "", "", "", "", n, n) for n in (1, 3, 2)]
    assert [entry.id for entry in newest(made, 2)] == ["3", "2"]


def test_who_asks_for_feeds_too_often_waits(place: Asker) -> None:
    place.app.state.limits = Limits(lambda: 0.0)
    answers = [place.get(path, **AWAY).status_code for path in ["/essence.atom", "/feed.json"] * 31]
    assert answers[:60] == [200] * 60 and answers[60:] == [429] * 2
    assert place.get("/essence.atom", **(AWAY | {"client": "192.0.2.8"})).status_code == 200

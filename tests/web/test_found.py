"""What search engines read: only what is public, under one address each, of one type a page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import Asker, Fill
from hostile_archive import fill_hostile
from lxml import etree, html

from archive import columns, essence, questions
from archive.access import operator, public
from archive.consent import opt_out
from archive.database import Archive
from archive.groups import list_groups, set_visibility
from archive.levels import set_level
from archive.listed import listed_essence, listed_questions, listed_tags, listed_threads
from archive.messages import get_message, message_id
from archive.records import Attachment, Group, Message
from archive.threads import gather
from web.addresses import Addresses
from web.app import create_app
from web.sitemap import Place, parts, robots, sitemap, sitemap_index

MINE = "telegram:-1001"
SITE = "https://archive.example"
AWAY = {"host": "archive.example", "client": "192.0.2.7"}
NOON = 1_790_000_000
PAGES = ("/", "/essence", "/essence/1", "/t/1", "/column/1", f"/q/{MINE}:2",
         "/tag/%E5%8D%87%E7%BA%A7", f"/g/{MINE}", f"/g/{MINE}/essence",
         f"/g/{MINE}/d/2026-09-21", "/questions", "/threads",
         "/tags", "/contents")  # fmt: skip


@pytest.fixture
def place(archive: Archive, fill: Fill) -> Asker:
    photo = (Attachment("photo", "p.png", missing="too large"),)
    fill(
        Group(MINE, "群"),
        Message(MINE, "1", NOON, "telegram:11", "安安", text="先备份 #升级# 13800138000"),
        Message(MINE, "2", NOON + 60, "telegram:12", "本本", text="怎么备份？"),
        Message(MINE, "3", NOON + 90, "telegram:11", "安安", text="用 backup", reply_to="2"),
        Message(MINE, "4", NOON + 95, "telegram:12", "本本", text="怎么还原？"),
        Message(MINE, "5", NOON + 99, "telegram:11", "安安", kind="photo", reply_to="4",
                attachments=photo),
    )  # fmt: skip
    with archive.writing() as db:
        essence.mark(db, [f"{MINE}:1"], by="operator", title="升级之前", at=NOON + 99)
        gather(db, "备份", [get_message(db, operator(), f"{MINE}:{n}") for n in (2, 3)], by="x")
        columns.add(db, "栏", f"{MINE}:1", by="operator")
        for number in (2, 4):
            questions.open_question(db, f"{MINE}:{number}", "telegram:12")
        set_visibility(db, MINE, "public", "operator")
    return site_of(archive)


def site_of(archive: Archive, **options: Any) -> Asker:
    known: dict[str, Any] = {"loopback": True, "base_url": SITE, "title": "沉淀"}
    return Asker(create_app(archive, **known | options))


def is_listed(page: html.HtmlElement) -> bool:
    """Tell whether a page asks to be found; it says one thing or the other."""
    address = page.xpath("//link[@rel='canonical']/@href")
    assert bool(address) != bool(page.xpath("//meta[@name='robots'][@content='noindex']"))
    return bool(address)


def data_of(page: html.HtmlElement) -> dict[str, Any]:
    (script,) = page.xpath("//script[@type='application/ld+json']")
    told: dict[str, Any] = json.loads(script.text)
    return told


def locations(answer: Any) -> list[str]:
    top = etree.fromstring(answer.content)
    return [element.text or "" for element in top.iter("{*}loc")]


def test_every_public_page_has_one_address_and_one_type(place: Asker) -> None:
    types = {}
    for path in PAGES:
        page = place.page(f"{path}?lang=en", **AWAY)
        assert is_listed(page), path
        assert page.xpath("//link[@rel='canonical']/@href") == [SITE + path]
        assert page.xpath("//meta[@property='og:url']/@content") == [SITE + path]
        assert page.xpath("//meta[@property='og:title']/@content")[0]
        assert page.xpath("//meta[@name='description']/@content")[0]
        told = data_of(page)
        assert told["@context"] == "https://schema.org" and told["url"] == SITE + path
        types[path] = told["@type"]
    posted = {types.pop(path) for path in ("/essence/1", "/t/1", f"/g/{MINE}/d/2026-09-21")}
    assert posted == {"DiscussionForumPosting"}
    assert types.pop(f"/q/{MINE}:2") == "QAPage" and types.pop("/") == "WebSite"
    assert set(types.values()) == {"CollectionPage"}


def test_a_question_is_one_only_with_an_answer_in_words(place: Asker, archive: Archive) -> None:
    told = data_of(place.page(f"/q/{MINE}:2", **AWAY))["mainEntity"]
    assert told["@type"] == "Question" and told["answerCount"] == 1
    assert told["suggestedAnswer"][0]["text"] == "用 backup" and "acceptedAnswer" not in told
    with archive.writing() as db:
        questions.accept(db, f"{MINE}:2", f"{MINE}:3", "operator")
    told = data_of(place.page(f"/q/{MINE}:2", **AWAY))["mainEntity"]
    assert told["acceptedAnswer"]["text"] == "用 backup" and "suggestedAnswer" not in told
    assert data_of(place.page(f"/q/{MINE}:4", **AWAY))["@type"] == "DiscussionForumPosting"


def test_what_is_told_is_what_strangers_see(place: Asker) -> None:
    text = place.get("/essence/1", **AWAY).text
    assert "安安" not in text and "13800138000" not in text
    told = data_of(place.page("/essence/1", **AWAY))
    assert told["author"] == {"@type": "Person", "name": "匿名成员"}
    assert told["datePublished"] == "2026-09-21T14:13:20Z" and "138****8000" in told["text"]


def test_contexts_parts_searches_and_doors_are_not_listed(place: Asker) -> None:
    for path in (f"/m/{MINE}:1", "/search?q=a", "/search", "/login", "/essence?tag=升级", "/about",
                 f"/g/{MINE}/d/2026-09-21?after=1", "/files", "/digests", "/calendar"):  # fmt: skip
        assert not is_listed(place.page(path, **AWAY)), path
    assert not is_listed(place.page("/nowhere", 404, **AWAY))


def test_nothing_is_listed_of_a_site_that_is_private_or_at_no_address(
    place: Asker, archive: Archive
) -> None:
    closed = "User-agent: *\nDisallow: /\n"
    for asker in (site_of(archive, base_url=""), site_of(archive, base_url="http://127.0.0.1:1")):
        assert not any(is_listed(asker.page(path, **AWAY)) for path in PAGES)
        assert asker.get("/robots.txt", **AWAY).text == closed
        assert asker.get("/sitemap.xml", **AWAY).status_code == 404
    assert closed not in place.get("/robots.txt", **AWAY).text
    with archive.writing() as db:
        set_visibility(db, MINE, "members", "operator")
    assert place.get("/robots.txt", **AWAY).text == closed
    assert place.get("/sitemap.xml", **AWAY).status_code == 404
    assert place.get("/sitemap/days-1.xml", **AWAY).status_code == 404
    assert not is_listed(place.page("/", **AWAY))


def test_every_address_of_the_sitemaps_is_a_page_that_is_listed(place: Asker) -> None:
    assert f"Sitemap: {SITE}/sitemap.xml" in place.get("/robots.txt", **AWAY).text
    found: list[str] = []
    for file in locations(place.get("/sitemap.xml", **AWAY)):
        found += locations(place.get(file.removeprefix(SITE), **AWAY))
    assert len(found) == len(set(found))
    for address in found:
        page = place.page(address.removeprefix(SITE), **AWAY)
        assert page.xpath("//link[@rel='canonical']/@href") == [address]
    assert {SITE + path for path in PAGES if not path.endswith("/essence")} - set(found) == set()


def test_what_is_withheld_taken_back_or_of_who_left_is_not_listed(
    place: Asker, archive: Archive, fill: Fill
) -> None:
    """TRUST 31, 33."""
    finds = (listed_essence, listed_threads, listed_questions, listed_tags)
    with archive.writing() as db:
        assert [len(find(db, public())) for find in finds] == [1, 1, 2, 1]
        for number in (1, 2, 3):
            set_level(db, message_id(db, operator(), f"{MINE}:{number}"), "members", "operator")
        assert [len(find(db, public())) for find in finds] == [0, 0, 1, 0]
        assert [len(find(db, operator())) for find in finds] == [1, 1, 2, 1]
        for number in (1, 2, 3):
            set_level(db, message_id(db, operator(), f"{MINE}:{number}"), None, "operator")
        opt_out(db, "telegram:11", "telegram:11")
        assert [len(find(db, public())) for find in finds] == [0, 1, 0, 0]


def test_who_is_in_is_told_nothing_for_search_engines(place: Asker, archive: Archive) -> None:
    assert not is_listed(site_of(archive, base_url="").page("/essence/1"))


def test_long_lists_are_parted_and_each_says_when_it_changed() -> None:
    places = [Place(f"/t/{n}", f"2026-01-{n:02}") for n in range(1, 6)]
    files = parts("threads", places, most=2)
    assert [len(some) for some in files.values()] == [2, 2, 1]
    top = etree.fromstring(sitemap_index(files, Addresses(), SITE))
    told = [(e[0].text, e[1].text) for e in top]
    assert told[1] == (f"{SITE}/sitemap/threads-2.xml", "2026-01-04")
    assert sitemap([Place("/")], f"{SITE}/").count(b"<lastmod>") == 0
    assert robots(Addresses(), "", True) == b"User-agent: *\nDisallow: /\n"


def test_hostile_text_stays_data(archive: Archive) -> None:
    """TRUST 25: no title, key, tag or text gets out of the head, the data or the sitemaps."""
    fill_hostile(archive)
    with archive.writing() as db:
        for group in list_groups(db, operator()):
            set_visibility(db, group.key, "public", "operator")
    asker = site_of(archive)
    found = [
        address
        for file in locations(asker.get("/sitemap.xml", **AWAY))
        for address in locations(asker.get(file.removeprefix(SITE), **AWAY))
    ]
    assert len(found) > 12
    for address in found:
        page = asker.page(address.removeprefix(SITE), **AWAY)
        assert data_of(page)["url"] == address
        assert all(s.get("src") or s.get("type") for s in page.iter("script"))
        assert all("<" not in s.text for s in page.iter("script") if s.text)
        assert {e.tag for e in page.find("head")} <= {"meta", "title", "link", "script"}

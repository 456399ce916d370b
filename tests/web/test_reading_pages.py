"""The reading pages: tabs, threads, columns, contents, calendar, large type, links to pass on."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from asking import Asker, Fill
from hostile_text import ONE
from lxml import html
from test_site_hostile import assert_inert
from test_site_pages import hrefs, texts

from archive import codes, columns, essence, threads
from archive.access import operator
from archive.database import Archive
from archive.groups import set_visibility
from archive.records import Group, Member, Message
from web.app import create_app
from web.words import words_in

KEY = "telegram:-1001"
STYLE = Path(__file__).resolve().parents[2] / "web/static/style"
GUEST = {"client": "192.0.2.7", "host": "example.org"}


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> int:
    return int(datetime(year, month, day, hour, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


def said(number: object, text: str, sent_at: int, who: str = "林一舟", **k: object) -> Message:
    return Message(
        KEY, id=str(number), sent_at=sent_at, sender_key=f"telegram:{who}", sender_name=who,
        text=text, **k,
    )  # fmt: skip


@pytest.fixture
def group(fill: Fill, archive: Archive) -> None:
    fill(
        Group(KEY, title="运营群", time_zone="Asia/Shanghai"),
        Member("telegram:林一舟", "林一舟", group_key=KEY, role="owner"),
        said(1, "先说结论：不要先建群", at(3, 2)),
        said(2, "同意，先私聊", at(3, 2, 10), "小满", reply_to="1"),
        said(3, "数据在这", at(3, 3)),
        said(4, "去年的今天我们还没有名单，也没有想过要有", at(3, 2, year=2025)),
    )
    with archive.writing() as db:
        essence.mark(db, [f"{KEY}:1"], by="阿禾", title="不要先建群", tags=("干货",), at=at(3, 4))
        essence.mark(db, [f"{KEY}:3"], by="阿禾", title="一张表", tags=("干货",), at=at(3, 5))
        columns.add(db, "从零开始", f"{KEY}:1", by="阿禾", about="从这篇读起")
        run = threads.run_from(db, operator(), f"{KEY}:1", f"{KEY}:3", 0)
        number = threads.gather(db, "冷启动怎么做", run, by="阿禾")
        threads.edit(db, number, "三句话的整理稿", "阿禾")
        db.execute("INSERT INTO essence_texts VALUES(1, '整理过的结论', '阿禾', ?)", (at(3, 6),))


def test_a_group_has_its_tabs_each_with_an_address(group: None, site: Asker) -> None:
    for part, current in (("", "最新"), ("/essence", "精华 2"), ("/voices", "只看群主/嘉宾")):
        page = site.page(f"/g/{KEY}{part}")
        (tab,) = page.cssselect(".tabs [aria-current]")
        assert " ".join(tab.text_content().split()) == current
        assert page.findtext(".//h1") == "运营群"
    assert {f"/g/{KEY}/essence", f"/g/{KEY}/voices"} <= hrefs(page)
    assert [li.text_content().split()[0] for li in page.cssselect(".talk .who")] == ["林一舟"] * 3
    assert len(site.page(f"/g/{KEY}/essence?tag=干货").find_class("post")) == 2


def test_who_leads_a_group_is_not_told_to_readers_outside_fault_31(
    group: None, site: Asker, archive: Archive
) -> None:
    with archive.writing() as db:
        set_visibility(db, KEY, "public", "operator")
    page = site.page(f"/g/{KEY}", **GUEST)
    assert "只看群主" not in page.text_content()
    missing = site.get("/nowhere", **GUEST)
    hidden = site.get(f"/g/{KEY}/voices", **GUEST)
    assert hidden.status_code == missing.status_code == 404
    assert hidden.text.replace(f"/g/{KEY}/voices", "/nowhere") == missing.text


@pytest.mark.parametrize("path", ["", "/essence", "/voices", "/calendar", "/d/2026-03-02"])
def test_a_hidden_group_is_like_none_on_every_tab_fault_31(
    group: None, site: Asker, path: str
) -> None:
    hidden, missing = (site.get(f"/g/{key}{path}", **GUEST) for key in (KEY, "telegram:-1009"))
    assert hidden.status_code == 404
    assert hidden.text.replace(KEY, "telegram:-1009") == missing.text


@pytest.mark.parametrize("path", ["/t/1", "/column/1", "/essence/1", f"/threads?group={KEY}"])
def test_what_was_gathered_in_a_hidden_group_is_like_nothing_fault_31(
    group: None, site: Asker, path: str
) -> None:
    assert site.get(path).status_code == 200
    assert site.get(path, **GUEST).status_code == 404


def test_public_lists_are_empty_where_nothing_is_public(group: None, site: Asker) -> None:
    for path in ("/threads", "/contents", "/calendar"):
        shown = site.page(path, **GUEST).text_content()
        assert not any(word in shown for word in ("不要先建群", "冷启动", "从零开始", "运营群"))


def test_a_thread_shows_its_edited_version_before_what_was_said(group: None, site: Asker) -> None:
    page = site.page("/t/1")
    assert page.findtext(".//h1") == "冷启动怎么做"
    assert texts(page, "edited")[0].endswith("三句话的整理稿")
    assert len(page.cssselect(".talk .txt")) == 3 and texts(page, "present") == ["林一舟 2小满 1"]
    assert "/t/1" in hrefs(site.page("/threads")) and "/t/1" in hrefs(site.page(f"/m/{KEY}:2"))


def test_a_long_thread_comes_in_parts(fill: Fill, site: Asker, archive: Archive) -> None:
    fill(Group(KEY, title="群"), *(said(n, "说" * 900, at(3, 2) + n) for n in range(120)))
    with archive.writing() as db:
        run = threads.run_from(db, operator(), f"{KEY}:0", f"{KEY}:119", 0)
        threads.gather(db, "很长", run, by="阿禾")
        essence.mark(db, [f"{KEY}:0", f"{KEY}:119"], by="阿禾")
    for path, lines in (("/t/1", ".talk > li"), ("/essence/1", ".spoken")):
        seen = 0
        while path:
            answer = site.get(path)
            assert len(answer.content) < 400_000
            page = html.document_fromstring(answer.text)
            seen += len(page.cssselect(lines))
            path = next((a.get("href") for a in page.cssselect(".go a[rel=next]")), "")
        assert seen == 120


def test_an_essence_shows_what_was_written_said_and_around(group: None, site: Asker) -> None:
    page = site.page("/essence/1")
    assert texts(page, "edited")[0].endswith("整理过的结论")
    assert "先说结论" in texts(page, "words")[0]
    assert {"/column/1", f"/m/{KEY}:1"} <= hrefs(page)
    assert [details.text_content().split()[0] for details in page.iter("details")] == [
        "之前说的", "之后说的",
    ]  # fmt: skip


def test_a_column_keeps_its_order_and_what_was_noted(group: None, site: Asker) -> None:
    page = site.page("/column/1")
    assert page.findtext(".//h1") == "从零开始" and texts(page, "about") == ["从这篇读起"]


def test_the_contents_write_themselves(group: None, site: Asker) -> None:
    page = site.page("/contents")
    titles = texts(page, "title")
    assert titles == ["不要先建群", "冷启动怎么做", "一张表", "不要先建群"]
    assert {"/column/1", "/t/1", "/essence?tag=%E5%B9%B2%E8%B4%A7"} <= hrefs(page)
    assert f"/contents?group={KEY.replace(':', '%3A')}" in hrefs(site.page(f"/g/{KEY}"))


def test_the_calendar_says_in_words_what_it_draws(group: None, site: Asker) -> None:
    page = site.page(f"/g/{KEY}/calendar?year=2026")
    (first, second) = page.cssselect(".month a")
    assert first.get("href") == f"/g/{KEY}/d/2026-03-02"
    assert first.get("aria-label").replace("\u00a0", " ") == "3 月 2 日，2 条，精华 1"
    assert (first.get("class"), second.get("class")) == ("kept", "kept")
    widths = [float(rect.get("width")) for rect in page.cssselect(".month rect")]
    assert widths == [100, 70.7]
    assert {f"/g/{KEY}/calendar?year=2025"} <= hrefs(page)
    assert "/search?q=on%3A2025-03-02" in hrefs(site.page("/calendar?year=2025"))


def test_years_ago_today_is_on_the_calendar_and_on_the_first_page(fill: Fill, site: Asker) -> None:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    leap = (now.month, now.day) == (2, 29)
    then = at(now.month, 28 if leap else now.day, 12, now.year - 1)
    text = "一年前说的一句够长的话，值得再看"
    fill(Group(KEY, title="群", time_zone="Asia/Shanghai"), said(1, text, then))
    for path in ("/", "/calendar", f"/g/{KEY}/calendar"):
        page = site.page(path)
        assert text in page.text_content() and f"/m/{KEY}:1" in hrefs(page)


def test_tags_page_on_after_the_last_one(fill: Fill, site: Asker) -> None:
    fill(Group(KEY, title="群"), *(said(n, f"#标签{n:03}#", at(3, 2) + n) for n in range(301)))
    (more,) = site.page("/tags").cssselect(".go a")
    rest = site.page(more.get("href"))
    assert texts(rest, "n") == ["1 条"] and "#标签300" in rest.text_content()
    site.page("/tags?after=没有", 404)
    (more,) = site.page("/desk/tags").cssselect(".go a")
    assert len(site.page(more.get("href")).cssselect("tbody tr")) == 101
    site.page("/desk/tags?after=没有", 404)


@pytest.mark.parametrize("year", ["0999", "20x6", "99999", "-1", "二零二六", "２０２６"])
def test_there_is_no_such_year(group: None, site: Asker, year: str) -> None:
    site.page(f"/calendar?year={year}", 404)


def test_large_type_is_kept_in_every_link_and_form_and_nowhere_else(
    group: None, site: Asker
) -> None:
    page = site.page("/essence?tag=干货&big=1&lang=en")
    assert page.get("class") == "big"
    inner = [h for h in hrefs(page) if h and h.startswith("/")]
    large = [h for h in inner if "big=1" in h]
    assert len(inner) - len(large) == 1 and "/essence?tag=" in next(
        h for h in inner if "big=1" not in h
    )
    kept = {i.get("name"): i.get("value") for i in page.cssselect(".find input[type=hidden]")}
    assert kept == {"lang": "en", "big": "1"}
    assert site.page("/?big=2").get("class") is None
    assert not site.get("/?big=1").headers.get("set-cookie")


def test_what_is_passed_on_is_in_nobodys_language_or_size(
    group: None, archive: Archive, site: Asker
) -> None:
    with archive.writing() as db:
        code = codes.code_of(db, f"{KEY}:1")
    page = site.page(f"/m/{KEY}:1?big=1&lang=en")
    (button,) = page.cssselect("button[data-copy]")
    assert (button.get("data-copy"), button.get("hidden")) == (f"/m/{KEY}:1", "")
    assert texts(page, "short") == [code]
    public = Asker(create_app(archive, loopback=True, base_url="http://localhost:8080/"))
    (button,) = public.page("/essence/1").cssselect("button[data-copy]")
    assert button.get("data-copy") == "http://localhost:8080/essence/1"


def test_a_link_stands_only_where_its_page_exists(group: None, archive: Archive) -> None:
    page = Asker(create_app(archive, loopback=True)).page(f"/g/{KEY}")
    bar = [a.get("href") for a in page.cssselect(".nav a")]
    assert bar == ["/", "/essence", "/search", "/questions", "/contents", "/digest", "/desk"]
    assert f"/g/{KEY}/files" in hrefs(page)


def test_hostile_titles_notes_and_texts_are_inert_fault_25(
    group: None, archive: Archive, site: Asker
) -> None:
    with archive.writing() as db:
        db.execute("UPDATE threads SET title = ?, edited = ?", (ONE, ONE))
        db.execute("UPDATE columns SET title = ?", (ONE,))
        db.execute("UPDATE column_messages SET note = ?", (ONE,))
        db.execute("UPDATE essence_texts SET text = ?", (ONE,))
    for path in (
        "/", "/t/1", "/threads", "/column/1", "/contents", "/essence/1", "/calendar", f"/g/{KEY}",
        f"/g/{KEY}/essence", f"/g/{KEY}/voices", f"/g/{KEY}/calendar", f"/m/{KEY}:1?lang=en",
    ):  # fmt: skip
        page = site.page(path)
        assert_inert(page, path)
        assert len(list(page.iter("h1"))) == 1
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), path


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 429, 500, 503])
def test_every_refusal_has_its_words(code: int) -> None:
    for lang in ("zh", "en"):
        assert words_in(lang)(f"error.title_{code}") and words_in(lang)(f"error.body_{code}")


def test_styles_need_nothing_newer_than_chromium_86_and_safari_14(site: Asker) -> None:
    css = site.get("/static/style.css").text
    for new in (":has(", ":is(", ":where(", "@layer", "@container", "aspect-ratio", "color-mix",
                "oklch", "dvh", "svh", "accent-color", "subgrid", "@property"):  # fmt: skip
        assert new not in css, new
    own = "".join(file.read_text("utf-8") for file in sorted(STYLE.glob("1*.css")))
    for rule in re.findall(r"\{[^{}]*\}", own):
        # neither knows the gap of a flexible row, Chromium 86 not the short form of four sides
        assert not ("flex" in rule and re.search(r"[^-]gap:", rule)), rule
        assert not re.search(r"[\s;{]inset:", rule), rule

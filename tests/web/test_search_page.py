"""The search page's parts: one renderer for all of them, straight ways, help, and misses."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from asking import Asker, Fill
from lxml import html

from archive import consent
from archive.access import operator
from archive.database import Archive
from archive.essence import mark
from archive.groups import set_visibility
from archive.misses import misses
from archive.records import Group, Message

A, B = "telegram:-1001", "qq:2"
NOW = 1_795_060_800
ORIGIN = "http://127.0.0.1:8765"
PUBLIC = {"client": "192.0.2.7"}


@pytest.fixture
def found(fill: Fill, site: Asker, archive: Archive) -> Asker:
    def said(key: str, i: int, text: str, who: str) -> Message:
        sender = f"{key.partition(':')[0]}:{who}"
        return Message(
            key, id=f"{i}", sent_at=NOW - i * 86_400 * 9, sender_key=sender, sender_name=who,
            text=text,
        )  # fmt: skip

    fill(
        Group(A, title="开发群"),
        Group(B, title="摄影课"),
        *(said(A, i, f"第 {i} 次備份，ＤＯＣＫＥＲ", "毕峰") for i in range(12)),
        *(said(B, i, f"备份照片 {i} #备份#", "老白") for i in range(5)),
    )
    with archive.writing() as db:
        mark(db, [f"{A}:3"], by="operator", title="备份要先试恢复")
    return site


def part(site: Asker, q: str, name: str = "results", **more: str) -> html.HtmlElement:
    answer = site.get(f"/search?q={quote(q)}&part={name}", **more)
    assert answer.status_code == 200
    return html.fragment_fromstring(answer.text, create_parent="div")


def straight(page: html.HtmlElement) -> list[str]:
    return [" ".join(a.text_content().split()) for a in page.cssselect(".straight a")]


def asked(href: str) -> str:
    return parse_qs(urlsplit(href).query)["q"][0]


@pytest.mark.parametrize("q", ["备份", "bf", "量子", "befor:2026", "", "备份 from:老白", "is:精华"])
def test_parts_are_the_same_html_as_on_the_page(found: Asker, q: str) -> None:
    def bare(text: str) -> str:
        return re.sub(r"\s+|用时[^<]*", " ", text).replace("> <", "><").strip()

    page = bare(found.get(f"/search?q={quote(q)}").text)
    for name in ("results", "sides"):
        alone = found.get(f"/search?q={quote(q)}&part={name}").text
        assert "<html" not in alone and bare(alone) in page


def test_parts_are_told_apart_from_anything_else(found: Asker) -> None:
    assert found.get("/search?q=x&part=else").status_code == 400
    assert found.get("/search?part=results").status_code == 200


@pytest.mark.parametrize("q", ["备份", "備份", "備份，docker", "ｄｏｃｋｅｒ", "Docker", "DOCKER"])
def test_width_case_and_both_scripts_of_chinese_find_the_same(found: Asker, q: str) -> None:
    page = found.page(f"/search?q={q}")
    assert page.cssselect("[role=status]")[0].text_content() in ("12 条", "17 条")
    marked = {"備份", "备份", "ｄｏｃｋｅｒ", "備份，ｄｏｃｋｅｒ"}
    assert {mark.text.lower() for mark in page.iter("mark")} <= marked
    assert len(list(page.iter("mark"))) >= 12


def test_names_lead_straight_to_what_they_name(found: Asker) -> None:
    page = found.page("/search?q=bf")
    assert straight(page) == ["人 毕峰 12", "标签 #备份 5", "精精华 备份要先试恢复"]
    hrefs = [a.get("href") for a in page.cssselect(".straight a")]
    assert asked(hrefs[0]) == "from:毕峰" and hrefs[1:] == ["/tag/%E5%A4%87%E4%BB%BD", "/essence/1"]
    assert found.page(hrefs[0]).find_class("hit")
    assert straight(found.page("/search?q=kfq")) == ["群 开发群"]


def test_the_public_is_led_to_nobody_and_to_nothing_hidden(found: Asker, archive: Archive) -> None:
    """TRUST 31."""
    hidden, missing = (found.get(f"/search?q={q}", **PUBLIC).text for q in ("kfq", "qqq"))
    assert re.sub(r"用时[^<]*", "", hidden.replace("kfq", "qqq")) == re.sub(
        r"用时[^<]*", "", missing
    )
    with archive.writing() as db:
        set_visibility(db, A, "public", "operator")
    assert straight(found.page("/search?q=bf", **PUBLIC)) == ["精精华 备份要先试恢复"]
    assert straight(found.page("/search?q=bifeng", **PUBLIC)) == []
    beside = found.page("/search?q=docker", **PUBLIC)
    assert not beside.cssselect("#whom") and "毕峰" not in beside.text_content()


def test_senders_and_groups_beside_the_results_narrow_them(found: Asker) -> None:
    page = found.page("/search?q=备份")
    links = {a.text_content(): asked(a.get("href")) for a in page.cssselect("#sides .plainlist a")}
    assert links == {
        "开发群12": "备份 in:开发群", "摄影课5": "备份 in:摄影课",
        "毕峰12": "备份 from:毕峰", "老白5": "备份 from:老白",
    }  # fmt: skip
    assert not found.page("/search?q=备份 from:老白").cssselect("#whom")


@pytest.mark.parametrize(("lang", "labels"), [("zh", "有文件 精华"), ("en", "with file essence")])
def test_filters_are_named_in_the_readers_words(found: Asker, lang: str, labels: str) -> None:
    page = found.page(f"/search?q=备份 has:files is:加精&lang={lang}")
    assert " ".join(bdi.text for bdi in page.cssselect(".chosen bdi")) == labels


def test_nothing_found_offers_to_ask_for_less(found: Asker) -> None:
    page = found.page("/search?q=备份 照片 from:毕峰")
    wider = {a.text_content(): asked(a.get("href")) for a in page.cssselect("#wider ~ ul a")}
    assert wider == {"备份 照片5 条": "备份 照片", "备份17 条": "备份", "照片5 条": "照片"}


def test_nothing_found_offers_to_ask_a_group_that_listens(found: Asker, archive: Archive) -> None:
    assert not found.page("/search?q=量子 纠缠").find_class("ask-group")
    with archive.writing() as db:
        consent.start(db, B, by="operator")
    page = found.page("/search?q=量子 纠缠 has:link")
    assert page.cssselect(".ask-group code")[0].text_content() == "/问 量子 纠缠"
    assert [a.text_content() for a in page.cssselect(".ask-group a")] == ["摄影课"]
    assert page.cssselect(".ask-group button[hidden]")
    assert found.page("/search?q=量子&lang=en").cssselect(".ask-group code")[0].text == "/ask 量子"
    assert not found.page("/search?q=量子", **PUBLIC).find_class("ask-group")


def test_what_is_not_understood_can_be_searched_as_it_stands(found: Asker) -> None:
    page = found.page("/search?q=befor:2026 “备份”")
    links = [a.get("href") for a in page.cssselect(".on a")]
    assert [asked(href) for href in links] == ['"befor:2026 备份"']
    assert not found.page(links[0]).find_class("tips")
    assert not found.page(f"/search?q={'(' * 1999}").cssselect(".on a")


@pytest.mark.parametrize("q", ["%00", "a" * 10_000, "(" * 500, "%ED%A0%80", "🎉", "NEAR/", "%25_*"])
@pytest.mark.parametrize("name", ["results", "sides"])
def test_odd_query_is_answered_in_parts_34(found: Asker, q: str, name: str) -> None:
    """TRUST 34."""
    assert found.get(f"/search?q={q}&part={name}").status_code == 200


def test_hostile_names_are_text_25(fill: Fill, site: Asker) -> None:
    """TRUST 25."""
    bad = "<script>alert(1)</script>"
    fill(
        Group(A, title=f"bf{bad}"),
        Message(A, id="1", sent_at=NOW, sender_key="telegram:1", sender_name=f"bf{bad}", text="好"),
    )
    for path in ("/search?q=bf", "/search?q=bf&part=results", f"/search?q={quote(bad)}",
                 f"/search?q={quote(chr(34) + bad)}&part=results"):  # fmt: skip
        assert "<script>" not in site.get(path).text
    assert straight(site.page("/search?q=bf")) == [f"人 bf{bad} 1", f"群 bf{bad}"]


def told(site: Asker, q: str, token: str | None = None, **headers: str) -> int:
    if token is None:
        found = re.search(r'data-token="(\w+)"', site.get("/search").text)
        token = found[1] if found else ""
    sent = {"origin": ORIGIN, "sec_fetch_site": "same-origin"} | headers
    return site.post("/search/missed", {"q": q, "token": token}, **sent).status_code


def counted(archive: Archive) -> list[tuple[str, int]]:
    with archive.reading() as db:
        return [(miss.query, miss.times) for miss in misses(db, operator())]


def test_a_miss_is_counted_when_the_script_tells_of_it(found: Asker, archive: Archive) -> None:
    assert found.page("/search?q=量子").cssselect("[data-missed]")
    assert counted(archive) == []
    assert told(found, "量子") == told(found, "量子") == 204
    assert told(found, "备份") == told(found, "befor:1") == told(found, "") == 204
    assert told(found, "量子 from:毕峰") == 204
    assert counted(archive) == [("量子", 2)]
    for q in ("备份", "量子 from:毕峰", "befor:1", "13812345678"):
        assert not found.page(f"/search?q={q}").cssselect("[data-missed]")


def test_a_miss_is_counted_for_nobody_else_30(found: Asker, archive: Archive) -> None:
    """TRUST 30."""
    assert told(found, "量子", token="0" * 64) == 403
    assert told(found, "量子", origin="https://elsewhere.example") == 403
    assert told(found, "量子", token="", **PUBLIC) == 403
    assert found.get("/search/missed").status_code == 405
    assert not found.page("/search?q=量子", **PUBLIC).cssselect("[data-missed], [data-token]")
    assert counted(archive) == []

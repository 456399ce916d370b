"""The search page: results, filters, order, paging, and kind words where there is nothing."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from archive.records import Group, Message

A, B = "telegram:-1001", "qq:2"
NOW = 1_795_060_800


@pytest.fixture
def found(fill, site):
    def said(key: str, i: int, text: str, who: str = "小满") -> Message:
        platform = key.partition(":")[0]
        return Message(
            key, id=f"{i}", sent_at=NOW - i * 86_400 * 3, sender_key=f"{platform}:{who}",
            sender_name=who, text=text,
        )  # fmt: skip

    fill(
        Group(A, title="开发 群"),
        Group(B, title="摄影课"),
        *(said(A, i, f"第 {i} 次部署，看 https://example.org/{i}") for i in range(30)),
        *(said(B, i, f"部署灯光 {i}", "老白") for i in range(5)),
    )
    return site


def chips(page) -> dict[str, str]:
    return {" ".join(a.text_content().split()): a.get("href") for a in page.cssselect(".chips a")}


def asked(href: str) -> str:
    return parse_qs(urlsplit(href).query)["q"][0]


def test_results_are_counted_marked_and_newest_first(found):
    page = found.page("/search?q=部署")
    assert page.cssselect("[role=status]")[0].text_content() == "35 条"
    assert "最新在前" in page.text_content() and "毫秒" in page.text_content()
    assert {mark.text for mark in page.iter("mark")} == {"部署"}
    assert len(page.find_class("hit")) == 20


def test_results_page_on_to_the_end_without_repeating(found):
    path, seen = "/search?q=部署", []
    while path:
        page = found.page(path)
        seen += [a.get("href") for a in page.cssselect(".hit .words")]
        path = next((a.get("href") for a in page.cssselect(".go a[rel=next]")), None)
    assert len(seen) == len(set(seen)) == 35


def test_filters_hold_as_chips_that_can_be_taken_off(found):
    page = found.page('/search?q=部署 from:老白 in:"摄影课" -灯泡')
    assert asked(chips(page)["老白 ✕"]) == '部署 in:"摄影课" -灯泡'
    assert asked(chips(page)["摄影课 ✕"]) == "部署 from:老白 -灯泡"


def test_filters_to_add_show_what_they_would_leave(found):
    page = found.page("/search?q=部署")
    assert asked(chips(page)["有链接 30"]) == "部署 has:链接"
    assert "有文件" not in " ".join(chips(page))


def test_groups_and_months_narrow_the_search(found):
    page = found.page("/search?q=部署&order=relevance")
    where = {a.text_content(): a.get("href") for a in page.cssselect(".plainlist a")}
    assert asked(where["开发 群30"]) == '部署 in:"开发 群"'
    months = [a.get("href") for a in page.cssselect(".strata a")]
    assert asked(months[0]) == "部署 on:2026-11"
    assert all("order=relevance" in href for href in [*where.values(), *months])
    for href in [*where.values(), *months]:
        assert found.page(href).find_class("hit")


def test_order_is_switched(found):
    assert "order=relevance" in found.page("/search?q=部署").find_class("switch")[0].get("href")
    page = found.page("/search?q=部署&order=relevance")
    assert "最相关在前" in page.text_content()
    assert page.find_class("switch")[0].get("href") == "/search?q=%E9%83%A8%E7%BD%B2"


def test_nothing_asked_shows_how_to_search_and_every_example_works(found):
    page = found.page("/search")
    examples = [a.get("href") for a in page.cssselect(".tips a")]
    assert len(examples) == 9
    for path in examples + [
        a.get("href") for a in found.page("/search?lang=en").cssselect(".tips a")
    ]:
        assert "没看懂" not in found.page(path).text_content()


def test_nothing_found_says_what_to_try(found):
    assert "两个字就够" in found.page("/search?q=量子").text_content()
    assert "去掉一个筛选" in found.page("/search?q=灯光 from:小满").text_content()
    assert found.page("/search?q=部署 from:无名氏").find_class("notice")


def test_near_tags_are_offered_where_nothing_was_found(fill, site):
    fill(Group(A), Message(A, id="1", sent_at=NOW, text="说一下 #冷启动复盘"))
    page = site.page("/search?q=冷启动作业")
    assert "/tag/%E5%86%B7%E5%90%AF%E5%8A%A8%E5%A4%8D%E7%9B%98" in chips(page).values()


@pytest.mark.parametrize(
    "query", ["befor:2026", "before:哪天", "from:", "is:什么", "词" * 3000, "(" * 50, "x&cursor=y"]
)
def test_query_that_is_not_understood_gets_words_and_tips(found, query):
    page = found.page(f"/search?q={query}")
    assert "这句没看懂" in page.text_content()
    assert page.cssselect(".notice") and page.cssselect(".tips")


@pytest.mark.parametrize(
    "query",
    ["%25", "_", '"', "*", "NEAR/2 x", "a OR", "' OR 1=1 --", "(a|a)*b", "部", "🎉", "%00",
     "%ED%A0%80", "-", "NOT", "a:b:c", "字" * 60, "  ", "AND AND", "%F0%9F"],
)  # fmt: skip
def test_odd_query_is_answered(found, query):
    """TRUST 34."""
    assert found.get(f"/search?q={query}").status_code == 200
    assert found.get(f"/api/search?q={query}").status_code in (200, 400)

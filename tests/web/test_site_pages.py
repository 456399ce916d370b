"""The pages: what each shows, and where its links lead."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from archive import essence
from archive.records import Attachment, Forward, Group, Message, Poll, Quote, Reaction, Span

KEY = "wechat:20481@chatroom"


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


def said(number: object, text: str, sent_at: int, who: str = "林一舟", **k) -> Message:
    return Message(
        KEY, id=str(number), sent_at=sent_at, sender_key=f"wechat:{who}", sender_name=who,
        text=text, **k,
    )  # fmt: skip


@pytest.fixture
def group(fill, archive):
    fill(
        Group(KEY, title="运营人一群"),
        said(1, "问下大家，冷启动的时候第一批人从哪来？", at(17, 10), "周木"),
        said(2, "先说结论：重要的是第二周还有多少人说话 #冷启动#", at(18, 10), reply_to="1"),
        said(3, "表格在这", at(18, 10, 1)),
        said(4, "记一下", at(18, 12), "小满", edited_at=at(18, 13)),
    )
    with archive.writing() as db:
        essence.mark(
            db, [f"{KEY}:2", f"{KEY}:3"], by="阿禾", reason="有数有后续", title="冷启动不要先建群",
            tags=("干货",), at=at(18, 20),
        )  # fmt: skip


def texts(page, name: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in page.find_class(name)]


def hrefs(page) -> set[str]:
    return {a.get("href") for a in page.iter("a")}


def test_home_shows_groups_essence_newest_and_strata(group, site):
    page = site.page("/")
    text = page.text_content()
    for shown in ("运营人一群", "4 条消息", "冷启动不要先建群", "阿禾 收录：有数有后续", "记一下"):
        assert shown in text
    assert {f"/g/{KEY}", "/essence/1", "/tag/%E5%86%B7%E5%90%AF%E5%8A%A8", f"/m/{KEY}:4"} <= hrefs(
        page
    )
    (month,) = page.cssselect(".strata a")
    assert month.get("href") == "/search?q=on%3A2026-11" and page.cssselect(".strata path")


def test_empty_archive_says_what_to_do(site):
    assert "chendian import" in site.page("/").text_content()
    public = site.page("/", host="example.org").text_content()
    assert "没有公开的群" in public and "chendian import" not in public
    for path in ("/essence", "/tags", "/search?q=部署", "/about"):
        assert site.page(path).find_class("lead") or path == "/about"


def test_group_shows_its_latest_days_and_strata(group, site):
    page = site.page(f"/g/{KEY}")
    assert [h.text_content().split()[0] for h in page.find_class("day")] == ["11", "11"]
    assert f"/g/{KEY}/d/2026-11-18" in hrefs(page)
    assert "/search?q=in%3A%E8%BF%90%E8%90%A5%E4%BA%BA%E4%B8%80%E7%BE%A4+has%3Afile" in hrefs(page)
    assert texts(page, "lay")[:2] == ["18 日", "17 日"]


@pytest.mark.parametrize("month", ["2026-13", "x", "2026", "2026-11-01", "9999999"])
def test_group_has_no_such_month(group, site, month):
    site.page(f"/g/{KEY}?month={month}", 404)


def test_group_opens_another_month(group, site):
    assert "2026 年 10 月的每一天" not in site.page(f"/g/{KEY}?month=2026-10").text_content()


def test_day_shows_its_messages_and_neighbours(group, site):
    page = site.page(f"/g/{KEY}/d/2026-11-18")
    assert texts(page, "txt")[0].startswith("先说结论")
    assert [li.get("class") for li in page.cssselect(".talk > li")] == [
        "msg ess",
        "more ess",
        "msg",
    ]
    assert len(page.cssselect(".talk .seal")) == 1
    assert f"/g/{KEY}/d/2026-11-17" in hrefs(page)


@pytest.mark.parametrize("date", ["2026-02-30", "today", "20261118", "2026-11-18x", "0000-01-01"])
def test_no_such_day(group, site, date):
    site.page(f"/g/{KEY}/d/{date}", 404)


def test_day_without_messages_says_so(group, site):
    assert "这一天没有消息" in site.page(f"/g/{KEY}/d/2026-11-16").text_content()


def test_message_stands_in_its_context(group, site):
    page = site.page(f"/m/{KEY}:3")
    here = page.get_element_by_id("here")
    assert "表格在这" in here.text_content() and here.cssselect("[autofocus]")
    assert texts(page, "part") == ["2026 年 11 月 17 日 星期二", "2026 年 11 月 18 日 星期三"]
    assert "问下大家" in texts(page, "quote")[0] and f"/m/{KEY}:1" in hrefs(page)
    assert "冷启动不要先建群" in page.cssselect("aside")[0].text_content()


def test_edited_message_shows_what_it_said_before(group, fill, site):
    fill(said(4, "记一下，周三交", at(18, 12), "小满", edited_at=at(18, 14)))
    page = site.page(f"/m/{KEY}:4")
    assert texts(page, "former") and "记一下" in texts(page, "former")[0]


def test_recalled_message_leaves_a_line(fill, site):
    fill(Group(KEY), said(1, "说错了", at(18, 9), recalled=True))
    text = site.page(f"/m/{KEY}:1").text_content()
    assert "一条消息已被撤回" in text and "说错了" not in text and "林一舟" not in text


def test_former_key_leads_to_the_canonical_one(fill, site):
    new = "telegram:-1002"
    fill(
        Group(new, title="群", aliases=("telegram:-7",)),
        Message(new, id="5", sent_at=at(18, 9), text="一句话"),
    )
    answer = site.get("/m/telegram:-7:5?lang=en")
    assert answer.status_code == 308 and answer.headers["location"] == f"/m/{new}:5?lang=en"


def test_every_part_of_a_message_is_shown(fill, site):
    fill(
        Group(KEY, title="群"),
        said(1, "转来的", at(18, 9), forward=Forward(name="老顾的公众号")),
        said(2, "同意", at(18, 10), quote=Quote("没存下来的话", name="小满")),
        said(3, "", at(18, 11), kind="poll", 
             poll=Poll("选哪个？", (("甲", 3), ("乙", 1)), 4, True)),
        said(4, "", at(18, 12), kind="forward", nested=(
            said(0, "里面的话", at(17, 9), "桃子"),
            said(0, "", at(17, 9), kind="forward", nested=(said(0, "更里面", at(16, 9)),)),
        )),
        said(5, "分享", at(18, 13), kind="link", detail={"link": {
            "title": "七个误区", "description": "不是人不够", "url": "https://example.com/a",
        }}),
        said(6, "", at(18, 14), kind="unknown", detail={"type": "视频号直播"}),
        said(7, "", at(18, 15), kind="location", detail={"location": {"name": "湿地公园"}}),
        said(8, "恭喜发财", at(18, 16), kind="red_packet"),
        said(9, "邀请新人入群", at(18, 17), kind="service", service="join"),
        said(10, "加粗", at(18, 18), spans=(Span("bold", 0, 2),),
             reactions=(Reaction("👍", 2), Reaction("custom:7"))),
        said(11, "", at(18, 19), kind="file", attachments=(Attachment("file", name="表.xlsx"),)),
    )  # fmt: skip
    page = site.page(f"/g/{KEY}/d/2026-11-18")
    text = " ".join(page.text_content().split())
    for shown in (
        "转自 老顾的公众号", "小满：没存下来的话 没找到原话", "选哪个？", "4 人投票", "投票已结束",
        "聊天记录，2 条", "里面的话", "更里面", "七个误区", "不是人不够", "example.com",
        "[暂不支持: 视频号直播]", "湿地公园", "恭喜发财", "红包", "邀请新人入群",
        "自定义表情 1", "表.xlsx",
    ):  # fmt: skip
        assert shown in text, shown
    assert [rect.get("width") for rect in page.cssselect(".poll rect")] == ["75.0", "25.0"]


def test_essence_feed_filters_by_tag_and_pages_on(group, site, archive, fill):
    fill(*(said(f"e{i}", f"第 {i} 条值得留下的话", at(19, 1, i)) for i in range(25)))
    with archive.writing() as db:
        for i in range(25):
            essence.mark(db, [f"{KEY}:e{i}"], by="阿禾", at=at(19, 2, i))
    page = site.page("/essence")
    assert len(page.find_class("post")) == 20
    (more,) = page.cssselect(".go a")
    rest = site.page(more.get("href"))
    assert len(rest.find_class("post")) == 6 and rest.cssselect(".go a") == []
    assert len(site.page("/essence?tag=干货").find_class("post")) == 1
    assert len(site.page(f"/essence?group={KEY}").find_class("post")) == 20


def test_essence_post_quotes_every_message_with_its_permalink(group, site):
    page = site.page("/essence/1")
    assert texts(page, "words")[0].startswith("周木：问下大家")
    assert texts(page, "source") == ["林一舟 10:00", "林一舟 10:01"]
    assert {f"/m/{KEY}:2", f"/m/{KEY}:3", "/tag/%E5%B9%B2%E8%B4%A7"} <= hrefs(page)
    assert "阿禾 收录：有数有后续" in page.text_content()


@pytest.mark.parametrize("number", ["2", "x", "-1", "9" * 30])
def test_no_such_essence(group, site, number):
    site.page(f"/essence/{number}", 404)


def test_tags_lead_to_what_carries_them(group, site):
    assert "/tag/%E5%86%B7%E5%90%AF%E5%8A%A8" in hrefs(site.page("/tags"))
    page = site.page("/tag/冷启动")
    assert page.find_class("post") and page.find_class("hit")
    site.page("/tag/没有", 404)


@pytest.mark.parametrize(
    "path", ["/essence?before=x", "/essence?before=" + "9" * 30, "/search?q=x&order=best"]
)
def test_bad_parameter_is_a_page_that_does_not_repeat_it(site, path):
    assert "没看懂" in site.page(path, 400).text_content()


def test_every_page_has_one_heading_and_its_landmarks(group, site):
    for path in ("/", "/essence", "/essence/1", "/tags", "/tag/干货", "/search", "/search?q=冷启动",
                 f"/g/{KEY}", f"/g/{KEY}/d/2026-11-18", f"/m/{KEY}:3", "/about"):  # fmt: skip
        page = site.page(path)
        assert len(list(page.iter("h1"))) == len(list(page.iter("main"))) == 1, path
        assert page.get("lang") == "zh-Hans" and page.findtext(".//title")
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), path
        assert not [element for element in page.iter() if element.get("style")]


def test_long_day_comes_in_parts_within_the_page_budget(fill, site, slack):
    """2,000 messages: at most 60 ms on the server and 60 KB compressed with the style."""
    words = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下"
    text = [(words * 2)[i % 40 : i % 40 + 5 + i * 7 % 40] for i in range(2000)]
    fill(Group(KEY), *(said(i, text[i], at(18, 8) + 20 * i, f"人{i % 37}") for i in range(2000)))
    path = f"/g/{KEY}/d/2026-11-18"
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        answer = site.get(path, accept_encoding="gzip")
        taken.append((time.perf_counter() - began) * 1000)
    style = site.get("/static/style.css", accept_encoding="gzip")
    assert int(answer.headers["content-length"]) + int(style.headers["content-length"]) <= 60_000
    assert len(answer.content) <= 400_000
    assert min(taken) <= 60 * slack
    seen = 0
    while path:
        page = site.page(path)
        seen += len(page.cssselect(".talk > li"))
        path = next((a.get("href") for a in page.cssselect(".go a[rel=next]")), None)
    assert seen == 2000

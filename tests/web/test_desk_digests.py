"""Digests at the desk: edited, approved and taken back; each platform's form is shown first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import Asker, Fill
from starlette.requests import Request
from test_desk_acting import press, token_of

from adapters.qq_official.adapter import OfficialBot
from adapters.qq_onebot.adapter import OneBot
from adapters.telegram.adapter import TelegramAdapter
from adapters.wechat.adapter import WeChat
from archive import editions
from archive.access import member, operator
from archive.database import Archive
from archive.digest import Digest, Item, Thanks
from archive.edition_editing import edition_items, list_editions
from archive.errors import NotFound
from archive.forget import forget
from archive.records import Group, Message
from archive.verify import verify
from bot.accounts import longest_texts
from web.access import Visitor
from web.app import create_app
from web.desk.acting import Doing
from web.desk.digest_acts import ACTS as DIGEST_ACTS
from web.forms import Form
from web.page import Visit

G, OTHER = "telegram:-1001", "telegram:-10019"
HOSTILE = "</textarea><script>alert(1)</script>"


def item(number: int, title: str, text: str = "") -> Item:
    said = f"小满：「{text or title}」"
    return Item("discussion", title, said, (f"{G}:{number}",), "3 人参与", G, 1_700_000_000)


DIGEST = Digest(
    "2026-W46", 1, 2, (G,), (item(1, "备份要先试恢复"), item(2, HOSTILE), item(3, "先停写")),
    (f"{G}:2",), (Thanks("小满", "telegram:42", (f"{G}:1",)),), 90, 7,
)  # fmt: skip


@pytest.fixture
def site(archive: Archive) -> Asker:
    return Asker(create_app(archive, loopback=True, longest=longest_texts()))


@pytest.fixture
def week(fill: Fill, archive: Archive) -> int:
    fill(
        Group(G, "群<b>"), Group(OTHER, "别的群"),
        *(Message(G, str(n), 1_700_000_000 + n, "telegram:42", "小满", text="话")
          for n in range(1, 4)),
    )  # fmt: skip
    with archive.writing() as db:
        editions.draft(db, DIGEST, OTHER, "week", "2026-W46", 1_700_000_000)
        return editions.draft(db, DIGEST, G, "week", "2026-W46", 1_700_000_000)


def state(archive: Archive, week: int) -> Any:
    with archive.reading() as db:
        view = editions.get_edition(db, operator(), week)
        items = edition_items(db, operator(), week)
        return view.state, view.numbers, [(one.title, one.dropped) for one in items]


ACTS = [
    ("digest_drop", {"number": "2"}),
    ("digest_title", {"number": "1", "title": "先试恢复"}),
    ("digest_move", {"number": "3", "place": "1"}),
    ("digest_approve", {}),
]


@pytest.mark.parametrize(("name", "fields"), ACTS)
def test_every_act_is_done_noted_and_undone(
    site: Asker, week: int, archive: Archive, name: str, fields: dict[str, str]
) -> None:
    token, before = token_of(site), state(archive, week)
    given = {**fields, "id": str(week), "token": token, "back": f"/desk/digests/{week}"}
    done = press(site, name, given)
    assert done.status_code == 303, done.text
    after = state(archive, week)
    assert after != before and site.get(done.headers["location"]).status_code == 200
    assert press(site, "undo", {"token": token, "did": "1"}).status_code == 303
    assert state(archive, week) == before
    assert press(site, "undo", {"token": token, "did": "2"}).status_code == 303
    assert state(archive, week) == after and verify(archive) == []
    with archive.reading() as db:
        (noted,) = db.execute("SELECT count(*) FROM audit WHERE who = 'operator'").fetchone()
    assert noted == 3


def test_items_are_sent_in_the_order_they_were_given(
    site: Asker, week: int, archive: Archive
) -> None:
    token, named = token_of(site), {"id": str(week)}
    for number, place in ((3, 1), (1, 3)):
        fields = {**named, "token": token, "number": str(number), "place": str(place)}
        press(site, "digest_move", fields)
    assert state(archive, week)[1] == (3, 2, 1)
    press(site, "digest_drop", {**named, "token": token, "number": "2"})
    with archive.reading() as db:
        view = editions.get_edition(db, operator(), week)
        (edits,) = db.execute("SELECT edits FROM editions WHERE id = ?", (week,)).fetchone()
    titles = [one["title"] for one in view.digest["items"]]
    assert json.loads(edits) == {"order": [3, 2, 1], "dropped": [2]}
    assert titles == ["先停写", "备份要先试恢复"]
    shown = site.page(f"/desk/digests/{week}").xpath('//pre[@class="bubble"]')[0].text_content()
    assert shown.index("先停写") < shown.index("备份要先试恢复") and "alert" not in shown


def test_each_form_is_shown_and_nothing_of_it_runs_fault_25(site: Asker, week: int) -> None:
    page = site.page(f"/desk/digests/{week}")
    assert page.xpath("//script/@src") != [] and page.xpath("//script[not(@src)]") == []
    assert page.xpath("//*[@style]") == []
    html, markdown = page.xpath("//textarea/text()")
    assert "&lt;script&gt;" in html and html.strip().startswith("<section")
    assert "alert" in markdown and "\\<script" not in html
    bubble = page.xpath('//pre[@class="bubble"]')[0].text_content()
    assert bubble.startswith("群<b> 周报 2026-W46") and "\0" not in bubble and "〔短码〕" in bubble
    alone = site.get(f"/desk/digests/{week}/article")
    policy = alone.headers["content-security-policy"]
    assert "sandbox" in policy and "script-src" not in policy and "default-src 'none'" in policy
    assert "<script" not in alone.text and "&lt;script&gt;" in alone.text


def test_a_preview_is_as_long_as_the_platform_lets_a_message_be() -> None:
    told = (TelegramAdapter, OfficialBot, OneBot, WeChat)
    assert {one.platform: one.pace.longest for one in told} == longest_texts()


def test_what_was_forgotten_is_in_no_item_and_no_form_fault_33(
    site: Asker, week: int, archive: Archive
) -> None:
    with archive.writing() as db:
        forget(db, [f"{G}:1"], "telegram:42")
    page = site.get(f"/desk/digests/{week}").text
    assert "备份要先试恢复" not in page and "先停写" in page


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("digest_drop", {"number": "9"}, 404),
        ("digest_drop", {"number": "x"}, 400),
        ("digest_move", {"number": "1", "place": "x"}, 400),
        ("digest_title", {"number": "1", "title": "长" * 81}, 409),
        ("digest_hold", {}, 409),
        ("digest_approve", {"id": "99"}, 404),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    site: Asker, week: int, archive: Archive, name: str, fields: dict[str, str], status: int
) -> None:
    before = state(archive, week)
    given = {"id": str(week), "token": token_of(site), **fields}
    assert press(site, name, given).status_code == status
    assert state(archive, week) == before


def test_what_is_sent_or_empty_is_not_edited_or_approved(
    site: Asker, week: int, archive: Archive
) -> None:
    token = token_of(site)
    given = {"id": str(week), "token": token}
    with archive.writing() as db:
        for number in (1, 2, 3):
            editions.drop_item(db, week, number, "operator")
    assert press(site, "digest_approve", given).status_code == 409
    with archive.writing() as db:
        editions.approve(db, week, "operator", 1)
        editions.sent(db, week, 2)
    for name in ("digest_keep", "digest_move", "digest_hold"):
        fields = {**given, "number": "1", "place": "2"}
        assert press(site, name, fields).status_code == 409
    page = site.page(f"/desk/digests/{week}")
    assert page.xpath('//form[contains(@action, "digest")]') == []


def test_pages_are_there_in_both_languages_and_for_nobody_else(site: Asker, week: int) -> None:
    for path in ("/desk/digests", f"/desk/digests/{week}", f"/desk/digests/{week}/article"):
        assert site.get(f"{path}?lang=en").status_code == site.get(path).status_code == 200
        assert site.get(path, client="192.0.2.7").status_code == 404
    assert site.get("/desk/digests/99").status_code == 404
    links = site.page(f"/desk/digests?group={G}").xpath('//ol[@class="items rows"]//a/@href')
    assert links == [f"/desk/digests/{week}"]


def test_who_rules_one_group_decides_on_its_digests_only_fault_31(
    site: Asker, week: int, archive: Archive
) -> None:
    reader = member(frozenset((G, OTHER)), "telegram:7", frozenset((OTHER,)))
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [],
             "app": site.app, "client": ("192.0.2.7", 1)}  # fmt: skip
    visit = Visit(Request(scope))
    visit.reader, visit.visitor = reader, Visitor(reader, "telegram:7", "s")
    with archive.writing() as db:
        assert [one.place for one in list_editions(db, reader, None)] == [OTHER]
        assert list_editions(db, reader, [G]) == []
        for name, does in DIGEST_ACTS.items():
            form = Form((("id", str(week)), ("number", "1"), ("place", "1")))
            with pytest.raises(NotFound):
                does(Doing(db, visit, form))
            assert name in DIGEST_ACTS

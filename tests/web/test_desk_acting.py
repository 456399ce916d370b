"""The desk changes things by its own forms only, leaves a line of each, and takes it back."""

from __future__ import annotations

import re

import httpx
import pytest
from asking import Asker, Fill

from archive.access import operator
from archive.database import Archive
from archive.essence import feed
from archive.records import Group, Message

ORIGIN = "http://127.0.0.1:8765"
KEY = "telegram:-1001:1"


@pytest.fixture
def said(fill: Fill) -> None:
    group = Group(key="telegram:-1001", title="群", kind="supergroup", time_zone="Asia/Shanghai")
    fill(group, Message(group_key=group.key, id="1", sent_at=1_700_000_000, text="备份要先试恢复"))


def token_of(site: Asker) -> str:
    found = re.search(r'data-token="(\w+)"', site.get("/desk").text)
    return found[1] if found else ""


def press(site: Asker, name: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    sent = {"origin": ORIGIN, "sec-fetch-site": "same-origin"} | headers
    return site.post(f"/desk/act/{name}", fields, **sent)


def marked(archive: Archive) -> list[str]:
    with archive.reading() as db:
        return [post.messages[0].key for post in feed(db, operator())]


def test_an_act_changes_the_archive_and_its_undo_changes_it_back(
    site: Asker, said: None, archive: Archive
) -> None:
    token = token_of(site)
    done = press(site, "mark", {"token": token, "key": KEY, "back": "/desk?x=1"})
    assert (done.status_code, marked(archive)) == (303, [KEY])
    assert done.headers["location"] == "/desk?x=1&did=1"
    page = site.page("/desk?did=1")
    assert page.xpath('//form[@action="/desk/act/undo"]//input[@name="did"]/@value') == ["1"]
    assert press(site, "undo", {"token": token, "did": "1"}).status_code == 303
    assert marked(archive) == []
    assert press(site, "undo", {"token": token, "did": "1"}).status_code == 404
    with archive.reading() as db:
        lines = db.execute("SELECT who, action FROM audit ORDER BY id").fetchall()
    assert lines[-2:] == [("operator", "essence"), ("operator", "unessence")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec_fetch_site": "cross-site"}, 404),
        ({"host": "elsewhere.example"}, 404),
        ({"client": "192.0.2.7"}, 404),
    ],
)
def test_a_form_of_another_site_changes_nothing_fault_30(
    site: Asker, said: None, archive: Archive, headers: dict[str, str], status: int
) -> None:
    fields = {"token": token_of(site), "key": KEY}
    sent = {"origin": ORIGIN, "sec_fetch_site": "same-origin"} | headers
    assert site.post("/desk/act/mark", fields, **sent).status_code == status
    assert marked(archive) == []


def test_a_form_without_our_token_or_origin_changes_nothing_fault_30(
    site: Asker, said: None, archive: Archive
) -> None:
    assert press(site, "mark", {"key": KEY}).status_code == 403
    assert press(site, "mark", {"key": KEY, "token": "0" * 64}).status_code == 403
    fields = {"token": token_of(site), "key": KEY}
    assert site.post("/desk/act/mark", fields).status_code == 403
    assert site.get("/desk/act/mark").status_code == 405
    assert marked(archive) == []


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_an_act_never_leads_to_another_site(site: Asker, said: None, back: str) -> None:
    done = press(site, "mark", {"token": token_of(site), "key": KEY, "back": back})
    assert done.headers["location"].startswith("/desk?did=")


def test_the_desk_is_no_page_for_the_public(site: Asker, said: None) -> None:
    assert site.get("/desk", client="192.0.2.7").status_code == 404
    missing = site.get("/nowhere", client="192.0.2.7").text
    assert site.get("/desk", client="192.0.2.7").text.replace("/desk", "/nowhere") == missing

"""Reports from the site: by who may read a message, from our own form, not too often."""

from __future__ import annotations

import httpx
import pytest
from asking import Asker, Fill
from visitors import ANN, GROUP, ORIGIN, enter, token

from archive.access import operator, public
from archive.database import Archive
from archive.groups import set_visibility
from archive.levels import set_level
from archive.messages import message_id
from archive.records import Group, Message
from archive.reports import open_reports

KEY = f"{GROUP}:1"


@pytest.fixture
def said(archive: Archive, fill: Fill) -> Archive:
    fill(
        Group(GROUP, "群"),
        Message(GROUP, "1", 1_790_000_000, "telegram:12", "贝贝", text="加我 13812345678"),
        Message(GROUP, "2", 1_790_000_001, "telegram:12", "贝贝", text="只给管理员看"),
    )
    with archive.writing() as db:
        set_level(db, message_id(db, operator(), f"{GROUP}:2"), "admins", "operator")
    return archive


@pytest.fixture
def opened(said: Archive) -> Archive:
    with said.writing() as db:
        set_visibility(db, GROUP, "public", "operator")
    return said


def send(site: Asker, fields: dict[str, str], **headers: str) -> httpx.Response:
    return site.post("/report", {"key": KEY} | fields, **(ORIGIN | headers))


def reported(archive: Archive) -> list[tuple[str, str]]:
    with archive.reading() as db:
        return [(one.who or "", one.reason) for one in open_reports(db, operator())]


def test_a_member_reports_with_a_reason_and_takes_it_back(
    site: Asker, said: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch)
    mine = {"token": token(site.app.state.site.secret)}
    done = send(site, mine | {"reason": " 广告 " + "长" * 900})
    assert (done.status_code, done.headers["location"]) == (
        303, "/report?key=telegram%3A-1001%3A1&sent=yes",
    )  # fmt: skip
    assert reported(said) == [(ANN, ("广告 " + "长" * 900)[:500])]
    send(site, mine)
    assert len(reported(said)) == 1
    page = site.page(done.headers["location"])
    assert page.cssselect('input[name="do"]')[0].get("value") == "withdraw"
    send(site, mine | {"do": "withdraw"})
    assert reported(said) == []


def test_somebody_unknown_reports_under_a_code_that_holds_for_a_day(
    site: Asker, opened: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, public())
    page = site.page(f"/report?key={KEY}").text_content()
    assert "13812345678" not in page and "贝贝" not in page
    assert send(site, {"reason": "广告"}).status_code == 303
    assert send(site, {"reason": "还是广告"}).status_code == 303
    assert send(site, {}, client="192.0.2.7").status_code == 303
    (first, other) = reported(opened)
    assert first[0].startswith("public:") and len(first[0]) == len("public:") + 16
    assert first[1] == "广告" and other[0] != first[0]
    assert "127.0.0.1" not in str(reported(opened)) and "192.0.2.7" not in str(reported(opened))
    send(site, {"do": "withdraw"})
    assert len(reported(opened)) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
    ],
)
def test_a_form_of_another_site_reports_nothing_fault_30(
    site: Asker, opened: Archive, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    enter(monkeypatch, public())
    assert send(site, {}, **headers).status_code in (400, 403)
    enter(monkeypatch)
    assert send(site, {}).status_code == 403
    assert send(site, {"token": "0" * 64}).status_code == 403
    mine = {"token": token(site.app.state.site.secret)}
    assert send(site, mine, **headers).status_code in (400, 403)
    assert site.get("/report?key=" + KEY + "&reason=x&do=send").status_code == 200
    assert reported(opened) == []


@pytest.mark.parametrize("key", [KEY, f"{GROUP}:2", f"{GROUP}:99", "", "x"])
def test_what_may_not_be_read_cannot_be_reported_fault_31(
    site: Asker, said: Archive, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    enter(monkeypatch, public())
    assert site.get(f"/report?key={key}").status_code == 404
    assert send(site, {"key": key}).status_code == 404
    if key != KEY:
        enter(monkeypatch)
        mine = {"token": token(site.app.state.site.secret)}
        assert send(site, mine | {"key": key}).status_code == 404
    assert reported(said) == []


def test_somebody_unknown_cannot_report_on_and_on_but_a_member_can(
    site: Asker, opened: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, public())
    answers = [send(site, {"reason": str(n)}).status_code for n in range(7)]
    assert answers == [303] * 5 + [429] * 2
    assert "太频繁" in send(site, {}).text
    assert send(site, {}, client="192.0.2.7").status_code == 303
    enter(monkeypatch)
    mine = {"token": token(site.app.state.site.secret)}
    assert [send(site, mine).status_code for _ in range(9)] == [303] * 9


def test_the_operator_reports_as_the_operator(site: Asker, said: Archive) -> None:
    page = site.page(f"/report?key={KEY}")
    mine = page.cssselect('input[name="token"]')[0].get("value")
    assert send(site, {"token": mine}).status_code == 303
    assert reported(said) == [("operator", "")]

"""A member's own pages: for them alone, changed by their own forms only."""

from __future__ import annotations

import httpx
import pytest
from asking import Asker, Fill
from visitors import ANN, GROUP, INSIDE, ORIGIN, enter, token

from archive.access import member, public
from archive.database import Archive
from archive.records import Group, Message
from archive.rights import set_alias
from archive.saved import save, saved_page

BEN = member(frozenset((GROUP,)), "telegram:12")


@pytest.fixture
def said(archive: Archive, fill: Fill) -> Archive:
    fill(Group(GROUP, "群"), *(
        Message(GROUP, str(n), 1_790_000_000 + n, ANN, "安安", text=f"第 {n} 句") for n in range(40)
    ))  # fmt: skip
    with archive.writing() as db:
        for number in range(35):
            save(db, INSIDE, f"{GROUP}:{number}", at=1_790_000_000 + number // 4)
        set_alias(db, GROUP, ANN, "山人", ANN)
    return archive


def kept(archive: Archive) -> int:
    with archive.reading() as db:
        return len(saved_page(db, INSIDE, limit=99))


def press(site: Asker, fields: dict[str, str], **headers: str) -> httpx.Response:
    return site.post("/saved", fields, **(ORIGIN | headers))


def test_who_is_no_member_finds_no_such_pages(
    site: Asker, said: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("/saved", "/me"):
        site.page(path, 404)
        enter(monkeypatch, public())
        site.page(path, 404)
        assert site.post("/saved", {"key": f"{GROUP}:1"}, **ORIGIN).status_code == 404


def test_saved_messages_are_the_readers_own_page_by_page(
    site: Asker, said: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch)
    seen: list[str] = []
    path = "/saved"
    while path:
        page = site.page(path)
        seen += [one.text_content() for one in page.cssselect(".hit .words")]
        path = next((a.get("href") for a in page.cssselect('a[rel="next"]')), "")
    assert seen == [f"第 {n} 句" for n in range(34, -1, -1)]
    enter(monkeypatch, BEN)
    assert "第 1 句" not in site.get("/saved").text


def test_one_is_taken_out_and_put_back(
    site: Asker, said: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch)
    mine = {"token": token(site.app.state.site.secret), "key": f"{GROUP}:1"}
    done = press(site, mine | {"do": "unsave"})
    assert (done.status_code, kept(said)) == (303, 34)
    undo = site.page(done.headers["location"]).cssselect(".notice form")[0]
    fields = {one.get("name"): one.get("value") for one in undo.iter("input")}
    press(site, fields)
    assert kept(said) == 35
    assert press(site, mine | {"key": "nothing"}).status_code == 404


def test_no_other_form_changes_it_fault_30(
    site: Asker, said: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch)
    mine = {"token": token(site.app.state.site.secret), "key": f"{GROUP}:1"}
    assert press(site, {"key": f"{GROUP}:1"}).status_code == 403
    assert press(site, mine, origin="https://elsewhere.example").status_code == 403
    assert press(site, mine, **{"sec-fetch-site": "cross-site"}).status_code == 403
    site.page(f"/saved?key={GROUP}:1&do=unsave")
    assert kept(said) == 35


def test_a_person_reads_what_holds_for_them(
    site: Asker, said: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch)
    text = site.page("/me").text_content()
    assert all(part in text for part in ("不要存我", "同意公开", "山人", "35 条"))
    enter(monkeypatch, BEN)
    text = site.page("/me").text_content()
    assert "山人" not in text and "0 条" in text

"""Reports, health and history at the desk."""

from __future__ import annotations

import json

import pytest
from asking import Asker, Fill
from test_desk_acting import ORIGIN, press, token_of

from archive import reports, sessions
from archive.access import operator
from archive.database import Archive
from archive.inbox import Inbox
from archive.inbox.events import Incoming
from archive.job_runs import begin, done, failed
from archive.records import Attachment, Group, Message
from archive.runs import begin_run, end_run
from web.desk.acts import ACTS
from web.words import words_in

G = "telegram:-1001"
KEY = f"{G}:1"


@pytest.fixture
def said(fill: Fill, archive: Archive) -> None:
    fill(
        Group(key=G, title="群"),
        Message(G, "1", 1_700_000_001, "telegram:42", "小满", text="zqcanaryqz 不该在这里"),
        Message(G, "2", 1_700_000_002, "telegram:42", "小满", text="",
                attachments=(Attachment("file", "a.pdf", missing="too large"),)),
    )  # fmt: skip
    with archive.writing() as db:
        reports.report(db, KEY, "telegram:43", "骂人")
        reports.report(db, KEY, "telegram:44", "")
        begin(db, ("weekly digest", G, "2026-W46"), 1_700_000_000)
        done(db, ("weekly digest", G, "2026-W46"), 1_700_000_000)
        begin(db, ("daily digest", G, "2026-11-18"), 1_700_000_000)
        failed(db, ("daily digest", G, "2026-11-18"), 1_700_000_009, "no room")


def waiting(archive: Archive) -> int:
    with archive.reading() as db:
        return len(reports.open_reports(db, operator()))


def test_a_report_is_seen_once_and_can_be_opened_again(
    site: Asker, said: None, archive: Archive
) -> None:
    page = site.page("/desk/reports")
    assert len(page.xpath("//li[@data-item]")) == 1
    assert "骂人" in page.text_content() and "telegram:43" not in page.text_content()
    token = token_of(site)
    assert press(site, "handled", {"token": token, "key": KEY}).status_code == 303
    assert waiting(archive) == 0
    assert press(site, "undo", {"token": token, "did": "1"}).status_code == 303
    assert waiting(archive) == 2


def forget(site: Asker, **fields: str) -> int:
    sent = {"origin": ORIGIN, "sec_fetch_site": "same-origin"}
    return site.post("/desk/forget", fields, **sent).status_code


def test_a_message_is_erased_from_the_desk_only_by_who_is_sure(
    site: Asker, said: None, archive: Archive
) -> None:
    assert "不能撤销" in site.page(f"/desk/forget?key={KEY}").text_content()
    token = token_of(site)
    assert forget(site, token=token, key=KEY) == 400
    assert forget(site, key=KEY, sure="yes") == 403
    assert site.get(f"/m/{KEY}").status_code == 200
    assert forget(site, token=token, key=KEY, sure="yes") == 303
    assert site.get(f"/m/{KEY}").status_code == 404 and waiting(archive) == 0
    for path in archive.folder.rglob("*"):
        assert not path.is_file() or b"zqcanaryqz" not in path.read_bytes()
    assert forget(site, token=token, key=KEY, sure="yes") == 404


def test_health_shows_what_is_missing_what_ran_and_what_nobody_can_read(
    site: Asker, said: None, archive: Archive
) -> None:
    with_inbox = Inbox(archive.folder)
    (row,) = with_inbox.store("main", [Incoming("k1", G, None, "9", 1, "raw", b"zqcanaryqz")])
    with_inbox.failed(row, "ValueError")
    page = " ".join(site.page("/desk/health").text_content().split())
    assert "周报" in page and "做好了" in page and "no room" in page
    assert "ValueError" in page and "zqcanaryqz" not in page
    done = press(site, "retry_events", {"token": token_of(site), "back": "/desk/health"})
    assert done.status_code == 303
    assert len(with_inbox.pending(10)) == 1
    with_inbox.close()
    assert "/desk/act/undo" not in site.get(done.headers["location"]).text


def test_history_lists_acts_with_their_undo_and_the_audit_all_changes(
    site: Asker, said: None
) -> None:
    token = token_of(site)
    press(site, "mark", {"token": token, "key": KEY})
    press(site, "handled", {"token": token, "key": KEY})
    press(site, "undo", {"token": token, "did": "1"})
    page = site.page("/desk/history")
    assert page.xpath('//input[@name="did"]/@value') == ["3", "2"]
    assert "收为精华" in page.text_content()
    audit = site.page("/desk/audit").text_content()
    assert "取消了一篇精华。" in audit and "看过了一条举报。" in audit


def test_imports_show_their_reports(site: Asker, archive: Archive, said: None) -> None:
    assert "还没有导入过" in site.page("/desk/imports").text_content()
    rejected = [{"where": "line 3", "why": "not JSON"}]
    files = [
        {
            "path": "<b>.json",
            "format": "x",
            "rejected": rejected,
            "missing_media": {"expired": 2},
            "since": "2026-01-01T0",
            "until": "2026-02-01T0",
        }
    ]
    report = {"messages": {"read": 1234}, "files": files, "notes": ["<i>"]}
    with archive.writing() as db:
        end_run(db, begin_run(db, '["a.json"]'), "done", json.dumps(report))
    page = site.page("/desk/imports").text_content()
    for words in ("<b>.json", "line 3", "1,234", "2026-02-01", "chendian import undo 1"):
        assert words in page


def test_history_names_what_was_acted_on_by_its_words_and_no_key(site: Asker, said: None) -> None:
    token = token_of(site)
    press(site, "mark", {"token": token, "key": KEY})
    press(site, "group_offers", {"token": token, "group": G, "value": "off"})
    (acts,) = site.page("/desk/history").xpath('//ol[@class="items rows"]')
    assert "zqcanaryqz 不该在这里" in acts.text_content() and KEY not in acts.text_content()
    assert [a.get("href") for a in acts.xpath(".//a")] == [f"/g/{G}", f"/m/{KEY}"]
    (audit,) = site.page("/desk/audit").cssselect("ol.audit")
    assert f"/g/{G}" in audit.xpath(".//a/@href") and G not in audit.text_content()


def test_the_desk_begins_with_what_waits(site: Asker, said: None) -> None:
    rows = site.page("/desk").xpath('//section[@aria-labelledby="todo"]//a')
    assert [(a.get("href"), a.text_content()) for a in rows] == [("/desk/reports", "被举报的话1")]
    press(site, "handled", {"token": token_of(site), "key": KEY})
    (todo,) = site.page("/desk").xpath('//section[@aria-labelledby="todo"]')
    assert "都看过了" in todo.text_content()


def test_who_is_in_stands_by_name(site: Asker, said: None, archive: Archive) -> None:
    with archive.writing() as db:
        for who in ("telegram:42", "telegram:99"):
            sessions.begin_session(
                db, "member", member_key=who, account="telegram:bot", groups={G: "member"}
            )
    found = [e.text_content() for e in site.page("/desk/access").cssselect(".entries bdi")]
    assert found == ["telegram:99", "小满"]
    # two may have one name
    assert "telegram:42" in site.page("/desk/access").text_content()


def test_every_act_has_its_word() -> None:
    for code in ("zh", "en"):
        assert {name for name in ACTS if not words_in(code).has(f"act.{name}")} == set()

"""TRUST 25 and 26 on questions, people, files, links, digests, reports and a member's pages."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import pytest
from asking import Asker
from hostile_archive import KEY, fill_hostile
from hostile_text import BAD_ADDRESSES, ONE, SCRIPTS
from lxml import html
from visitors import enter

from archive import editions, questions
from archive.access import member
from archive.database import Archive
from archive.group_texts import INVITATION, set_text
from archive.profiles import introduce
from archive.rights import set_alias
from archive.saved import save

READER = member(frozenset((KEY,)), "qq:7")
GROUP = quote(KEY, safe="")
PAGES = (
    "/questions?tab=all", f"/questions?group={GROUP}&tab=all", f"/q/{GROUP}:t0", "/people",
    f"/people?group={GROUP}&q=%3Cb%3E", "/files", f"/g/{GROUP}/files", "/files?missing=1",
    "/files?order=largest", "/links", f"/g/{GROUP}/links", "/digests", "/digest/1",
    f"/g/{GROUP}/start", "/saved", "/me", f"/report?key={GROUP}:t0", "/about",
)  # fmt: skip


@pytest.fixture
def hostile(archive: Archive, site: Asker, monkeypatch: pytest.MonkeyPatch) -> Asker:
    fill_hostile(archive)
    digest = {
        "period": ONE, "since": 1, "until": 2, "groups": [KEY], "messages": 3, "people": 1,
        "items": [{"kind": ONE, "title": ONE, "text": f"{ONE}：「{ONE}」\n{ONE}", "why": ONE,
                   "keys": [f"{KEY}:t0"], "group_key": KEY, "at": 1}],
        "open_questions": [f"{KEY}:t0"],
        "thanks": [{"name": ONE, "member_key": "qq:7", "keys": [f"{KEY}:t0"]}],
    }  # fmt: skip
    with archive.writing() as db:
        for number in range(4):
            questions.open_question(db, f"{KEY}:t{number}", ONE)
        questions.assign(db, f"{KEY}:t0", "qq:7", ONE)
        introduce(db, KEY, "qq:7", ONE[:300])
        set_alias(db, KEY, "qq:7", "<img src=x>", ONE)
        set_text(db, KEY, INVITATION, ONE, ONE)
        save(db, READER, f"{KEY}:t0")
        number = editions.draft(db, digest, KEY, "week", ONE, 1)
        editions.approve(db, number, ONE, 1)
        editions.sent(db, number, 1)
    enter(monkeypatch, READER)
    return site


def assert_inert(page: html.HtmlElement, path: str) -> None:
    """Nothing runs, nothing is fetched from elsewhere, nothing leads to a bad scheme."""
    for element in page.iter():
        assert isinstance(element.tag, str), path
        assert element.tag not in ("style", "iframe", "object", "embed", "base"), path
        assert element.tag != "script" or (element.get("src") or "").startswith("/static/"), path
        assert not any(name.startswith("on") or name == "style" for name in element.attrib), path
        assert (element.get("src") or "/media/").startswith(("/media/", "/static/")), path
        assert re.match(r"/(?!/)", element.get("action") or "/search"), path
        href = element.get("href")
        if href is not None and not href.startswith("#") and (href[0] != "/" or href[:2] == "//"):
            assert urlsplit(href).scheme.lower() in ("http", "https", "mailto"), (path, href)
            assert element.get("rel") == "noopener noreferrer nofollow ugc"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_inert(hostile: Asker, path: str) -> None:
    for language in ("zh", "en"):
        asked = f"{path}{'&' if '?' in path else '?'}lang={language}"
        assert_inert(hostile.page(asked), asked)


@pytest.mark.parametrize("text", [*SCRIPTS, *BAD_ADDRESSES])
def test_what_is_asked_for_is_shown_without_running(hostile: Asker, text: str) -> None:
    asked = quote(text)
    for path in (f"/files?q={asked}", f"/links?q={asked}", f"/people?q={asked}",
                 f"/files?cursor={asked}", f"/saved?did=unsave&key={asked}"):  # fmt: skip
        assert_inert(hostile.page(path), path)
    for path in (f"/digest/{quote(text, safe='')}", f"/q/{asked}", f"/report?key={asked}"):
        answer = hostile.get(path)
        assert answer.status_code in (404, 400), path
        assert_inert(html.document_fromstring(answer.text.replace("\0", "\ufffd")), path)


@pytest.mark.parametrize("path", ["/files", "/links", "/people"])
def test_long_and_odd_queries_are_answered_fault_34(hostile: Asker, path: str) -> None:
    for asked in ("的" * 3400, "x" * 10_000, "%", "_", '"', "*", "NEAR/", "' OR 1=1 --", "🙂"):
        assert hostile.get(f"{path}?q={quote(asked)}").status_code == 200

"""What a member changes on their own page: at once, for themselves alone, and how to undo it."""

from __future__ import annotations

import io
import re
import zipfile

import httpx
import pytest
from entering import ANN, BEN, MINE, OTHER, ZOE, Browser, Place
from lxml import html

from archive.access import member
from archive.consent import start
from archive.database import Archive
from archive.forget import settle
from archive.handing import LINES
from archive.mine import Mine, mine
from archive.records import Message
from archive.rights import set_alias
from archive.search import search
from bot.commands.limits import EACH_PERSON
from web.limits import CHANGES, CHANGES_AT_ONCE, Limits
from web.pages import leaving
from web.words import words_in

ZH, EN = words_in("zh"), words_in("en")


@pytest.fixture
def place(archive: Archive) -> Place:
    made = Place(archive)
    made.told(Message(MINE, "5", 1_790_000_000, BEN, "人12", text="我的手艺"))
    with archive.writing() as db:
        start(db, MINE, by=ANN)
    return made


def held(place: Place, who: str = BEN) -> Mine:
    with place.archive.reading() as db:
        return mine(db, member(frozenset((MINE,)), who))


def does(browser: Browser, what: str, path: str = "/me", **fields: str) -> httpx.Response:
    return browser.press(path, do=what, **fields)


def said(browser: Browser, answer: httpx.Response) -> html.HtmlElement:
    """Return the notice that the answer leads to."""
    assert answer.status_code == 303, answer.text
    page = html.document_fromstring(browser.get(answer.headers["location"]).text)
    return page.cssselect(".notice[role=status]")[0]


def audit(place: Place) -> list[tuple[str, str]]:
    rows = place.rows("SELECT who, action FROM audit WHERE action NOT LIKE 'login%' ORDER BY id")
    return [(who, action) for who, action in rows if who == BEN]


def test_agreeing_is_public_is_noted_and_is_undone_by_one_press(place: Place) -> None:
    ben = place.log_in(BEN)
    notice = said(ben, does(ben, "agree"))
    assert ZH("me.did_agree") in notice.text_content() and held(place).publishes
    assert [e.get("value") for e in notice.cssselect("input[name=do]")] == ["disagree"]
    said(ben, does(ben, "disagree"))
    assert not held(place).publishes
    assert audit(place) == [(BEN, "publish"), (BEN, "publish withdrawn")]


def test_an_alias_is_taken_and_given_up_group_by_group(place: Place) -> None:
    ben = place.log_in(BEN)
    notice = said(ben, does(ben, "alias", group=MINE, text=" 山 人 "))
    assert [e.get("value") for e in notice.cssselect("input[name=do]")] == ["own_name"]
    assert held(place).groups[0].alias == "山 人"
    assert ZH("me.did_own_name") in said(ben, does(ben, "own_name", group=MINE)).text_content()
    assert held(place).groups[0].alias is None
    assert audit(place) == [(BEN, "alias"), (BEN, "alias withdrawn")]


@pytest.mark.parametrize(
    ("what", "text"), [("alias", "人11"), ("alias", "长" * 21), ("introduce", "长" * 301)]
)
def test_what_cannot_be_is_refused_and_stays_in_the_form(
    place: Place, what: str, text: str
) -> None:
    ben = place.log_in(BEN)
    answer = does(ben, what, group=MINE, text=text)
    page = html.document_fromstring(answer.text)
    assert answer.status_code == 400 and page.cssselect("[role=alert]")
    assert page.cssselect("details[open]") and text in answer.text
    assert (held(place).groups[0].alias, held(place).groups[0].introduction) == (None, "")
    assert audit(place) == []


def test_an_introduction_is_told_to_one_group_and_taken_away(place: Place) -> None:
    ben = place.log_in(BEN)
    said(ben, does(ben, "introduce", group=MINE, text="做木工的，\r\n在杭州"))
    assert held(place).groups[0].introduction == "做木工的， 在杭州"
    assert "做木工的" in ben.get("/people").text
    said(ben, does(ben, "withdraw", group=MINE))
    assert held(place).groups[0].introduction == ""
    assert audit(place) == [(BEN, "introduce"), (BEN, "introduction withdrawn")]


def test_a_group_one_is_not_in_and_one_that_is_none_are_answered_alike(place: Place) -> None:
    ben = place.log_in(BEN)
    with place.archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
    for what in ("alias", "own_name", "introduce", "withdraw"):
        place.site.app.state.limits = Limits()
        answers = [does(ben, what, group=key, text="x") for key in (OTHER, "telegram:-9", "")]
        assert [answer.status_code for answer in answers] == [404] * 3
        assert len({re.sub(r"/me\S*", "", answer.text) for answer in answers}) == 1
    assert does(ben, "undo_all").status_code == 404
    assert audit(place) == [] and len(place.rows("SELECT 1 FROM groups")) == 2


def test_a_group_that_is_not_archived_is_told_nothing_new(place: Place) -> None:
    with place.archive.writing() as db:
        db.execute("UPDATE consents SET until = 1")
    ben = place.log_in(BEN)
    assert does(ben, "introduce", group=MINE, text="我").status_code == 404
    assert "introduce" not in ben.get("/me").text
    # to be called otherwise takes nothing from anybody
    assert does(ben, "alias", group=MINE, text="山人").status_code == 303


def test_who_left_meanwhile_changes_nothing_more_fault_31(place: Place) -> None:
    ben = place.log_in(BEN)
    ben.get("/me")
    place.platform.roles.pop((MINE, BEN))
    place.older(60)
    fields = {"token": ben.token, "do": "alias", "group": MINE, "text": "山人"}
    assert ben.post("/me", fields).status_code == 404
    assert audit(place) == []


def test_no_other_form_changes_anything_fault_30(place: Place) -> None:
    ben, ann = place.log_in(BEN), place.log_in(ANN)
    ben.get("/me")
    ann.get("/me")
    for path in ("/me", "/me/data", "/me/optout"):
        fields = {"do": "agree", "sure": "yes"}
        assert ben.post(path, fields).status_code == 403
        assert ben.post(path, fields | {"token": ann.token}).status_code == 403
        mine_, elsewhere = fields | {"token": ben.token}, {"origin": "https://elsewhere.example"}
        assert ben.post(path, mine_, **elsewhere).status_code == 403
        assert ben.post(path, mine_, **{"sec-fetch-site": "cross-site"}).status_code == 403
    ben.get("/me?do=agree&did=agree&group=x")
    assert audit(place) == [] and not held(place).publishes


def test_a_person_ends_one_of_their_sessions_or_this_one(place: Place) -> None:
    phone, laptop, ann = place.log_in(BEN), place.log_in(BEN), place.log_in(ANN)
    here, there, hers = (number for (number,) in place.rows("SELECT id FROM sessions ORDER BY id"))
    assert does(phone, "end", number=str(hers)).status_code == 404
    said(phone, does(phone, "end", number=str(there)))
    assert laptop.get("/me").status_code == 404 and ann.get("/me").status_code == 200
    answer = does(phone, "end", number=str(here))
    assert (answer.headers["location"], phone.is_in) == ("/login", False)


def test_changes_are_in_the_long_run_as_many_as_commands_in_a_chat(place: Place) -> None:
    assert CHANGES == EACH_PERSON
    ben = place.log_in(BEN)
    told = [
        does(ben, "agree" if n % 2 else "disagree").status_code for n in range(CHANGES_AT_ONCE + 1)
    ]
    assert told == [303] * CHANGES_AT_ONCE + [429]
    # to stay out is counted by itself, so that nothing keeps it away
    assert ben.press("/me/optout", sure="yes").status_code == 200


def test_the_data_are_handed_over_to_their_person_alone(place: Place) -> None:
    ben = place.log_in(BEN)
    answer = ben.press("/me/data")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.testzip() is None
        lines = packed.read(LINES).decode()
    assert "我的手艺" in lines and BEN in lines and ANN not in lines
    ann = place.log_in(ANN)
    with zipfile.ZipFile(io.BytesIO(ann.press("/me/data").content)) as packed:
        (file,) = [name for name in packed.namelist() if name.startswith(f"files/{place.picture}.")]
        assert packed.read(file).startswith(b"\x89PNG")
    assert audit(place) == [(BEN, "data handed over")]
    assert [ben.press("/me/data").status_code for _ in range(3)] == [200, 200, 429]
    assert not [p for p in place.archive.folder.rglob("*") if "mydata" in p.name]


def found(place: Place) -> int:
    with place.archive.reading() as db:
        return len(search(db, "手艺", member(frozenset((MINE,)))).hits)


def test_staying_out_is_asked_about_first(place: Place) -> None:
    ben = place.log_in(BEN)
    for lang, words in (("zh", ZH), ("en", EN)):
        page = html.document_fromstring(ben.get(f"/me/optout?lang={lang}").text)
        text = page.text_content()
        assert all(words(f"me.{one}") in text for one in ("when_hidden", "stays_chat"))
        assert words("me.goes_words", n=1) in text
    assert ben.press("/me/optout").status_code == 400
    assert ben.is_in and found(place) == 1 and audit(place) == []


def test_who_stays_out_is_out_at_once_and_erased(place: Place) -> None:
    ben, laptop = place.log_in(BEN), place.log_in(BEN)
    with place.archive.writing() as db:
        set_alias(db, MINE, BEN, "山人", "test")
    answer = ben.press("/me/optout", sure="yes")
    assert answer.status_code == 200 and not ben.is_in
    assert answer.headers["cache-control"] == "private, no-store"
    assert laptop.get("/me").status_code == 404
    assert found(place) == 0
    assert not place.rows("SELECT 1 FROM messages WHERE text LIKE '%手艺%'")
    assert not place.rows("SELECT 1 FROM shown_names UNION SELECT 1 FROM sessions")
    assert settle(place.archive)
    files = [p for p in place.archive.folder.iterdir() if p.name.startswith("archive.db")]
    assert not any("我的手艺".encode() in p.read_bytes() for p in files)
    assert (BEN, "opt out") in audit(place)
    assert ben.press(place.link(BEN)).status_code == 404


def back(answer: httpx.Response) -> dict[str, str]:
    form = html.document_fromstring(answer.text).cssselect("form[action='/me/optin']")[0]
    return {one.get("name"): one.get("value") for one in form.iter("input")}


def test_who_left_comes_back_by_the_page_that_said_goodbye(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = place.log_in(BEN)
    fields = back(ben.press("/me/optout", sure="yes"))
    wrong = [{"who": ZOE}, {"until": str(int(fields["until"]) + 1)}, {"mark": "é"}, {"until": "x"}]
    for other in wrong:
        place.site.app.state.limits = Limits()
        assert ben.post("/me/optin", fields | other).status_code in (400, 403)
    assert ben.post("/me/optin", fields, origin="https://elsewhere.example").status_code == 403
    assert place.rows("SELECT member_key FROM opt_outs") == [(BEN,)]
    answer = ben.post("/me/optin", fields)
    assert answer.status_code == 200 and ZH("me.back_lead") in answer.text
    assert not place.rows("SELECT 1 FROM opt_outs") and (BEN, "opt in") in audit(place)
    monkeypatch.setattr(leaving, "BACK_FOR", -1)
    late = back(place.log_in(BEN).press("/me/optout", sure="yes"))
    assert ben.post("/me/optin", late).status_code == 403


def test_who_runs_the_archive_and_who_was_invited_have_no_such_page(place: Place) -> None:
    local = Browser(place.site, host="127.0.0.1:8765", client="127.0.0.1")
    for browser in (place.operator(), place.invited(), local, Browser(place.site)):
        browser.get("/logout")
        for path in ("/me", "/me/optout"):
            assert browser.get(path).status_code == 404
        for path in ("/me", "/me/data", "/me/optout"):
            assert browser.post(path, {"token": browser.token}).status_code == 404

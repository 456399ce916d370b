"""Settings and charts at the desk: what is decided takes effect and is undone, for who rules."""

from __future__ import annotations

import time
from typing import Any

import pytest
from asking import Asker, Fill
from starlette.requests import Request
from test_desk_acting import press, token_of

from archive import columns, consent, essence, questions
from archive.access import member, operator
from archive.database import Archive
from archive.errors import NotFound
from archive.group_settings import set_minors, setting_of
from archive.group_state import group_state
from archive.groups import set_visibility
from archive.records import Group, Message
from web.access import Visitor
from web.charts import bars, squares
from web.charts import columns as drawn
from web.desk.acting import Doing
from web.desk.setting_acts import ACTS as SETTING_ACTS
from web.forms import Form
from web.page import Visit

G, OTHER = "telegram:-1001", "telegram:-10019"


@pytest.fixture
def said(fill: Fill, archive: Archive) -> None:
    now = int(time.time())
    fill(
        Group(G, "群<b>"), Group(OTHER, "别的群"),
        Message(G, "1", now - 90_000, "telegram:42", "小满", text="备份要先试恢复 #备份#"),
        Message(G, "2", now - 80_000, "telegram:43", "<i>王", text="停写怎么做？"),
    )  # fmt: skip
    with archive.writing() as db:
        consent.start(db, G, by="telegram:42")
        for title in "甲乙":
            columns.add(db, title, f"{G}:1", by="operator")
        questions.open_question(db, f"{G}:2", "operator")
        essence.mark(db, [f"{G}:2"], by="operator")
        db.execute("INSERT INTO search_misses VALUES(date('now'), '<s>退款', 3)")


def state(archive: Archive) -> Any:
    with archive.reading() as db:
        now = group_state(db, operator(), G)
        return (
            now.group.visibility, setting_of(db, G, "visibility"), now.paused_until and "paused",
            now.minors, now.offers, now.greet, now.welcome, now.digest,
            [one.title for one in columns.list_columns(db, operator(), G)],
        )  # fmt: skip


ACTS = [
    ("group_visibility", {"visibility": "members"}),
    ("group_visibility", {"visibility": "public", "sure": "yes"}),
    ("group_minors", {"value": "on"}),
    ("group_offers", {"value": "on"}),
    ("group_greeting", {"value": "on"}),
    ("group_welcome", {"text": "群规\n不发广告"}),
    ("group_digest", {"value": "off"}),
    ("column_place", {"id": "1", "place": "1"}),
    ("pause", {}),
]


@pytest.mark.parametrize(("name", "fields"), ACTS)
def test_every_act_is_done_noted_and_undone(
    site: Asker, said: None, archive: Archive, name: str, fields: dict[str, str]
) -> None:
    token, before = token_of(site), state(archive)
    given = {"group": G, **fields, "token": token, "back": f"/desk/settings?group={G}"}
    done = press(site, name, given)
    assert done.status_code == 303, done.text
    after = state(archive)
    assert after != before and site.get(done.headers["location"]).status_code == 200
    assert press(site, "undo", {"token": token, "did": "1"}).status_code == 303
    assert state(archive) == before
    assert press(site, "undo", {"token": token, "did": "2"}).status_code == 303
    assert state(archive) == after


def test_a_pause_is_ended_and_its_end_taken_back(site: Asker, said: None, archive: Archive) -> None:
    token = token_of(site)
    given = {"group": G, "token": token}
    assert press(site, "resume", given).status_code == 404
    assert press(site, "pause", given).status_code == 303
    with archive.reading() as db:
        assert consent.standing(db).paused_at(G, time.time() + 3000)
        assert not consent.standing(db).paused_at(G, time.time() + 4000)
    assert press(site, "resume", given).status_code == 303
    assert state(archive)[2] is None
    assert press(site, "undo", {"token": token, "did": "2"}).status_code == 303
    assert state(archive)[2] == "paused"


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("group_visibility", {"visibility": "public"}, 409),
        ("group_visibility", {"visibility": "everybody"}, 400),
        ("group_visibility", {"visibility": "members", "group": "telegram:-5"}, 404),
        ("group_greeting", {"value": "perhaps"}, 400),
        ("group_welcome", {"text": "长" * 601}, 409),
        ("column_place", {"id": "99", "place": "1"}, 404),
        ("pause", {"until": "1"}, 409),
        ("pause", {"until": "9999999999"}, 409),
        ("pause", {"group": OTHER}, 409),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    site: Asker, said: None, archive: Archive, name: str, fields: dict[str, str], status: int
) -> None:
    before = state(archive)
    given = {"group": G, "token": token_of(site), **fields}
    assert press(site, name, given).status_code == status
    assert state(archive) == before


def test_a_group_with_minors_cannot_be_made_public(
    site: Asker, said: None, archive: Archive
) -> None:
    with archive.writing() as db:
        set_minors(db, G, True, "operator")
    given = {"group": G, "token": token_of(site), "visibility": "public", "sure": "yes"}
    assert press(site, "group_visibility", given).status_code == 409
    assert state(archive)[0] == "private"
    page = site.page(f"/desk/settings?group={G}")
    assert page.xpath('//input[@name="sure"]') == []


def test_what_public_means_and_who_agreed_is_said_before(site: Asker, said: None) -> None:
    page = site.page(f"/desk/settings?group={G}")
    (box,) = page.xpath('//details[.//input[@name="sure" and @required]]')
    words = " ".join(box.text_content().split())
    assert "网上任何人" in words and "小满" in words and "2 个成员里，0 人同意" in words


def test_only_the_operator_makes_a_group_public_and_nobody_rules_anothers_fault_31(
    site: Asker, said: None, archive: Archive
) -> None:
    reader = member(frozenset((G, OTHER)), "telegram:7", frozenset((OTHER,)))
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [],
             "app": site.app, "client": ("192.0.2.7", 1)}  # fmt: skip
    visit = Visit(Request(scope))
    visit.reader, visit.visitor = reader, Visitor(reader, "telegram:7", "s")
    with archive.writing() as db:
        for name, does in SETTING_ACTS.items():
            fields = {"group": G, "visibility": "members", "value": "on", "id": "1", "place": "1"}
            with pytest.raises(NotFound):
                does(Doing(db, visit, Form(tuple(fields.items()))))
            assert name
        act = SETTING_ACTS["group_visibility"]
        public = (("group", OTHER), ("visibility", "public"), ("sure", "yes"))
        with pytest.raises(NotFound):
            act(Doing(db, visit, Form(public)))
        set_visibility(db, OTHER, "public", "operator")
        private = (("group", OTHER), ("visibility", "private"))
        assert act(Doing(db, visit, Form(private))).undo is None


@pytest.mark.parametrize("path", ["/desk/settings", "/desk/charts"])
def test_pages_are_there_in_both_languages_and_for_nobody_else(
    site: Asker, said: None, path: str
) -> None:
    for query in ("?lang=en", "?lang=zh", f"?group={G}"):
        page = site.page(f"{path}{query}")
        assert page.xpath("//*[@style]") == [] and page.xpath("//main//script") == []
    assert site.get(path, client="192.0.2.7").status_code == 404
    assert site.get(f"{path}?group=telegram:-5").status_code == 404
    assert site.get("/desk/charts?span=century").status_code == 404


def test_charts_are_read_without_seeing_them(site: Asker, said: None) -> None:
    for span in ("quarter", "year", "all"):
        page = site.page(f"/desk/charts?group={G}&span={span}")
        words = " ".join(page.xpath("//main")[0].text_content().split())
        assert "共 2 条" in words and "0/1" in words and "#备份" in words and "<s>退款" in words
        assert "小满" in words and "<i>王" in words
        for figure in page.xpath('//*[local-name()="svg"][@role="img"]'):
            assert figure.get("aria-label")
        tables = page.xpath("//details//table")
        assert len(tables) == 4
        numbers = [cell.text_content() for cell in tables[1].xpath('.//td[@class="n"]')]
        assert len(numbers) == 168 and sum(map(int, numbers)) == 2


def test_shapes_fit_their_boxes() -> None:
    said_so = drawn([("a", 0), ("b", 1), ("c", 2000)])
    assert said_so.total == 2001 and said_so.most is not None and said_so.most.label == "c"
    assert [one.height for one in said_so.shown] == [0.0, 1.5, 100.0]
    assert all(one.x >= 0 and one.x + one.width <= 1000 for one in said_so.shown)
    assert drawn([]).most is None
    counts = [[0] * 24 for _ in range(7)]
    counts[6][23] = 9
    (square,) = squares(counts)
    assert (square.x + square.side, square.y + square.side) == (239.5, 69.5)
    assert [one.width for one in bars([("a", 4, 1), ("b", 1, 1)])] == [100.0, 25.0]

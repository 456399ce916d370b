"""Questions and the roster at the desk: acts and their undos."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asker, Fill
from test_desk_acting import press, token_of

from archive import questions
from archive.access import operator
from archive.database import Archive
from archive.questions import anonymous
from archive.records import Group, Member, Message
from archive.roster import roster, take
from archive.roster_csv import Entry
from archive.verify import verify

G = "telegram:-1001"
Q, A, LIKE = f"{G}:1", f"{G}:2", f"{G}:3"
WANG = "telegram:43"


@pytest.fixture
def said(fill: Fill, archive: Archive) -> None:
    fill(
        Group(key=G, title="群"), Member(WANG, "王", group_key=G),
        Message(G, "1", 1_700_000_001, "telegram:42", "小满", text="docker 日志怎么看"),
        Message(G, "2", 1_700_000_002, WANG, "王", text="docker logs 加容器名", reply_to="1"),
        Message(G, "3", 1_700_000_003, "telegram:44", "李", text="请问数据库备份怎么恢复？"),
    )  # fmt: skip
    with archive.writing() as db:
        questions.open_question(db, Q, "operator")
        take(db, G, [Entry(1, "王", WANG, "guest", "2026-12-31")], "operator")
        db.execute("UPDATE questions SET token = 'abc123'")


def state(archive: Archive) -> Any:
    with archive.reading() as db:
        return (
            [(q.key, q.status, q.answers, q.assigned_to)
             for q in questions.list_questions(db, operator(), None)],
            questions.proposed(db, operator(), G),
            roster(db, operator(), G),
            [one.token for one in anonymous.muted(db)],
        )  # fmt: skip


ACTS = [
    ("confirm", {"key": LIKE}),
    ("dismiss", {"key": LIKE}),
    ("assign", {"key": Q, "member": WANG}),
    ("accept", {"key": Q, "answer": A}),
    ("no_answer", {"key": Q, "answer": A}),
    ("mute", {"token_of": "abc123"}),
    ("roster_put", {"group": G, "name": "赵", "role": "会员", "expires_on": "2027-01-01"}),
    ("roster_put", {"group": G, "name": "王", "member": WANG, "role": "guest", "expires_on": "-"}),
    ("roster_take", {"group": G, "csv": "姓名,角色\n钱,嘉宾\n孙,成员"}),
    ("roster_out", {"group": G, "who": WANG}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fields"), ACTS)
def test_every_act_is_done_and_undone(
    site: Asker, said: None, archive: Archive, name: str, fields: dict[str, str]
) -> None:
    token, before = token_of(site), state(archive)
    done = press(site, name, {**fields, "token": token, "back": "/desk/questions"})
    assert done.status_code == 303, done.text
    assert state(archive) != before
    assert site.get(done.headers["location"]).status_code == 200
    assert press(site, "undo", {"token": token, "did": "1"}).status_code == 303
    assert state(archive) == before and verify(archive) == []


def test_pages_show_questions_answers_people_and_the_roster(site: Asker, said: None) -> None:
    page = site.page("/desk/questions")
    items = [item.text_content() for item in page.xpath("//li[@data-item]")]
    assert "请问数据库备份" in items[0] and "docker logs 加容器名" in items[1]
    assert page.xpath('//select[@name="member"]/option/@value') == ["", WANG]
    assert "王" in site.page("/desk/roster").text_content()
    for path in ("/desk/questions", "/desk/roster", f"/desk/roster.csv?group={G}"):
        assert site.get(f"{path}{'&' if '?' in path else '?'}lang=en").status_code == 200
        assert site.get(path, client="192.0.2.7").status_code == 404


def test_a_roster_is_handed_over_as_harmless_csv_fault_27(
    site: Asker, said: None, archive: Archive
) -> None:
    with archive.writing() as db:
        take(db, G, [Entry(1, "=1+1", None, "member", None, note="@sum")], "operator")
    answer = site.get(f"/desk/roster.csv?group={G}")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "'=1+1" in answer.text and "'@sum" in answer.text


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("confirm", {"key": "telegram:-9:1"}, 404),
        ("accept", {"key": LIKE, "answer": A}, 404),
        ("close_question", {"key": Q}, 409),
        ("assign", {"key": Q, "member": "telegram:999"}, 404),
        ("mute", {"token_of": "nobody"}, 404),
        ("roster_put", {"group": "telegram:-9", "name": "x"}, 404),
        ("roster_put", {"group": G, "name": "x", "role": "king"}, 409),
        ("roster_take", {"group": G, "csv": "foo,bar\n1,2"}, 409),
        ("roster_take", {"group": G, "csv": "姓名\n"}, 409),
        ("roster_back", {"group": G, "lines": "no json"}, 400),
        ("roster_out", {"group": G, "who": "nobody"}, 404),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    site: Asker, said: None, archive: Archive, name: str, fields: dict[str, str], status: int
) -> None:
    before = state(archive)
    assert press(site, name, {"token": token_of(site), **fields}).status_code == status
    assert state(archive) == before

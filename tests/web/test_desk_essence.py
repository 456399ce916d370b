"""Essence, tags and columns at the desk: every act does what it says, and its undo undoes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import Asker, Fill
from test_desk_acting import press, token_of

from archive import columns, dismissals, essence, messages, tags
from archive.access import member, operator
from archive.candidates import Candidate, suggest
from archive.database import Archive
from archive.essence_editing import edit_of
from archive.essence_texts import edited_text
from archive.forget import forget
from archive.levels import level_of
from archive.nominations import nominate
from archive.records import Group, Message
from archive.verify import verify

G = "telegram:-1001"
A, B, C, D = (f"{G}:{n}" for n in range(1, 5))
OTHER = f"{G}9:1"


@pytest.fixture
def said(fill: Fill, archive: Archive) -> None:
    group = Group(key=G, title="群", kind="supergroup", time_zone="Asia/Shanghai")
    other = Group(key=f"{G}9", title="别的群")
    texts = ["备份要先试恢复 #备份#", "先停写再核对行数", "早上好", "周会改到周三"]
    fill(group, other, *(
        Message(G, str(n), 1_700_000_000 + n, "telegram:42", "小满", text=text)
        for n, text in enumerate(texts, 1)
    ), Message(f"{G}9", "1", 1_700_000_000, "telegram:42", "小满", text="别的群的话"))  # fmt: skip
    with archive.writing() as db:
        essence.mark(db, [A], by="operator", title="备份", reason="有步骤", tags=("运维",))
        essence.mark(db, [B], by="operator", title="停写", reason="有先后")
        columns.add(db, "必读", A, by="operator", about="先看")
        columns.add(db, "必读", B, by="operator")
        suggest(db, [Candidate(C, 2.0, "3 人回复")], 1_700_000_100)
        nominate(db, D, "telegram:42", "值得")


def state(archive: Archive) -> Any:
    """Return everything acts change, as it is read."""
    with archive.reading() as db:
        posts = essence.feed(db, operator())
        return {
            "posts": sorted(
                ([m.key for m in p.messages], p.title, p.reason, edit_of(db, p.id).text)
                for p in posts
            ),
            "tags": [(t.name, t.messages) for t in tags.list_tags(db, operator())],
            "tagged": [v.key for v in tags.tagged(db, operator(), "运维")],
            "synonyms": tags.synonyms(db),
            "columns": [
                [(i.essence.title, i.note) for i in columns.items(db, operator(), c.id)]
                for c in columns.list_columns(db, operator())
            ],
            "proposed": [p.message.key for p in dismissals.proposed(db, operator())],
            "levels": [level_of(db, m.id) for m in messages.newest(db, operator(), G)],
        }


def post_id(archive: Archive, key: str) -> int:
    with archive.reading() as db:
        return messages.get_message(db, operator(), key).essence or 0


ACTS: list[tuple[str, dict[str, str]]] = [
    ("mark", {"key": D, "title": "周会", "tag": "通知"}),
    ("unmark", {"key": A}),
    ("dismiss", {"key": C}),
    ("change", {"id": "A", "title": "新题目", "reason": "", "text": "整理过的"}),
    ("join", {"id": "A", "other": "B"}),
    ("tag", {"key": B, "tag": "#运维 数据库"}),
    ("untag", {"key": A, "tag": "运维"}),
    ("synonym", {"name": "备份", "main": "运维"}),
    ("collect", {"key": B, "column": "数据"}),
    ("discard", {"key": B, "column": "必读"}),
    ("move", {"key": B, "id": "1", "place": "1"}),
    ("level", {"key": A, "level": "admins"}),
]


@pytest.mark.parametrize(("name", "fields"), ACTS, ids=[name for name, _ in ACTS])
def test_every_act_is_done_noted_and_undone(
    site: Asker, said: None, archive: Archive, name: str, fields: dict[str, str]
) -> None:
    ids = {"A": str(post_id(archive, A)), "B": str(post_id(archive, B))}
    given = {field: ids.get(value, value) for field, value in fields.items()}
    token, before = token_of(site), state(archive)
    done = press(site, name, {**given, "token": token, "back": "/desk"})
    assert done.status_code == 303, done.text
    after = state(archive)
    assert after != before
    assert press(site, "undo", {"token": token, "did": "1"}).status_code == 303
    left = state(archive)
    if name == "mark":  # a tag stays a word that is known
        left["tags"], before["tags"] = [], []
    if name in ("discard", "move"):  # it comes back at the end, or where it was
        for one in (left, before):
            one["columns"] = [sorted(column) for column in one["columns"]]
    assert left == before
    with archive.reading() as db:
        (noted,) = db.execute("SELECT count(*) FROM audit WHERE who = 'operator'").fetchone()
    assert noted > 4 and verify(archive) == []
    # and back again: an undo has its own undo
    assert press(site, "undo", {"token": token, "did": "2"}).status_code == 303
    assert state(archive) == after or name in ("mark", "unmark", "discard", "collect", "join")


@pytest.mark.parametrize(
    "path",
    ["/desk", "/desk/candidates", "/desk/essence", "/desk/essence/1", "/desk/tags",
     "/desk/columns", "/desk/columns/1", "/desk/review", f"/desk/context/{A}"],
)  # fmt: skip
def test_pages_of_the_desk_are_there_in_both_languages_and_for_nobody_else(
    site: Asker, said: None, path: str
) -> None:
    for lang in ("zh", "en"):
        assert site.get(f"{path}?lang={lang}").status_code == 200
    assert site.get(path, client="192.0.2.7").status_code == 404


def test_candidates_are_nominated_ones_first_with_who_and_why(site: Asker, said: None) -> None:
    page = site.page("/desk/candidates")
    items = [" ".join(item.text_content().split()) for item in page.xpath("//li[@data-item]")]
    assert "周会改到周三" in items[0] and "小满 提名" in items[0] and "值得" in items[0]
    assert "早上好" in items[1] and "3 人回复" in items[1]
    assert page.xpath('//ol[@class="items"]/li[1]//button/@data-key') == ["e", "x"]


def test_who_rules_one_group_sees_and_does_nothing_of_another(said: None, archive: Archive) -> None:
    reader = member(frozenset((G, f"{G}9")), "telegram:7", frozenset((f"{G}9",)))
    with archive.reading() as db:
        assert dismissals.proposed(db, reader) == [] and dismissals.waiting(db, reader) == {}


def test_an_edited_text_goes_with_the_words_it_may_have(
    site: Asker, said: None, archive: Archive
) -> None:
    """TRUST 33."""
    token = token_of(site)
    number = post_id(archive, A)
    press(site, "join", {"token": token, "id": str(number), "other": str(post_id(archive, B))})
    press(site, "change", {"token": token, "id": str(number), "title": "", "text": "zqcanaryqz"})
    with archive.reading() as db:
        post = essence.post(db, operator(), number)
        found = edited_text(db, operator(), post)
        assert found is not None and found.text == "zqcanaryqz"
    with archive.writing() as db:
        forget(db, [A], "telegram:42")
    with archive.reading() as db:
        assert db.execute("SELECT count(*) FROM essence_texts").fetchone() == (0,)


def test_an_undo_that_holds_peoples_words_goes_when_anything_is_erased_fault_33(
    site: Asker, said: None, archive: Archive
) -> None:
    token, number = token_of(site), str(post_id(archive, B))
    for text in ("zqcanaryqz", "别的"):
        press(site, "change", {"token": token, "id": number, "title": text, "text": text})
    press(site, "dismiss", {"token": token, "key": C})
    with archive.writing() as db:
        forget(db, [A], "telegram:42")
        undos = [undo for (undo,) in db.execute("SELECT undo FROM acts ORDER BY id")]
    assert undos[:2] == [None, None] and C in undos[2]
    assert press(site, "undo", {"token": token, "did": "2"}).status_code == 404
    assert press(site, "undo", {"token": token, "did": "3"}).status_code == 303


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("mark", {"key": "telegram:-5:1"}, 404),
        ("change", {"id": "99"}, 404),
        ("change", {"id": "x"}, 400),
        ("change", {"id": "1", "title": "长" * 121}, 409),
        ("join", {"id": "1", "other": "1"}, 409),
        ("split", {"id": "1", "messages": "no json"}, 400),
        ("split", {"id": "1", "messages": json.dumps([1])}, 409),
        ("level", {"key": A, "level": "everybody"}, 400),
        ("tag", {"key": A, "tag": " "}, 400),
        ("synonym", {"name": "a b", "main": "c"}, 409),
        ("nothing", {}, 404),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_says_so(
    site: Asker, said: None, archive: Archive, name: str, fields: dict[str, str], status: int
) -> None:
    before = state(archive)
    assert press(site, name, {"token": token_of(site), **fields}).status_code == status
    assert state(archive) == before


def test_what_the_operator_kept_is_kept_by_nobody_to_a_reader(site: Asker, said: None) -> None:
    found = [p.text_content() for p in site.page("/essence").cssselect(".post .why")]
    assert found == ["收录理由：有先后", "收录理由：有步骤"]

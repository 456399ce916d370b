"""The API's lists: paged on to the end, each thing once, and answered 304 while nothing changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from asking import Asker
from hostile_archive import KEY, fill_hostile

from archive import essence
from archive.database import Archive
from archive.levels import set_level
from archive.records import Group, Message
from web.api import shapes
from web.api.described import description
from web.app import create_app

HERE = quote(KEY, safe="")
LISTS = [
    "/api/groups", "/api/messages", f"/api/messages?group={HERE}&day=2026-11-19",
    f"/api/voices?group={HERE}", "/api/essence", "/api/tags", "/api/columns", "/api/columns/1",
    "/api/threads", "/api/questions", "/api/questions?status=open", "/api/digests", "/api/files",
    "/api/files?order=largest", "/api/links", "/api/people", "/api/coverage", "/api/search?q=alert",
]  # fmt: skip


def _full(folder: Archive) -> Asker:
    fill_hostile(folder)
    return Asker(create_app(folder, loopback=True))


@pytest.fixture
def full(archive: Archive) -> Asker:
    return _full(archive)


def items_of(answer: dict[str, Any]) -> list[Any]:
    found: list[Any] = answer["hits"] if "hits" in answer else answer["items"]
    return found


def whole(site: Asker, path: str, limit: int) -> list[Any]:
    """Return everything a list has, so many at a time."""
    asked = f"{path}{'&' if '?' in path else '?'}limit={limit}"
    found, cursor = [], ""
    for _ in range(500):
        answer = site.get(asked + cursor)
        assert answer.status_code == 200, answer.text
        found += items_of(answer.json())
        if answer.json()["next"] is None:
            return found
        cursor = f"&cursor={quote(answer.json()['next'])}"
    raise AssertionError("the list has no end")


def test_every_list_is_the_same_whatever_its_pages(full: Asker) -> None:
    for path in LISTS:
        found = whole(full, path, 100)
        assert found and whole(full, path, 3) == found, path


def test_a_cursor_is_of_its_own_list_and_anything_else_is_a_400_with_a_hint(full: Asker) -> None:
    given = full.get("/api/messages?limit=1").json()["next"]
    wrong = (given, given[:-3], "x", "eA", "W10", "e30", "WyJ0aHJlYWRzIix7fV0", "部", "1" * 500)
    for path in (path for path in LISTS if "search" not in path and path != "/api/messages"):
        for cursor in wrong:
            answer = full.get(f"{path}{'&' if '?' in path else '?'}cursor={quote(cursor)}")
            assert answer.status_code == 400 and answer.json()["hint"], (path, cursor)


def test_every_answer_is_what_the_description_says(full: Asker) -> None:
    """Every endpoint is asked; what it answers can be read back as its shape and no more."""
    made = {shape.__name__: shape for shape in shapes.Shape.__subclasses__()}
    known = {
        "/api/groups/{key}": f"/api/groups/{HERE}",
        "/api/messages/{key}": f"/api/messages/{HERE}:t0",
        "/api/context/{key}": f"/api/context/{HERE}:t0",
        "/api/essence/{number}": "/api/essence/1",
        "/api/tags/{name}": f"/api/tags/{quote(full.get('/api/tags').json()['items'][0]['name'])}",
        "/api/columns/{number}": "/api/columns/1",
        "/api/threads/{number}": "/api/threads/1",
        "/api/questions/{key}": f"/api/questions/{HERE}:s0",
        "/api/digests/{number}": "/api/digests/1",
        "/api/voices": f"/api/voices?group={HERE}",
        "/api/thanks": f"/api/thanks?group={HERE}",
        "/api/days": "/api/days?year=2026",
        "/api/former-days": "/api/former-days?day=2027-11-19",
        "/api/search": "/api/search?q=alert",
    }
    for path, operations in description(full.app)["paths"].items():
        answer = full.get(known.get(path, path))
        assert answer.status_code == 200, (path, answer.text)
        said = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        shape = made[said["$ref"].rpartition("/")[2]]
        read = msgspec.json.decode(answer.content, type=shape)
        assert msgspec.json.decode(msgspec.json.encode(read)) == answer.json(), path
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_description_refers_to_nothing_that_is_not_in_it(site: Asker) -> None:
    answer = site.get("/api/openapi.json")
    made = answer.json()
    known = {f"#/components/schemas/{name}" for name in made["components"]["schemas"]}
    assert set(re.findall(r'"\$ref":"([^"]+)"', answer.text)) == known
    named = [one["get"]["operationId"] for one in made["paths"].values()]
    assert len(named) == len(set(named)) and made["openapi"].startswith("3.1")
    assert all("422" not in one["get"]["responses"] for one in made["paths"].values())


def test_hostile_text_is_data_and_no_address_in_it_leads_to_a_script(full: Asker) -> None:
    """Faults 9, 25 and 26."""
    for message in whole(full, "/api/messages", 100):
        assert all(url.lower().startswith(("http://", "https://")) for url in message["links"])
    for link in whole(full, "/api/links", 100):
        assert link["url"].lower().startswith(("http://", "https://"))
    assert "<script>" in full.get("/api/messages?limit=100").text


def test_what_neither_utf_8_nor_a_calendar_holds_is_answered(site: Asker, fill: Any) -> None:
    inner = Message("qq:1", id="2", sent_at=10**17, sender_name="甲", text="里面")
    fill(
        Group("qq:1", title="群"),
        Message("qq:1", id="1", sent_at=1_760_000_000, text="a\ud800b", kind="forward",
                nested=(inner,)),
    )  # fmt: skip
    (message,) = site.get("/api/messages").json()["items"]
    assert message["text"] == "a\ufffdb" and message["records"][0]["sent_at"] is None


def test_an_answer_that_has_not_changed_is_a_304(full: Asker, fill: Any) -> None:
    for path in ("/api/groups", "/api/essence", "/api/openapi.json", f"/api/groups/{HERE}"):
        answer = full.get(path)
        tag = answer.headers["etag"]
        for known in (tag, f'"x", W/{tag}', "*"):
            again = full.get(path, if_none_match=known)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag and again.headers["vary"] == "Authorization, Cookie"
        assert full.get(path, if_none_match='"other"').status_code == 200
    tag = full.get("/api/groups").headers["etag"]
    fill(Group("qq:new", title="新群"))
    assert full.get("/api/groups", if_none_match=tag).status_code == 200


def test_what_the_public_reads_has_another_etag_than_what_the_operator_reads(full: Asker) -> None:
    tag = full.get("/api/stats").headers["etag"]
    answer = full.get("/api/stats", client="192.0.2.7", if_none_match=tag)
    assert answer.status_code == 200 and answer.json()["messages"] == 0


@pytest.fixture
def people(archive: Archive, fill: Callable[..., None]) -> Asker:
    said = [
        Message("qq:1", id=str(n), sent_at=1_760_000_000 + n, sender_key=f"qq:{n % 2}",
                sender_name=f"人{n % 2}", text=f"#题 {n}")
        for n in range(6)
    ]  # fmt: skip
    fill(Group("qq:1", title="一"), *said)
    fill(Group("qq:2", title="二"), msgspec.structs.replace(said[0], group_key="qq:2"))
    return Asker(create_app(archive, loopback=True))


def test_a_person_has_one_id_in_a_group_and_another_in_another(people: Asker) -> None:
    found = people.get("/api/messages").json()["items"]
    ids = {(m["group"], m["sender"]): m["sender_id"] for m in found}
    assert len(ids) == len(set(ids.values())) == 3 and all(len(one) == 16 for one in ids.values())
    assert not any("qq" in one for one in ids.values())


def test_a_list_goes_on_though_what_it_ended_with_is_gone(people: Asker, archive: Archive) -> None:
    with archive.writing() as db:
        for n in range(4):
            essence.mark(db, [f"qq:1:{n}"], by="qq:0", at=100 + n)
    first = people.get("/api/essence?limit=2").json()
    with archive.writing() as db:
        essence.unmark(db, "qq:1:2", by="qq:0")
    rest = people.get(f"/api/essence?cursor={first['next']}").json()["items"]
    assert [one["first"]["key"] for one in rest] == ["qq:1:1", "qq:1:0"]


def test_what_is_withheld_does_not_end_a_list_early(people: Asker, archive: Archive) -> None:
    with archive.writing() as db:
        db.execute("UPDATE groups SET visibility = 'public'")
        ids = [i for (i,) in db.execute("SELECT id FROM messages WHERE group_id = 1 ORDER BY id")]
        for row_id in ids[3:]:
            set_level(db, row_id, "admins", "operator")
    for path in ("/api/messages?group=qq:1&limit=2", f"/api/tags/{quote('题')}?limit=2"):
        found, cursor = [], ""
        while cursor is not None:
            answer = people.get(path + cursor, client="192.0.2.7").json()
            found += [one["key"] for one in answer["items"] if one["group"] == "qq:1"]
            cursor = f"&cursor={answer['next']}" if answer["next"] else None
        assert found == ["qq:1:2", "qq:1:1", "qq:1:0"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/messages?limit=x", "limit"), ("/api/messages?limit=101", "limit"),
        ("/api/messages?day=2026-11-18", "a day is one of a group"),
        ("/api/messages?group=qq:1&day=today", "a day is one of a group"),
        ("/api/days", "year"), ("/api/days?year=99999", "year"), ("/api/voices", "group"),
        ("/api/files?only=virus", "only"), ("/api/questions?status=<b>", "status"),
        ("/api/former-days?day=2026-13-40", "no such day"),
        ("/api/context/qq:1:1?after=51", "after"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named_and_not_repeated(
    people: Asker, path: str, said: str
) -> None:
    answer = people.get(path)
    told = answer.json()
    assert answer.status_code == 400 and told.keys() == {"error", "hint"}
    assert said in told["error"] and told["hint"] and "<b>" not in answer.text

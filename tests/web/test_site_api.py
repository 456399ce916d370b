"""The JSON API: the object of `chendian search --json`, messages and groups."""

from __future__ import annotations

import pytest

from archive.access import operator
from archive.groups import set_visibility
from archive.hits import results_json
from archive.records import Group, Message
from archive.search import search
from web.app import create_app

KEY = "telegram:-1001"


@pytest.fixture
def api(fill, site):
    fill(
        Group(KEY, title="开发群"),
        *(
            Message(
                KEY, id=str(i), sent_at=1_763_433_060 + i, sender_key="telegram:42",
                sender_name="张三", text=f"部署 {i} 次，电话 13812345678",
            )
            for i in range(5)
        ),
    )  # fmt: skip
    return site


def test_search_answers_the_fixed_object(api):
    answer = api.get("/api/search?q=部署&limit=2")
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert list(found) == ["query", "count", "exact", "hits", "next", "older", "notes"]
    assert (found["query"], found["count"], found["exact"]) == ("部署", 5, True)
    hit = found["hits"][0]
    assert len(hit.pop("sender_id")) == 16
    assert hit == {
        "key": f"{KEY}:4", "group": KEY, "group_title": "开发群", "sender": "张三",
        "sender_key": "telegram:42", "sent_at": "2025-11-18T02:31:04Z",
        "text": "部署 4 次，电话 13812345678", "url": f"/m/{KEY}:4",
        "also_in": [],
    }  # fmt: skip


def test_search_has_all_that_the_command_line_prints(api, archive):
    with archive.reading() as db:
        printed = results_json(search(db, "部署", operator(), limit=2))
    found = api.get("/api/search?q=部署&limit=2").json()
    for hit in found["hits"]:
        del hit["sender_id"]
    assert found == printed | {"next": printed["older"], "notes": []}


def test_search_pages_on_by_cursor(api):
    seen, cursor = [], ""
    while cursor is not None:
        found = api.get(f"/api/search?q=部署&limit=2{cursor}").json()
        seen += [hit["key"] for hit in found["hits"]]
        cursor = f"&cursor={found['next']}" if found["next"] else None
    assert seen == [f"{KEY}:{i}" for i in (4, 3, 2, 1, 0)]


def test_public_reader_gets_masks_and_no_member_key(api, archive):
    with archive.writing() as db:
        set_visibility(db, KEY, "public", "test")
    answer = api.get("/api/search?q=部署", host="example.org")
    hit = answer.json()["hits"][0]
    assert hit["sender_key"] is None and hit["sender"] == "匿名成员"
    assert "138****5678" in hit["text"] and "13812345678" not in answer.text
    for path in (f"/m/{KEY}:1", "/search?q=部署", f"/g/{KEY}", "/"):
        text = api.get(path, host="example.org").text
        assert "telegram:42" not in text and "张三" not in text and "13812345678" not in text


def test_base_url_goes_before_permalinks(api, archive):
    api.app = create_app(archive, base_url="http://localhost:8080/", loopback=True)
    hit = api.get("/api/search?q=部署").json()["hits"][0]
    assert hit["url"] == f"http://localhost:8080/m/{KEY}:4"


def test_a_site_that_is_published_elsewhere_has_no_operator_by_address_alone(api, archive):
    """A proxy that adds no header asks as this machine does."""
    api.app = create_app(archive, base_url="https://a.example/", loopback=True)
    assert api.get("/api/search?q=部署").json()["count"] == 0
    assert api.get("/desk").status_code == 404


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "order=best", "q=befor:2026", "q=部署&cursor=x"]
)
def test_what_is_not_understood_is_a_400_with_words(api, query):
    answer = api.get(f"/api/search?{query}")
    assert answer.status_code == 400 and answer.json()["error"]


def test_message_and_groups(api):
    message = api.get(f"/api/messages/{KEY}:1").json()
    assert message["text"].startswith("部署 1") and message["recalled"] is False
    (group,) = api.get("/api/groups").json()["items"]
    assert (group["key"], group["title"], group["messages"]) == (KEY, "开发群", 5)
    missing = api.get(f"/api/messages/{KEY}:99")
    assert missing.status_code == 404 and missing.json()["error"] == "not found"


def test_health_counts_what_the_reader_sees(api):
    assert api.get("/healthz").json() == {"ok": True, "groups": 1, "messages": 5, "tokeniser": 1}
    assert api.get("/healthz", host="example.org").json()["messages"] == 0

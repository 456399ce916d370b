"""The JSON that scripts read is exactly what was promised, and people are told the same."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from chat_files import KEY, chatlab, telegram_json, telegram_rows
from program import run, run_cold

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of sixty messages, one of them with a reply and one of a group's service rows."""
    folder = tmp_path_factory.mktemp("shapes")
    said = telegram_rows(60)
    said[5]["text"] = said[5]["text_entities"][0]["text"] = "明天上线吗？ <b>"
    joined = {
        "id": 61,
        "type": "service",
        "date": said[-1]["date"],
        "date_unixtime": str(int(said[-1]["date_unixtime"]) + 9),
        "actor": "新人",
        "actor_id": "user999",
        "action": "join_group_by_link",
        "inviter": "Group",
        "text": "",
    }
    export = telegram_json(folder / "result.json", [*said, joined])
    run("import", export, "--data", folder / "data", expect=0)
    return folder / "data"


def test_import_answers_what_was_promised(tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "result.json", [*telegram_rows(40), {"type": "message"}])
    found = run("import", export, "--data", tmp_path / "d", "--json", expect=0).json
    counts = {"read": 40, "new": 40, "updated": 0, "unchanged": 0, "rejected": 1}
    assert found["messages"] == counts
    assert found["groups"] == [{"key": KEY, "title": "技术群", "messages": 40}]
    (file,) = found["files"]
    assert file.pop("path").endswith("result.json")
    assert file == {
        "format": "telegram-json",
        "read": 40,
        "new": 40,
        "updated": 0,
        "unchanged": 0,
        "rejected": [{"where": "row 41", "why": "it has neither an id nor a date"}],
        "media": 0,
        "missing_media": {},
        "gaps_closed": 0,
        "since": "2023-11-14T22:14:00+00:00",
        "until": "2023-11-14T22:40:00+00:00",
    }
    assert isinstance(found["seconds"], float)
    assert list(found) == [
        "run", "messages", "media", "since", "until", "gaps_closed", "groups", "files",
        "missing_media", "notes", "seconds",
    ]  # fmt: skip


def test_service_rows_count_as_messages_of_kind_service(data: Path) -> None:
    assert run("stats", "--data", data, "--json").json["messages"] == 61
    found = run("search", "is:service", "--data", data, "--json", expect=0).json
    assert [hit["key"] for hit in found["hits"]] == [f"{KEY}:61"]


def test_search_answers_what_was_promised(data: Path) -> None:
    found = run("search", "明天 上线吗", "--data", data, "--json", expect=0).json
    assert found == {
        "query": "明天 上线吗",
        "count": 1,
        "exact": True,
        "hits": [
            {
                "key": f"{KEY}:6",
                "group": KEY,
                "group_title": "技术群",
                "sender": found["hits"][0]["sender"],
                "sender_key": found["hits"][0]["sender_key"],
                "sent_at": "2023-11-14T22:17:20Z",
                "text": "明天上线吗？ <b>",
                "url": f"/m/{KEY}:6",
                "also_in": [],
            }
        ],
    }
    assert re.fullmatch(r"telegram:10\d", found["hits"][0]["sender_key"])


def test_search_without_hits_is_not_an_error(data: Path) -> None:
    found = run("search", "没有人说过的话", "--data", data, "--json", expect=0).json
    assert (found["count"], found["exact"], found["hits"]) == (0, True, [])
    assert "nothing found" in run("search", "没有人说过的话", "--data", data, expect=0).out


def test_search_pages_and_limits_and_orders(data: Path) -> None:
    first = run("search", "", "--data", data, "--json", "--limit", "40").json
    more = ["--limit", "40", "--cursor", first["older"]]
    rest = run("search", "", "--data", data, "--json", *more).json
    assert "older" not in rest
    keys = [hit["key"] for hit in (*first["hits"], *rest["hits"])]
    assert len(first["hits"]) == 40
    assert keys == [f"{KEY}:{number}" for number in range(61, 0, -1)]
    times = [hit["sent_at"] for hit in first["hits"]]
    assert all(map(ISO.fullmatch, times)) and times == sorted(times, reverse=True)
    best = run("search", "数据库", "--data", data, "--json", "--order", "relevance").json
    newest = run("search", "数据库", "--data", data, "--json").json
    assert best["count"] == newest["count"] > 0
    assert len(run("search", "", "--data", data, "--json").json["hits"]) == 20


def test_a_query_may_begin_with_a_minus_or_a_quote(data: Path) -> None:
    everything = run("search", "", "--data", data, "--json").json["count"]
    without = run("search", "-数据库", "--data", data, "--json", expect=0).json["count"]
    with_it = run("search", '"数据库"', "--data", data, "--json", expect=0).json["count"]
    assert without + with_it == everything


def test_stats_answers_what_was_promised(data: Path) -> None:
    assert run("stats", "--data", data, "--json", expect=0).json == {
        "groups": 1,
        "messages": 61,
        "members": 9,
        "media": 0,
        "first": "2023-11-14T22:14:00Z",
        "last": "2023-11-14T22:53:29Z",
    }
    shown = run("stats", "--data", data, expect=0).out
    assert "messages  61\n" in shown


def test_stats_of_an_empty_archive_are_zeros_and_nulls(tmp_path: Path) -> None:
    run("init", "--data", tmp_path, expect=0)
    found = run("stats", "--data", tmp_path, "--json", expect=0).json
    assert found == dict.fromkeys(("groups", "messages", "members", "media"), 0) | {
        "first": None, "last": None,
    }  # fmt: skip


def test_people_are_shown_the_same_facts(data: Path, tmp_path: Path) -> None:
    shown = run("search", "明天上线", "--data", data, expect=0).out
    for fact in ("1 hit,", "2023-11-15 06:17", "技术群", "明天上线吗？ <b>", f"{KEY}:6"):
        assert fact in shown
    export = telegram_json(tmp_path / "result.json", telegram_rows(1_200))
    shown = run("import", export, "--data", tmp_path / "d", expect=0).out
    for fact in ("telegram-json", "技术群  1,200 messages", KEY, "new 1,200", "unchanged 0"):
        assert fact in shown


def test_every_answer_in_json_is_one_line_of_its_own(data: Path) -> None:
    for words in (["stats"], ["search", "部署"], ["verify"], ["group", "list"], ["tags", "list"],
                  ["essence", "list"]):  # fmt: skip
        ran = run(*words, "--data", data, "--json", expect=0)
        assert ran.out.count("\n") == 1 and ran.err == ""
        json.loads(ran.out)


def test_times_are_utc_whatever_the_zone_of_the_machine(data: Path) -> None:
    here = run_cold("search", "明天上线", "--data", data, "--json", env={"TZ": "America/New_York"})
    there = run_cold("search", "明天上线", "--data", data, "--json", env={"TZ": "Asia/Tokyo"})
    assert here.json == there.json
    datetime.fromisoformat(here.json["hits"][0]["sent_at"])


def test_text_survives_a_terminal_that_is_not_utf8(data: Path) -> None:
    plain = run_cold("search", "明天上线", "--data", data, "--json", expect=0)
    for encoding in ("ascii", "gb18030"):
        env = {"PYTHONIOENCODING": encoding}
        ran = run_cold("search", "明天上线", "--data", data, "--json", env=env, text_in=encoding)
        assert ran.json == plain.json
    shown = run_cold("search", "明天上线", "--data", data, env={"PYTHONIOENCODING": "ascii"})
    assert shown.code == 0 and f"{KEY}:6" in shown.out


def test_a_query_that_is_no_utf8_is_answered(data: Path) -> None:
    for query in (b"\xff\xfe", b"\xed\xa0\x80", "数据库".encode("gb18030")):
        ran = run_cold("search", query, "--data", data, "--json")
        assert ran.code == 0 or ran.err.startswith("error: ")


def test_the_base_url_of_the_configuration_is_before_the_links(data: Path, tmp_path: Path) -> None:
    config = tmp_path / "my.toml"
    config.write_text('[web]\nbase_url = "https://chat.example.org"\n')
    found = run("search", "明天上线", "--data", data, "--json", CHENDIAN_CONFIG=str(config)).json
    assert found["hits"][0]["url"] == f"https://chat.example.org/m/{KEY}:6"


def test_empty_chats_are_nothing_to_do_and_no_error(tmp_path: Path) -> None:
    export = telegram_json(tmp_path / "result.json", [])
    found = run("import", export, "--data", tmp_path / "d", "--json", expect=0).json
    assert found["messages"]["read"] == 0
    empty = chatlab(tmp_path / "x.jsonl", [])
    run("import", empty, "--data", tmp_path / "d", expect=0)

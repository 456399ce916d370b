"""The same history as HTML and as JSON: whichever comes first, the archive is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chat_files import KEY, telegram_html, telegram_json, telegram_rows
from program import rows, run, whole

QUERIES = (
    "", "我", "部署 -回滚", '"今天我们"', "docke*", "in:技术群 is:回复", "from:Ann 缓存",
)  # fmt: skip


def _answers(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"stats": run("stats", "--data", data, "--json", expect=0).json}
    for query in QUERIES:
        # where a page ends is told by row ids, and these come from the order of imports
        found[query] = run(
            "search", query, "--data", data, "--limit", "200", "--json", expect=0
        ).json
        found[query].pop("older", None)
    found["groups"] = run("group", "list", "--data", data, "--json").json
    kept = (
        "SELECT g.key, m.platform_id, m.sent_at, p.key, m.text, m.reply_to, m.kind, m.facet,"
        " m.quality FROM messages m JOIN groups g ON g.id = m.group_id"
        " LEFT JOIN members p ON p.id = m.sender_id ORDER BY m.sent_at, m.platform_id"
    )
    found["messages"] = [
        (*row[:7], sorted(token for token in row[7].split() if token[0] not in "gs"), row[8])
        for row in rows(data, kept)
    ]
    return found


@pytest.mark.parametrize("number", [1, 25, 600])
def test_html_first_and_json_afterwards_come_out_as_json_first(tmp_path: Path, number: int) -> None:
    said = telegram_rows(number)
    page = telegram_html(tmp_path / "html", said)
    export = telegram_json(tmp_path / "json/result.json", said)
    one, other = tmp_path / "one", tmp_path / "other"
    for path in (export, page):
        run("import", path, "--data", one, expect=0)
    for path in (page, export):
        run("import", path, "--data", other, expect=0)
    assert _answers(one) == _answers(other)
    assert rows(other, "SELECT key, messages FROM groups") == [(KEY, number)]
    for data in (one, other):
        whole(data)
        for path in (page, export):
            again = run("import", path, "--data", data, "--json", expect=0).json["messages"]
            assert (again["new"], again["updated"]) == (0, 0)
    assert _answers(one) == _answers(other)


def test_html_of_a_part_and_json_of_another_are_one_history(tmp_path: Path) -> None:
    page = telegram_html(tmp_path / "html", telegram_rows(120, 1))
    export = telegram_json(tmp_path / "result.json", telegram_rows(120, 91))
    one, other = tmp_path / "one", tmp_path / "other"
    for data, paths in ((one, (export, page)), (other, (page, export))):
        for path in paths:
            run("import", path, "--data", data, expect=0)
        whole(data)
    assert _answers(one) == _answers(other)
    assert rows(one, "SELECT key, messages FROM groups") == [(KEY, 210)]


def test_links_of_the_html_lead_on_to_the_message(tmp_path: Path) -> None:
    said = telegram_rows(40)
    data = tmp_path / "data"
    run("import", telegram_html(tmp_path / "html", said), "--data", data, expect=0)
    (hit, *_) = run("search", "from:张三", "--data", data, "--json").json["hits"]
    run("essence", "mark", hit["key"], "--data", data, "--tag", "好", expect=0)
    run("import", telegram_json(tmp_path / "result.json", said), "--data", data, expect=0)
    (kept,) = run("search", "is:精华", "--data", data, "--json").json["hits"]
    assert kept["key"] == f"{KEY}:{hit['key'].rpartition(':')[2]}"
    run("essence", "tag", hit["key"], "再好", "--data", data, expect=0)
    assert run("search", "tag:再好", "--data", data, "--json").json["hits"] == [kept]
    run("essence", "unmark", hit["key"], "--data", data, expect=0)
    whole(data)


def test_an_edit_is_kept_whichever_export_comes_last(tmp_path: Path) -> None:
    early, late = telegram_rows(30), telegram_rows(30)
    late[4]["text"] = late[4]["text_entities"][0]["text"] = "改过的话"
    late[4]["edited"] = late[4]["date"]
    late[4]["edited_unixtime"] = str(int(late[4]["date_unixtime"]) + 3600)
    exports = [
        telegram_json(tmp_path / f"{name}/result.json", said)
        for name, said in (("early", early), ("late", late))
    ]
    for name, order in (("one", exports), ("other", exports[::-1])):
        data = tmp_path / name
        for path in order:
            run("import", path, "--data", data, expect=0)
        assert run("search", "改过的话", "--data", data, "--json").json["count"] == 1
        assert rows(data, "SELECT text FROM versions") == [(early[4]["text"],)]
        whole(data)


def test_two_exports_that_disagree_settle_and_change_nothing_more(tmp_path: Path) -> None:
    early, late = telegram_rows(30), telegram_rows(30)
    late[4]["text"] = late[4]["text_entities"][0]["text"] = "两次导出不一样"
    for name, said in (("a", early), ("b", late)):
        telegram_json(tmp_path / f"in/{name}.json", said)
    data = tmp_path / "data"
    run("import", tmp_path / "in", "--data", data, expect=0)
    again = run("import", tmp_path / "in", "--data", data, "--json", expect=0).json["messages"]
    assert again == {"read": 60, "new": 0, "updated": 0, "unchanged": 60, "rejected": 0}

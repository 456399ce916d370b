"""Backup, restore, forget and mydata from the command line: what is said, and what is left."""

from __future__ import annotations

import json
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import refused, rows, run, whole

from archive import editions, job_runs, mails
from archive.database import open_archive, transaction
from archive.inbox import Inbox, Incoming

SECRET = "zqcanaryqz"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    said = telegram_rows(30)
    said[9]["text"] = said[9]["text_entities"][0]["text"] = f"{SECRET} 的秘密"
    run("import", telegram_json(tmp_path / "r.json", said), "--data", tmp_path / "d", expect=0)
    (tmp_path / "r.json").unlink()
    return tmp_path / "d"


def sender(data: Path, id: str) -> str:
    sql = "SELECT p.key FROM messages m JOIN members p ON p.id = sender_id WHERE platform_id = ?"
    ((key,),) = rows(data, sql, id)
    return str(key)


def traces(folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if SECRET.encode() in path.read_bytes()]


def raw_event(data: Path, key: str, who: str) -> None:
    with closing(Inbox(data)) as inbox:
        said = Incoming(key, KEY, who, key, 1_790_000_000, "raw", SECRET.encode())
        inbox.done(inbox.store("bot", [said]))


def events(data: Path) -> int:
    with closing(Inbox(data)) as inbox:
        return len(inbox.named()[0])


def test_forget_backup_and_restore_as_they_say(data: Path, tmp_path: Path) -> None:
    """TRUST 33, 40."""
    raw_event(data, "10", sender(data, "10"))
    made = run("backup", "--data", data, "--to", tmp_path / "b", "--json", expect=0).json
    assert made["messages"] == 30 and traces(Path(made["backup"]))
    ran = run("forget", f"{KEY}:10", "--data", data, "--yes", "--json", expect=0)
    assert ran.json == {
        "messages": 1, "kept_out": 0, "people": 0, "events": 1, "settled": True,
    }  # fmt: skip
    assert traces(data) == [] and events(data) == 0
    whole(data)
    new = tmp_path / "new"
    told = run("restore", made["backup"], "--data", new, expect=0).out
    assert "restored 30 messages" in told and "forgotten again: 1 message" in told
    assert traces(new) == []
    whole(new)
    assert refused("restore", made["backup"], "--data", new).count("chendian restore") == 1
    assert run("backup", "--data", new, expect=0).out.count("chendian restore ") == 1


def test_what_may_have_been_told_since_a_backup_is_not_told_again(
    data: Path, tmp_path: Path
) -> None:
    """TRUST 39: digests, reminders, mails."""
    with closing(open_archive(data).connect_for_writing()) as db, transaction(db):
        job_runs.turn_on(db, "weekly digest", KEY, 1_700_000_000)
        for week in ("2026-W45", "2026-W46", "2026-W47"):
            empty = {"items": [], "since": 0, "until": 1}
            editions.draft(db, empty, KEY, "week", week, 1_790_000_000)
        editions.approve(db, 1, "telegram:1", 1_790_000_000)
        editions.sent(db, 1, 1_790_000_000)
        editions.approve(db, 2, "telegram:1", 1_790_000_000)
        mails.put(db, 1, ["wang@site.example"], 1_790_000_000)
    made = run("backup", "--data", data, "--to", tmp_path / "b", "--json", expect=0).json
    before, new = int(time.time()), tmp_path / "new"
    told = run("restore", made["backup"], "--data", new, expect=0).out
    assert "not told again. 2 drafts put away." in told
    assert [state for (state,) in rows(new, "SELECT state FROM editions ORDER BY id")] == [
        "sent", "unknown", "unknown",
    ]  # fmt: skip
    assert rows(new, "SELECT since >= ? FROM job_switches", before) == [(1,)]
    assert rows(new, "SELECT state FROM mails") == [("failed",)]
    with closing(open_archive(new).connect_for_writing()) as db:
        assert editions.to_send(db) == [] and mails.due(db, 1 << 40) == []
    whole(new)


def test_person_is_forgotten_with_all_they_said(data: Path) -> None:
    who = sender(data, "10")
    raw_event(data, "10", who)
    ((number,),) = rows(
        data,
        "SELECT count(*) FROM messages WHERE sender_id = (SELECT id FROM members WHERE key = ?)",
        who,
    )
    done = run("forget", "--member", who, "--data", data, "--yes", "--json", expect=0).json
    assert (done["messages"], done["people"], done["settled"]) == (number, 1, True)
    assert traces(data) == [] and events(data) == 0
    assert rows(data, "SELECT name FROM members WHERE key = ?", who) == [("",)]
    whole(data)


def test_message_that_is_not_here_is_kept_out(data: Path) -> None:
    told = run("forget", f"{KEY}:999", "--data", data, "--yes", expect=0).out
    assert "forgotten: 0 messages" in told and "1 message not here" in told


def test_forgetting_asks_first_and_names_somebody(data: Path) -> None:
    assert "--yes" in refused("forget", f"{KEY}:10", "--data", data)
    assert "--member" in refused("forget", "--data", data)
    assert "sender_key" in refused("forget", "--member", "telegram:0", "--data", data, "--yes")
    assert len(traces(data)) > 0


def test_restore_without_a_ledger_says_how_to_go_on(data: Path, tmp_path: Path) -> None:
    made = run("backup", "--data", data, "--to", tmp_path / "b", "--json", expect=0).json
    (ledger,) = (tmp_path / "b").glob("erasures-*")
    ledger.unlink()
    new = tmp_path / "new"
    assert "--erasures FILE" in refused("restore", made["backup"], "--data", new)
    words = ["--data", new, "--without-erasures", "--json"]
    assert run("restore", made["backup"], *words, expect=0).json["messages"] == 30
    assert "is no backup" in refused("restore", tmp_path, "--data", tmp_path / "other")


def test_my_data_is_a_zip_of_ones_own_words_only(data: Path, tmp_path: Path) -> None:
    who, target = sender(data, "10"), tmp_path / "mine.zip"
    told = run("mydata", who, "--data", data, "--out", target, "--json", expect=0).json
    with zipfile.ZipFile(target) as packed:
        lines = [json.loads(line) for line in packed.read("mydata.jsonl").splitlines()]
    person, *rest = lines
    assert person["kind"] == "person" and who in person["keys"]
    said = [line for line in rest if line["kind"] == "message"]
    assert told["messages"] == len(said) > 1 and any(SECRET in line["text"] for line in said)
    assert {sender(data, line["key"].rpartition(":")[2]) for line in said} == {who}
    assert target.stat().st_mode & 0o777 == 0o600
    assert "there already" in refused("mydata", who, "--data", data, "--out", target)
    other = tmp_path / "other.zip"
    assert "nobody here" in refused("mydata", "qq:0", "--data", data, "--out", other)
    assert not other.exists()
    assert rows(data, "SELECT target FROM audit WHERE action = 'data handed over'") == [(who,)]

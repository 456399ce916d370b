"""An import is taken back: what only it brought goes, what it changed is as it was before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from chat_files import KEY, telegram_json, telegram_rows
from program import dump, refused, rows, run, whole

from archive.database import Archive, open_archive, transaction
from archive.former_states import ToldByOthers, note_told_again
from archive.runs import begin_run
from bot import undoing
from bot.undoing import take_back


def _file(folder: Path, said: list[dict[str, Any]], picture: bytes | None = None) -> Path:
    telegram_json(folder / "result.json", said)
    if picture is not None:
        (folder / "photos").mkdir()
        (folder / "photos/a.jpg").write_bytes(picture)
    return folder


def _import(data: Path, *paths: Path) -> dict[str, Any]:
    return dict(run("import", *paths, "--data", data, "--json", expect=0).json)


def _state(data: Path) -> dict[str, Any]:
    """Read all but what says that something was done, and names, which stay."""
    kept = {"audit", "memberships", "member_names", "members", "aliases"}
    return {name: found for name, found in dump(data).items() if name not in kept}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    _import(made, _file(tmp_path / "one", telegram_rows(40)))
    return made


def second(tmp_path: Path) -> Path:
    """An export with 20 messages more, three that were edited since, and a picture."""
    said = telegram_rows(60)
    for row in said[3:6]:
        row |= {"text": "改过了 #新的#", "text_entities": [], "edited_unixtime": "1700500000"}
    said[7] |= {"photo": "photos/a.jpg"}
    said[8]["reactions"] = [{"type": "emoji", "emoji": "👍", "count": 3}]
    return _file(tmp_path / "two", said, b"\xff\xd8 a picture")


def test_everything_is_as_it_was_before(data: Path, tmp_path: Path) -> None:
    before = _state(data)
    told = _import(data, second(tmp_path))
    assert told["messages"]["new"] == 20 and told["messages"]["updated"] == 5
    (file,) = told["files"]
    assert (file["new"], file["updated"], file["unchanged"], file["media"]) == (20, 5, 35, 1)
    assert file["since"] < file["until"] and told["run"] == 2
    done = run("import", "undo", "2", "--data", data, "--json", expect=0).json
    assert (done["removed"], done["restored"], done["files"]) == (20, 5, 1)
    assert _state(data) == before
    whole(data)
    assert not [path for path in (data / "media").rglob("*") if path.is_file()]
    assert "taken back already" in refused("import", "undo", "2", "--data", data)
    # and it may be imported again
    assert _import(data, tmp_path / "two")["messages"]["new"] == 20
    assert rows(data, "SELECT action FROM audit WHERE action = 'import undone'")


def test_what_another_source_brought_as_well_stays(data: Path, tmp_path: Path) -> None:
    _import(data, second(tmp_path))
    later = _file(tmp_path / "three", telegram_rows(10, 51))
    _import(data, later)
    done = run("import", "undo", "2", "--data", data, "--json", expect=0).json
    assert (done["removed"], done["stay"]) == (10, 10)
    assert rows(data, "SELECT count(*) FROM messages") == [(50,)]
    run("import", "undo", "1", "--data", data, expect=0)
    assert rows(data, "SELECT count(*), min(run_id), max(run_id) FROM messages") == [(10, 3, 3)]
    run("import", "undo", "3", "--data", data, expect=0)
    assert rows(data, "SELECT count(*) FROM messages") == [(0,)]
    assert rows(data, "SELECT count(*) FROM groups UNION ALL SELECT count(*) FROM members") == [
        (0,), (0,),
    ]  # fmt: skip
    whole(data)


def test_what_people_made_of_it_is_said_first(data: Path, tmp_path: Path) -> None:
    _import(data, second(tmp_path))
    run("essence", "mark", f"{KEY}:55", "--data", data, expect=0)
    run("essence", "mark", f"{KEY}:4", "--data", data, expect=0)
    assert "1 essence marks" in refused("import", "undo", "2", "--data", data)
    run("import", "undo", "2", "--yes", "--data", data, expect=0)
    kept = "SELECT platform_id FROM essence_messages JOIN messages m ON m.id = message_id"
    assert rows(data, kept) == [("4",)]
    assert rows(data, "SELECT count(*) FROM essence") == [(1,)]
    whole(data)


def test_what_was_changed_again_or_recalled_since_stays_so(data: Path, tmp_path: Path) -> None:
    _import(data, second(tmp_path))
    said = telegram_rows(6)
    said[3] |= {"text": "第三版", "text_entities": [], "edited_unixtime": "1700600000"}
    _import(data, _file(tmp_path / "three", said))
    with closing(sqlite3.connect(data / "archive.db")) as db, db:
        db.execute("UPDATE messages SET flags = flags | 2 WHERE platform_id = '9'")
    done = run("import", "undo", "2", "--data", data, "--json", expect=0).json
    assert done["changed_since"] == 1 and done["restored"] == 4
    assert rows(data, "SELECT text FROM messages WHERE platform_id = '4'") == [("第三版",)]
    assert rows(data, "SELECT flags & 2 FROM messages WHERE platform_id = '9'") == [(2,)]


def test_what_was_forgotten_does_not_come_back(data: Path, tmp_path: Path) -> None:
    ((former,),) = rows(data, "SELECT text FROM messages WHERE platform_id = '4'")
    _import(data, second(tmp_path))
    run("forget", f"{KEY}:4", "--yes", "--data", data, expect=0)
    assert rows(data, "SELECT count(*) FROM former_states") == [(0,)]
    assert former.encode() not in (data / "archive.db").read_bytes()
    done = run("import", "undo", "2", "--data", data, "--json", expect=0).json
    assert done["forgotten"] and done["restored"] == 0 and done["removed"] == 20
    assert not rows(data, "SELECT 1 FROM messages WHERE platform_id = '4'")


def test_nothing_was_forgotten_where_an_import_told_the_same_twice(tmp_path: Path) -> None:
    said = telegram_rows(6)
    _file(tmp_path / "both" / "one", said[:5])
    said[3] |= {"text": "第三版", "text_entities": [], "edited_unixtime": "1700600000"}
    _file(tmp_path / "both" / "two", said)
    told = _import(tmp_path / "data", tmp_path / "both")
    done = run("import", "undo", "1", "--data", tmp_path / "data", "--json", expect=0).json
    assert told["messages"]["updated"] == 1 and done["removed"] == 6 and not done["forgotten"]


def test_imports_are_listed(data: Path) -> None:
    (listed,) = run("import", "list", "--data", data, "--json", expect=0).json
    assert (listed["id"], listed["state"]) == (1, "done")
    assert "no import 9" in refused("import", "undo", "9", "--data", data)


def _killed_after(archive: Archive, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the second import back, and die in the transaction of this number."""
    begun = 0

    @contextmanager
    def dying(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        nonlocal begun
        begun += 1
        with transaction(db) as under_way:
            yield under_way
            if begun == number:
                raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(undoing, "transaction", dying)
        patched.setattr(undoing, "BATCH", 8)
        take_back(archive, 2, "operator")


def test_an_undo_that_is_killed_is_finished_by_the_next(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _state(data)
    other = telegram_json(tmp_path / "two" / "b" / "result.json", telegram_rows(9), chat_id=77)
    assert _import(data, second(tmp_path), other.parent)["messages"]["new"] == 29
    archive, number, ended = open_archive(data), 1, False
    while not ended:
        try:
            # each dies one transaction later than the one before
            _killed_after(archive, number, monkeypatch)
            ended = True
        except KeyboardInterrupt:
            number += 1
        whole(data)
    assert number > 5 and _state(data) == before
    assert not list((data / "media").rglob("*.*")) and rows(data, "SELECT * FROM media") == []


def test_ids_that_other_imports_told_again_are_found_in_any_order(data: Path) -> None:
    with open_archive(data).writing() as db:
        runs = [begin_run(db, "[]") for _ in range(3)]
        note_told_again(db, runs[0], [9, 3, 7])
        note_told_again(db, runs[0], [5])
        note_told_again(db, runs[1], [3, 4])
        others = ToldByOthers(db, runs[2])
    told = [others.get(row_id) for row_id in range(3, 10)]
    assert told == [runs[0], runs[1], runs[0], None, runs[0], None, runs[0]]

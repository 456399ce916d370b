"""An archive that is damaged, foreign or too new is refused with the next command to run."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from chat_files import telegram_json, telegram_rows
from program import Ran, dump, refused, rows, run, whole

from archive import database
from archive.errors import ArchiveError
from bot.importing import import_paths

SIZE = 2_000
READING = (
    ["search", "数据库"],
    ["stats"],
    ["essence", "list"],
    ["tags", "list"],
    ["group", "list"],
)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("healthy")
    run("import", telegram_json(folder / "result.json", telegram_rows(SIZE)), "--data", folder)
    return folder


@pytest.fixture
def data(healthy: Path, tmp_path: Path) -> Path:
    """A copy of an archive that a test may hurt."""
    shutil.copy(healthy / "archive.db", tmp_path / "archive.db")
    return tmp_path


def change(data: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data / "archive.db")) as db, db:
        for statement in statements:
            db.execute(statement)


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def new_export(folder: Path) -> Path:
    return telegram_json(folder / "new.json", telegram_rows(5, first=SIZE + 1))


def test_an_archive_of_a_newer_program_is_refused_untouched(data: Path) -> None:
    """Fault 40: an older program on a newer schema."""
    change(data, "UPDATE alembic_version SET version_num = '9999'")
    before = (data / "archive.db").read_bytes()
    for words in (*READING, ["import", new_export(data)], ["verify"], ["reindex"], ["init"]):
        line = refused(*words, "--data", data)
        assert "newer chendian" in line and "9999" in line
    assert (data / "archive.db").read_bytes() == before


def test_a_database_of_something_else_is_refused_untouched(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        db.execute("CREATE TABLE mine(x)")
    for words in (*READING, ["import", new_export(tmp_path)], ["init"]):
        assert "not an archive of chendian" in refused(*words, "--data", tmp_path)
    assert rows(tmp_path, "SELECT name FROM sqlite_schema") == [("mine",)]


@pytest.mark.parametrize("content", [b"not a database at all" * 500, b"\0" * 5000])
def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "archive.db").write_bytes(content)
    for words in (*READING, ["import", new_export(tmp_path)], ["init"], ["verify"], ["reindex"]):
        line = refused(*words, "--data", tmp_path)
        assert "file is not a database" in line and "backup" in line
    assert (tmp_path / "archive.db").read_bytes() == content


def test_an_empty_database_file_becomes_an_archive(tmp_path: Path) -> None:
    (tmp_path / "archive.db").touch()
    run("import", new_export(tmp_path), "--data", tmp_path, expect=0)
    whole(tmp_path)


def test_making_an_archive_that_was_stopped_half_way_is_finished(tmp_path: Path) -> None:
    """Fault 40: the tables are there, what belongs in them from the beginning is not."""
    run("init", "--data", tmp_path, expect=0)
    change(tmp_path, "DELETE FROM meta")
    run("import", new_export(tmp_path), "--data", tmp_path, expect=0)
    whole(tmp_path)
    assert len(rows(tmp_path, "SELECT name FROM meta")) == 2


def test_an_archive_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from pathlib import Path; from archive import database\n"
         "def peek(path): print(oct(path.stat().st_mode & 0o777))\n"
         "database.upgrade = peek\n"
         "database.open_archive(Path(sys.argv[1]), create=True)", tmp_path],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.communicate()[0].startswith(b"0o600")
    run("import", new_export(tmp_path), "--data", tmp_path, expect=0)
    assert {oct(p.stat().st_mode & 0o077) for p in tmp_path.glob("archive.db*")} == {"0o0"}


def _pages_of(data: Path, name: str) -> list[int]:
    """Return the offsets of a table's pages."""
    with closing(sqlite3.connect(data / "archive.db")) as db:
        (size,) = db.execute("PRAGMA page_size").fetchone()
        found = db.execute(
            "SELECT pageno FROM dbstat WHERE name = ? ORDER BY 1", (name,)
        ).fetchall()
    return [(number - 1) * size for (number,) in found]


def damage(data: Path, table: str) -> None:
    try:
        pages = _pages_of(data, table)
    except sqlite3.OperationalError:
        with closing(sqlite3.connect(data / "archive.db")) as db:
            (size,) = db.execute("PRAGMA page_size").fetchone()
            (root,) = db.execute(
                "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
            ).fetchone()
        pages = [(root - 1) * size]
    for page in pages:
        overwrite(data / "archive.db", page, b"\xff" * 4096)


def test_damaged_messages_are_found_by_verify_and_are_no_traceback(data: Path) -> None:
    damage(data, "messages")
    assert "backup" in run("verify", "--data", data, expect=1).err
    for words in (["search", "数据库"], ["reindex"], ["import", new_export(data)]):
        ran = run(*words, "--data", data)
        assert ran.code == 0 or ran.err.startswith("error: ")
    found = run("verify", "--data", data, "--json", expect=1).json
    assert found["ok"] is False and found["found"]


def _whole_again(data: Path, healthy: Path) -> None:
    assert "chendian reindex" in run("verify", "--data", data, expect=1).err
    line = refused("search", "数据库", "--data", data)
    assert "chendian reindex" in line or "backup" in line
    run("stats", "--data", data, expect=0)
    run("essence", "list", "--data", data, expect=0)
    run("reindex", "--data", data, expect=0)
    whole(data)
    wanted = run("search", "数据库", "--data", healthy, "--json").json
    assert run("search", "数据库", "--data", data, "--json").json == wanted


def test_a_damaged_index_is_rebuilt_by_the_command_that_verify_names(
    data: Path, healthy: Path
) -> None:
    damage(data, "message_index_data")
    _whole_again(data, healthy)


def test_a_missing_index_is_rebuilt_by_the_command_that_search_names(
    data: Path, healthy: Path
) -> None:
    change(data, "DROP TABLE message_index")
    _whole_again(data, healthy)


def test_an_index_of_another_tokeniser_asks_for_reindex_before_anything_is_written(
    data: Path, healthy: Path
) -> None:
    change(data, "UPDATE meta SET value = '0' WHERE name = 'tokens'")
    assert refused("import", new_export(data), "--data", data).endswith("run: chendian reindex")
    _whole_again(data, healthy)


@pytest.mark.parametrize("sign", ["tokens", "reindex"])
def test_a_mark_waits_for_reindex_as_an_import_does(data: Path, sign: str) -> None:
    change(data, f"INSERT OR REPLACE INTO meta(name, value) VALUES('{sign}', '0:0')")
    key = rows(data, "SELECT g.key || ':' || platform_id FROM messages m, groups g LIMIT 1")[0][0]
    for words in (["essence", "mark", key], ["essence", "tag", key, "x"]):
        assert refused(*words, "--data", data).endswith("run: chendian reindex")


def test_an_index_that_lost_a_message_is_found_by_verify(data: Path, healthy: Path) -> None:
    change(
        data,
        "INSERT INTO message_index(message_index, rowid, body, chars, facet)"
        " SELECT 'delete', id, 'x', 'x', facet FROM messages LIMIT 1",
    )
    assert "chendian reindex" in run("verify", "--data", data, expect=1).err
    run("reindex", "--data", data, expect=0)
    whole(data)


def test_a_lost_log_of_writes_leaves_an_older_whole_archive(data: Path) -> None:
    """Fault 40: last week's file beside this week's log, as a careless restore leaves it."""
    before = (data / "archive.db").read_bytes()
    keeper = sqlite3.connect(data / "archive.db")  # as long as it is open, the log stays
    keeper.execute("SELECT count(*) FROM messages").fetchone()
    run("import", new_export(data), "--data", data, expect=0)
    log = (data / "archive.db-wal").read_bytes()
    keeper.close()
    restored = data / "restored"
    restored.mkdir()
    (restored / "archive.db").write_bytes(before)
    whole(restored)
    assert rows(restored, "SELECT count(*) FROM messages") == [(SIZE,)]
    (restored / "archive.db-wal").write_bytes(log)
    ran = run("verify", "--data", restored)
    assert ran.code == 0 or ran.err.startswith("error: ")


def test_a_truncated_database_is_refused_with_a_way_out(data: Path) -> None:
    os.truncate(data / "archive.db", (data / "archive.db").stat().st_size // 2)
    assert "backup" in run("verify", "--data", data, expect=1).err
    for words in READING:
        ran: Ran = run(*words, "--data", data)
        assert ran.code == 0 or ran.err.startswith("error: ")


def test_verify_names_media_that_are_gone_or_changed(tmp_path: Path) -> None:
    said = telegram_rows(2)
    for row, content in zip(said, (b"one", b"two"), strict=True):
        row["photo"] = f"photos/{row['id']}.jpg"
        (tmp_path / "photos").mkdir(exist_ok=True)
        (tmp_path / row["photo"]).write_bytes(content)
    export = telegram_json(tmp_path / "result.json", said)
    data = tmp_path / "data"
    run("import", export, "--data", data, expect=0)
    whole(data)
    one, two = sorted(path for path in (data / "media").rglob("*") if path.is_file())
    one.unlink()
    two.write_bytes(b"changed")
    said_by_verify = run("verify", "--data", data, expect=1).err
    assert f"{one.name[:12]} is gone; import the export" in said_by_verify
    assert f"{two.name[:12]} was changed on disk" in said_by_verify
    run("import", export, "--data", data, expect=0)
    whole(data)


def test_a_writer_that_does_not_let_go_is_waited_for(data: Path) -> None:
    """Fault 39: SQLITE_BUSY."""
    other = sqlite3.connect(data / "archive.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(1.0, lambda: other.execute("COMMIT"))
    timer.start()
    run("search", "数据库", "--data", data, expect=0)
    run("import", new_export(data), "--data", data, expect=0)
    timer.join()
    other.close()
    assert rows(data, "SELECT count(*) FROM messages") == [(SIZE + 5,)]


def test_a_writer_that_never_lets_go_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 39: SIGSTOP of the one that holds the lock."""
    monkeypatch.setattr(database, "BUSY_MS", 300)
    other = sqlite3.connect(data / "archive.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ArchiveError, match=r"another program has been writing .* try again later"):
        import_paths(database.open_archive(data), [new_export(data)], time_zone="UTC")
    run("search", "数据库", "--data", data, expect=0)
    other.close()


def test_verify_and_searches_change_nothing(data: Path) -> None:
    before = dump(data)
    for words in (*READING, ["verify"]):
        run(*words, "--data", data, expect=0)
    assert dump(data) == before

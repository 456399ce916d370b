"""An archive of the first schema is brought up to date with everything in it (TRUST 40)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from told import T0, TG, full_group, rows, said, texts, told

import archive.migrate
from archive.database import Archive, open_archive
from archive.migrate import SCHEMA
from archive.records import Gap, Recall
from archive.verify import verify

NEW = (
    "consents", "opt_outs", "forgotten_names", "pauses", "handled", "codes", "nominations",
    "outbox", "connections", "reacted", "marks", "orphans",
)  # fmt: skip


@pytest.fixture
def first_schema(tmp_path: Path) -> Path:
    """A folder with a database as Alembic builds it up to 0001, holding what it then could."""
    folder = tmp_path / "old"
    folder.mkdir()
    config = Config()
    migrations = Path(archive.migrate.__file__).with_name("migrations")
    config.set_main_option("script_location", str(migrations))
    engine = sa.create_engine(f"sqlite:///{folder / 'archive.db'}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    return folder


def filled(folder: Path, current: Archive) -> None:
    """Copy what a current archive has into the columns and tables that the first schema knew."""
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        db.execute("ATTACH ? AS now", (str(current.path),))
        tables = db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall()
        for (table,) in tables:
            if table in ("alembic_version", "message_index"):
                continue
            columns = [row[1] for row in db.execute(f"PRAGMA main.table_info({table})")]
            listed = ", ".join(f'"{column}"' for column in columns)
            db.execute(f"DELETE FROM main.{table}")
            db.execute(f"INSERT INTO main.{table}({listed}) SELECT {listed} FROM now.{table}")
        db.commit()


def test_archive_of_the_first_schema_is_brought_up_to_date(
    archive: Archive, first_schema: Path
) -> None:
    told(
        archive, full_group(), said("1", "部署 #甲#"), Recall(TG, "9"), Gap(TG, T0, T0 + 9, why="x")
    )
    with closing(archive.connect_for_writing()) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filled(first_schema, archive)
    with closing(sqlite3.connect(first_schema / "archive.db")) as db:
        there = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
        assert not there.intersection(NEW)
    upgraded = open_archive(first_schema)
    assert rows(upgraded, "SELECT version_num FROM alembic_version") == [(SCHEMA,)]
    assert verify(upgraded) == []
    assert texts(upgraded, "部署 tag:甲") == ["部署 #甲#"]
    assert rows(upgraded, "SELECT why, connection_id FROM coverage") == [("x", None)]
    for table in NEW:
        assert rows(upgraded, f"SELECT count(*) FROM {table}") == [(0,)]
    # a recall that the first schema remembered still waits for its message
    told(upgraded, said("9", "撤回的"))
    assert rows(upgraded, "SELECT flags & 2 FROM messages WHERE platform_id = '9'") == [(2,)]
    assert open_archive(first_schema).path == upgraded.path


def test_upgrade_that_is_stopped_leaves_the_first_schema_whole(
    first_schema: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched, pytest.raises(OSError):
        patched.setattr(op, "add_column", full)
        open_archive(first_schema)
    with closing(sqlite3.connect(first_schema / "archive.db")) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        there = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
        assert not there.intersection(NEW)
    told(open_archive(first_schema), said("1", "话"))


def test_damaged_inbox_beside_a_good_archive_is_found(archive: Archive) -> None:
    told(archive, said("1", "话"))
    (archive.folder / "inbox.db").write_bytes(b"no database at all" * 500)
    found = verify(archive)
    assert len(found) == 1 and found[0].startswith("inbox: ") and "backup" in found[0]

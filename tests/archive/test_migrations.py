"""The schema is what the migrations make and the tables declare; nothing else is opened."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel
from told import damage, rows, said, texts, told

import archive.migrate
import archive.tables
from archive import index
from archive.database import Archive, open_archive
from archive.errors import ArchiveError, Damaged, SchemaTooNew
from archive.migrate import SCHEMA
from archive.verify import verify

MIGRATIONS = Path(archive.migrate.__file__).with_name("migrations")


def test_migrations_make_the_tables_that_are_declared(archive: Archive) -> None:
    engine = sa.create_engine(f"sqlite:///{archive.path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: not (name or "").startswith("message_index"),
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_newest_migration_is_the_schema_the_program_expects(archive: Archive) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]
    assert rows(archive, "SELECT version_num FROM alembic_version") == [(SCHEMA,)]


def test_migrations_make_the_index_as_a_reindex_does(archive: Archive) -> None:
    scratch = sqlite3.connect("")
    index.create(scratch)
    made = "SELECT sql FROM sqlite_schema WHERE name = 'message_index'"
    settings = "SELECT k, v FROM message_index_config ORDER BY k"
    assert rows(archive, made) == scratch.execute(made).fetchall()
    assert rows(archive, settings) == scratch.execute(settings).fetchall()
    assert dict(rows(archive, settings)).items() >= index.SETTINGS.items()


def test_new_archive_is_private_and_erases_what_it_deletes(tmp_path: Path) -> None:
    made = open_archive(tmp_path / "new" / "data", create=True)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    with made.writing() as db:
        assert db.execute("PRAGMA secure_delete").fetchone() == (1,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert len(rows(made, "SELECT value FROM meta WHERE name = 'secret'")[0][0]) == 64
    assert verify(made) == []


def test_opening_again_changes_nothing(archive: Archive) -> None:
    told(archive, said("1", "话"))
    secret = rows(archive, "SELECT value FROM meta WHERE name = 'secret'")
    again = open_archive(archive.folder, create=True)
    assert texts(again, "话") == ["话"]
    assert rows(again, "SELECT value FROM meta WHERE name = 'secret'") == secret


def test_missing_archive_is_refused_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as refused:
        open_archive(tmp_path)
    assert "chendian init" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_newer_schema_is_refused_with_the_command_that_updates(archive: Archive) -> None:
    damage(archive, "UPDATE alembic_version SET version_num = '9999'")
    before = archive.path.read_bytes()
    with pytest.raises(SchemaTooNew) as refused:
        open_archive(archive.folder, create=True)
    assert re.search(r"9999.*docs/install\.md", str(refused.value))
    assert archive.path.read_bytes() == before


def test_half_finished_migration_leaves_the_old_schema_whole(tmp_path: Path) -> None:
    """Killed inside the migration: the next command starts it again (TRUST 39, 40)."""
    script = """
import os, sys
from pathlib import Path
from alembic import op
from archive.database import open_archive
real = op.create_table
def dies(name, *rest, **more):
    made = real(name, *rest, **more)
    if name == "messages":
        os._exit(9)
    return made
op.create_table = dies
open_archive(Path(sys.argv[1]), create=True)
"""
    died = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert died.returncode == 9
    assert (tmp_path / "archive.db").exists()
    again = open_archive(tmp_path)
    told(again, said("1", "话"))
    assert texts(again, "话") == ["话"]
    assert verify(again) == []


def test_empty_file_is_an_archive_not_yet_made(tmp_path: Path) -> None:
    (tmp_path / "archive.db").touch()
    assert verify(open_archive(tmp_path)) == []


def test_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "archive.db")
    with other:
        other.execute("CREATE TABLE notes(text)")
    other.close()
    before = (tmp_path / "archive.db").read_bytes()
    for create in (False, True):
        with pytest.raises(ArchiveError, match="chendian"):
            open_archive(tmp_path, create=create)
    assert (tmp_path / "archive.db").read_bytes() == before


def test_schema_without_its_version_is_refused(archive: Archive) -> None:
    damage(archive, "DELETE FROM alembic_version")
    with pytest.raises(ArchiveError, match="backup"):
        open_archive(archive.folder)


@pytest.mark.parametrize("content", (b"not a database at all" * 300, b"SQLite format 3\0" * 99))
def test_file_that_is_no_database_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "archive.db").write_bytes(content)
    with pytest.raises(Damaged, match=r"verify.*restore a backup"):
        open_archive(tmp_path)
    assert (tmp_path / "archive.db").read_bytes() == content


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ArchiveError, match="another --data"):
        open_archive(tmp_path / "data", create=True)


def test_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(ArchiveError, match="another --data"):
        open_archive(tmp_path / "data", create=True)

"""Brings a database to the current schema with Alembic."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA = "0012"
"""The newest migration; a test holds it against Alembic's head."""


def schema_of(db: sqlite3.Connection) -> str | None:
    """Return the database's schema version, None when it is empty."""
    try:
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return str(row[0]) if row else None


def upgrade(path: Path) -> None:
    """Run the missing migrations in one transaction; a kill leaves the old schema whole."""
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))

    @sa.event.listens_for(engine, "connect")
    def _manual(raw: sqlite3.Connection, _: object) -> None:
        # the driver would commit before DDL; one transaction is what makes a kill harmless
        raw.isolation_level = None
        raw.execute("PRAGMA secure_delete=ON")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()

"""Runs the migrations on the connection that archive.migrate hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from archive import tables  # noqa: F401  (declares the tables)


def _ours(name: str | None, kind: str, parents: object) -> bool:
    # the search index and its shadow tables are made by hand and never compared
    return not (kind == "table" and name is not None and name.startswith("message_index"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    include_name=_ours,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

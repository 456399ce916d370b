"""Runs the migrations on the connection that archive.migrate hands over."""

from __future__ import annotations

from alembic import context

# the tables of archive.tables are not loaded: running migrations does not need them, and they take
# as long to load as all else; a test compares them with what the migrations build
context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

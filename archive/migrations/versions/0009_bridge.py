"""The bridge: what was said of one group in another, who agreed to it; files in the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("edits", sa.String(), nullable=True),
        sa.Column("takes_back", sa.String(), nullable=True),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("begun_at", sa.BigInteger(), nullable=True),
        sa.Column("doubt", sa.BigInteger(), nullable=True),
        sa.Column("brought", sa.Boolean(), server_default=sa.text("0"), nullable=False),
    ):
        op.add_column("outbox", column)
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "outbox_in_turn", "outbox", ["account", "brought", "group_key", "id"],
        sqlite_where=waiting, postgresql_where=waiting,
    )  # fmt: skip
    op.create_table(
        "bridged",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("copy_id", sa.String(), nullable=True),
        sa.Column("other_ids", sa.String(), nullable=True),
        sa.Column("said", sa.BigInteger(), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("outbox_id"),
        sa.UniqueConstraint("message_id", "target", "part"),
    )
    op.create_index("bridged_copies", "bridged", ["target", "copy_id"])
    unkept = sa.text("NOT kept")
    op.create_index(
        "bridged_unkept", "bridged", ["target"], sqlite_where=unkept, postgresql_where=unkept
    )
    op.create_index(op.f("ix_bridged_said"), "bridged", ["said"])
    op.create_table(
        "bridge_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("other_key", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_bridge_consents_group_key"), "bridge_consents", ["group_key"])
    op.create_table(
        "bridge_pauses",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("what"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

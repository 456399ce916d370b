"""Questions and their answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _questions()
    _without_a_name()
    op.create_table(
        "question_offers",
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("group_key"),
    )


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", ROW_ID, nullable=False),
        sa.Column("event_key", sa.String(), nullable=True),
        sa.Column("assigned_to", sa.String(), nullable=True),
        sa.Column("token", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index(op.f("ix_questions_token"), "questions", ["token"])
    op.create_table(
        "answers",
        sa.Column("message_id", ROW_ID, nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index(op.f("ix_answers_question_id"), "answers", ["question_id"])
    # a question goes in several ways, and its number may be given again
    op.execute(
        "CREATE TRIGGER answers_go_with_their_question AFTER DELETE ON questions"
        " BEGIN DELETE FROM answers WHERE question_id = OLD.id; END"
    )


def _without_a_name() -> None:
    op.create_table(
        "anonymous_questions",
        sa.Column("outbox_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id"),
    )
    op.create_index(op.f("ix_anonymous_questions_token"), "anonymous_questions", ["token"])
    op.create_table(
        "muted_askers",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")

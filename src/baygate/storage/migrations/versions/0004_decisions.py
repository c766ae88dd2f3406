"""Decisions, counted by the day.

Follows 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "decision",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("caller", _TEXT, nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("field", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("agency", _TEXT, nullable=False),
        sa.Column("jurisdiction", _TEXT, nullable=False),
        sa.Column("roles", postgresql.ARRAY(_TEXT), nullable=False),
        sa.Column("party", sa.Boolean(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(_TEXT), nullable=False),
        sa.Column("purpose", _TEXT, nullable=False),
        sa.Column("assurance", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "caller", "type", "field", "outcome", name="decision_pkey"),
    )


def downgrade() -> None:
    """Remove it, and the counts with it."""
    op.drop_table("decision")

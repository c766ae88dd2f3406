"""Signed documents, and the party that a client acts for.

Follows 0002.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "document",
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("published_by", _TEXT, nullable=False),
        sa.Column("published_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "version", name="document_pkey"),
    )
    op.create_table(
        "rollback_accepted",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("heads", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("accepted_by", _TEXT, nullable=False),
        sa.Column("accepted_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="rollback_accepted_pkey"),
    )
    op.add_column("client", sa.Column("party", _TEXT, nullable=True))


def downgrade() -> None:
    """Remove them, and with them what every policy ever said."""
    op.drop_column("client", "party")
    op.drop_table("rollback_accepted")
    op.drop_table("document")

"""Remote sources, and the supergraphs composed of them.

Follows 0006.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "source",
        *(sa.Column(name, _TEXT, nullable=False) for name in ("name", "agency", "url", "sdl")),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.Column("added_by", _TEXT, nullable=False),
        sa.Column("refreshed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="source_pkey"),
    )
    op.create_table(
        "supergraph",
        sa.Column("version", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sdl", _TEXT, nullable=False),
        sa.Column("made_of", postgresql.JSONB(), nullable=False),
        sa.Column("composed_at", _MOMENT, nullable=False),
        sa.Column("composed_by", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("version", name="supergraph_pkey"),
    )


def downgrade() -> None:
    """Remove them, and with them which services there are."""
    op.drop_table("supergraph")
    op.drop_table("source")

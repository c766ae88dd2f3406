"""The authority of a client's certificate.

Follows 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; who was registered by a subject alone is to be registered anew."""
    op.add_column("client", sa.Column("certificate_authority", sa.Text(collation="C"), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("client", "certificate_authority")

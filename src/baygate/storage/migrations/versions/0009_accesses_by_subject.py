"""The index of accesses by subject first: what one record tells of stands together then, on one page of it.

Follows 0008.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = "audit_access_pkey"


def upgrade() -> None:
    """Put the subject before the provider."""
    _keyed("period", "subject", "provider", "leaf_index")


def downgrade() -> None:
    """Put the provider before the subject."""
    _keyed("period", "provider", "subject", "leaf_index")


def _keyed(*columns: str) -> None:
    op.drop_constraint(_KEY, "audit_access")
    op.create_primary_key(_KEY, "audit_access", list(columns))

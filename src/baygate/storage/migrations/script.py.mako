"""${message}

Follows ${down_revision or "nothing"}.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the tables one step forward."""
    ${upgrades or "pass"}


def downgrade() -> None:
    """Take them back."""
    ${downgrades or "pass"}

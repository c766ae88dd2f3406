"""Recognised certificates, and what they were recognised on.

Follows 0005.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_MOMENT = postgresql.TIMESTAMP(timezone=True)
_SECOND = postgresql.TIMESTAMP(timezone=True, precision=0)


def upgrade() -> None:
    """Make the tables."""
    _recognised_certificate()
    _evidence()


def _recognised_certificate() -> None:
    op.create_table(
        "recognised_certificate",
        sa.Column("party_id", _TEXT, nullable=False),
        sa.Column("fingerprint", _TEXT, nullable=False),
        *(
            sa.Column(name, _TEXT, nullable=False)
            for name in ("subject", "issuer", "serial_number", "jurisdiction", "type_name", "entry")
        ),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("list_sequence", "assurance")),
        *(
            sa.Column(name, _SECOND, nullable=False)
            for name in ("not_before", "not_after", "first_recognised_at", "recognised_at")
        ),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("updated_at", _SECOND, nullable=False),
        sa.PrimaryKeyConstraint("party_id", "fingerprint", name="recognised_certificate_pkey"),
    )
    op.create_index(
        "recognised_certificate_party_id_recognised_at_fingerprint_idx",
        "recognised_certificate",
        ["party_id", "recognised_at", "fingerprint"],
    )


def _evidence() -> None:
    op.create_table(
        "certificate",
        sa.Column("fingerprint", _TEXT, nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="certificate_pkey"),
    )
    op.create_table(
        "recognition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(
            sa.Column(name, _TEXT, nullable=False)
            for name in ("fingerprint", "party_id", "jurisdiction", "entry", "list_digest")
        ),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("list_sequence", "assurance")),
        *(sa.Column(name, _MOMENT, nullable=False) for name in ("recognised_at", "good_until")),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("evidence_digest", _TEXT, nullable=False),
        sa.Column("revocations", postgresql.ARRAY(_TEXT), nullable=False),
        sa.PrimaryKeyConstraint("id", name="recognition_pkey"),
    )
    op.create_index(
        "recognition_fingerprint_list_digest_evidence_digest_idx",
        "recognition",
        ["fingerprint", "list_digest", "evidence_digest"],
        unique=True,
    )
    op.create_index(
        "recognition_fingerprint_recognised_at_id_idx", "recognition", ["fingerprint", "recognised_at", "id"]
    )
    op.create_table(
        "revocation_evidence",
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="revocation_evidence_pkey"),
    )


def downgrade() -> None:
    """Remove them, and with them all that shows why anybody was recognised."""
    for name in ("revocation_evidence", "recognition", "certificate", "recognised_certificate"):
        op.drop_table(name)

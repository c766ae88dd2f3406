"""The audit log.

Follows 0007.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_MOMENT = postgresql.TIMESTAMP(timezone=True)

_OPEN_PERIOD = """
CREATE FUNCTION audit_open_period(period date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent text;
BEGIN
    IF period <> date_trunc('month', period) THEN
        RAISE EXCEPTION 'a period begins with its month';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit_open_period'));
    FOREACH parent IN ARRAY ARRAY['audit_record', 'audit_access'] LOOP
        IF to_regclass(format('%I', parent || to_char(period, '_YYYYMM'))) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                parent || to_char(period, '_YYYYMM'), parent, period, (period + interval '1 month')::date
            );
        END IF;
    END LOOP;
END $$
"""
"""Makes the partitions of a month. It runs as the tables' owner, whom a hub need not be."""


def _whole(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False, server_default=default)


def _bytes(name: str, *, optional: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=optional)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, _MOMENT, nullable=False)


def upgrade() -> None:
    """Make the tables, and the one row that names the log."""
    op.create_table(
        "audit_log",
        sa.Column("one", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("log", postgresql.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        _whole("size", "0"),
        sa.CheckConstraint("one", name="audit_log_single_check"),
        sa.PrimaryKeyConstraint("one", name="audit_log_pkey"),
    )
    op.execute("INSERT INTO audit_log DEFAULT VALUES")
    op.create_table(
        "audit_shard",
        sa.Column("shard", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        _moment("opened_at"),
        _text("opened_by"),
        _whole("integrated", "0"),
        sa.PrimaryKeyConstraint("shard", name="audit_shard_pkey"),
    )
    op.create_index("audit_shard_period_idx", "audit_shard", ["period"])
    op.create_table(
        "audit_record",
        sa.Column("period", sa.Date(), nullable=False),
        _whole("shard"),
        _whole("seq"),
        _moment("at"),
        _bytes("entry"),
        _bytes("leaf"),
        sa.PrimaryKeyConstraint("period", "shard", "seq", name="audit_record_pkey"),
        postgresql_partition_by="RANGE (period)",
    )
    _tree()
    op.create_table(
        "audit_access",
        sa.Column("period", sa.Date(), nullable=False),
        _text("provider"),
        _text("subject"),
        *(_whole(name) for name in ("leaf_index", "shard", "seq")),
        _moment("at"),
        _text("agency"),
        _text("purpose"),
        sa.Column("rows", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("period", "provider", "subject", "leaf_index", name="audit_access_pkey"),
        postgresql_partition_by="RANGE (period)",
    )
    op.create_index("audit_access_provider_leaf_index_idx", "audit_access", ["provider", "leaf_index"])
    op.create_table(
        "audit_override",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(_text(name) for name in ("head", "reason", "accepted_by")),
        _moment("accepted_at"),
        sa.PrimaryKeyConstraint("id", name="audit_override_pkey"),
    )
    op.execute(_OPEN_PERIOD)


def _tree() -> None:
    op.create_table(
        "audit_batch",
        *(_whole(name) for name in ("start", "shard", "first")),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("start", name="audit_batch_pkey"),
    )
    op.create_index("audit_batch_shard_first_idx", "audit_batch", ["shard", "first"], unique=True)
    op.create_table(
        "audit_tile",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        _whole("tile"),
        _bytes("hashes"),
        sa.PrimaryKeyConstraint("level", "tile", name="audit_tile_pkey"),
    )
    # hashes do not become smaller, and PostgreSQL would try each time
    op.execute("ALTER TABLE audit_tile ALTER hashes SET STORAGE EXTERNAL")
    op.create_table(
        "audit_head",
        _whole("size"),
        _bytes("root"),
        _moment("at"),
        _text("signed"),
        _bytes("timestamp", optional=True),
        sa.PrimaryKeyConstraint("size", name="audit_head_pkey"),
    )
    op.create_table(
        "audit_decisions",
        _bytes("digest"),
        _bytes("content"),
        sa.PrimaryKeyConstraint("digest", name="audit_decisions_pkey"),
    )


def downgrade() -> None:
    """Remove the log, and with it all evidence."""
    op.execute("DROP FUNCTION audit_open_period(date)")
    for name in ("override", "access", "decisions", "head", "tile", "batch", "record", "shard", "log"):
        op.drop_table(f"audit_{name}")

"""One row of accesses for each record and whom it is about, and where those of a provider are: less for each answer.

Follows 0009. What the new tables hold is made of the old ones, and back of the records themselves.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_OPEN_PERIOD = """
CREATE OR REPLACE FUNCTION audit_open_period(period date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent text;
BEGIN
    IF period <> date_trunc('month', period) THEN
        RAISE EXCEPTION 'a period begins with its month';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit_open_period'));
    FOREACH parent IN ARRAY ARRAY[{parents}] LOOP
        IF to_regclass(format('%I', parent || to_char(period, '_YYYYMM'))) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                parent || to_char(period, '_YYYYMM'), parent, period, (period + interval '1 month')::date
            );
        END IF;
    END LOOP;
END $$
"""
_MONTHS = """
CREATE TEMPORARY TABLE month ON COMMIT DROP AS
SELECT to_date(right(relname, 6), 'YYYYMM') AS period
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'audit_access'::regclass
"""
"""Those that were not pruned."""
_GRANTS = """
CREATE TEMPORARY TABLE granted ON COMMIT DROP AS
SELECT privilege_type AS privilege, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS role
FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = 'audit_access'::regclass AND grantee <> relowner
"""
_GRANT = """
DO $$
DECLARE
    given record;
BEGIN
    FOR given IN SELECT * FROM granted LOOP
        EXECUTE format('GRANT %s ON {table} TO %s', given.privilege, given.role);
    END LOOP;
END $$
"""
"""A hub's role need not own the tables, and what it was granted goes with a table that is dropped."""
_BY_RECORD = """
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT subject, leaf_index, period, min(shard) AS shard, min(seq) AS seq, min(at) AS at, min(agency) AS agency,
    min(purpose) AS purpose, array_agg(DISTINCT provider ORDER BY provider) AS providers
FROM audit_access GROUP BY subject, leaf_index, period
"""
"""They are the same in all rows of a record, unless somebody altered one: that is not for here, ``verify`` tells."""
_TILES = """
INSERT INTO audit_access_tile (provider, tile, agency, purpose, period)
SELECT DISTINCT provider, leaf_index >> 8, agency, purpose, period
FROM audit_access CROSS JOIN LATERAL unnest(providers) provider
"""
_BY_PROVIDER = """
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT a.period, p.provider, a.subject, a.leaf_index, a.shard, a.seq, a.at, a.agency, a.purpose,
    coalesce(replace(convert_from(r.entry, 'UTF8'), '\\u0000', '\\ufffd')::jsonb->'rows'->p.provider->a.subject, '{}')
        AS rows
FROM audit_access a CROSS JOIN LATERAL unnest(a.providers) p (provider)
LEFT JOIN audit_record r ON r.period = a.period AND r.shard = a.shard AND r.seq = a.seq
"""


def upgrade() -> None:
    """Gather the providers of a record in one row."""
    _stop("audit_access")
    op.execute(_MONTHS)
    op.execute(_GRANTS)
    op.execute(_BY_RECORD)
    op.drop_table("audit_access")
    op.create_table(
        "audit_access",
        _text("subject"),
        _whole("leaf_index"),
        *_place(),
        sa.Column("providers", postgresql.ARRAY(_TEXT), nullable=False),
        sa.PrimaryKeyConstraint("subject", "leaf_index", "period", name="audit_access_pkey"),
        postgresql_partition_by="RANGE (period)",
    )
    op.create_index("audit_access_leaf_index_idx", "audit_access", ["leaf_index"])
    op.create_table(
        "audit_access_tile",
        _text("provider"),
        _whole("tile"),
        _text("agency"),
        _text("purpose"),
        sa.Column("period", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "tile", "agency", "purpose", "period", name="audit_access_tile_pkey"),
        postgresql_partition_by="RANGE (period)",
    )
    for table in ("audit_access", "audit_access_tile"):
        op.execute(_GRANT.format(table=table))
    _opening("audit_record", "audit_access", "audit_access_tile")
    _put_back("subject, leaf_index, period, shard, seq, at, agency, purpose, providers")
    op.execute(_TILES)


def downgrade() -> None:
    """Give each provider of a record a row of its own."""
    _stop("audit_access", "audit_access_tile")
    op.execute(_MONTHS)
    op.execute(_GRANTS)
    op.execute(_BY_PROVIDER)
    op.drop_table("audit_access")
    op.drop_table("audit_access_tile")
    op.create_table(
        "audit_access",
        _text("provider"),
        _text("subject"),
        _whole("leaf_index"),
        *_place(),
        sa.Column("rows", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("period", "subject", "provider", "leaf_index", name="audit_access_pkey"),
        postgresql_partition_by="RANGE (period)",
    )
    op.create_index("audit_access_provider_leaf_index_idx", "audit_access", ["provider", "leaf_index"])
    op.execute(_GRANT.format(table="audit_access"))
    _opening("audit_record", "audit_access")
    _put_back("period, provider, subject, leaf_index, shard, seq, at, agency, purpose, rows")


def _stop(*tables: str) -> None:
    """Let hubs that run neither extend the tree nor open a month meanwhile; they go on answering."""
    op.execute("SELECT FROM audit_log FOR UPDATE")
    # before the tables: who opens a month has this, and then asks for them
    op.execute("SELECT pg_advisory_xact_lock(hashtext('audit_open_period'))")
    op.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)


def _place() -> Sequence[sa.Column[Any]]:
    return (
        sa.Column("period", sa.Date(), nullable=False),
        _whole("shard"),
        _whole("seq"),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        _text("agency"),
        _text("purpose"),
    )


def _opening(*parents: str) -> None:
    op.execute(_OPEN_PERIOD.format(parents=", ".join(f"'{each}'" for each in parents)))
    op.execute("SELECT audit_open_period(period) FROM month")


def _put_back(columns: str) -> None:
    op.execute(f"INSERT INTO audit_access ({columns}) SELECT {columns} FROM told")  # noqa: S608 - columns of our own
    op.execute("DROP TABLE told, month, granted")

"""The audit log: records as they were written, the Merkle tree over them, and an index to find them by.

Records and batches are only ever added to. ``audit_access`` and what else can be derived from records is there to find
them quickly; ``baygate audit verify`` derives it anew and compares.
"""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

from baygate.storage.tables.columns import metadata, number, text, texts


def _whole(name: str, *, key: bool = False, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False, server_default=default)


def _moment(name: str) -> sa.Column[Any]:
    """A point in time to the microsecond."""
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False)


def _bytes(name: str, *, optional: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=optional)


def _period() -> sa.Column[datetime.date]:
    """The first day of a month (UTC): what partitions are made by, and whole months are pruned by."""
    return sa.Column("period", sa.Date, primary_key=True)


audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("one", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("log", UUID(as_uuid=True), nullable=False, server_default=sa.text("gen_random_uuid()")),
    _whole("size", default="0"),
    sa.CheckConstraint("one", name="single"),
)
"""The one log of this database: its name, and how many records its tree holds. Whoever extends the tree locks it."""

audit_shard = sa.Table(
    "audit_shard",
    metadata,
    sa.Column("shard", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("period", sa.Date, nullable=False),
    _moment("opened_at"),
    text("opened_by"),
    _whole("integrated", default="0"),
)
"""What one worker writes one after the other, chained; ``integrated`` of its records are in the tree."""
sa.Index(None, audit_shard.c.period)

audit_record = sa.Table(
    "audit_record",
    metadata,
    _period(),
    _whole("shard", key=True),
    _whole("seq", key=True),
    _moment("at"),
    _bytes("entry"),
    _bytes("leaf"),
    postgresql_partition_by="RANGE (period)",
)
"""One record: ``entry`` is its JSON, to the byte; ``leaf`` the hash of that (RFC 9162, section 2.1.1)."""

audit_batch = sa.Table(
    "audit_batch",
    metadata,
    _whole("start", key=True),
    _whole("shard"),
    _whole("first"),
    number("count"),
)
"""Where records stand in the tree: ``count`` of a shard from ``first`` on are the leaves from ``start`` on."""
sa.Index(None, audit_batch.c.shard, audit_batch.c.first, unique=True)

audit_tile = sa.Table(
    "audit_tile",
    metadata,
    sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
    _whole("tile", key=True),
    _bytes("hashes"),
)
"""The tree: at level 0 the hashes of 256 leaves, at each level above the roots of 256 full tiles of the one below."""

audit_head = sa.Table(
    "audit_head",
    metadata,
    _whole("size", key=True),
    _bytes("root"),
    _moment("at"),
    text("signed"),
    _bytes("timestamp", optional=True),
)
"""A signed tree head (JWS), and a time stamp on it (RFC 3161) if there is one."""

audit_decisions = sa.Table(
    "audit_decisions",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    _bytes("content"),
)
"""What plans decided, by the SHA-256 of it: many records refer to one."""

audit_access = sa.Table(
    "audit_access",
    metadata,
    sa.Column("subject", sa.Text(collation="C"), primary_key=True),
    _whole("leaf_index", key=True),
    _period(),
    _whole("shard"),
    _whole("seq"),
    _moment("at"),
    text("agency"),
    text("purpose"),
    texts("providers"),
    postgresql_partition_by="RANGE (period)",
)
"""About whom an answer told, and whose records: ``providers`` in the order of their names."""
sa.Index(None, audit_access.c.leaf_index)

audit_access_tile = sa.Table(
    "audit_access_tile",
    metadata,
    sa.Column("provider", sa.Text(collation="C"), primary_key=True),
    _whole("tile", key=True),
    sa.Column("agency", sa.Text(collation="C"), primary_key=True),
    sa.Column("purpose", sa.Text(collation="C"), primary_key=True),
    _period(),
    postgresql_partition_by="RANGE (period)",
)
"""Which runs of 256 leaves have accesses to records of a provider, by whom, what for: a row of each would cost more."""

audit_override = sa.Table(
    "audit_override",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    text("head"),
    text("reason"),
    text("accepted_by"),
    _moment("accepted_at"),
)
"""An operator's word that a log which is behind the head kept outside the database is the right one."""

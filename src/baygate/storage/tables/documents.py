"""Signed documents, every version of each: what is in force follows from them, and nothing is ever taken away."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP

from baygate.storage.tables.columns import metadata, text

document = sa.Table(
    "document",
    metadata,
    sa.Column("kind", sa.Text(collation="C"), primary_key=True),
    sa.Column("name", sa.Text(collation="C"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    text("digest"),
    sa.Column("body", sa.LargeBinary, nullable=False),
    text("published_by"),
    sa.Column("published_at", TIMESTAMP(timezone=True), nullable=False),
)
"""``kind`` is root, policy, manifest or trust-list.

``name`` is empty for the root; a policy's ``policyId``, a manifest's owner, a trust list's jurisdiction.
"""

rollback_accepted = sa.Table(
    "rollback_accepted",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
    text("heads"),
    text("reason"),
    text("accepted_by"),
    sa.Column("accepted_at", TIMESTAMP(timezone=True), nullable=False),
)
"""An operator's word that documents older than the heads kept outside the database are the right ones."""

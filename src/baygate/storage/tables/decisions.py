"""What was decided, counted by the day: what a proposed policy is tried on before it is signed."""

import sqlalchemy as sa

from baygate.storage.tables.columns import flag, metadata, number, text, texts

decision = sa.Table(
    "decision",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("caller", sa.Text(collation="C"), primary_key=True),
    sa.Column("type", sa.Text(collation="C"), primary_key=True),
    sa.Column("field", sa.Text(collation="C"), primary_key=True),
    sa.Column("outcome", sa.Text(collation="C"), primary_key=True),
    text("agency"),
    text("jurisdiction"),
    texts("roles"),
    flag("party"),
    texts("scopes"),
    text("purpose"),
    number("assurance"),
    sa.Column("count", sa.BigInteger, nullable=False),
)
"""``caller`` is a digest of all that policies can name of who asked, from ``agency`` to ``assurance``; of the party
that he acted for no more is kept than that there was one."""

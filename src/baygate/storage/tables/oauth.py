"""Who may ask for tokens, and what of a token must be remembered: the registry of clients, and what was used or ended.

Nothing here is published by an agency, and no secret is kept: of clients their public keys, of codes and proofs
digests.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from baygate.storage.tables.columns import flag, metadata, number, text, texts


def _moment(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """A point in time to the microsecond: revocation compares it with the clock."""
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=optional)


client = sa.Table(
    "client",
    metadata,
    sa.Column("client_id", sa.Text(collation="C"), primary_key=True),
    text("name"),
    text("agency"),
    text("jurisdiction"),
    texts("roles"),
    texts("scopes"),
    texts("purposes"),
    text("authentication"),
    text("binding"),
    texts("redirect_uris"),
    text("certificate_subject", optional=True),
    number("rate"),
    sa.Column("quota", sa.BigInteger, nullable=False),
    flag("enabled"),
    _moment("tokens_from"),
    _moment("registered_at"),
    text("party", optional=True),
    text("certificate_authority", optional=True),
)

client_key = sa.Table(
    "client_key",
    metadata,
    sa.Column("client_id", sa.Text(collation="C"), sa.ForeignKey("client.client_id"), primary_key=True),
    sa.Column("kid", sa.Text(collation="C"), primary_key=True),
    sa.Column("jwk", JSONB, nullable=False),
    sa.Column("certificate", sa.LargeBinary, nullable=True),
    _moment("added_at"),
    _moment("expires_at", optional=True),
)

authorization_code = sa.Table(
    "authorization_code",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    text("client_id"),
    text("redirect_uri"),
    texts("scopes"),
    sa.Column("details", JSONB, nullable=False),
    sa.Column("person", JSONB, nullable=False),
    text("code_challenge"),
    _moment("expires_at"),
    text("token", optional=True),
)

revoked_token = sa.Table(
    "revoked_token",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    _moment("revoked_at"),
    _moment("expires_at"),
)

used_once = sa.Table(
    "used_once",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    _moment("expires_at"),
)
sa.Index(None, used_once.c.expires_at)

allowance = sa.Table(
    "allowance",
    metadata,
    sa.Column("client_id", sa.Text(collation="C"), primary_key=True),
    sa.Column("policy", sa.Text(collation="C"), primary_key=True),
    sa.Column("started_at", TIMESTAMP(timezone=True), primary_key=True),
    sa.Column("used", sa.BigInteger, nullable=False),
)

"""The tables of OAuth: clients and their keys, codes, and what was revoked, used or spent.

Follows 0001.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.Text(collation="C")
_TEXTS = postgresql.ARRAY(_TEXT)
_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _clients()
    _memory()


def downgrade() -> None:
    """Remove them, and with them who may ask for tokens."""
    for table in ("allowance", "used_once", "revoked_token", "authorization_code", "client_key", "client"):
        op.drop_table(table)


def _column(name: str, of: sa.types.TypeEngine[Any], *, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, of, nullable=optional)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"{table}_pkey")


def _clients() -> None:
    op.create_table(
        "client",
        *(_column(name, _TEXT) for name in ("client_id", "name", "agency", "jurisdiction")),
        *(_column(name, _TEXTS) for name in ("roles", "scopes", "purposes")),
        *(_column(name, _TEXT) for name in ("authentication", "binding")),
        _column("redirect_uris", _TEXTS),
        _column("certificate_subject", _TEXT, optional=True),
        _column("rate", sa.Integer()),
        _column("quota", sa.BigInteger()),
        _column("enabled", sa.Boolean()),
        _column("tokens_from", _MOMENT),
        _column("registered_at", _MOMENT),
        _key("client", "client_id"),
    )
    op.create_table(
        "client_key",
        _column("client_id", _TEXT),
        _column("kid", _TEXT),
        _column("jwk", postgresql.JSONB()),
        _column("certificate", sa.LargeBinary(), optional=True),
        _column("added_at", _MOMENT),
        _column("expires_at", _MOMENT, optional=True),
        _key("client_key", "client_id", "kid"),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"]),
    )


def _memory() -> None:
    op.create_table(
        "authorization_code",
        _column("digest", sa.LargeBinary()),
        *(_column(name, _TEXT) for name in ("client_id", "redirect_uri")),
        _column("scopes", _TEXTS),
        *(_column(name, postgresql.JSONB()) for name in ("details", "person")),
        _column("code_challenge", _TEXT),
        _column("expires_at", _MOMENT),
        _column("token", _TEXT, optional=True),
        _key("authorization_code", "digest"),
    )
    op.create_table(
        "revoked_token",
        _column("digest", sa.LargeBinary()),
        _column("revoked_at", _MOMENT),
        _column("expires_at", _MOMENT),
        _key("revoked_token", "digest"),
    )
    op.create_table(
        "used_once",
        _column("digest", sa.LargeBinary()),
        _column("expires_at", _MOMENT),
        _key("used_once", "digest"),
    )
    op.create_index("used_once_expires_at_idx", "used_once", ["expires_at"])
    op.create_table(
        "allowance",
        *(_column(name, _TEXT) for name in ("client_id", "policy")),
        _column("started_at", _MOMENT),
        _column("used", sa.BigInteger()),
        _key("allowance", "client_id", "policy", "started_at"),
    )

"""The agencies' services that the hub asks, and the supergraphs that were composed of their schemas.

No secret is in either: of a certificate's key only the file's name is kept, which each hub reads for itself.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from baygate.storage.tables.columns import key, metadata, text


def _moment(name: str) -> sa.Column[Any]:
    """A point in time to the microsecond."""
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=False)


source = sa.Table(
    "source",
    metadata,
    key("name"),
    text("agency"),
    text("url"),
    text("sdl"),
    sa.Column("settings", JSONB, nullable=False),
    _moment("added_at"),
    text("added_by"),
    _moment("refreshed_at"),
)
"""``sdl`` is what the service answered when it was last asked for its schema; ``settings`` how it is to be asked."""

supergraph = sa.Table(
    "supergraph",
    metadata,
    sa.Column("version", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    text("sdl"),
    sa.Column("made_of", JSONB, nullable=False),
    _moment("composed_at"),
    text("composed_by"),
)
"""Every supergraph that was ever in force; the newest is. ``made_of`` gives the digest of each source's schema."""

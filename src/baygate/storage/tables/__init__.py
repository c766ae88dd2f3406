"""The tables: of the four views, as agencies publish into them, and the hub's own."""

from baygate.storage.tables import (
    audit,
    clearance,
    credit,
    decisions,
    documents,
    filings,
    identity,
    oauth,
    recognitions,
    sources,
)
from baygate.storage.tables.columns import metadata, resident_tables

__all__ = [
    "audit",
    "clearance",
    "credit",
    "decisions",
    "documents",
    "filings",
    "identity",
    "metadata",
    "oauth",
    "recognitions",
    "resident_tables",
    "sources",
]

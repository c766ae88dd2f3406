"""The tables of the four views, as agencies publish into them."""

from baygate.storage.tables import clearance, credit, filings, identity
from baygate.storage.tables.columns import metadata

__all__ = ["clearance", "credit", "filings", "identity", "metadata"]

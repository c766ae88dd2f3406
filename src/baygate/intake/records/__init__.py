"""What agencies publish, a record type for each table."""

from baygate.intake.record_kind import RecordKind
from baygate.intake.records import clearance, credit, filings, identity

KINDS: tuple[RecordKind, ...] = (*identity.KINDS, *credit.KINDS, *filings.KINDS, *clearance.KINDS)

__all__ = ["KINDS", "clearance", "credit", "filings", "identity"]

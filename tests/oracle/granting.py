"""Accesses put together by hand: some fields as they are, others as decided."""

from typing import Any

from baygate.access.access import Access, TypeAccess, allowed
from baygate.access.decision import ALL_ROWS, WITHHELD, ByProvider, Decision, Mask, Release, Rows

ALLOWED = allowed("g1")
MASKED = Decision((Release("m1", transform=Mask(keep_last=2)),))


def access(**types: TypeAccess) -> Access:
    return Access("test", types)


def everywhere(decision: Decision) -> ByProvider[Decision]:
    return ByProvider({}, decision)


def elsewhere(otherwise: Decision, **decided: Decision) -> ByProvider[Decision]:
    """Return what is decided for providers by name (``tax_gd``), and for all others."""
    return ByProvider({name.replace("_", "-"): each for name, each in decided.items()}, otherwise)


def granted(*fields: str, rows: Rows = ALL_ROWS, min_cell: int = 0, **decided: Any) -> TypeAccess:
    """Give ``fields`` as they are and others as decided, by all providers or by each, of ``rows``."""
    decisions = {name: everywhere(ALLOWED) for name in fields}
    decisions |= {name: each if isinstance(each, ByProvider) else everywhere(each) for name, each in decided.items()}
    rules = ("statistics",) if min_cell else ()
    return TypeAccess(ByProvider({}, rows), decisions, min_cell, rules)


NOT_GIVEN = {"withheld": WITHHELD, "masked": MASKED}

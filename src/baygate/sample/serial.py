"""Numbers of records: unique by enterprise and place, and with no visible order."""

_PER_ENTERPRISE = 64
_SPREAD = 387_420_489  # 3 ** 18: no factor in common with a power of ten


def serial(index: int, place: int) -> int:
    """Return a number of nine digits for record ``place`` (below 64) of enterprise ``index`` (below 15 million)."""
    return (index * _PER_ENTERPRISE + place) * _SPREAD % 1_000_000_000

"""Days and moments of the sample world, counted back from a fixed day so that it never changes."""

import datetime
from decimal import Decimal
from functools import lru_cache

AS_OF = datetime.date(2026, 11, 1)
"""Today, in the sample world."""

DAY = 86_400
NOW = int(datetime.datetime(2026, 11, 1, 0, 30, tzinfo=datetime.UTC).timestamp())
"""Now, as the number of seconds since 1970."""

_TODAY = AS_OF.toordinal()
_from_ordinal = datetime.date.fromordinal
_from_timestamp = datetime.datetime.fromtimestamp
_UTC = datetime.UTC
_HUNDRED = Decimal(100)
_THOUSAND = Decimal(1000)


def day(days_ago: int) -> datetime.date:
    """Return the day so many days before today."""
    return _from_ordinal(_TODAY - days_ago)


def moment(seconds: int) -> datetime.datetime:
    """Return the moment so many seconds after 1970, in UTC."""
    return _from_timestamp(seconds, _UTC)


@lru_cache(maxsize=32_768)
def money(cents: int) -> Decimal:
    """Return an amount of cents as money."""
    return Decimal(cents) / _HUNDRED


@lru_cache(maxsize=32_768)
def kilograms(grams: int) -> Decimal:
    """Return a weight in grams as kilograms."""
    return Decimal(grams) / _THOUSAND

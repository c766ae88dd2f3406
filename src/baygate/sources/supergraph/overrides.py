"""Overrides that come gradually (``@override(label:)``): which of them are in effect for one request.

A label ``percent(n)`` is in effect for so many requests out of a hundred. Any other is a name that an operator turns
on, and off until then.
"""

import re
from collections.abc import Iterable

_PERCENT = re.compile(r"percent\((\d{1,3}(?:\.\d{1,8})?)\)", re.ASCII)


def in_effect(labels: Iterable[str], turned_on: Iterable[str], roll: float) -> frozenset[str]:
    """Return the labels that are in effect; ``roll`` is a number from 0 to under 100, drawn for the request."""
    named = frozenset(turned_on)
    return frozenset(label for label in labels if label in named or _falls_under(label, roll))


def _falls_under(label: str, roll: float) -> bool:
    percent = _PERCENT.fullmatch(label)
    return percent is not None and roll < float(percent.group(1))

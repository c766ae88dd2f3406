"""Whether the index of accesses says what records say: all of it, and nothing else; pure, and told in words."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from baygate.audit.linking import Row


class AccessRow(NamedTuple):
    """A row of ``audit_access``."""

    leaf_index: int
    period: datetime.date
    subject: str
    shard: int
    seq: int
    at: datetime.datetime
    agency: str
    purpose: str
    providers: Sequence[str]


class AccessTile(NamedTuple):
    """A row of ``audit_access_tile``: in these 256 leaves an agency was answered with a provider's records for this."""

    tile: int
    provider: str
    agency: str
    purpose: str
    period: datetime.date


Told = Mapping[str, Sequence[str]]
"""Whose records a record tells of, by whom they are about; the providers are in the order of their names."""


class AccessTiles:
    """What ``audit_access_tile`` has to have, by what records say."""

    def __init__(self) -> None:
        self._expected: dict[int, set[AccessTile]] = {}

    def add(self, leaf: int, period: datetime.date, said: Mapping[str, Any], told: Told) -> None:
        """Add what one record tells."""
        tile, agency, purpose = leaf >> 8, said.get("agency") or "", said.get("purpose") or ""
        expected = self._expected.setdefault(tile, set())
        for providers in told.values():
            expected.update(AccessTile(tile, provider, agency, purpose, period) for provider in providers)

    def settle(self, before: int | None, found: Sequence[AccessTile]) -> Iterator[tuple[int, str]]:
        """Yield what is wrong with which tile, of all before one, or of all that are left, and forget these."""
        for each in found:
            expected = self._expected.get(each.tile, set())
            if each not in expected:
                yield each.tile, f"it has a row {_of(each)}, of which no record tells"
            expected.discard(each)
        for tile in sorted(each for each in self._expected if before is None or each < before):
            for each in sorted(self._expected.pop(tile)):
                yield tile, f"it lacks its row {_of(each)}"


def check_index(row: Row, said: Mapping[str, Any], told: Told | None, found: Sequence[AccessRow]) -> Iterator[str]:
    """Yield what is wrong with the rows that the index has for one record."""
    if told is None:
        yield "it does not say whose rows it tells of as a record does: the index cannot have them"
        return
    lacking = set(told)
    for each in found:
        providers = told[each.subject] if each.subject in lacking else None
        lacking.discard(each.subject)
        place = _about(each.subject)
        if providers is None:
            yield f"audit_access has a row{place} for it, of which it says nothing"
            continue
        if list(each.providers) != providers:
            yield f"audit_access has other providers{place} for it than it says"
        if (each.shard, each.seq, each.at, each.period) != (row.shard, row.seq, row.at, row.period):
            yield f"audit_access has another place or time{place} for it"
        if each.agency != (said.get("agency") or "") or each.purpose != (said.get("purpose") or ""):
            yield f"audit_access has another agency or purpose{place} for it"
    for subject in sorted(lacking):
        yield f"audit_access lacks its row{_about(subject)}"


def told_of(said: Mapping[str, Any]) -> Told | None:
    """Return whose records a record tells of; None if it does not say it as a record does."""
    rows = said.get("rows") or {}
    if not isinstance(rows, dict) or not all(isinstance(each, dict) for each in rows.values()):
        return None
    told: dict[str, list[str]] = {}
    for provider in sorted(rows):
        for subject in rows[provider]:
            told.setdefault(subject, []).append(provider)
    return told


def _of(each: AccessTile) -> str:
    return f"of {each.provider} by {each.agency or 'no agency'} for {each.purpose or 'nothing'} in {each.period:%Y-%m}"


def _about(subject: str) -> str:
    return f" about {subject}" if subject else " about nobody"

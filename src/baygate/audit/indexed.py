"""Whether the index of accesses says what records say: all of it, and nothing else; pure, and told in words."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from baygate.audit.linking import Row


class AccessRow(NamedTuple):
    """A row of ``audit_access``."""

    leaf_index: int
    period: datetime.date
    provider: str
    subject: str
    shard: int
    seq: int
    at: datetime.datetime
    agency: str
    purpose: str
    rows: str


def check_index(row: Row, said: Mapping[str, Any], found: Sequence[AccessRow]) -> Iterator[str]:
    """Yield what is wrong with the rows that the index has for one record."""
    told = said.get("rows") or {}
    if not isinstance(told, dict) or not all(isinstance(each, dict) for each in told.values()):
        yield "it does not say whose rows it tells of as a record does: the index cannot have them"
        return
    expected = sum(map(len, told.values()))
    for each in found:
        types = told.get(each.provider, {}).get(each.subject)
        place = f"of {each.provider}" + (f" about {each.subject}" if each.subject else "")
        if types is None:
            yield f"audit_access has a row {place} for it, of which it says nothing"
            continue
        expected -= 1
        if _exact(orjson.loads(each.rows)) != _exact(types):
            yield f"audit_access has other rows {place} for it than it says"
        if (each.shard, each.seq, each.at, each.period) != (row.shard, row.seq, row.at, row.period):
            yield f"audit_access has another place or time {place} for it"
        if each.agency != (said.get("agency") or "") or each.purpose != (said.get("purpose") or ""):
            yield f"audit_access has another agency or purpose {place} for it"
    if expected > 0:
        there = {(each.provider, each.subject) for each in found}
        lacking = sorted(
            (provider, subject) for provider in told for subject in told[provider] if (provider, subject) not in there
        )
        for provider, subject in lacking:
            yield f"audit_access lacks its row of {provider}" + (f" about {subject}" if subject else "")


def _exact(rows: Any) -> bytes:
    """Return JSON in one form: to Python, true is 1 and 2.0 is 2."""
    return orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)

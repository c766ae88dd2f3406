"""Decisions as they are counted: of a day, who asked for which field, for what, and what became of it.

No record, no value and no party is in it. A proposed policy is tried on it (``baygate policy replay``).
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import asyncpg
import orjson


@dataclass(frozen=True)
class Caller:
    """All that policies can name of somebody who asked, but of his party only whether there was one.

    ``agency`` is empty for somebody who is of none.
    """

    agency: str
    jurisdiction: str
    roles: frozenset[str]
    party: bool
    scopes: frozenset[str]
    purpose: str
    assurance: int

    @property
    def digest(self) -> str:
        """What the table's key has for him: a SHA-256 in hexadecimal digits."""
        exact = [
            self.agency, self.jurisdiction, sorted(self.roles), self.party, sorted(self.scopes), self.purpose,
            self.assurance,
        ]  # fmt: skip
        return hashlib.sha256(orjson.dumps(exact)).hexdigest()


@dataclass(frozen=True)
class Decided:
    """What became of a field (``type``, ``field``) for a caller on a day; ``count`` times.

    ``outcome`` is a word of ``baygate.access.documents.policy.Outcome``.
    """

    day: datetime.date
    caller: Caller
    type: str
    field: str
    outcome: str
    count: int = 1


_RECORD = """
INSERT INTO decision (day, caller, type, field, outcome, agency, jurisdiction, roles, party, scopes, purpose,
                      assurance, count)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (day, caller, type, field, outcome) DO UPDATE SET count = decision.count + excluded.count
"""


async def record(connection: asyncpg.Connection, rows: Iterable[Decided]) -> None:
    """Add to the counts; several may do so at once, and the same row may come more than once."""
    counts: Counter[tuple[datetime.date, str, str, str, str]] = Counter()
    callers: dict[str, Caller] = {}
    for each in rows:
        callers[each.caller.digest] = each.caller
        counts[each.day, each.caller.digest, each.type, each.field, each.outcome] += each.count
    # in one order, so that two who record the same do not wait for each other in a circle
    await connection.executemany(
        _RECORD,
        [(*key, *_columns(callers[key[1]]), count) for key, count in sorted(counts.items())],
    )


async def every(connection: asyncpg.Connection) -> list[Decided]:
    """Return all that was counted, by day."""
    rows = await connection.fetch("SELECT * FROM decision ORDER BY day, type, field, outcome, caller")
    return [
        Decided(
            row["day"],
            Caller(
                row["agency"], row["jurisdiction"], frozenset(row["roles"]), row["party"], frozenset(row["scopes"]),
                row["purpose"], row["assurance"],
            ),
            row["type"], row["field"], row["outcome"], row["count"],
        )
        for row in rows
    ]  # fmt: skip


def _columns(caller: Caller) -> tuple[object, ...]:
    return (
        caller.agency, caller.jurisdiction, sorted(caller.roles), caller.party, sorted(caller.scopes), caller.purpose,
        caller.assurance,
    )  # fmt: skip

"""Which records are gone, and by whose word: operators prune whole months, anybody else deletes.

1. What is gone is told by what is kept: the batches say which leaves were whose, the tiles what their hashes were.
2. A statement (``statement``) names a month, how many records of it are gone, the first and the last of their leaves,
   and the digest of the batches that they stood in. It covers exactly these.
3. A month's newest statement counts, and covers what was pruned of it before.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from baygate.audit.finding import Finding


class Gone:
    """The records of one month that are not there, as batches name them in the order of the tree."""

    def __init__(self) -> None:
        self.records = 0
        self.record = ""
        self.first = -1
        self.last = -1
        self._batches = sha256()

    def add(self, start: int, shard: int, first: int, count: int) -> None:
        """Take note of a batch of which nothing is there."""
        self._batches.update(f"{start} {shard} {first} {count}\n".encode())
        if self.first < 0:
            self.first, self.record = start, f"{shard}-{first}"
        self.last = start + count - 1
        self.records += count

    def told(self, period: datetime.date) -> dict[str, Any]:
        """Return what a statement says of them."""
        return {
            "period": period.isoformat(),
            "records": self.records,
            "first": self.first,
            "last": self.last,
            "batches": self._batches.hexdigest(),
        }


@dataclass
class Absences:
    """What a walk finds gone, by month, and what the statements that it finds say of that."""

    gone: dict[datetime.date, Gone] = field(default_factory=dict)
    stated: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    """By month, the id of the record that holds the newest statement, and what it says."""

    def add(self, period: datetime.date, start: int, shard: int, first: int, count: int) -> None:
        """Take note of a batch of which nothing is there."""
        self.gone.setdefault(period, Gone()).add(start, shard, first, count)

    def state(self, record: str, said: Mapping[str, Any]) -> None:
        """Take note of a statement that was proven."""
        self.stated[str(said.get("period"))] = record, said

    @property
    def records(self) -> int:
        """How many records are gone."""
        return sum(each.records for each in self.gone.values())

    def findings(self) -> Iterator[Finding]:
        """Yield what is gone by nobody's word, and words of which the contrary is there."""
        for period, gone in self.gone.items():
            record, said = self.stated.get(period.isoformat(), ("", {}))
            where, told = f"record {gone.record}", gone.told(period)
            month = f"{gone.records} records of {period:%Y-%m} are gone, of which it is the first"
            if not record:
                yield Finding(where, f"{month}, and no operator pruned them: they were deleted", gone.first)
            elif {name: said.get(name) for name in told} != told:
                yield Finding(where, f"{month}; these are not those that were pruned by record {record}", gone.first)
        there = self.stated.keys() - {each.isoformat() for each in self.gone}
        for name in sorted(there):
            yield Finding(
                f"the month {name[:7]}", f"record {self.stated[name][0]} says that it was pruned, and it is there"
            )

"""What is wrong with a log, in words and with its place; and the sum of a verification."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST = 20
"""Findings after which the search ends: where so much is wrong, more would tell nothing new."""


@dataclass(frozen=True)
class Finding:
    """What is wrong; ``where`` is a place, ``leaf`` its index in the tree if it has one."""

    where: str
    what: str
    leaf: int | None = None

    def __str__(self) -> str:
        place = f"{self.where} (leaf {self.leaf})" if self.leaf is not None else self.where
        return f"{place}: {self.what}"


class Enough(Exception):
    """So much is wrong that nobody needs to know more."""


class Findings:
    """Gathers what is wrong."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def add(self, where: str, what: str, leaf: int | None = None) -> None:
        """Take note; raise Enough if that was the last that anybody wants to know."""
        self._found.append(Finding(where, what, leaf))
        if len(self._found) >= MOST:
            raise Enough

    @property
    def in_order(self) -> tuple[Finding, ...]:
        """What was found, by its place in the tree; what has none comes last."""
        return tuple(sorted(self._found, key=lambda each: (each.leaf is None, each.leaf or 0)))


@dataclass(frozen=True)
class Verification:
    """What was verified, and what is wrong with it.

    ``size`` records are in the tree; ``pruned`` of them are gone, by an operator's signed word; ``waiting`` are not in
    the tree yet. ``heads`` are the signed heads, ``signed`` is the size of the newest.
    """

    size: int
    pruned: int
    waiting: int
    heads: int
    signed: int
    since: datetime.datetime | None
    until: datetime.datetime | None
    seconds: float
    findings: Sequence[Finding] = ()
    notes: Sequence[str] = ()
    complete: bool = True
    prunings: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    """By month, the id of the record with the newest statement that it was pruned, and what that says."""
    outside: int = 0
    """Heads that were kept elsewhere, and against which the log was held."""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def diagnostics(self) -> str:
        """Return what to tell an operator."""
        lines = [f"Mind: {each}" for each in self.notes]
        if self.holds:
            return "\n".join([*lines, self._verified()])
        first, *others = map(str, self.findings)
        lines += [f"The first that is wrong: {first}", *(f"also wrong: {each}" for each in others)]
        if not self.complete:
            lines.append(f"The search ended after {len(self.findings)} findings.")
        return "\n".join(lines)

    def _verified(self) -> str:
        span = f", from {_moment(self.since)} to {_moment(self.until)}" if self.since and self.until else ""
        parts = [f"{self.size} records{span}", f"{self.heads} signed heads, the newest of {self.signed} records"]
        parts += [f"{self.pruned} records pruned"] if self.pruned else []
        parts += [f"{self.waiting} records not in the tree yet"] if self.waiting else []
        alone = "" if self.outside else " It was held against no head that was kept elsewhere: give --head."
        return f"Verified: {'; '.join(parts)}; in {self.seconds:.1f} s.{alone}"


def _moment(at: datetime.datetime) -> str:
    return f"{at.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"

"""Decisions: what may leave, per concrete field and provider.

A **Decision** is a list of ways in which a value may leave (``Release``), weakest transform first, each under a
condition on the row; a decision without any way out withholds. Per provider, because rows of several agencies can
share a type and each agency decides for its own rows alone.

Rules that stand here and that the compiler obeys:

1. Default is deny: a provider or field that is not mentioned falls to ``otherwise``, which withholds.
2. A condition that meets NULL or an unknown attribute does not hold.
3. Of several releases that hold for a row, the first applies, which is the weakest transform.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar


class Operator(Enum):
    """How a condition compares a field of the record with its value."""

    EQUALS = "eq"
    NOT_EQUALS = "ne"
    ONE_OF = "in"
    STARTS_WITH = "prefix"
    AT_LEAST = "gte"
    AT_MOST = "lte"
    INCLUDES = "includes"


@dataclass(frozen=True)
class Subject:
    """An attribute of the principal, bound when the statement runs; a missing one is NULL, so nothing holds."""

    attribute: str


@dataclass(frozen=True)
class Clause:
    """``field operator value`` on the record; the value is a constant or an attribute of the subject."""

    field: str
    operator: Operator
    value: str | int | bool | tuple[str, ...] | Subject


Condition = tuple[Clause, ...]
"""Clauses that must all hold; the empty one always holds."""

ALWAYS: Condition = ()


@dataclass(frozen=True)
class Mask:
    """Stars for all but the ends; as many stars as characters hidden."""

    keep_first: int = 0
    keep_last: int = 0


class Unit(Enum):
    """What a date is cut to."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class TruncateDate:
    """The first day (or moment) of the month or year."""

    unit: Unit


@dataclass(frozen=True)
class TruncateCode:
    """The leading ``length`` characters of a code, such as an HS heading or a province."""

    length: int


@dataclass(frozen=True)
class Generalise:
    """A number rounded down to a multiple of ``step``."""

    step: int


@dataclass(frozen=True)
class Hash:
    """A keyed hash (HMAC-SHA-256, RFC 2104), under the key derived for this recipient and purpose."""

    use: str


@dataclass(frozen=True)
class Nullify:
    """NULL, though the field is granted."""


Transform = Mask | TruncateDate | TruncateCode | Generalise | Hash | Nullify


@dataclass(frozen=True)
class Release:
    """One way in which a value may leave: under ``rule``, where ``condition`` holds, after ``transform``."""

    rule: str
    condition: Condition = ALWAYS
    transform: Transform | None = None


@dataclass(frozen=True)
class Withholding:
    """Why a value does not leave: the deciding policy and rule (none if no policy mentions it), and what would help."""

    policy: str | None = None
    rule: str | None = None
    scopes: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The ways out for one field of one provider's rows; none means withheld, for the reason ``withholding``."""

    releases: tuple[Release, ...] = ()
    withholding: Withholding = field(default_factory=Withholding)

    @property
    def withheld(self) -> bool:
        """No value of this field leaves."""
        return not self.releases

    @property
    def plain(self) -> bool:
        """Every value leaves as it is."""
        return bool(self.releases) and self.releases[0] == Release(self.releases[0].rule)

    @property
    def masked(self) -> bool:
        """A transformed value may leave."""
        return any(release.transform is not None for release in self.releases)

    @property
    def lossy(self) -> bool:
        """For some rows there is no value: withheld, conditional, or made NULL."""
        nullified = any(isinstance(release.transform, Nullify) for release in self.releases)
        return self.withheld or self.conditional or nullified

    @property
    def conditional(self) -> bool:
        """For some rows nothing may leave."""
        return bool(self.releases) and all(release.condition != ALWAYS for release in self.releases)


WITHHELD = Decision()

Rows = tuple[Condition, ...]
"""Which rows are there: those for which any of the conditions holds. Empty: none; ``(ALWAYS,)``: all."""

NO_ROWS: Rows = ()
ALL_ROWS: Rows = (ALWAYS,)

Decided = TypeVar("Decided")


@dataclass(frozen=True)
class ByProvider(Generic[Decided]):
    """Something decided by each provider for its own rows, and for all others by default."""

    decided: Mapping[str, Decided]
    otherwise: Decided

    def of(self, provider: str) -> Decided:
        """Return what holds for the rows of ``provider``."""
        return self.decided.get(provider, self.otherwise)

    def every(self) -> Iterator[Decided]:
        """Yield what holds for each provider named, and for the rest."""
        yield from self.decided.values()
        yield self.otherwise

    def alike(self) -> Iterator[tuple[tuple[str, ...], Decided]]:
        """Yield what is decided with the providers that decided so, both in the order of the first of them."""
        groups: dict[Decided, list[str]] = {}
        for provider, each in sorted(self.decided.items()):
            groups.setdefault(each, []).append(provider)
        yield from ((tuple(providers), each) for each, providers in groups.items())

    def __hash__(self) -> int:
        return hash((frozenset(self.decided.items()), self.otherwise))

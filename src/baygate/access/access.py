"""Access: the Decisions that the policies in force give one class of principal."""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from baygate.access.decision import ALL_ROWS, NO_ROWS, WITHHELD, ByProvider, Decision, Release, Rows

NEVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)
FOREVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class TypeAccess:
    """Which rows of a concrete type are there, and what is decided for each of its fields.

    A count of fewer than ``min_cell`` rows is not told: it could be somebody. ``cell_rules`` are the rules that say so.
    """

    rows: ByProvider[Rows]
    fields: Mapping[str, ByProvider[Decision]] = field(default_factory=dict)
    min_cell: int = 0
    cell_rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Access:
    """What one class of principal may see, for as long as the documents behind it hold.

    A type or field that is not in ``types`` falls to ``unmentioned``: withheld, unless this is the development access.
    Plans are shared between callers of one ``access_class`` only, and only from ``valid_from`` until ``valid_until``.
    """

    policy_version: str
    types: Mapping[str, TypeAccess]
    unmentioned: Decision = WITHHELD
    valid_from: datetime.datetime = NEVER
    valid_until: datetime.datetime = FOREVER

    @cached_property
    def access_class(self) -> str:
        """Hash of the exact set of grants and denials that apply (design: the plan's key)."""
        exact = repr(
            (
                self.unmentioned,
                sorted(
                    (
                        name,
                        each.min_cell,
                        each.cell_rules,
                        _exact(each.rows),
                        sorted((field_name, _exact(decisions)) for field_name, decisions in each.fields.items()),
                    )
                    for name, each in self.types.items()
                ),
            )
        )
        return hashlib.sha256(exact.encode()).hexdigest()

    def rows(self, concrete: str) -> ByProvider[Rows]:
        """Return which rows of a concrete type are there, per provider."""
        if concrete in self.types:
            return self.types[concrete].rows
        return ByProvider({}, NO_ROWS if self.unmentioned.withheld else ALL_ROWS)

    def decide(self, concrete: str, field_name: str) -> ByProvider[Decision]:
        """Return what is decided for a field of a concrete type, per provider."""
        if concrete in self.types and field_name in self.types[concrete].fields:
            return self.types[concrete].fields[field_name]
        return ByProvider({}, self.unmentioned)


def _exact(by: ByProvider[Rows] | ByProvider[Decision]) -> str:
    return repr((sorted((provider, repr(each)) for provider, each in by.decided.items()), by.otherwise))


def allowed(rule: str) -> Decision:
    """Return the decision that gives every value as it is, under ``rule``."""
    return Decision((Release(rule),))

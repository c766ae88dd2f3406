"""A proposed policy on what was really asked: which of the decisions of the past would have been others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from baygate.access.compile import compiled
from baygate.access.diff import Change, asking, cells
from baygate.access.documents.rules import InForce
from baygate.access.facts import Facts
from baygate.access.scopes import NOTHING, Requirement, missing
from baygate.storage.decisions import Caller, Decided

_SOME_PARTY = "*"
"""Stands for the party that a caller acted for, of which nothing is recorded; no identifier looks like it."""


@dataclass(frozen=True)
class Replayed:
    """Something that would be otherwise, and how often it was asked for."""

    change: Change
    count: int

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**self.change.as_json(), "count": self.count}


def replayed(
    decided: Iterable[Decided],
    before: InForce,
    after: InForce,
    facts: Facts,
    demanded: Mapping[str, Mapping[str, Requirement]],
) -> list[Replayed]:
    """Return which recorded decisions ``after`` would change, those asked for most often first. Pure.

    Both sides are compiled anew: what else has changed since a decision was recorded makes no difference. ``demanded``
    are the scopes that the contract demands; what lacks them was not given and would not be.
    """
    asked: dict[Caller, dict[tuple[str, str], int]] = {}
    for each in decided:
        fields = asked.setdefault(each.caller, {})
        fields[each.type, each.field] = fields.get((each.type, each.field), 0) + each.count
    counts: dict[Change, int] = {}
    for caller, fields in asked.items():
        for change in _changes(caller, fields.keys(), before, after, facts):
            type_name, _, name = change.coordinate.partition(".")
            requirement = demanded.get(type_name, {}).get(name, NOTHING)
            count = fields.get((type_name, name), 0)
            if count and not missing(requirement, caller.scopes):
                counts[change] = counts.get(change, 0) + count
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0].coordinate, each[0].recipient))
    return [Replayed(change, count) for change, count in ordered]


def _changes(
    caller: Caller, fields: Iterable[tuple[str, str]], before: InForce, after: InForce, facts: Facts
) -> Iterable[Change]:
    types = {name: facts.types[name] for name, _ in fields if name in facts.types}
    known = Facts(types, facts.interfaces)
    accesses = [
        compiled(
            state,
            asking(
                state, caller.agency, caller.jurisdiction, caller.roles, caller.scopes, caller.purpose,
                caller.assurance, _SOME_PARTY if caller.party else None,
            ),
            known,
        )
        for state in (before, after)
    ]  # fmt: skip
    for change in cells(accesses[0], accesses[1], types, known):
        yield replace(change, recipient=_label(caller), purpose=caller.purpose)


def _label(caller: Caller) -> str:
    roles = f" as {' '.join(sorted(caller.roles))}" if caller.roles else ""
    level = f" at assurance {caller.assurance}" if caller.assurance else ""
    return f"{caller.agency or caller.jurisdiction}{roles}{level}"

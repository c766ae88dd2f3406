"""What policies do to the answers of remote sources: the same that they do to rows of the hub, before anything merges.

1. Where values are of several types, only what was asked of its own type is taken from each.
2. A row that no condition lets the caller see is not there: null, and not in its list. Entities were let through where
   they were met first, so what other sources add to them is theirs.
3. A value leaves by the first release whose condition holds, transformed as that says; by none, it is null.
4. A condition on something that the source did not say does not hold, and a value that is not of the kind that its
   transform is for is null: a source that lies gives less, never more.

What conditions compare is asked for beside what the caller wants (``with_compared``), under a name that he cannot
have chosen for something else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from baygate.access.access import Access
from baygate.access.decision import ALL_ROWS, ByProvider, Condition, Decision, Release, Rows, Subject
from baygate.gateway.planning.federation.fetch_plan import Asked, FederatedFetch, Node
from baygate.gateway.planning.federation.prepared import Asking, Guard
from baygate.gateway.planning.reading import QUERY
from baygate.sources.fetch import TYPENAME, Selected, Selection
from baygate.sources.remote.values import holds, transformed
from baygate.sources.supergraph.contributions import Contributions


def with_compared(selection: Selection, access: Access, contributed: Contributions) -> Selection:
    """Return a decided selection with what its conditions on remote records compare."""
    fields = {}
    for owner, selected in selection.fields.items():
        inside = tuple(
            replace(each, selection=with_compared(each.selection, access, contributed)) if each.selection else each
            for each in selected
        )
        names = _compared(owner, inside, access, contributed) if owner in contributed.types else ()
        taken = {each.key for each in inside}
        fields[owner] = (*inside, *(Selected(_free(name, taken), name, {}, None) for name in sorted(names)))
    return replace(selection, fields=fields)


def _free(name: str, taken: Collection[str]) -> str:
    """Return a response key for a field that only the plan asks for."""
    return next(key for number in count() if (key := f"_compared{number}_{name}") not in taken)


def _compared(owner: str, fields: Iterable[Selected], access: Access, contributed: Contributions) -> set[str]:
    conditions = [*_rows(owner, access)]
    conditions += [each.condition for selected in fields for each in _releases(selected)]
    names = {clause.field for condition in conditions for clause in condition}
    return {name for name in names if contributed.agency(owner, name)}


def guard(fetch: FederatedFetch, access: Access, contributed: Contributions) -> Guard | None:
    """Return the guard of what a remote source answers to a fetch; None if all of it leaves as it comes.

    Where it tells entities of several types apart, these are asked for.
    """
    fetch.node.typename |= len(fetch.node.owner_types) > 1
    made = _Guard(access, contributed, fetch.node, met=fetch.of_entities)
    return made if made.needed else None


class _Guard:
    """Guards the values in one place; called, it returns what is left of them. ``met``: their rows were let through."""

    def __init__(self, access: Access, contributed: Contributions, node: Node, *, met: bool = False) -> None:
        self._types = {
            owner: _TypeGuard.of(owner, fields, access, contributed, met=met)
            for owner, fields in node.owner_types.items()
        }
        self._absent = frozenset(name for name in contributed.types if not any(access.rows(name).every()))
        self._told = node.typename
        self._only = next(iter(self._types.values()), None) if not node.typename else None
        self.needed = node.typename or any(each.needed for each in self._types.values())

    def __call__(self, value: Any, asking: Asking) -> Any:
        if isinstance(value, list):
            left = [self(each, asking) for each in value]
            return [now for now, before in zip(left, value, strict=True) if now is not None or before is None]
        if not isinstance(value, dict):
            return value
        if not self._told:
            return {} if self._only is None else self._only(value, asking)
        told = value.get(TYPENAME)
        if not isinstance(told, str) or told in self._absent:
            return None
        found = self._types.get(told)
        left_of = {} if found is None else found(value, asking)
        return None if left_of is None else {TYPENAME: told, **left_of}


@dataclass(frozen=True)
class _TypeGuard:
    """``compared`` gives the names under which fields are in a value, for conditions to find them."""

    rows: Rows
    fields: "tuple[_FieldGuard, ...]"
    compared: Mapping[str, str]

    @property
    def needed(self) -> bool:
        """Whether something does not leave as it comes."""
        return self.rows != ALL_ROWS or any(each.needed for each in self.fields)

    @classmethod
    def of(
        cls, owner: str, fields: Mapping[str, Asked], access: Access, contributed: Contributions, *, met: bool
    ) -> "_TypeGuard":
        return cls(
            ALL_ROWS if met or not _has_rows(owner, access, contributed) else _rows(owner, access),
            tuple(_FieldGuard.of(each, access, contributed) for each in fields.values()),
            {each.field: each.name for each in fields.values() if not each.arguments},
        )

    def __call__(self, value: dict[str, Any], asking: Asking) -> dict[str, Any] | None:
        if not any(self.met(condition, value, asking) for condition in self.rows):
            return None
        return {each.name: each.left(self, value, asking) for each in self.fields if each.name in value}

    def met(self, condition: Condition, value: Mapping[str, Any], asking: Asking) -> bool:
        """Whether a condition holds of a value as the source sent it."""
        for clause in condition:
            wanted = (
                asking.attributes.get(clause.value.attribute) if isinstance(clause.value, Subject) else clause.value
            )
            given = value.get(self.compared.get(clause.field, ""))
            if wanted is None or given is None or not holds(clause.operator, given, wanted):
                return False
        return True


@dataclass(frozen=True)
class _FieldGuard:
    """``releases`` is None for what leaves as it is, and for what the plan needs: about that nothing is decided."""

    name: str
    releases: tuple[Release, ...] | None
    below: _Guard | None

    @classmethod
    def of(cls, asked: Asked, access: Access, contributed: Contributions) -> "_FieldGuard":
        below = _Guard(access, contributed, asked.below) if asked.below else None
        decisions = asked.selected.decisions
        releases = None if decisions is None or decisions.otherwise.plain else decisions.otherwise.releases
        return cls(asked.name, releases, below if below and below.needed else None)

    @property
    def needed(self) -> bool:
        """Whether its values do not leave as they come."""
        return self.releases is not None or self.below is not None

    def left(self, of: _TypeGuard, value: dict[str, Any], asking: Asking) -> Any:
        """Return what leaves of the field's value in an object."""
        inside = value[self.name]
        if self.releases is not None:
            release = next((each for each in self.releases if of.met(each.condition, value, asking)), None)
            if release is None:
                return None
            if release.transform is not None:
                return transformed(release.transform, inside, asking.key)
        return inside if self.below is None else self.below(inside, asking)


def _has_rows(owner: str, access: Access, contributed: Contributions) -> bool:
    """Whether objects of a type are records that come from a source itself; the hub's it only refers to."""
    return owner != QUERY and owner in {*contributed.types, *access.types} and not contributed.kept_by_hub(owner)


def _rows(owner: str, access: Access) -> Rows:
    """Return which rows of a type are there; of a remote source's, one agency decides."""
    return access.rows(owner).otherwise


def _releases(selected: Selected) -> Iterable[Release]:
    decisions: ByProvider[Decision] | None = selected.decisions
    return decisions.otherwise.releases if decisions else ()

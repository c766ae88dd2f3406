"""What policies do to the answers of remote sources: the same that they do to rows of the hub, before anything merges.

1. A row that no condition lets the caller see is not there: null, and not in its list.
2. A value leaves by the first release whose condition holds, transformed as that says; by none, it is null.
3. A condition on something that the source did not say does not hold, and a value that is not of the kind that its
   transform is for is null: a source that lies gives less, never more.

What conditions compare is asked for beside what the caller wants (``with_compared``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from baygate.access.access import Access
from baygate.access.decision import ALL_ROWS, ALWAYS, ByProvider, Condition, Decision, Release, Rows, Subject
from baygate.gateway.planning.federation.fetch_plan import Asked, FederatedFetch, Node
from baygate.gateway.planning.federation.prepared import Asking, Guard
from baygate.sources.fetch import Selected, Selection
from baygate.sources.remote.values import holds, transformed
from baygate.sources.supergraph.contributions import Contributions

_COMPARED = "_compared_"
"""Begins the names of what is asked for only to be compared."""


def with_compared(selection: Selection, access: Access, contributed: Contributions) -> Selection:
    """Return a decided selection with what its conditions on remote records compare."""
    fields = {}
    for owner, selected in selection.fields.items():
        inside = tuple(
            replace(each, selection=with_compared(each.selection, access, contributed)) if each.selection else each
            for each in selected
        )
        names = sorted(_compared(owner, inside, access, contributed)) if owner in contributed.types else ()
        fields[owner] = (*inside, *(Selected(f"{_COMPARED}{name}", name, {}, None) for name in names))
    return replace(selection, fields=fields)


def _compared(owner: str, fields: Iterable[Selected], access: Access, contributed: Contributions) -> Iterator[str]:
    conditions = [*_rows(owner, access)]
    conditions += [each.condition for selected in fields for each in _releases(selected)]
    names = {clause.field for condition in conditions for clause in condition}
    yield from (name for name in names if contributed.agency(owner, name))


def guard(fetch: FederatedFetch, access: Access, contributed: Contributions) -> Guard | None:
    """Return the guard of what a remote source answers to a fetch; None if all of it leaves as it comes.

    Where it tells entities of several types apart, these are asked for.
    """
    made = _Guard(access, contributed, fetch.node)
    if not made.needed:
        return None
    fetch.node.typename |= len(fetch.node.owner_types) > 1
    return made


class _Guard:
    """Guards the values in one place; called, it returns what is left of them."""

    def __init__(self, access: Access, contributed: Contributions, node: Node) -> None:
        self._types = {
            owner: _TypeGuard(
                _rows(owner, access) if owner in contributed.types else ALL_ROWS,
                tuple(_FieldGuard.of(each, access, contributed) for each in fields.values()),
            )
            for owner, fields in node.owner_types.items()
        }
        self._absent = frozenset(name for name in contributed.types if not any(access.rows(name).every()))
        self._only = next(iter(self._types.values())) if len(self._types) == 1 else None
        self.needed = any(each.needed for each in self._types.values())

    def __call__(self, value: Any, asking: Asking) -> Any:
        if isinstance(value, list):
            left = [self(each, asking) for each in value]
            return [now for now, before in zip(left, value, strict=True) if now is not None or before is None]
        if not isinstance(value, dict):
            return value
        told = value.get("__typename", "")
        if told in self._absent:
            return None
        found = self._types.get(told, self._only)
        return value if found is None else found(value, asking)


@dataclass(frozen=True)
class _TypeGuard:
    rows: Rows
    fields: "tuple[_FieldGuard, ...]"

    @property
    def needed(self) -> bool:
        return self.rows != ALL_ROWS or any(each.needed for each in self.fields)

    def __call__(self, value: dict[str, Any], asking: Asking) -> dict[str, Any] | None:
        if not any(_met(condition, value, asking) for condition in self.rows):
            return None
        changed = [(each.name, each.left(value, asking)) for each in self.fields if each.needed and each.name in value]
        value.update(changed)
        return value


@dataclass(frozen=True)
class _FieldGuard:
    name: str
    releases: tuple[Release, ...]
    below: _Guard | None

    @classmethod
    def of(cls, asked: Asked, access: Access, contributed: Contributions) -> "_FieldGuard":
        below = _Guard(access, contributed, asked.below) if asked.below else None
        return cls(
            asked.alias or asked.name, tuple(_releases(asked.selected)), below if below and below.needed else None
        )

    @property
    def needed(self) -> bool:
        plain = not self.releases or self.releases[0] == Release(self.releases[0].rule)
        return self.below is not None or not plain

    def left(self, value: dict[str, Any], asking: Asking) -> Any:
        inside = value[self.name]
        if self.releases:
            release = next((each for each in self.releases if _met(each.condition, value, asking)), None)
            if release is None:
                return None
            if release.transform is not None:
                return transformed(release.transform, inside, asking.key)
        return inside if self.below is None else self.below(inside, asking)


def _rows(owner: str, access: Access) -> Rows:
    """Return which rows of a type are there; of a remote source's, one agency decides."""
    return access.rows(owner).otherwise


def _releases(selected: Selected) -> Iterable[Release]:
    decisions: ByProvider[Decision] | None = selected.decisions
    return decisions.otherwise.releases if decisions else ()


def _met(condition: Condition, value: Mapping[str, Any], asking: Asking) -> bool:
    if condition == ALWAYS:
        return True
    for clause in condition:
        wanted = asking.attributes.get(clause.value.attribute) if isinstance(clause.value, Subject) else clause.value
        given = value.get(f"{_COMPARED}{clause.field}")
        if wanted is None or given is None or not holds(clause.operator, given, wanted):
            return False
    return True

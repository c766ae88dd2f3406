"""What a merged answer holds of whose: told as it is completed, so of what is really in it.

1. An object that the hub has a row of is a row of its provider: also one that only other sources' fields are asked of,
   for without its row it would not be there.
2. Fields of remote sources are of their agencies: an object counts once for each that has given something of it. An
   entry point of a source that gives no object stands under its coordinate.
3. An object is about the party of its row. Where it is an entity of the hub and its row was not needed, nobody knows
   whom it is about; what else sources give is about whom the object around it is about.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from baygate.gateway.planning.reading import QUERY
from baygate.sources.fetch import Selected
from baygate.sources.resident.facts import ROW
from baygate.sources.supergraph.contributions import Contributions

Fact = tuple[str, str, str]
"""A concrete type or a coordinate, a provider, and a party."""
_Given = tuple[str, str, frozenset[str]]
"""What is told if any of these names is in a merged object: a type or coordinate, and an agency."""


class Witness:
    """Follows one answer down its objects; ``facts`` is what it holds so far."""

    def __init__(self, contributed: Contributions) -> None:
        self._contributed = contributed
        self._party = ""
        self._known: dict[tuple[str, int], tuple[bool, tuple[_Given, ...]]] = {}
        self.facts: list[Fact] = []

    def enter(self, owner: str, fields: Iterable[Selected], value: Mapping[str, Any]) -> str:
        """Tell of an object before those in it; return whom the one around it is about."""
        around = self._party
        entity, remote = self._of(owner, fields)
        row = value.get(ROW)
        if row is not None:
            provider, self._party = row
            self.facts.append((owner, provider, self._party))
        elif entity:
            self._party = ""
        for name, agency, names in remote:
            if not names.isdisjoint(value):
                self.facts.append((name, agency, self._party))
        return around

    def leave(self, around: str) -> None:
        """Go back to the object around."""
        self._party = around

    def _of(self, owner: str, fields: Iterable[Selected]) -> tuple[bool, tuple[_Given, ...]]:
        """Return whether an object is an entity of the hub, and what remote sources can give of it."""
        key = (owner, id(fields))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._contributed.kept_by_hub(owner), tuple(self._given(owner, fields))
        return known

    def _given(self, owner: str, fields: Iterable[Selected]) -> Iterator[_Given]:
        given: dict[tuple[str, str], set[str]] = {}
        for each in fields:
            agency = None if each.withheld else self._contributed.agency(owner, each.field)
            if agency is not None and owner != QUERY:
                given.setdefault((owner, agency), set()).add(each.name)
            elif agency is not None and each.selection is None:
                given.setdefault((f"{QUERY}.{each.field}", agency), set()).add(each.name)
        if not given and owner in self._contributed.types:
            given[owner, self._contributed.types[owner]] = {each.name for each in fields}
        for (name, agency), names in given.items():
            yield name, agency, frozenset(names)

"""What may go from one source to another for a caller, and whether what he wants of an object can be had with that.

1. A source is sent nothing of other sources, as a key or as what one of its fields requires, but what the caller sees
   as it is of whatever is there for him. What the contract hides from everybody serves sources alone, and passes.
2. Where a value leads to records of remote sources of which only some are there, it is not sent: which they are is
   known only once they came.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import get_named_type, is_abstract_type

from baygate.access.decision import ALL_ROWS
from baygate.gateway.planning.federation.location import Arrival, Location, typed
from baygate.gateway.planning.federation.visits import Search
from baygate.gateway.planning.reading import Reading
from baygate.sources.fetch import Selected, Selection
from baygate.sources.supergraph.contributions import Contributions
from baygate.sources.supergraph.model import Presence, fields_on
from baygate.storage.sources import HUB

Coordinate = tuple[str, str]
"""A type and a field of it; without one, all of the type."""


@dataclass(frozen=True)
class Usable:
    """Says of a field whether it may be sent to other sources (rules 1 and 2)."""

    reading: Reading
    contributed: Contributions

    def __call__(self, owner: str, name: str) -> bool:
        """Decide about a field of a type; of an abstract one, about all that its values can be."""
        type_: Any = self.reading.schema.get_type(owner)
        if type_ is None:
            return True
        if is_abstract_type(type_):
            concrete = [each.name for each in self.reading.schema.get_possible_types(type_)]
            return all(self(each, name) for each in concrete if self.reading.there(each) or not self._governed(each))
        if name not in type_.fields or not self._governed(owner):
            return True
        return self._seen(owner, name) and not any(map(self._partly_there, self._targets(type_.fields[name].type)))

    def lacking(self, owner: str, name: str) -> Coordinate:
        """Return what keeps a field from being sent: that it is not seen, or a type to which it leads (rule 2)."""
        type_: Any = self.reading.schema.get_type(owner)
        if is_abstract_type(type_) or not self._seen(owner, name):
            return owner, name
        return next(filter(self._partly_there, self._targets(type_.fields[name].type))), ""

    def _seen(self, owner: str, name: str) -> bool:
        return self.reading.there(owner) and self.reading.plainly(owner, name)

    def _governed(self, owner: str) -> bool:
        return owner in self.reading.binding.objects or owner in self.contributed.types or owner == "Query"

    def _partly_there(self, owner: str) -> bool:
        return owner in self.contributed.types and self.reading.access.rows(owner).otherwise != ALL_ROWS

    def _targets(self, type_: Any) -> Iterator[str]:
        named = get_named_type(type_)
        if is_abstract_type(named):
            yield from (each.name for each in self.reading.schema.get_possible_types(named))
        else:
            yield named.name


class Ways:
    """Tells whether fields can be had of objects, from where these were reached, with what may be sent."""

    def __init__(self, reading: Reading, contributed: Contributions) -> None:
        self._usable = Usable(reading, contributed)
        self._federation = contributed.federation
        self._search = Search(contributed.federation, self._usable)

    def arrivals(self, owner: str, name: str) -> tuple[Arrival, ...]:
        """Return where a field of remote sources leads."""
        found = []
        for each in self._federation.presences.get(owner, ()):
            there = each.fields.get(name)
            presence = self._federation.presence(each.graph, there.named) if there else None
            if there is not None and presence is not None and (there.resolvable or there.requires):
                found.append(Arrival(presence, there.provides))
        return tuple(found)

    def lacking(self, owner: str, name: str, arrivals: tuple[Arrival, ...]) -> Coordinate | None:
        """Return what the caller would have to read so that a field can be had; None if nothing stands in the way.

        Without ``arrivals`` the object was reached in the hub.
        """
        reached = typed(self._federation, arrivals, owner) if arrivals else self._in_hub(owner)
        if not reached or self._search.route(owner, (Selected(name, name, {}, None),), reached) is not None:
            return None
        return next(self._unusable(owner, name, [each.presence for each in reached]), None)

    def _in_hub(self, owner: str) -> tuple[Location, ...]:
        presences = self._federation.presences.get(owner, ())
        return tuple(Location(each) for each in presences if each.graph.name == HUB and each.type == owner)

    def _unusable(self, owner: str, name: str, reached: Collection[Presence]) -> Iterator[Coordinate]:
        """Yield what may not be sent of all that could lead to a field.

        First what sources require for it, then keys: those that are at hand before others, into the sources that have
        the field before others.
        """
        presences = [each for each in self._federation.presences.get(owner, ()) if each not in reached]
        having = [each for each in presences if name in each.fields]
        for each in (*reached, *having):
            requires = each.fields[name].requires if name in each.fields else None
            if requires is not None:
                yield from self._among(requires, owner, each)
        keys = [(key.selection, each) for each in (*having, *presences) for key in each.keys if key.resolvable]
        at_hand = {field for each in reached for field in each.fields}
        keys.sort(key=lambda known: not {each.field for each in fields_on(known[0], owner, known[1])} <= at_hand)
        for key, each in keys:
            yield from self._among(key, owner, each)

    def _among(self, selection: Selection, owner: str, presence: Presence) -> Iterator[Coordinate]:
        for each in fields_on(selection, owner, presence):
            yield from self._below(owner, each)

    def _below(self, owner: str, selected: Selected) -> Iterator[Coordinate]:
        if not self._usable(owner, selected.field):
            yield self._usable.lacking(owner, selected.field)
        for inner, fields in selected.selection.fields.items() if selected.selection else ():
            for each in fields:
                yield from self._below(inner, each)

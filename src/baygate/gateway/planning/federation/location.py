"""Where an object of the answer has been reached: in which subgraph, and what that subgraph can answer of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from baygate.sources.fetch import Selected, Selection
from baygate.sources.supergraph.model import Federation, FieldIn, Kind, Presence


@dataclass(frozen=True, eq=False)
class Location:
    """An object reached in one subgraph.

    ``provided`` is what the way there makes resolvable besides (``@provides``); ``fulfilled`` the fields whose
    requirements were sent along when it was entered (``@requires``).
    """

    presence: Presence
    provided: Selection | None = None
    fulfilled: frozenset[str] = frozenset()

    def _identity(self) -> tuple[int, int, frozenset[str]]:
        return id(self.presence), id(self.provided), self.fulfilled

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Location) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    @property
    def untyped(self) -> bool:
        """Whether the subgraph knows the object only by its interface."""
        return self.presence.kind is Kind.INTERFACE_OBJECT

    def resolves(self, owner: str, field: str, *, needed: bool) -> bool:
        """Whether a field of the object can be asked for here, as it was reached; for the plan if it is ``needed``."""
        there = self.presence.fields.get(field)
        if there is None or (there.internal and not needed):
            return False
        if field in self.fulfilled or (there.resolvable and there.requires is None):
            return True
        return self._provided(owner, field) is not None

    def _provided(self, owner: str, field: str) -> Selected | None:
        if self.provided is None:
            return None
        fields = self.provided.fields.get(owner) or self.provided.fields.get(self.presence.type) or ()
        return next((each for each in fields if each.field == field), None)

    def below(self, owner: str, field: str) -> tuple[FieldIn, Selection | None]:
        """Return a field as it is here, and what is provided below it."""
        there = self.presence.fields[field]
        passed = self._provided(owner, field)
        nested = passed.selection if passed else None
        if nested is None or there.provides is None:
            return there, nested or there.provides
        return there, Selection(
            there.provides.type,
            {name: (*fields, *nested.fields.get(name, ())) for name, fields in there.provides.fields.items()},
        )


@dataclass(frozen=True)
class Arrival:
    """A value of a composite type reached by a field: the type as it is in that subgraph."""

    presence: Presence
    provided: Selection | None

    def __hash__(self) -> int:
        return hash((id(self.presence), id(self.provided)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arrival) and self.presence is other.presence and self.provided is other.provided


def arrive(federation: Federation, owner: str, location: Location, field: str) -> Arrival | None:
    """Return where a composite field leads from a location; None if its type is not to be had there."""
    there, provided = location.below(owner, field)
    presence = federation.presence(location.presence.graph, there.named)
    return Arrival(presence, provided) if presence else None


def typed(federation: Federation, arrivals: Iterable[Arrival], type_name: str) -> tuple[Location, ...]:
    """Return the locations of those values that are of one concrete type."""
    found = []
    for each in arrivals:
        if type_name in each.presence.possible:
            presence = federation.presence(each.presence.graph, type_name)
            if presence is not None:
                found.append(Location(presence, each.provided))
    return tuple(dict.fromkeys(found))


def untyped(arrivals: Iterable[Arrival]) -> tuple[Location, ...]:
    """Return the locations of values of which only the interface is known.

    They are of interface objects, or of an interface that nothing implements there.
    """
    return tuple(Location(each.presence, each.provided) for each in arrivals if not each.presence.possible)

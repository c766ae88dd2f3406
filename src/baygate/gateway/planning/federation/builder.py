"""From routes to fetches: walks what is wanted, follows each object's route, and writes down who is asked for what."""

from collections.abc import Iterable
from dataclasses import dataclass

from baygate.gateway.planning.federation.fetch_plan import (
    Asked,
    FederatedFetch,
    FetchPlan,
    Need,
    Node,
    Place,
    Representation,
    Where,
)
from baygate.gateway.planning.federation.location import Arrival, Location, typed, untyped
from baygate.gateway.planning.federation.merging import merged
from baygate.gateway.planning.federation.names import Names
from baygate.gateway.planning.federation.visits import Entry, Search, Visit
from baygate.gateway.refusal import Refusal
from baygate.sources.fetch import TYPENAME, Selected, Selection
from baygate.sources.supergraph.model import Federation, Fields, Kind, fields_on

Sources = frozenset[int]
"""The fetches that something comes from."""


@dataclass(frozen=True)
class _At:
    """A location, and the fetch that reached it there: ``node`` is what it asks of the object."""

    location: Location
    fetch: FederatedFetch
    node: Node

    def asked(self, owner: str) -> dict[str, Asked]:
        """Return what is asked here of an object of a type, which the subgraph may know only by an interface."""
        return self.node.on(self.location.presence.type if self.location.untyped else owner)


@dataclass(frozen=True)
class _Arrived:
    arrival: Arrival
    fetch: FederatedFetch
    node: Node


class Unreachable(Refusal):
    """Something is wanted that no subgraph can give here, though the supergraph's schema has it."""

    def __init__(self, owner: str, wanted: Fields) -> None:
        fields = ", ".join(f"{owner}.{each.field}" for each in wanted)
        super().__init__(
            "UNREACHABLE",
            f"No way leads through the sources to all of {fields}. Compose the supergraph anew: that shows why.",
        )


class Builder:
    """Builds the fetches of one operation."""

    def __init__(self, federation: Federation, search: Search) -> None:
        self._federation = federation
        self._search = search
        self._names = Names(self._internal)
        self._fetches: list[FederatedFetch] = []
        self._discoveries: dict[tuple[str, ...], int] = {}
        """The fetch that tells of which types the objects in a place are, where the one before it could not."""

    def query(self, selection: Selection) -> FetchPlan:
        """Return the plan of a query."""
        self._names.take(selection)
        self._object(selection.type, _asked_of_sources(selection.fields[selection.type]), [], (), "query")
        return self._plan()

    def mutation(self, selection: Selection) -> FetchPlan:
        """Return the plan of a mutation: its fields one after the other (specification 6.2.2)."""
        self._names.take(selection)
        for fields in self._runs(selection.type, _asked_of_sources(selection.fields[selection.type])):
            before = frozenset(each.id for each in self._fetches)
            self._object(selection.type, fields, [], (), "mutation")
            for each in self._fetches:
                if not each.of_entities and each.id not in before:
                    each.after |= before
        return self._plan()

    def _internal(self, owner: str, field: str) -> bool:
        """Whether some subgraph has a field only to refer to entities by it: what it says is never the caller's."""
        presences = self._federation.presences.get(owner, ())
        return any(each.fields[field].internal for each in presences if field in each.fields)

    def _runs(self, owner: str, fields: Fields) -> list[Fields]:
        """Return the fields in runs that one subgraph answers, so that it keeps their order itself."""
        runs: list[tuple[object, Fields]] = []
        for each in fields:
            route = self._search.route(owner, (each,), ())
            graph = route.visits[0].location.presence.graph if route and len(route.visits) == 1 else object()
            if runs and runs[-1][0] is graph:
                runs[-1] = (graph, (*runs[-1][1], each))
            else:
                runs.append((graph, (each,)))
        return [run for _, run in runs]

    def _plan(self) -> FetchPlan:
        return FetchPlan(tuple(merged(self._fetches)), self._names.moved)

    def _object(
        self,
        owner: str,
        wanted: Fields,
        ats: list[_At],
        place: Place,
        operation: str = "query",
        *,
        needed: bool = False,
    ) -> Sources:
        """Ask for what is wanted of an object; return which fetches it comes from."""
        route = self._search.route(owner, wanted, tuple(each.location for each in ats), needed=needed)
        if route is None:
            raise Unreachable(owner, wanted)
        ats = list(ats)
        for visit in route.visits:
            ats.append(self._visit(owner, visit, ats, place, operation))
        sources: Sources = frozenset()
        for each in wanted:
            sources |= self._field(owner, each, ats, place, needed=needed)
        return sources

    def _visit(self, owner: str, visit: Visit, ats: list[_At], place: Place, operation: str = "query") -> _At:
        """Enter a subgraph, with a representation made of what was fetched before."""
        presence = visit.location.presence
        after: Sources = frozenset()
        for each in visit.needs:
            after |= self._field(owner, each, ats, place, needed=True)
        representation = None
        if visit.key is not None:
            keys = len({each.field for each in fields_on(visit.key.selection, owner, presence)})
            representation = Representation(presence.type, self._needs(owner, visit.needs, path_of(place)), keys)
        fetch = self._fetch(owner, visit, place, representation, after, operation)
        return _At(visit.location, fetch, fetch.node)

    def _fetch(
        self,
        owner: str,
        visit: Visit,
        place: Place,
        representation: Representation | None,
        after: Sources,
        operation: str,
    ) -> FederatedFetch:
        """Return the fetch of a visit: one that goes there anyway for objects of another type in the same place."""
        graph = visit.location.presence.graph
        after |= self._told_types(place)
        static = not place or place[-1][1] is None
        where = Where(place, owner) if static else Where((*place[:-1], (place[-1][0], None)))
        if representation is not None:
            for each in self._fetches:
                same = each.graph is graph and each.places == [where] and each.after == after
                if same and not static and owner not in each.representations:
                    each.representations[owner] = representation
                    return each
        node = Node("_Entity" if representation else owner)
        fetch = FederatedFetch(
            len(self._fetches),
            graph,
            operation,
            [where],
            node,
            {owner: representation} if representation else {},
            after,
        )
        self._fetches.append(fetch)
        return fetch

    def _told_types(self, place: Place) -> Sources:
        """Return the fetches without which it is not known which objects are in a place."""
        path = path_of(place)
        found = (self._discoveries.get(path[: end + 1]) for end, (_, type_) in enumerate(place) if type_ is not None)
        return frozenset(each for each in found if each is not None)

    def _field(self, owner: str, selected: Selected, ats: list[_At], place: Place, *, needed: bool) -> Sources:
        if selected.field == TYPENAME:
            return self._typename(owner, ats)
        if selected.selection is not None:
            return self._composite(owner, selected, ats, place, needed=needed)
        able = [each for each in ats if each.location.resolves(owner, selected.field, needed=needed)]
        name = self._name(owner, selected, able, place, needed=needed)
        at = next((each for each in able if name in each.asked(owner)), able[0])
        self._ask(at, owner, selected, name)
        return frozenset([at.fetch.id])

    def _name(self, owner: str, selected: Selected, ats: list[_At], place: Place, *, needed: bool) -> str:
        """Return under which name a field stands in the merged answer."""
        path = path_of(place)
        if needed:
            return self._names.of(path, owner, selected)
        clash = any(each.location.untyped for each in ats) and self._names.clash(path, selected)
        if clash or selected.key == TYPENAME:  # of what type an object is stands there, whatever else was to
            return self._names.move(path, owner, selected)
        return selected.key

    def _typename(self, owner: str, ats: list[_At]) -> Sources:
        """Ask for the type of an object that is known only by its interface; else it is known beforehand."""
        if not self._federation.abstract(owner):
            return frozenset()
        at = next(each for each in ats if each.location.presence.kind is Kind.INTERFACE)
        at.node.typename = True
        return frozenset([at.fetch.id])

    def _ask(self, at: _At, owner: str, selected: Selected, name: str) -> Asked:
        asked = at.asked(owner)
        known = asked.get(name)
        if known is None:
            there = at.location.presence.fields[selected.field]
            known = asked[name] = Asked(name, selected.field, selected.arguments, there.type, selected)
        elif known.selected.decisions is None:
            known.selected = selected
        return known

    def _composite(self, owner: str, selected: Selected, ats: list[_At], place: Place, *, needed: bool) -> Sources:
        way = self._search.way(owner, selected, tuple(each.location for each in ats), needed=needed)
        if way is None:
            raise Unreachable(owner, (selected,))
        arrived = []
        sources: Sources = frozenset()
        used = [next(each for each in ats if each.location == location) for location in way.used]
        name = self._name(owner, selected, used, place, needed=needed)
        for at in used:
            arrival = self._search.arrival(owner, at.location, selected.field)
            if arrival is None:
                continue
            asked = self._ask(at, owner, selected, name)
            if asked.below is None:
                asked.below = Node(arrival.presence.type)
            arrived.append(_Arrived(arrival, at.fetch, asked.below))
            sources |= {at.fetch.id}
        assert selected.selection is not None  # noqa: S101 - asked only of composite fields
        return sources | self._values(selected.selection, arrived, place, name, needed=needed)

    def _values(
        self, selection: Selection, arrived: list[_Arrived], place: Place, name: str, *, needed: bool
    ) -> Sources:
        entry = self._search.entry(selection, tuple(dict.fromkeys(each.arrival for each in arrived)), needed=needed)
        assert entry is not None  # noqa: S101 - the way there was found with it
        if entry.uniform:
            ats = [_at_interface(each) for each in arrived if untyped([each.arrival])]
            wanted = selection.fields[selection.type]
            return self._object(selection.type, wanted, ats, (*place, (name, None)), needed=needed)
        more: list[_At] = []
        if entry.discovery is not None:
            more = [_at_interface(each) for each in arrived if untyped([each.arrival])]
            arrived = [self._discovered(selection.type, entry, more, (*place, (name, None)))]
        return self._typed(selection, arrived, more, place, name, needed=needed)

    def _discovered(self, interface: str, entry: Entry, ats: list[_At], place: Place) -> _Arrived:
        assert entry.discovery is not None  # noqa: S101 - asked only then
        at = self._visit(interface, entry.discovery, ats, place)
        self._discoveries.setdefault(path_of(place), at.fetch.id)
        return _Arrived(Arrival(entry.discovery.location.presence, None), at.fetch, at.node)

    def _typed(
        self,
        selection: Selection,
        arrived: list[_Arrived],
        more: list[_At],
        place: Place,
        name: str,
        *,
        needed: bool,
    ) -> Sources:
        several = self._federation.abstract(selection.type)
        sources: Sources = frozenset(each.fetch.id for each in arrived)
        for each in arrived:
            each.node.typename |= several
        for owner, fields in selection.fields.items():
            if self._federation.abstract(owner):
                continue
            ats = [
                _At(location, each.fetch, each.node)
                for each in arrived
                for location in typed(self._federation, [each.arrival], owner)
            ]
            if ats:
                there = (*place, (name, owner if several else None))
                sources |= self._object(owner, fields, [*ats, *more], there, needed=needed)
        return sources

    def _needs(self, owner: str, fields: Iterable[Selected], path: tuple[str, ...]) -> tuple[Need, ...]:
        """Return how a representation's fields are read from the merged answer."""
        needs: dict[str, Need] = {}
        for each in fields:
            name = self._names.of(path, owner, each)
            below = None
            if each.selection is not None:
                below = {
                    inner: self._needs(inner, inner_fields, (*path, name))
                    for inner, inner_fields in each.selection.fields.items()
                }
            needs[each.field] = _both(needs.get(each.field), Need(each.field, name, below))
        return tuple(needs.values())


def _both(one: Need | None, other: Need) -> Need:
    """Return a need that holds what either does."""
    if one is None or one.below is None or other.below is None:
        return other
    below = dict(one.below)
    for owner, needs in other.below.items():
        inside = {each.field: each for each in below.get(owner, ())}
        for each in needs:
            inside[each.field] = _both(inside.get(each.field), each)
        below[owner] = tuple(inside.values())
    return Need(one.field, one.name, below)


def _at_interface(arrived: _Arrived) -> _At:
    (location,) = untyped([arrived.arrival])
    return _At(location, arrived.fetch, arrived.node)


def _asked_of_sources(fields: Fields) -> Fields:
    """Return the root's fields without what the gateway answers itself: introspection, the root type's name."""
    return tuple(each for each in fields if not each.field.startswith("__"))


def path_of(place: Place) -> tuple[str, ...]:
    """Return the names along a place."""
    return tuple(name for name, _ in place)

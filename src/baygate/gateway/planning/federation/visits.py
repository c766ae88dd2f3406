"""Which subgraphs to visit for an object: the cheapest sequence of visits that resolves all that is wanted of it.

For each object of the answer the search is the same: it has been reached in some subgraphs (locations), certain fields
are wanted of it, and one may move on to any other subgraph that has it, by a key whose fields can be had where one is.
A best-first search over sets of locations finds the visits that cost least, what lies below included. A visit costs
one request. That an earlier one has to be waited for costs a little, and each value that comes with a later one a
little less: of plans with equally many requests the flatter is taken, and that which has most with the first.
What is found is remembered for each object, selection and set of locations.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from baygate.gateway.planning.federation.location import Arrival, Location, arrive, typed, untyped
from baygate.sources.fetch import TYPENAME, Selected, Selection
from baygate.sources.supergraph.model import Federation, Fields, Key, Kind, Presence, fields_on

_REQUEST = 1.0
_WAIT = 0.01
_LATE = 0.001
_MOST_STATES = 5_000
"""Sets of locations that one object's search looks at; a supergraph in which more are needed is refused."""


@dataclass(frozen=True)
class Visit:
    """One move of an object into a subgraph, by a key; root types are entered without one."""

    location: Location
    key: Key | None
    needs: Fields
    """What is sent along: the key's fields, and those that wanted fields require."""


@dataclass(frozen=True)
class Route:
    """How all that is wanted of an object is had: what that costs, and the visits in order."""

    cost: float
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class Way:
    """How a composite field is had: from which of the locations it is asked for, and what its values cost."""

    cost: float
    used: tuple[Location, ...]


@dataclass(frozen=True)
class Entry:
    """How values of a composite type are read.

    ``uniform``: as their interface only, without knowing their types. ``discovery``: the visit that tells the types of
    values which so far are known by their interface.
    """

    cost: float
    uniform: bool = False
    discovery: Visit | None = None


Usable = Callable[[str, str], bool]
"""Whether a field of a type may serve to refer to its object in another subgraph."""
_Known = tuple[str, int, frozenset[Location], bool]


class Search:
    """Finds routes in one supergraph; what it finds depends on nothing else but which fields may be used on the way.

    What is ``needed`` is for the plan itself: keys, and what fields require.
    """

    def __init__(self, federation: Federation, usable: Usable = lambda *_: True) -> None:
        self._federation = federation
        self._usable = usable
        self._roots = frozenset(federation.roots())
        self._routes: dict[_Known, Route | None] = {}
        self._ways: dict[_Known, Way | None] = {}
        self._kept: list[Fields] = []
        self._arrivals: dict[tuple[str, Location, str], Arrival | None] = {}

    def route(
        self, owner: str, wanted: Fields, locations: tuple[Location, ...], *, needed: bool = False
    ) -> Route | None:
        """Return the cheapest route to all that is wanted of an object; None if there is none."""
        known = (owner, id(wanted), frozenset(locations), needed)
        if known not in self._routes:
            self._routes[known] = None  # a route that needs itself is none
            self._kept.append(wanted)
            self._routes[known] = self._searched(owner, wanted, locations, needed)
        return self._routes[known]

    def _searched(self, owner: str, wanted: Fields, locations: tuple[Location, ...], needed: bool) -> Route | None:
        rest = self._gathered(owner, wanted, locations, needed)
        if rest is not None and rest < _REQUEST:
            return Route(rest, ())  # as most objects are: no visit could make that cheaper
        relevant = self._relevant(owner, wanted)
        late = _LATE * sum(_size(each) for each in wanted if self._gathered(owner, (each,), locations, needed) is None)
        best: Route | None = None
        count = itertools.count()
        pending: list[tuple[float, int, tuple[Location, ...], tuple[Visit, ...]]] = [(0.0, next(count), locations, ())]
        seen: set[frozenset[Location]] = set()
        while pending and len(seen) < _MOST_STATES:
            cost, _, here, visits = heapq.heappop(pending)
            if best is not None and cost >= best.cost:
                break
            if frozenset(here) in seen:
                continue
            seen.add(frozenset(here))
            rest = self._gathered(owner, wanted, here, needed)
            if rest is not None and (best is None or cost + rest + late < best.cost):
                best = Route(cost + rest + (late if visits else 0.0), visits)
            if best is not None and cost + _REQUEST >= best.cost:
                continue
            for visit, extra in self._moves(owner, here, relevant):
                step = _REQUEST + _WAIT * len(visits) + extra
                heapq.heappush(pending, (cost + step, next(count), (*here, visit.location), (*visits, visit)))
        return best

    def _relevant(self, owner: str, wanted: Fields) -> dict[str, None]:
        """Return the fields of the object that could be of use: what is wanted, and what that requires."""
        relevant: dict[str, None] = {}
        pending = [each.field for each in wanted]
        while pending:
            name = pending.pop(0)
            if name in relevant:
                continue
            relevant[name] = None
            for presence in self._federation.presences.get(owner, ()):
                there = presence.fields.get(name)
                if there and there.requires:
                    pending += [each.field for each in fields_on(there.requires, owner, presence)]
        return relevant

    def _moves(
        self, owner: str, here: tuple[Location, ...], relevant: dict[str, None]
    ) -> Iterator[tuple[Visit, float]]:
        for presence in self._federation.presences.get(owner, ()):
            held = [each for each in here if each.presence is presence]
            ready = self._ready(owner, presence, here, relevant)
            if (held and not ready) or not (ready or self._offers(owner, presence, relevant)):
                continue
            location = Location(presence, None, frozenset(ready))
            required = tuple(each for fields in ready.values() for each in fields)
            if owner in self._roots:
                yield Visit(location, None, ()), 0.0
                continue
            by = self._key(owner, presence, here)
            if by is None:
                continue
            key, extra = by
            more = self._gathered(owner, required, here, needed=True)
            assert more is not None  # noqa: S101 - only what can be gathered is ready
            yield Visit(location, key, (*fields_on(key.selection, owner, presence), *required)), extra + more

    def _offers(self, owner: str, presence: Presence, relevant: dict[str, None]) -> bool:
        """Whether a subgraph answers something of use, be it only a part of a key by which one gets further."""
        keyed = {
            each.field
            for other in self._federation.presences.get(owner, ())
            for key in other.keys
            for each in fields_on(key.selection, owner, other)
        }
        names = [name for name, there in presence.fields.items() if there.resolvable and there.requires is None]
        typed_here = TYPENAME in relevant and presence.kind is Kind.INTERFACE
        return typed_here or any(name in relevant or name in keyed for name in names)

    def _ready(
        self, owner: str, presence: Presence, here: tuple[Location, ...], relevant: dict[str, None]
    ) -> dict[str, Fields]:
        """Return the fields whose requirements can be sent along now, in one representation, with what they require."""
        done = {name for each in here if each.presence is presence for name in each.fulfilled}
        ready: dict[str, Fields] = {}
        for name in relevant:
            there = presence.fields.get(name)
            if there is None or there.requires is None or name in done:
                continue
            required = fields_on(there.requires, owner, presence)
            if self._gathered(owner, required, here, needed=True) is None:
                continue
            if not conflicting(ready.values(), required):
                ready[name] = required
        return ready

    def _key(self, owner: str, presence: Presence, here: tuple[Location, ...]) -> tuple[Key, float] | None:
        """Return the cheapest key by which the object can be referred to in a subgraph, and what to have it costs."""
        best: tuple[Key, float] | None = None
        for key in presence.keys:
            if not key.resolvable:
                continue
            cost = self._gathered(owner, fields_on(key.selection, owner, presence), here, needed=True)
            if cost is not None and (best is None or cost < best[1]):
                best = (key, cost)
        return best

    def _gathered(self, owner: str, fields: Fields, here: tuple[Location, ...], needed: bool) -> float | None:
        """Return what it costs to have fields of an object from where it is reached; None if one cannot be had."""
        total = 0.0
        for each in fields:
            if each.field == TYPENAME:
                if self._federation.abstract(owner) and not any(at.presence.kind is Kind.INTERFACE for at in here):
                    return None
            elif needed and not self._usable(owner, each.field):
                return None
            elif each.selection is None:
                if not any(at.resolves(owner, each.field, needed=needed) for at in here):
                    return None
            else:
                way = self.way(owner, each, here, needed=needed)
                if way is None:
                    return None
                total += way.cost
        return total

    def way(self, owner: str, selected: Selected, here: tuple[Location, ...], *, needed: bool) -> Way | None:
        """Return from which locations a composite field is asked for: as few as its values need."""
        able = tuple(each for each in here if each.resolves(owner, selected.field, needed=needed))
        known = (owner, id(selected), frozenset(able), needed)
        if known not in self._ways:
            self._ways[known] = self._fewest(owner, selected, able, needed)
        return self._ways[known]

    def _fewest(self, owner: str, selected: Selected, able: tuple[Location, ...], needed: bool) -> Way | None:
        cost = self._below(owner, selected, able, needed) if able else None
        if cost is None:
            return None
        for each in able:
            if self._below(owner, selected, (each,), needed) == cost:
                return Way(cost, (each,))
        if not self._divisible(owner, selected, able, needed):
            alone = [(self._below(owner, selected, (each,), needed), each) for each in able]
            cheapest = min(((below, each) for below, each in alone if below is not None), key=_cost, default=None)
            return Way(cheapest[0], (cheapest[1],)) if cheapest else None
        used = able
        for each in able:
            fewer = tuple(other for other in used if other is not each)
            if fewer and self._below(owner, selected, fewer, needed) == cost:
                used = fewer
        return Way(cost, used)

    def _divisible(self, owner: str, selected: Selected, able: tuple[Location, ...], needed: bool) -> bool:
        """Whether values may be had in parts, from several subgraphs.

        Values of an abstract type only if one of its types has to be: else subgraphs that are each good for other
        types would all be asked, and their word on the type of a value could differ.
        """
        selection = selected.selection
        assert selection is not None  # noqa: S101 - only composite fields lead anywhere
        if not self._federation.abstract(selection.type):
            return True
        arrivals = [each for each in (self.arrival(owner, at, selected.field) for at in able) if each]
        return any(self._nowhere_whole(name, fields, arrivals, needed) for name, fields in selection.fields.items())

    def _nowhere_whole(self, name: str, fields: Fields, arrivals: Iterable[Arrival], needed: bool) -> bool:
        """Whether a type could come from several subgraphs and none of them leads to all that is wanted of it."""
        if self._federation.abstract(name):
            return False
        places = [here for each in arrivals if (here := typed(self._federation, [each], name))]
        return len(places) > 1 and all(self.route(name, fields, here, needed=needed) is None for here in places)

    def _below(self, owner: str, selected: Selected, used: tuple[Location, ...], needed: bool) -> float | None:
        assert selected.selection is not None  # noqa: S101 - only composite fields lead anywhere
        arrivals = [each for each in (self.arrival(owner, at, selected.field) for at in used) if each]
        entry = self.entry(selected.selection, tuple(dict.fromkeys(arrivals)), needed=needed)
        return entry.cost if entry else None

    def arrival(self, owner: str, location: Location, field: str) -> Arrival | None:
        """Return where a composite field leads from a location."""
        known = (owner, location, field)
        if known not in self._arrivals:
            self._arrivals[known] = arrive(self._federation, owner, location, field)
        return self._arrivals[known]

    def entry(self, selection: Selection, arrivals: tuple[Arrival, ...], *, needed: bool) -> Entry | None:
        """Return how values are read that were reached at ``arrivals``; None if something wanted cannot be had."""
        if not arrivals:
            return None
        known_by_interface = untyped(arrivals)
        if not known_by_interface:
            cost = self._each_type(selection, arrivals, (), needed)
            return None if cost is None else Entry(cost)
        uniform = self._uniformly(selection, known_by_interface, needed)
        found = [*([uniform] if uniform else []), *self._discoveries(selection, known_by_interface, needed)]
        return min(found, key=lambda each: each.cost, default=None)

    def _each_type(
        self, selection: Selection, arrivals: Iterable[Arrival], more: tuple[Location, ...], needed: bool
    ) -> float | None:
        total = 0.0
        for name, fields in selection.fields.items():
            if self._federation.abstract(name):
                continue
            here = typed(self._federation, arrivals, name)
            if not here:
                continue
            route = self.route(name, fields, (*here, *more), needed=needed)
            if route is None:
                return None
            total += route.cost
        return total

    def _uniformly(self, selection: Selection, here: tuple[Location, ...], needed: bool) -> Entry | None:
        """Return the entry that never learns the types of values, if the same is wanted of all types."""
        wanted = selection.fields.get(selection.type)
        if wanted is None or any(fields != wanted for fields in selection.fields.values()):
            return None
        route = self.route(selection.type, wanted, here, needed=needed)
        return Entry(route.cost, uniform=True) if route else None

    def _discoveries(self, selection: Selection, here: tuple[Location, ...], needed: bool) -> Iterator[Entry]:
        """Yield the entries that ask a subgraph which has the interface itself of which types the values are."""
        name = here[0].presence.type
        for presence in self._federation.presences.get(name, ()):
            if presence.kind is not Kind.INTERFACE or not presence.possible:
                continue
            by = self._key(name, presence, here)
            if by is None:
                continue
            key, extra = by
            cost = self._each_type(selection, [Arrival(presence, None)], here, needed)
            if cost is not None:
                visit = Visit(Location(presence), key, fields_on(key.selection, name, presence))
                late = _LATE * max(sum(map(_size, fields)) for fields in selection.fields.values())
                yield Entry(_REQUEST + extra + cost + late, discovery=visit)


def _cost(found: tuple[float, Location]) -> float:
    return found[0]


def _size(selected: Selected) -> int:
    """Return how many values are asked for by a field, those inside it included."""
    return 1 + sum(_size(each) for each in selected.selection or ())


def conflicting(taken: Iterable[Fields], more: Fields) -> bool:
    """Whether one representation cannot hold both: it has one place for a field, whatever its arguments."""
    return any(_clash(one, other) for fields in taken for one in fields for other in more)


def _clash(one: Selected, other: Selected) -> bool:
    if one.field != other.field:
        return False
    if one.arguments != other.arguments:
        return True
    if one.selection is None or other.selection is None:
        return False
    return any(
        conflicting([fields], other.selection.fields.get(name, ())) for name, fields in one.selection.fields.items()
    )

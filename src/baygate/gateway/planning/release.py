"""Access applied to a selection, before anything is fetched.

What is withheld is replaced by null, with one error per place in the query, the same whether or not such rows exist.
What stands for several rows is decided for all of them: inside a list an error's path stops at the list.

Rules, in the order in which they are applied to each place:

1. To read an argument's field (filter, order, key) is to read it: unless it is plain for every provider whose rows
   are there, the field that takes the argument is withheld.
2. A relation to a type of which no row is there for this caller is withheld.
3. A field is decided on its concrete type; one computed from others needs what its inputs need.
4. A withheld or conditional field that may not be null withholds the nearest field above it that may.
5. A count of rows of which a policy tells no small counts (``minCell``) is null below the largest number that any
   policy sets for a type that is there, and the place says so beforehand, whatever the count. A list of such rows must
   give something of every row: one that gives none (``__typename``, cursors, ``pageInfo``, what is withheld) would be
   a count by another name, and is refused.

What rule 5 does not do: to list a row is to count it. Whoever reaches a list reads what orders it, so he may name its
rows one by one, at the price of listing them, within his limits and on record. Nor does it see two questions together:
who is told of 40 rows and, under one more condition, of 38, knows of two. Numbers of which not even that may be known
need a type of their own that holds only sums.

What remote sources add (``sources/supergraph/contributions.py``) is decided by the same rules, each field as its
agency decides. An object is referred to in another source by a key, and some fields require others to be sent along;
so where the caller does not see plainly what would have to be sent (``federation/usable.py``), the field is withheld.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLSchema, get_nullable_type, is_list_type

from baygate.access.access import Access
from baygate.access.decision import WITHHELD, ByProvider, Decision, Withholding
from baygate.gateway.planning.federation.location import Arrival
from baygate.gateway.planning.federation.usable import Ways
from baygate.gateway.planning.reading import QUERY, Reading
from baygate.gateway.planning.selection import Problem
from baygate.sources.binding import Binding, One, Paged, Several, Verdict
from baygate.sources.fetch import TYPENAME, Argument, Selected, Selection
from baygate.sources.resident.pages import node_selections
from baygate.sources.supergraph.contributions import Contributions


@dataclass(frozen=True)
class Place:
    """Where in the answer something stands; inside a list, the list itself, for its rows are not told apart."""

    path: tuple[str, ...] = ()
    listed: bool = False

    def at(self, key: str) -> "Place":
        """Return the place of a response key here."""
        return self if self.listed else Place((*self.path, key))

    def each(self) -> "Place":
        """Return the place of whatever stands in the list that is here."""
        return Place(self.path, listed=True)


@dataclass(frozen=True)
class Notice:
    """Something that the caller is told about a place: why it is null, masked, or null for some rows."""

    kind: str
    path: tuple[str, ...]
    coordinate: str
    providers: tuple[str, ...]
    withholding: Withholding = field(default_factory=Withholding)
    rules: tuple[str, ...] = ()
    message: str = ""


class _Withheld(Exception):
    """A field that may not be null is withheld: the field above is, instead."""


class Releaser:
    """Applies one Access to one selection."""

    def __init__(
        self,
        access: Access,
        binding: Binding,
        schema: GraphQLSchema,
        problems: Mapping[int, Problem],
        contributed: Contributions | None = None,
    ) -> None:
        self._access = access
        self._binding = binding
        self._schema = schema
        self._contributed = contributed
        self._reading = Reading(access, binding, schema)
        self._ways = Ways(self._reading, contributed) if contributed else None
        self._problems = problems
        self.notices: dict[tuple[str, Place, str], Notice] = {}

    def root(self, selection: Selection) -> Selection:
        """Return the selection with every place decided; ``notices`` says what the caller is told."""
        (fields,) = selection.fields.values()
        return Selection(selection.type, {selection.type: tuple(self._root_field(each) for each in fields)})

    def entity(self, selection: Selection, place: Place, keys: tuple[str, ...]) -> Selection | None:
        """Return the decided selection on an entity reached by ``keys``; None if it is withheld.

        To pass a key as a representation is to read it.
        """
        for owner in selection.fields:
            for key in keys:
                if not self._reading.plainly(owner, key):
                    self._note("FIELD_WITHHELD", place, f"{owner}.{key}", self._reason(owner, key))
                    return None
        if not any(self._reading.there(owner) for owner in selection.fields):
            self._note("FIELD_WITHHELD", place, selection.type, self._closed(selection.fields))
            return None
        try:
            return self._selection(selection, place)
        except _Withheld:
            return None

    def _root_field(self, selected: Selected) -> Selected:
        bound = self._binding.roots.get(selected.field)
        place = Place((selected.key,))
        if bound is None:
            return self._remote_root(selected, place) if self._remote(QUERY, selected.field) else selected
        problem = self._problems.get(id(selected.arguments)) if isinstance(bound, Verdict) else None
        if problem:
            self._complain(problem, QUERY, selected, place)
        elif not self._reading.enters(selected.field):
            self._note("FIELD_WITHHELD", place, f"{QUERY}.{selected.field}", self._reason(QUERY, selected.field))
        elif isinstance(bound, Verdict):
            return replace(selected, decisions=self._access.decide(QUERY, selected.field))
        else:
            return self._related(QUERY, selected, bound, place)
        return replace(selected, selection=None, decisions=ByProvider({}, WITHHELD))

    def _remote_root(self, selected: Selected, place: Place) -> Selected:
        """Return a remote source's entry point decided: as its agency says, for there are no rows above it."""
        decisions = self._access.decide(QUERY, selected.field)
        self._tell(QUERY, selected.field, [("", decisions.otherwise)], place)
        decided = replace(selected, decisions=decisions)
        if decided.withheld:
            return replace(decided, selection=None)
        return self._followed(QUERY, decided, place)

    def _selection(self, selection: Selection, place: Place, arrivals: tuple[Arrival, ...] = ()) -> Selection:
        """Decide on a selection; ``arrivals`` are where a remote source's field leads, nowhere for one of the hub's."""
        rows = {name: self._access.rows(name) for name in selection.fields}
        fields = {
            name: tuple(self._field(name, each, place.at(each.key), arrivals) for each in each_fields)
            for name, each_fields in selection.fields.items()
            if self._reading.there(name)
        }
        return Selection(selection.type, fields, {name: rows[name] for name in fields})

    def _field(self, owner: str, selected: Selected, place: Place, arrivals: tuple[Arrival, ...] = ()) -> Selected:
        if selected.field == TYPENAME:
            return selected
        decisions = self._reading.decisions(owner, selected.field)
        present = self._reading.present(owner, decisions)
        self._tell(owner, selected.field, present, place)
        if any(each.lossy for _, each in present) and self._reading.required(owner, selected.field):
            raise _Withheld
        decided = replace(selected, decisions=decisions)
        if decided.withheld:
            return decided
        if self._cut_off(owner, selected.field, place, arrivals):
            if self._reading.required(owner, selected.field):
                raise _Withheld
            return replace(decided, selection=None, decisions=ByProvider({}, WITHHELD))
        if self._remote(owner, selected.field):
            return self._followed(owner, decided, place)
        known = self._binding.objects.get(owner)
        bound = known.fields.get(selected.field) if known else None
        if isinstance(bound, One | Several | Paged):
            return self._related(owner, decided, bound, place)
        if known is not None and bound is None and self._contributed is None:
            message = f"{owner}.{selected.field} is given by another source: ask for it from an entry point of the hub."
            self._complain(Problem(message), owner, selected, place)
            return replace(decided, selection=None, decisions=ByProvider({}, WITHHELD))
        return decided

    def _remote(self, owner: str, name: str) -> bool:
        return self._contributed is not None and self._contributed.agency(owner, name) is not None

    def _cut_off(self, owner: str, name: str, place: Place, arrivals: tuple[Arrival, ...]) -> bool:
        """Whether a field cannot be had without sending a source what the caller does not see."""
        if self._ways is None or not (arrivals or self._remote(owner, name)):
            return False
        lacking = self._ways.lacking(owner, name, arrivals)
        if lacking is None:
            return False
        type_name, field_name = lacking
        if field_name:
            self._note("FIELD_WITHHELD", place, f"{type_name}.{field_name}", self._reason(type_name, field_name))
        else:
            self._note("FIELD_WITHHELD", place, type_name, self._closed([type_name]))
        return True

    def _followed(self, owner: str, selected: Selected, place: Place) -> Selected:
        """Return a remote source's field with all that is below it decided."""
        if selected.selection is None:
            return selected
        withheld = replace(selected, selection=None, decisions=ByProvider({}, WITHHELD))
        targets = list(selected.selection.fields)
        if not any(self._reading.there(target) for target in targets):
            self._note("FIELD_WITHHELD", place, selected.selection.type, self._closed(targets))
            return withheld
        type_: Any = self._schema.get_type(owner)
        listed = is_list_type(get_nullable_type(type_.fields[selected.field].type))
        arrivals = self._ways.arrivals(owner, selected.field) if self._ways else ()
        inside = place.each() if listed else place
        try:
            followed = replace(selected, selection=self._selection(selected.selection, inside, arrivals))
        except _Withheld:
            return withheld
        counted = self._counted(followed.selection, targets) if listed else None
        if counted:
            self._complain(counted, owner, selected, place)
            return withheld
        return followed

    def _related(self, owner: str, selected: Selected, bound: Any, place: Place) -> Selected:
        assert selected.selection is not None  # noqa: S101 - a composite type always has a selection
        withheld = replace(selected, selection=None, decisions=ByProvider({}, WITHHELD))
        problem = self._problems.get(id(selected.arguments)) or _paging_problem(bound, selected.arguments)
        if problem:
            self._complain(problem, owner, selected, place)
            return withheld
        targets = [each.name for each in self._binding.concrete(bound.target)]
        for target in targets:
            for name in _read(bound, selected.arguments):
                if not self._reading.plainly(target, name):
                    self._note("FIELD_WITHHELD", place, f"{target}.{name}", self._reason(target, name))
                    return withheld
        if not any(self._reading.there(target) for target in targets):
            self._note("FIELD_WITHHELD", place, bound.target, self._closed(targets))
            return withheld
        try:
            if isinstance(bound, Paged):
                listed = replace(selected, selection=self._connection(selected.selection, place, targets))
            else:
                inside = place if isinstance(bound, One) else place.each()
                listed = replace(selected, selection=self._selection(selected.selection, inside))
        except _Withheld:
            return withheld
        counted = None if isinstance(bound, One) else self._counted(listed.selection, targets, bound)
        if counted:
            self._complain(counted, owner, selected, place)
            return withheld
        return listed

    def _connection(self, selection: Selection, place: Place, targets: list[str]) -> Selection:
        ((name, fields),) = selection.fields.items()
        rows = {target: self._access.rows(target) for target in targets if self._reading.there(target)}
        cells = self._cells(targets)
        for each in fields if cells else ():
            if each.field == "totalCount":
                self._note_small(cells, place.at(each.key), f"{name}.{each.field}")
        inside = {name: tuple(self._structural(each, place) for each in fields)}
        return Selection(selection.type, inside, rows, max(cells.values(), default=0))

    def _cells(self, targets: list[str]) -> dict[str, int]:
        """Return of which types that are there a count must not be small, and how large it must be."""
        known = {each: self._access.types[each].min_cell for each in targets if each in self._access.types}
        return {each: cell for each, cell in known.items() if cell and self._reading.there(each)}

    def _counted(self, listed: Selection | None, targets: list[str], bound: Any = None) -> Problem | None:
        """Return why a list is refused that gives nothing of some rows, so that they could only be counted."""
        cells = self._cells(targets)
        if not cells or listed is None:
            return None
        shown = [listed]
        if isinstance(bound, Paged):
            (fields,) = listed.fields.values()
            if not {each.field for each in fields} & {"edges", "nodes", "pageInfo"}:
                return None
            shown = node_selections(fields)
        silent = [target for target in cells if not any(self._gives(target, each) for each in shown)]
        if not silent:
            return None
        return Problem(
            f"Of {' and '.join(silent)} no count below {max(cells.values())} is told, and a list that gives nothing of "
            "each row would be one: select a field of its nodes that you are given of every row."
        )

    def _gives(self, owner: str, selection: Selection) -> bool:
        """Whether a value leaves of each row of a concrete type."""
        values = [each.decisions for each in selection.fields.get(owner, ()) if each.selection is None]
        return any(
            decisions is not None and not any(each.lossy for _, each in self._reading.present(owner, decisions))
            for decisions in values
        )

    def _structural(self, selected: Selected, place: Place) -> Selected:
        if selected.selection is None:
            return selected
        here = place.at(selected.key)
        if selected.field == "nodes":
            return replace(selected, selection=self._selection(selected.selection, here.each()))
        if selected.field == "node":
            return replace(selected, selection=self._selection(selected.selection, place))
        ((name, fields),) = selected.selection.fields.items()
        inside = here.each() if selected.field == "edges" else here
        return replace(
            selected,
            selection=Selection(name, {name: tuple(self._structural(each, inside) for each in fields)}),
        )

    def _closed(self, owners: Iterable[str]) -> Withholding:
        """Return why no row of any of these types is there, as it is told of their fields."""
        types = self._access.types
        return _told(self._reason(owner, name) for owner in owners if owner in types for name in types[owner].fields)

    def _reason(self, owner: str, name: str) -> Withholding:
        decisions = self._access.decide(owner, name).every()
        return _told(each.withholding for each in decisions if each.withheld)

    def _tell(self, owner: str, name: str, present: list[tuple[str, Decision]], place: Place) -> None:
        for kind, chosen in (
            ("FIELD_WITHHELD", [each for each in present if each[1].withheld]),
            ("FIELD_MASKED", [each for each in present if each[1].masked]),
            ("FIELD_CONDITIONAL", [each for each in present if each[1].conditional]),
        ):
            if chosen:
                self._note(
                    kind,
                    place,
                    f"{owner}.{name}",
                    _told(decision.withholding for _, decision in chosen),
                    tuple(sorted(provider for provider, _ in chosen if provider)),
                    tuple(release.rule for _, decision in chosen for release in decision.releases),
                )

    def _note_small(self, cells: Mapping[str, int], place: Place, coordinate: str) -> None:
        rules = tuple(rule for each in cells for rule in self._access.types[each].cell_rules)
        message = f"A count of fewer than {max(cells.values())} is not told."
        self.notices["SMALL_CELL", place, coordinate] = Notice(
            "SMALL_CELL", place.path, coordinate, (), rules=rules, message=message
        )

    def _complain(self, problem: Problem, owner: str, selected: Selected, place: Place) -> None:
        notice = Notice("BAD_USER_INPUT", place.path, f"{owner}.{selected.field}", (), message=problem.message)
        self.notices["BAD_USER_INPUT", place, problem.message] = notice

    def _note(
        self,
        kind: str,
        place: Place,
        coordinate: str,
        withholding: Withholding,
        providers: tuple[str, ...] = (),
        rules: tuple[str, ...] = (),
    ) -> None:
        notice = Notice(kind, place.path, coordinate, providers, withholding, rules)
        self.notices.setdefault((kind, place, coordinate), notice)


def _told(reasons: Iterable[Withholding]) -> Withholding:
    """Return the reason that is told of several: the first after which something would help, if there is one."""
    return max(
        reasons, key=lambda each: (bool(each.scopes or each.purposes), each.policy is not None), default=Withholding()
    )


def _read(bound: Any, arguments: Mapping[str, Argument]) -> Iterator[str]:
    """Yield the fields of the target that the arguments read."""
    if isinstance(bound, One):
        yield from bound.by.values()
        return
    if isinstance(bound, Several):
        yield from bound.order.fields
    where = arguments.get("where")
    if isinstance(where, Mapping):
        yield from (bound.filters[name].field for name in where)
    if isinstance(bound, Paged):
        asked = arguments.get("orderBy")
        order = bound.orders[getattr(asked, "value", next(iter(bound.orders)))]
        yield from order.fields


def _paging_problem(bound: Any, arguments: Mapping[str, Argument]) -> Problem | None:
    if not isinstance(bound, Paged):
        return None
    if "first" in arguments and "last" in arguments:
        return Problem('Give "first" or "last", not both: a page is read from one end.')
    if "after" in arguments and "last" in arguments:
        return Problem('"after" goes with "first"; with "last" give "before".')
    if "before" in arguments and "last" not in arguments:
        return Problem('"before" goes with "last"; with "first" give "after".')
    return None

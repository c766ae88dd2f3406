"""Access applied to a selection, before anything is fetched.

What is withheld is replaced by null, with one error per place in the query, the same whether or not such rows exist.
What stands for several rows is decided for all of them: inside a list an error's path stops at the list.

Rules, in the order in which they are applied to each place:

1. To read an argument's field (filter, order, key) is to read it: unless it is plain for every provider whose rows
   are there, the field that takes the argument is withheld.
2. A relation to a type of which no row is there for this caller is withheld.
3. A field is decided on its concrete type; one computed from others needs what its inputs need.
4. A withheld or conditional field that may not be null withholds the nearest field above it that may.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLSchema

from baygate.access.access import Access
from baygate.access.decision import WITHHELD, ByProvider, Decision, Rows, Withholding
from baygate.gateway.planning.selection import Problem
from baygate.sources.binding import Binding, Expression, One, Paged, Several, Verdict
from baygate.sources.fetch import TYPENAME, Argument, Selected, Selection


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
        self, access: Access, binding: Binding, schema: GraphQLSchema, problems: Mapping[int, Problem]
    ) -> None:
        self._access = access
        self._binding = binding
        self._schema = schema
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
                if not self._plainly_read(owner, key):
                    self._note("FIELD_WITHHELD", place, f"{owner}.{key}", self._reason(owner, key))
                    return None
        if not any(_any(self._access.rows(owner)) for owner in selection.fields):
            self._note("FIELD_WITHHELD", place, selection.type, WITHHELD.withholding)
            return None
        try:
            return self._selection(selection, place)
        except _Withheld:
            return None

    def _root_field(self, selected: Selected) -> Selected:
        if selected.field not in self._binding.roots:
            return selected
        bound = self._binding.roots[selected.field]
        place = Place((selected.key,))
        if isinstance(bound, Verdict):
            decisions = self._access.decide("Query", selected.field)
            problem = self._problems.get(id(selected.arguments))
            if problem:
                self._complain(problem, "Query", selected, place)
            elif not all(each.plain for each in decisions.every()):
                self._note("FIELD_WITHHELD", place, f"Query.{selected.field}", self._reason("Query", selected.field))
            else:
                return selected
            return replace(selected, decisions=ByProvider({}, WITHHELD))
        return self._related("Query", selected, bound, place)

    def _selection(self, selection: Selection, place: Place) -> Selection:
        rows = {name: self._access.rows(name) for name in selection.fields}
        fields = {
            name: tuple(self._field(name, each, rows[name], place.at(each.key)) for each in each_fields)
            for name, each_fields in selection.fields.items()
            if _any(rows[name])
        }
        return Selection(selection.type, fields, {name: rows[name] for name in fields})

    def _field(self, owner: str, selected: Selected, rows: ByProvider[Rows], place: Place) -> Selected:
        if selected.field == TYPENAME:
            return selected
        decisions = self._decisions(owner, selected.field, rows)
        present = _present(decisions, rows)
        self._tell(owner, selected.field, present, place)
        if any(each.lossy for _, each in present) and self._required(owner, selected.field):
            raise _Withheld
        decided = replace(selected, decisions=decisions)
        bound = self._binding.objects[owner].fields[selected.field]
        if isinstance(bound, One | Several | Paged) and not decided.withheld:
            return self._related(owner, decided, bound, place)
        return decided

    def _decisions(self, owner: str, name: str, rows: ByProvider[Rows]) -> ByProvider[Decision]:
        """Return what is decided for the providers whose rows are there, folded to one if all agree."""
        asked = self._access.decide(owner, name)
        needs = self._needs(owner, name)
        providers = {*asked.decided, *rows.decided, *(each for need in needs for each in need.decided)}
        decided = {
            each: _combined(asked.of(each), [need.of(each) for need in needs]) for each in providers if rows.of(each)
        }
        if rows.otherwise:
            otherwise = _combined(asked.otherwise, [need.otherwise for need in needs])
            return ByProvider(
                {each: decision for each, decision in decided.items() if decision != otherwise}, otherwise
            )
        distinct = set(decided.values())
        return ByProvider({}, distinct.pop()) if len(distinct) == 1 else ByProvider(decided, WITHHELD)

    def _needs(self, owner: str, name: str) -> list[ByProvider[Decision]]:
        bound = self._binding.objects[owner].fields.get(name)
        return [self._access.decide(owner, need) for need in bound.needs] if isinstance(bound, Expression) else []

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
                if not self._plainly_read(target, name):
                    self._note("FIELD_WITHHELD", place, f"{target}.{name}", self._reason(target, name))
                    return withheld
        if not any(_any(self._access.rows(target)) for target in targets):
            self._note("FIELD_WITHHELD", place, bound.target, WITHHELD.withholding)
            return withheld
        try:
            if isinstance(bound, Paged):
                return replace(selected, selection=self._connection(selected.selection, place, targets))
            inside = place if isinstance(bound, One) else place.each()
            return replace(selected, selection=self._selection(selected.selection, inside))
        except _Withheld:
            return withheld

    def _connection(self, selection: Selection, place: Place, targets: list[str]) -> Selection:
        ((name, fields),) = selection.fields.items()
        rows = {target: self._access.rows(target) for target in targets if _any(self._access.rows(target))}
        return Selection(selection.type, {name: tuple(self._structural(each, place) for each in fields)}, rows)

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

    def _plainly_read(self, owner: str, name: str) -> bool:
        """Whether the caller sees the field as it is in every row that is there; keys that the contract hides pass."""
        if name not in self._type(owner).fields:
            return True
        rows = self._access.rows(owner)
        return all(each.plain for _, each in _present(self._decisions(owner, name, rows), rows)) if _any(rows) else True

    def _required(self, owner: str, name: str) -> bool:
        return isinstance(self._type(owner).fields[name].type, GraphQLNonNull)

    def _type(self, owner: str) -> GraphQLObjectType:
        type_ = self._schema.get_type(owner)
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - a concrete type
        return type_

    def _reason(self, owner: str, name: str) -> Withholding:
        decisions = self._access.decide(owner, name).every()
        return next((each.withholding for each in decisions if each.withheld), Withholding())

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
                    chosen[0][1].withholding,
                    tuple(sorted(provider for provider, _ in chosen if provider)),
                    tuple(release.rule for _, decision in chosen for release in decision.releases),
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


def _present(decisions: ByProvider[Decision], rows: ByProvider[Rows]) -> list[tuple[str, Decision]]:
    """Return the decisions of the providers whose rows are there, the rest under the empty name."""
    present = [(each, decision) for each, decision in decisions.decided.items() if rows.of(each)]
    return [*present, ("", decisions.otherwise)] if rows.otherwise or not decisions.decided else present


def _combined(own: Decision, needs: list[Decision]) -> Decision:
    """Return the decision for a value computed from others: plain if all are plain, else withheld."""
    lacking = [need for need in needs if not need.plain]
    return Decision((), lacking[0].withholding) if lacking else own


def _any(rows: ByProvider[Rows]) -> bool:
    return any(rows.every())


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

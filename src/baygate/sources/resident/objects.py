"""Objects compiled to JSON text: what is selected on a row, released as the policies decide."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from baygate.access.decision import ALWAYS, Decision, Transform
from baygate.sources.binding import (
    AbstractBinding,
    Binding,
    Column,
    ObjectBinding,
    One,
    Paged,
    Several,
    Verdict,
)
from baygate.sources.fetch import TYPENAME, Argument, Selected, Selection
from baygate.sources.resident.canonical import JsonText, kind_of
from baygate.sources.resident.facts import Counted, Facts
from baygate.sources.resident.inputs import Given, Inputs, Slot
from baygate.sources.resident.pages import Page, page, several
from baygate.sources.resident.predicate import holds, provided_by, visible
from baygate.sources.resident.row import Aliases, Row, joined_on, same_party
from baygate.sources.resident.text import NULL, Rope, joined, json_object
from baygate.sources.resident.transform import TransformError, transformed


def _bound_names(fields: tuple[Selected, ...]) -> set[str]:
    """Return the fields that a selection's text depends on: those selected, and those in the conditions on them."""
    names = {each.field for each in fields if each.field != TYPENAME}
    decisions = [decision for each in fields if each.decisions for decision in each.decisions.every()]
    return names | {
        clause.field for decision in decisions for release in decision.releases for clause in release.condition
    }


class Objects:
    """Compiles selections of one fetch; every subquery names what it correlates to."""

    def __init__(self, binding: Binding, inputs: Inputs, facts: Facts) -> None:
        self.binding = binding
        self.inputs = inputs
        self.facts = facts
        self.aliases = Aliases()
        self.pages: list[Page] = []

    def root(self, selection: Selection) -> Rope:
        """Return the object of the entry points."""
        return json_object((each.key, self._entry(each)) for each in selection.fields["Query"])

    def _entry(self, selected: Selected) -> Rope:
        if selected.field == TYPENAME:
            return ('"Query"',)
        if selected.withheld:
            return NULL
        bound = self.binding.roots[selected.field]
        if isinstance(bound, Verdict):
            return self._verdict(bound, selected)
        return self._related(bound, selected, None, (), ("Query",))

    def object(self, selection: Selection, row: Row, outer: tuple[sa.FromClause, ...]) -> Rope:
        """Return the object of ``row``: of its concrete type if it can be of several."""
        members = [(self.binding.objects[name], fields) for name, fields in selection.fields.items()]
        if len(members) == 1:
            (owner, fields) = members[0]
            return self._object(owner, fields, row, outer, selection)
        abstract = self.binding.abstracts[selection.type]
        if self._alike(members):
            owner, fields = members[0]
            name = self._typename(abstract, row)
            return (*self.facts.of(owner, name, row, None), *self._fields(owner, name, fields, row, outer))
        discriminator = row.own(abstract.discriminator)
        values = {member: value for value, member in abstract.members.items()}
        whens = [
            (
                discriminator == sa.literal_column(f"'{values[owner.name]}'"),
                joined(self._object(owner, fields, row, outer, selection)),
            )
            for owner, fields in members
        ]
        return (sa.case(*whens, else_=joined(NULL)),)

    def _alike(self, members: list[tuple[ObjectBinding, tuple[Selected, ...]]]) -> bool:
        """Whether all members select the same and bind it alike, so that one object serves all."""
        owner, fields = members[0]
        return all(
            other_fields == fields and all(other.fields[name] == owner.fields[name] for name in _bound_names(fields))
            for other, other_fields in members[1:]
        )

    def pointed_at(self, target: str, row: Row, counted: Counted) -> Rope:
        """Return the fact of a row of which nothing is selected."""
        abstract = self.binding.abstracts.get(target)
        return self.facts.of_pointed_at(self._typename(abstract, row) if abstract else (target,), row, counted)

    def _typename(self, abstract: AbstractBinding, row: Row) -> Rope:
        discriminator = row.own(abstract.discriminator)
        return (
            sa.case(
                *(
                    (discriminator == sa.literal_column(f"'{value}'"), joined((member,)))
                    for value, member in abstract.members.items()
                ),
                else_=joined(NULL),
            ),
        )

    def _object(
        self,
        owner: ObjectBinding,
        fields: tuple[Selected, ...],
        row: Row,
        outer: tuple[sa.FromClause, ...],
        selection: Selection,
    ) -> Rope:
        """Return the object of a row of a known type, behind its fact."""
        fact = self.facts.of(owner, (owner.name,), row, selection.rows.get(owner.name))
        return (*fact, *self._fields(owner, (owner.name,), fields, row, outer))

    def _fields(
        self,
        owner: ObjectBinding,
        name: Rope,
        fields: tuple[Selected, ...],
        row: Row,
        outer: tuple[sa.FromClause, ...],
    ) -> Rope:
        """Return the object of a row that can be taken as ``owner``; ``name`` is its type's."""
        asked = (
            (each.key, ('"', *name, '"') if each.field == TYPENAME else self._field(owner, name, each, row, outer))
            for each in fields
        )
        return json_object((*self.facts.members(owner, row).items(), *asked))

    def _field(
        self, owner: ObjectBinding, name: Rope, selected: Selected, row: Row, outer: tuple[sa.FromClause, ...]
    ) -> Rope:
        if selected.withheld:
            return NULL
        bound = owner.fields[selected.field]
        if isinstance(bound, One | Several | Paged):
            return self._released(
                owner, selected, row, lambda cut: NULL if cut else self._related(bound, selected, row, outer, name)
            )
        # a detail is joined from outside: where its row is missing its columns are NULL, whatever they promise
        own = isinstance(bound, Column) and bound.column.table is row.table
        optional = not (own and not bound.column.nullable)  # type: ignore[union-attr]

        def value(transform: Transform | None) -> Rope:
            plain = row.field(owner, selected.field)
            if transform is None:
                return (JsonText(plain, optional=optional),)
            try:
                return (JsonText(transformed(transform, plain, self.inputs), optional=True),)
            except TransformError:
                return NULL  # a policy that asks for this is refused when it is loaded; here it gives nothing

        return self._released(owner, selected, row, value)

    def _released(
        self, owner: ObjectBinding, selected: Selected, row: Row, value: Callable[[Transform | None], Rope]
    ) -> Rope:
        """Return the value as each provider decides for its rows: one expression if all agree, else by provider."""
        decisions = selected.decisions
        assert decisions is not None  # noqa: S101 - planning decides every field of a concrete type
        if not decisions.decided:
            return self._decided(decisions.otherwise, owner, row, value)
        if owner.provider is None:
            return self._decided(decisions.of(owner.published_by), owner, row, value)
        provider = row.column(owner.provider)
        whens = [
            (
                provided_by(names, provider, self.inputs),
                joined(self._decided(decision, owner, row, value)),
            )
            for names, decision in decisions.alike()
        ]
        return (sa.case(*whens, else_=joined(self._decided(decisions.otherwise, owner, row, value))),)

    def _decided(
        self, decision: Decision, owner: ObjectBinding, row: Row, value: Callable[[Transform | None], Rope]
    ) -> Rope:
        whens: list[tuple[Any, Any]] = []
        for release in decision.releases:
            if release.condition == ALWAYS:
                last = value(release.transform)
                return (sa.case(*whens, else_=joined(last)),) if whens else last
            whens.append((holds(release.condition, owner, row, self.inputs), joined(value(release.transform))))
        return (sa.case(*whens, else_=joined(NULL)),) if whens else NULL

    def _related(
        self, bound: Any, selected: Selected, row: Row | None, outer: tuple[sa.FromClause, ...], owner: Rope
    ) -> Rope:
        """Return what a field leads to from a row; ``owner`` is the name of the row's type."""
        assert selected.selection is not None  # noqa: S101 - a composite type always has a selection
        enclosing = (*outer, *row.froms) if row else (*self.inputs.froms(), *outer)
        match bound:
            case One():
                joining = self._joining(bound, selected.arguments, row)
                return self.one(selected.selection, enclosing, joining, of_same_party=same_party(bound.on, row))
            case Several():
                return several(self, bound, selected, row, enclosing)
            case Paged():
                return page(self, bound, selected, row, enclosing, (*owner, ".", selected.field))
        raise TypeError(f"{bound!r} leads nowhere")

    def one(
        self,
        selection: Selection,
        enclosing: tuple[sa.FromClause, ...],
        matching: Callable[[Row], list[sa.ColumnElement[bool]]],
        *,
        of_same_party: bool = False,
    ) -> Rope:
        """Return the object of the only row that ``matching`` finds, or null."""
        row = Row(self.binding.table(selection.type), self.aliases, of_same_party=of_same_party)
        content = joined(self.object(selection, row, enclosing))
        conditions = [*matching(row), *self.presence(selection, row)]
        found = sa.select(content).where(*conditions).select_from(row.source).limit(sa.literal_column("1"))
        return (sa.func.coalesce(found.correlate(*enclosing).scalar_subquery(), joined(NULL), type_=sa.Text),)

    def _joining(self, bound: One, arguments: Any, parent: Row | None) -> Callable[[Row], list[sa.ColumnElement[bool]]]:
        def matching(row: Row) -> list[sa.ColumnElement[bool]]:
            conditions = joined_on(bound.on, parent, row)
            for argument, name in bound.by.items():
                column = row.field(self.binding.concrete(bound.target)[0], name)
                conditions.append(column == self.argument(arguments[argument], kind_of(column.type)))
            return conditions

        return matching

    def argument(self, value: Argument, kind: Any, hashed: str | None = None) -> sa.ColumnElement[Any]:
        """Return the input that an argument becomes."""
        return self.inputs.take(Slot(Given(value, hashed), kind))  # type: ignore[arg-type]

    def presence(self, selection: Selection, row: Row) -> list[sa.ColumnElement[bool]]:
        """Return what makes a row be there: it is of a type selected, and the policies let this caller know of it."""
        owners = [self.binding.objects[name] for name in selection.rows]
        predicates = [(owner, visible(selection.rows[owner.name], owner, row, self.inputs)) for owner in owners]
        if len(owners) == 1:
            own = self._of_type(owners[0], row)
            return [each for each in (own, predicates[0][1]) if each is not None]
        if self._complete(row.table, set(selection.rows)) and all(predicate is None for _, predicate in predicates):
            return []
        return [
            sa.or_(
                sa.false(),
                *(
                    sa.and_(self._discriminated(owner, row), sa.true() if predicate is None else predicate)
                    for owner, predicate in predicates
                ),
            )
        ]

    def _complete(self, table: sa.Table, names: set[str]) -> bool:
        """Whether every type that a row of the table can be is among ``names``."""
        return any(
            each.table is table and names >= set(each.members.values()) for each in self.binding.abstracts.values()
        )

    def _of_type(self, owner: ObjectBinding, row: Row) -> sa.ColumnElement[bool] | None:
        return self._discriminated(owner, row) if owner.discriminator else None

    def _discriminated(self, owner: ObjectBinding, row: Row) -> sa.ColumnElement[bool]:
        assert owner.discriminator is not None  # noqa: S101 - members of an abstract type are told apart
        column, value = owner.discriminator
        return row.own(column) == sa.literal_column(f"'{value}'")

    def _verdict(self, bound: Verdict, selected: Selected) -> Rope:
        place = f"Query.{selected.field}"

        def given(columns: dict[str, str], verdict: str) -> sa.ScalarSelect[str]:
            """Return a verdict behind the facts of the rows that it is about; NULL where there are none."""
            checked = bound.table.alias(self.aliases.next())
            conditions = [
                checked.c[column]
                == self.argument(
                    selected.arguments[argument],
                    kind_of(checked.c[column].type),
                    bound.hashed.get(argument),
                )
                for argument, column in columns.items()
            ]
            fact = self.facts.of_check(place, checked)
            told = sa.func.string_agg(fact, sa.literal_column("''"), type_=sa.Text)
            rows = sa.select(joined((told, f'"{verdict}"'))).select_from(checked).where(*conditions)
            found = rows.having(sa.func.count() > sa.literal_column("0"))
            return found.correlate(*self.inputs.froms()).scalar_subquery()

        matching = given({**bound.known_by, **bound.matches}, "MATCH")
        known = given(dict(bound.known_by), "MISMATCH")
        unmet = joined((*self.facts.of_no_check(place), '"NOT_FOUND"'))
        return (sa.func.coalesce(matching, known, unmet, type_=sa.Text),)

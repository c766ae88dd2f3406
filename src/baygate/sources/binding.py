"""Binding: concrete Type.field -> column, relation or expression. The only mapping from contract to storage.

The compiler, the test oracle's resolvers and the benchmark's resolvers all derive from it. A field whose name is a
column's name in camel case binds to that column by itself; only relations and computed fields are written down.
Names of fields are the contract's (``validTo``), names of columns the table's (``valid_to``).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa

PARTY = "party_id"
"""The first key column of every table whose rows are about a party."""


class BindingError(Exception):
    """A binding that does not fit the tables or the contract; found when the hub starts."""


class Comparison(Enum):
    """How a filter compares its field with its argument."""

    EQUALS = "equals"
    ANY_OF = "any of"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    STARTS_WITH = "starts with"
    INCLUDES = "includes"
    PRESENT = "present"


@dataclass(frozen=True)
class Filter:
    """A condition ``field comparison argument``; to filter by a field is to read it."""

    field: str
    comparison: Comparison = Comparison.EQUALS


@dataclass(frozen=True)
class Ordering:
    """An indexed tuple of non-null columns, in one direction, that ends in the primary key.

    ``fields`` are the contract's names, so that ordering by a field is reading it.
    """

    fields: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True)
class Column:
    """A value that stands in a column of the type's own row."""

    column: sa.Column[Any]


@dataclass(frozen=True)
class Expression:
    """A value computed from columns of the type's own row.

    ``sql`` and ``python`` are two renderings of one function of ``needs`` (names of fields bound to columns);
    reading it takes what reading all of them takes.
    """

    needs: tuple[str, ...]
    sql: Callable[..., sa.ColumnElement[Any]]
    python: Callable[..., Any]


@dataclass(frozen=True)
class One:
    """At most one related object: ``on`` maps own columns to the target's; ``by`` arguments to the target's fields."""

    target: str
    on: Mapping[str, str] = field(default_factory=dict)
    by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Several:
    """A short list with an argument ``first``, and filters in an argument ``where`` if there are any."""

    target: str
    on: Mapping[str, str]
    order: Ordering
    filters: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True)
class Paged:
    """A connection, with ``where`` and ``orderBy`` (a member of ``orders``; the first one unless asked)."""

    target: str
    orders: Mapping[str, Ordering]
    on: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """MATCH, MISMATCH or NOT_FOUND, and nothing else.

    NOT_FOUND if no row has all of ``known_by``, MATCH if one of those also has ``matches``, else MISMATCH.
    Both map an argument to a column; arguments in ``hashed`` are compared by keyed hash only, each under the key
    use named there.
    """

    table: sa.Table
    known_by: Mapping[str, str]
    matches: Mapping[str, str]
    hashed: Mapping[str, str]


FieldBinding = Column | Expression | One | Several | Paged | Verdict
Relation = One | Several | Paged


@dataclass(frozen=True)
class ObjectBinding:
    """A concrete type: its base table, its details one to one beside it, its fields.

    ``published_by`` is the agency that publishes a table without a column of its own for that (reference data).
    """

    name: str
    table: sa.Table
    detail: sa.Table | None
    discriminator: tuple[str, str] | None
    fields: Mapping[str, FieldBinding]
    published_by: str = "commerce-gd"

    @property
    def provider(self) -> sa.Column[Any] | None:
        """The column that says which agency published the row; none on what follows its head or is reference data."""
        return self.table.c.get("provider")

    def column(self, name: str) -> sa.Column[Any]:
        """Return the column bound to the contract's field ``name``; raise BindingError if it is not a column."""
        bound = self.fields.get(name)
        if not isinstance(bound, Column):
            raise BindingError(f"{self.name}.{name} is not bound to a column")
        return bound.column


@dataclass(frozen=True)
class AbstractBinding:
    """An interface or union: one table, and the concrete type for each value of its discriminator."""

    name: str
    table: sa.Table
    discriminator: str
    members: Mapping[str, str]


@dataclass(frozen=True)
class Binding:
    """Every type of the resident source by name; ``Query`` holds the entry points."""

    objects: Mapping[str, ObjectBinding]
    abstracts: Mapping[str, AbstractBinding]
    roots: Mapping[str, FieldBinding]

    def concrete(self, name: str) -> tuple[ObjectBinding, ...]:
        """Return the concrete types that ``name`` stands for: itself, or the members of an abstract type."""
        if name in self.objects:
            return (self.objects[name],)
        return tuple(self.objects[member] for member in self.abstracts[name].members.values())

    def table(self, name: str) -> sa.Table:
        """Return the base table of a concrete or abstract type."""
        return self.objects[name].table if name in self.objects else self.abstracts[name].table


def camel(name: str) -> str:
    """Return a column's name as the contract spells it."""
    return re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name)


def same(*columns: str) -> dict[str, str]:
    """Join on columns of the same name on both sides."""
    return {column: column for column in columns}


def bound(
    name: str,
    table: sa.Table,
    *,
    detail: sa.Table | None = None,
    discriminator: tuple[str, str] | None = None,
    **fields: FieldBinding,
) -> ObjectBinding:
    """Bind a concrete type to its table: each column under its own name, and ``fields`` as given."""
    columns = {camel(column.name): Column(column) for part in (detail, table) if part is not None for column in part.c}
    return ObjectBinding(name, table, detail, discriminator, {**columns, **fields})


def assemble(
    objects: Iterable[ObjectBinding], abstracts: Iterable[AbstractBinding], roots: Mapping[str, FieldBinding]
) -> Binding:
    """Join the bindings of all views and prove that every name in them leads somewhere.

    Raise BindingError naming the first that does not.
    """
    binding = Binding({each.name: each for each in objects}, {each.name: each for each in abstracts}, dict(roots))
    for owner, name, relation in _relations(binding):
        _verify(binding, f"{owner}.{name}", relation)
    return binding


def _relations(binding: Binding) -> Iterator[tuple[str, str, Relation]]:
    holders = {**{each.name: each.fields for each in binding.objects.values()}, "Query": binding.roots}
    for owner, fields in holders.items():
        for name, value in fields.items():
            if isinstance(value, One | Several | Paged):
                yield owner, name, value


def _verify(binding: Binding, place: str, relation: Relation) -> None:
    if relation.target not in binding.objects and relation.target not in binding.abstracts:
        raise BindingError(f"{place} leads to {relation.target}, which is not bound")
    table = binding.table(relation.target)
    missing = [column for column in relation.on.values() if column not in table.c]
    if missing:
        raise BindingError(f"{place} joins on {table.name}.{missing[0]}, which does not exist")
    for target in binding.concrete(relation.target):
        for name in _read(relation):
            target.column(name)


def _read(relation: Relation) -> Iterator[str]:
    match relation:
        case One(by=by):
            yield from by.values()
        case Several(order=order, filters=filters):
            yield from (*order.fields, *(each.field for each in filters.values()))
        case Paged(orders=orders, filters=filters):
            for each in orders.values():
                yield from each.fields
            yield from (each.field for each in filters.values())

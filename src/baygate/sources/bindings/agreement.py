"""Whether a binding agrees with its contract; found out when the hub starts, so that no request meets a gap.

1. Every field of a bound type, and every entry point that the hub does not answer itself, has a binding of the
   fitting kind, and none is left over:
   a leaf has a column or an expression, an object One, a list Several, a connection Paged.
2. Every argument has its part in the binding, every condition of ``where`` a filter, every value of
   ``orderBy`` an ordering, and the other way round; their types fit; the default order is the first ordering.
3. A field is non-null only where its column is; a field that enters another object is nullable.
4. An ordering uses only non-null columns of the base table, ends in the primary key, and has an index that
   begins with the columns joined on; what is looked up has an index too; One joins on a whole primary key.
5. What is joined to a party's row is that party's, or nobody's (facts rest on it: resident/facts.py).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    print_ast,
)
from graphql.utilities import get_default_value_ast

from baygate.contract.declaring import answered_here
from baygate.sources.binding import (
    PARTY,
    Binding,
    BindingError,
    Column,
    Comparison,
    Expression,
    FieldBinding,
    Filter,
    ObjectBinding,
    One,
    Ordering,
    Paged,
    Relation,
    Several,
    Verdict,
)

PAGE_ARGUMENTS = ("first", "after", "last", "before")
CONNECTION_FIELDS = ("edges", "nodes", "pageInfo", "totalCount")
VERDICTS = ("MATCH", "MISMATCH", "NOT_FOUND")


@dataclass(frozen=True)
class _Place:
    """A field of the contract beside what it is bound to; ``owner`` is none for an entry point."""

    coordinate: str
    field: GraphQLField
    bound: FieldBinding
    owner: ObjectBinding | None

    def demand(self, fulfilled: bool, otherwise: str) -> None:
        _demand(fulfilled, self.coordinate, otherwise)


def check(binding: Binding, schema: GraphQLSchema) -> None:
    """Prove that ``binding`` and ``schema`` agree.

    Raise BindingError naming the first coordinate where they do not.
    """
    agreement = _Agreement(binding, schema)
    agreement.check_members()
    for place in agreement.places():
        agreement.check_place(place)


class _Agreement:
    def __init__(self, binding: Binding, schema: GraphQLSchema) -> None:
        self.binding = binding
        self.schema = schema

    def places(self) -> Iterator[_Place]:
        """Pair every field of the contract with its binding."""
        for name, bound in self.binding.objects.items():
            for field_name, field in self._fields(name).items():
                coordinate = f"{name}.{field_name}"
                _demand(field_name in bound.fields, coordinate, "is not bound")
                yield _Place(coordinate, field, bound.fields[field_name], bound)
            for field_name, left in bound.fields.items():
                known = isinstance(left, Column) or field_name in self._fields(name)
                _demand(known, f"{name}.{field_name}", "is bound, but not in the contract")
        query = self.schema.query_type
        entries = {
            name: each
            for name, each in (query.fields.items() if query else ())
            if name[0] != "_" and not answered_here(each)
        }
        _demand_same(entries, self.binding.roots, "Query.{}")
        for field_name, field in entries.items():
            yield _Place(f"Query.{field_name}", field, self.binding.roots[field_name], None)

    def _fields(self, name: str) -> Mapping[str, GraphQLField]:
        fields: Mapping[str, GraphQLField] = _object(self.schema.get_type(name), name).fields
        return fields

    def check_members(self) -> None:
        """Prove that an abstract type has the same members on both sides, each with its discriminator."""
        for name, abstract in self.binding.abstracts.items():
            kind = self.schema.get_type(name)
            if kind is None or not is_abstract_type(kind):
                raise BindingError(f"{name} is bound, but neither an interface nor a union of the contract")
            possible = {each.name for each in self.schema.get_possible_types(kind)}
            _demand(possible == set(abstract.members.values()), name, "has other members in the binding")
            for value, member in abstract.members.items():
                expected = (abstract.discriminator, value)
                _demand(self.binding.objects[member].discriminator == expected, member, f"is not {expected}")
                _demand(self.binding.objects[member].table is abstract.table, member, f"is not on {name}'s table")

    def check_place(self, place: _Place) -> None:
        match place.bound:
            case Column() | Expression():
                self._check_value(place, place.bound)
            case One():
                self._check_one(place, place.bound)
            case Several():
                self._check_several(place, place.bound)
            case Paged():
                self._check_paged(place, place.bound)
            case Verdict():
                _check_verdict(place, place.bound)
        if isinstance(place.bound, Relation) and place.owner is not None:
            self._check_party(place, place.bound, place.owner)

    def _check_value(self, place: _Place, bound: Column | Expression) -> None:
        place.demand(is_leaf_type(_named(place.field.type)), "is an object, but bound to a value")
        place.demand(not place.field.args, "has arguments, but is bound to a value")
        columns = [bound.column] if isinstance(bound, Column) else self._needs(place, bound)
        nullable = any(column.nullable for column in columns)
        place.demand(not (is_non_null_type(place.field.type) and nullable), "is non-null, but its column is not")
        several = isinstance(bound, Column) and isinstance(bound.column.type, sa.ARRAY)
        place.demand(_is_list(place.field.type) == several, "is a list on one side only")

    @staticmethod
    def _needs(place: _Place, bound: Expression) -> list[sa.Column[object]]:
        if place.owner is None:
            raise BindingError(f"{place.coordinate} is an entry point, but bound to a value")
        return [place.owner.column(name) for name in bound.needs]

    def _check_one(self, place: _Place, bound: One) -> None:
        self._check_entering(place, bound, listed=False)
        _demand_same(place.field.args, bound.by, f"{place.coordinate}({{}}:)")
        for name, target_field in bound.by.items():
            argument = place.field.args[name]
            coordinate = f"{place.coordinate}({name}:)"
            _demand(is_required_argument(argument), coordinate, "is not required")
            self._check_type(coordinate, argument.type, bound.target, Filter(target_field))
        if bound.on:
            whole = {column.name for column in self.binding.table(bound.target).primary_key.columns}
            place.demand(set(bound.on.values()) == whole, "does not join on the whole primary key")
        for target in self.binding.concrete(bound.target) if bound.by else ():
            columns = [target.column(name) for name in bound.by.values()]
            served = _served(columns[0].table, {column.name for column in columns}, ())
            place.demand(served, "looks up by columns without an index")

    def _check_several(self, place: _Place, bound: Several) -> None:
        self._check_entering(place, bound, listed=True)
        _demand_same(place.field.args, {"first", *_where(bound.filters)}, f"{place.coordinate}({{}}:)")
        place.demand(_default(place.field.args["first"]) is not None, "has no default for first")
        self._check_filters(place, bound.target, bound.filters)
        self._check_ordering(place.coordinate, bound, bound.order)

    def _check_paged(self, place: _Place, bound: Paged) -> None:
        place.demand(not is_non_null_type(place.field.type), "enters another object, but is non-null")
        connection = _object(_named(place.field.type), place.coordinate)
        place.demand(connection.name == f"{bound.target}Connection", f"is not a connection of {bound.target}")
        _demand_same(connection.fields, CONNECTION_FIELDS, f"{connection.name}.{{}}")
        expected = {"orderBy", *PAGE_ARGUMENTS, *_where(bound.filters)}
        _demand_same(place.field.args, expected, f"{place.coordinate}({{}}:)")
        self._check_own_columns(place, bound)
        self._check_filters(place, bound.target, bound.filters)
        argument = place.field.args["orderBy"]
        orders = _named(argument.type)
        if not isinstance(orders, GraphQLEnumType):
            raise BindingError(f"{place.coordinate}(orderBy:) is not an enum")
        _demand_same(orders.values, bound.orders, f"{orders.name}.{{}}")
        first_of_all = _default(argument) == next(iter(bound.orders))
        place.demand(first_of_all, "does not order by the first ordering unless asked")
        for name, ordering in bound.orders.items():
            self._check_ordering(f"{orders.name}.{name}, as {place.coordinate} takes it,", bound, ordering)

    def _check_entering(self, place: _Place, bound: Relation, *, listed: bool) -> None:
        named = _named(place.field.type)
        place.demand(is_composite_type(named) and named.name == bound.target, f"does not give {bound.target}")
        place.demand(_is_list(place.field.type) == listed, "is a list on one side only")
        place.demand(not is_non_null_type(place.field.type), "enters another object, but is non-null")
        self._check_own_columns(place, bound)

    @staticmethod
    def _check_own_columns(place: _Place, bound: Relation) -> None:
        tables = (
            [table for table in (place.owner.table, place.owner.detail) if table is not None] if place.owner else []
        )
        for column in bound.on:
            place.demand(any(column in table.c for table in tables), f"joins on {column}, which it has not")

    def _check_party(self, place: _Place, bound: Relation, owner: ObjectBinding) -> None:
        its_own = PARTY in owner.table.c and bound.on.get(PARTY) == PARTY
        place.demand(its_own or PARTY not in self.binding.table(bound.target).c, f"does not join on {PARTY}")

    def _check_filters(self, place: _Place, target: str, filters: Mapping[str, Filter]) -> None:
        if not filters:
            return
        where = _named(place.field.args["where"].type)
        if not isinstance(where, GraphQLInputObjectType):
            raise BindingError(f"{place.coordinate}(where:) is not an input object")
        _demand_same(where.fields, filters, f"{where.name}.{{}}")
        for name, condition in filters.items():
            coordinate = f"{where.name}.{name}"
            kind = where.fields[name].type
            _demand(not is_non_null_type(kind), coordinate, "is a condition, but non-null")
            self._check_type(coordinate, kind, target, condition)

    def _check_type(self, coordinate: str, kind: GraphQLInputType, target: str, condition: Filter) -> None:
        for concrete in self.binding.concrete(target):
            field = self._fields(concrete.name).get(condition.field)
            if field is None:
                raise BindingError(
                    f"{coordinate} reads {concrete.name}.{condition.field}, which is not in the contract"
                )
            comparison = condition.comparison
            expected = {Comparison.STARTS_WITH: "String", Comparison.PRESENT: "Boolean"}.get(
                comparison, _named(field.type).name
            )
            _demand(_named(kind).name == expected, coordinate, f"is not {expected}, which it is compared with")
            _demand(_is_list(kind) == (comparison is Comparison.ANY_OF), coordinate, "is a list on one side only")
            listed = _is_list(field.type) == (comparison is Comparison.INCLUDES)
            fits = comparison is Comparison.PRESENT or listed
            _demand(fits, coordinate, f"cannot compare with {concrete.name}.{condition.field}")

    def _check_ordering(self, coordinate: str, bound: Several | Paged, ordering: Ordering) -> None:
        joined = set(bound.on.values())
        for target in self.binding.concrete(bound.target):
            columns = [target.column(name) for name in ordering.fields]
            for column in columns:
                _demand(
                    column.table is target.table,
                    coordinate,
                    f"orders by {column}, which is not in {target.table}",
                )
                _demand(not column.nullable, coordinate, f"orders by {column}, which can be null")
            rest = tuple(column.name for column in columns if column.name not in joined)
            key = tuple(each.name for each in target.table.primary_key.columns if each.name not in joined)
            _demand(rest[len(rest) - len(key) :] == key, coordinate, f"does not end in the key of {target.table}")
            _demand(_served(target.table, joined, rest), coordinate, f"has no index on {target.table}")


def _check_verdict(place: _Place, bound: Verdict) -> None:
    kind = place.field.type
    fits = isinstance(kind, GraphQLEnumType) and set(kind.values) == set(VERDICTS)
    place.demand(fits, f"is not a nullable enum of {', '.join(VERDICTS)}")
    compared = {**bound.known_by, **bound.matches}
    _demand_same(place.field.args, compared, f"{place.coordinate}({{}}:)")
    for name, argument in place.field.args.items():
        coordinate = f"{place.coordinate}({name}:)"
        _demand(is_required_argument(argument), coordinate, "is not required")
        _demand(compared[name] in bound.table.c, coordinate, f"is compared with no column of {bound.table}")
    place.demand(set(bound.hashed) <= set(compared), "hashes an argument that it does not take")
    place.demand(_served(bound.table, set(bound.known_by.values()), ()), "looks up by columns without an index")


def _served(table: sa.FromClause, leading: set[str], rest: tuple[str, ...]) -> bool:
    """Whether an index begins with ``leading``, in any order, and goes on with ``rest``."""
    if not isinstance(table, sa.Table):
        return False
    keys = [table.primary_key.columns, *(index.columns for index in table.indexes)]
    names = [tuple(column.name for column in key) for key in keys]
    return any(set(each[: len(leading)]) == leading and each[len(leading) :][: len(rest)] == rest for each in names)


def _where(filters: Mapping[str, Filter]) -> tuple[str, ...]:
    return ("where",) if filters else ()


def _default(argument: GraphQLArgument) -> str | None:
    node = get_default_value_ast(argument)
    return None if node is None else print_ast(node)


def _object(kind: GraphQLNamedType | None, coordinate: str) -> GraphQLObjectType:
    if not isinstance(kind, GraphQLObjectType):
        raise BindingError(f"{coordinate} is not an object type of the contract")
    return kind


def _named(kind: GraphQLOutputType | GraphQLInputType) -> GraphQLNamedType:
    return get_named_type(kind)


def _is_list(kind: GraphQLOutputType | GraphQLInputType) -> bool:
    return is_list_type(get_nullable_type(kind))


def _demand(fulfilled: bool, coordinate: str, otherwise: str) -> None:
    if not fulfilled:
        raise BindingError(f"{coordinate} {otherwise}")


def _demand_same(contract: Collection[str], binding: Collection[str], coordinate: str) -> None:
    for name in contract:
        _demand(name in binding, coordinate.format(name), "is not bound")
    for name in binding:
        _demand(name in contract, coordinate.format(name), "is bound, but not in the contract")

"""The schema that a caller sees: introspection, validation and its suggestions know no other.

Planning and execution keep to the full schema, where the same access withholds what is hidden here. What he sees:

1. A field of a concrete type is shown if it gives him something of any provider's rows, and if what its arguments
   cannot but read (a key, one of its orders) he reads plainly: else it is always withheld (planning/release.py).
2. A field of an interface is shown if every implementation shows it of which a row could be there, since whoever asks
   may meet any of those.
   An interface of which no field is shown becomes the union of its implementations: fragments still lead to them.
3. A condition of a filter and a value of an order are shown if a shown field can use them: if what they read is plain
   for every provider whose rows are there. A default order that cannot be used is none: the caller names another.
4. ``_entities`` gives the types of which a key may be read. ``_service`` goes, for it prints the whole contract.
5. A type is shown if Query leads to it and something of it is shown; a list goes with its nodes.
6. Of a Query without any field there remains one that is always null: a type has at least one (GraphQL, 3.6).

More scopes never show less: they open fields, and say nothing of which rows are there.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import product
from typing import Any

from graphql import (
    EnumValueNode,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_introspection_type,
)
from graphql.utilities import get_default_value_ast

from baygate.access.access import Access
from baygate.access.scopes import NOTHING, Gates
from baygate.gateway.cache import Bounded
from baygate.gateway.introspection import Introspection
from baygate.gateway.planning.plan import entity_keys
from baygate.gateway.planning.reading import Reading
from baygate.sources.binding import Binding, FieldBinding, One, Paged, Relation, Several

Shown = Mapping[str, set[str]]
"""By type what is shown of it: fields, members (as ``... on Member``), values; and "", for the type itself."""
Coordinate = tuple[str, str]

_KEYS_KEPT = 512
_SCHEMAS_KEPT = 32
_NOTHING = "Always null: no field is open to the caller. 未向调用方开放任何字段"


class VisibleSchemas:
    """The schemas that callers see, each built when it is first needed."""

    def __init__(self, schema: GraphQLSchema, binding: Binding, gates: Gates, introspection: Introspection) -> None:
        self._schema = schema
        self._binding = binding
        self._gates = gates
        self._introspection = introspection
        self._keys: Bounded[str] = Bounded(_KEYS_KEPT)
        self._built: Bounded[GraphQLSchema] = Bounded(_SCHEMAS_KEPT)

    def of(self, access: Access) -> tuple[str, GraphQLSchema]:
        """Return the schema that ``access`` shows, and a key that all have in common who see the same.

        ``access`` is behind the gates already (``Gates.behind``): it has the caller's scopes in it.
        """
        if self._introspection is not Introspection.GRANTED:
            return self._introspection.value, self._same_for_all
        key = self._keys.get(access.access_class)
        built = self._built.get(key) if key else None
        if key is None or built is None:
            shown = _Granted(Reading(access, self._binding, self._schema)).shown()
            key = _digest(shown)
            self._keys.keep(access.access_class, key, 1)
            built = self._built.get(key) or _Copy(self._schema, partial(_shows, shown)).schema()
            self._built.keep(key, built, 1)
        return key, built

    @cached_property
    def _same_for_all(self) -> GraphQLSchema:
        if self._introspection is Introspection.NONE:
            return self._schema
        return _Copy(self._schema, lambda *_: True, partial(_marked, self._schema, self._gates)).schema()


def _digest(shown: Shown) -> str:
    exact = repr(sorted((name, sorted(members)) for name, members in shown.items()))
    return hashlib.sha256(exact.encode()).hexdigest()


def _shows(shown: Shown, name: str, member: str = "") -> bool:
    return member in shown.get(name, ())


class _Granted:
    """What one access shows: the fields that stand when nothing more has to go, as far as Query leads."""

    def __init__(self, reading: Reading) -> None:
        schema = reading.schema
        assert schema.query_type is not None  # noqa: S101 - every contract has entry points
        self._reading = reading
        self._schema = schema
        self._query = schema.query_type
        self._binding = reading.binding
        self._fields = {
            (name, field)
            for name, type_ in schema.type_map.items()
            if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
            for field in type_.fields
            if self._opens(name, field) and self._usable(self._bound(name, field))
        } - {(self._query.name, "_service")}
        while gone := {each for each in self._fields if not self._stands(*each)}:
            self._fields -= gone

    def shown(self) -> Shown:
        """Follow what stands from Query, and what the arguments of directives take."""
        taken = (get_named_type(each.type) for directive in self._schema.directives for each in directive.args.values())
        waiting = [each for type_ in (self._query, *taken) for each in self._of(type_)]
        shown: dict[str, set[str]] = {}
        while waiting:
            name, member = waiting.pop()
            if member not in shown.setdefault(name, set()):
                shown[name].add(member)
                waiting.extend(self._behind(self._schema.type_map[name], member))
        return shown

    def _opens(self, owner: str, name: str) -> bool:
        """Whether the caller is given something of a field; what holds no rows is open unless something closes it."""
        if owner == self._query.name:
            return self._reading.enters(name)
        return not self._governed(owner) or self._reading.something(owner, name)

    def _governed(self, owner: str) -> bool:
        """Whether a type has rows: one that is bound, or a remote source's about which policies decide."""
        return owner in self._binding.objects or owner in self._reading.access.types

    def _bound(self, owner: str, name: str) -> FieldBinding | None:
        if owner == self._query.name:
            return self._binding.roots.get(name)
        known = self._binding.objects.get(owner)
        return known.fields.get(name) if known else None

    def _usable(self, bound: FieldBinding | None) -> bool:
        match bound:
            case One():
                return self._reads(bound, bound.by.values())
            case Several():
                return self._reads(bound, bound.order.fields)
            case Paged():
                return any(self._reads(bound, each.fields) for each in bound.orders.values())
            case _:
                return True

    def _reads(self, relation: Relation, names: Iterable[str]) -> bool:
        """Whether fields of a relation's target are read plainly, on each concrete type of which rows are there."""
        concrete = [each.name for each in self._binding.concrete(relation.target)]
        return all(self._reading.plainly(owner, name) for name in names for owner in concrete)

    def _met(self, type_: GraphQLNamedType) -> bool:
        """Whether a caller may meet an object of a type: a row of it could be there, or it holds none."""
        if isinstance(type_, GraphQLInterfaceType):
            return any(self._met(each) for each in self._schema.get_possible_types(type_))
        return not self._governed(type_.name) or self._reading.there(type_.name)

    def _stands(self, owner: str, name: str) -> bool:
        type_: Any = self._schema.type_map[owner]
        given: Any = get_named_type(type_.fields[name].type)
        if isinstance(type_, GraphQLInterfaceType):
            known = self._schema.get_implementations(type_)
            implementing: list[Any] = [each for each in (*known.objects, *known.interfaces) if self._met(each)]
            return bool(implementing) and all(
                (each.name, name) in self._fields and self._fits(given, get_named_type(each.fields[name].type))
                for each in implementing
            )
        bound = self._bound(owner, name)
        target = self._schema.type_map[bound.target] if isinstance(bound, Relation) else given
        return self._there(given) and self._there(target)

    def _fits(self, given: Any, narrower: Any) -> bool:
        """Whether an implementation still gives what its interface says: an interface cannot stand below a union."""
        return given is narrower or isinstance(narrower, GraphQLObjectType) or any(self._standing(given))

    def _there(self, type_: GraphQLNamedType) -> bool:
        match type_:
            case GraphQLObjectType():
                return any(self._standing(type_))
            case GraphQLInterfaceType() | GraphQLUnionType():
                return any(self._members(type_))
            case _:
                return True

    def _standing(self, type_: Any) -> Iterator[Coordinate]:
        return ((type_.name, name) for name in type_.fields if (type_.name, name) in self._fields)

    def _members(self, type_: GraphQLInterfaceType | GraphQLUnionType) -> Iterator[GraphQLObjectType]:
        for each in self._schema.get_possible_types(type_):
            if self._there(each) and (type_.name != "_Entity" or self._referable(each.name)):
                yield each

    def _referable(self, name: str) -> bool:
        keys = entity_keys(self._schema, name)
        return any(all(self._reading.plainly(name, key) for key in each) for each in keys)

    def _of(self, type_: GraphQLNamedType) -> Iterator[Coordinate]:
        """Yield what is shown of a type to which something leads."""
        yield type_.name, ""
        match type_:
            case GraphQLObjectType() | GraphQLInterfaceType():
                yield from self._standing(type_)
            case GraphQLInputObjectType():
                yield from ((type_.name, name) for name in type_.fields)
            case GraphQLEnumType():
                yield from ((type_.name, name) for name in type_.values)
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            for each in self._members(type_):
                yield type_.name, _on(each)
                yield from self._of(each)

    def _behind(self, type_: Any, member: str) -> Iterator[Coordinate]:
        """Yield what is shown because a coordinate is."""
        match type_:
            case GraphQLObjectType() | GraphQLInterfaceType() if member in type_.fields:
                yield from self._of(get_named_type(type_.fields[member].type))
                yield from self._taken(type_, member)
            case GraphQLObjectType():
                for each in type_.interfaces:
                    yield from ((name, shown) for name, field in self._standing(each) for shown in ("", field))
            case GraphQLInputObjectType() if member:
                yield from self._of(get_named_type(type_.fields[member].type))

    def _taken(self, owner: GraphQLObjectType | GraphQLInterfaceType, name: str) -> Iterator[Coordinate]:
        """Yield what the arguments of a field take; of an interface's, its implementations say so."""
        bound = self._bound(owner.name, name)
        for argument, each in owner.fields[name].args.items():
            type_ = get_named_type(each.type)
            if isinstance(bound, Several | Paged) and argument in {"where", "orderBy"}:
                usable = (choice for choice, names in _read(bound, argument) if self._reads(bound, names))
                yield from ((type_.name, member) for choice in usable for member in ("", choice))
            elif isinstance(owner, GraphQLObjectType):
                yield from self._of(type_)


def _read(bound: Several | Paged, argument: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a caller can choose in an argument, each with the fields of the target that it reads."""
    if argument == "where":
        yield from ((name, (each.field,)) for name, each in bound.filters.items())
    elif isinstance(bound, Paged):
        yield from ((name, each.fields) for name, each in bound.orders.items())


def _on(member: GraphQLNamedType) -> str:
    return f"... on {member.name}"


class _Copy:
    """A schema with what is shown of another: composite types anew, leaves shared, for they refer to nothing."""

    def __init__(
        self,
        schema: GraphQLSchema,
        shows: Callable[..., bool],
        describe: Callable[[Any, str], str | None] = lambda owner, name: owner.fields[name].description,
    ) -> None:
        self._original = schema
        self._shows = shows
        self._describe = describe
        kept = [each for each in schema.type_map.values() if shows(each.name) and not is_introspection_type(each)]
        self._types = {each.name: self._type(each) for each in kept}

    def schema(self) -> GraphQLSchema:
        """Return the copy; its types stand in the order of the original's."""
        query: Any = self._original.query_type
        directives = [
            GraphQLDirective(**_changed(each, args=self._arguments(each.args))) for each in self._original.directives
        ]
        types = tuple(self._types.values())
        return GraphQLSchema(
            **_changed(self._original, query=self._types[query.name], types=types, directives=directives)
        )

    def _type(self, type_: Any) -> Any:
        match type_:
            case GraphQLUnionType():
                return self._union(type_)
            case GraphQLInterfaceType() if not self._has_fields(type_):
                return self._union(type_)
            case GraphQLObjectType() | GraphQLInterfaceType():
                fields, interfaces = partial(self._fields, type_), partial(self._interfaces, type_)
                return type(type_)(**_changed(type_, fields=fields, interfaces=interfaces))
            case GraphQLInputObjectType():
                return GraphQLInputObjectType(**_changed(type_, fields=partial(self._conditions, type_)))
            case GraphQLEnumType() if not all(self._shows(type_.name, each) for each in type_.values):
                values = {name: each for name, each in type_.values.items() if self._shows(type_.name, name)}
                return GraphQLEnumType(**_changed(type_, values=values))
            case _:
                return type_

    def _has_fields(self, type_: Any) -> bool:
        return any(self._shows(type_.name, name) for name in type_.fields)

    def _fields(self, type_: Any) -> dict[str, GraphQLField]:
        fields = {
            name: GraphQLField(
                **_changed(
                    field,
                    type_=self._typed(field.type),
                    args=self._arguments(field.args),
                    description=self._describe(type_, name),
                )
            )
            for name, field in type_.fields.items()
            if self._shows(type_.name, name)
        }
        return fields or {"_nothing": GraphQLField(GraphQLBoolean, description=_NOTHING)}

    def _interfaces(self, type_: Any) -> list[Any]:
        return [self._types[each.name] for each in type_.interfaces if self._has_fields(each)]

    def _union(self, type_: GraphQLUnionType | GraphQLInterfaceType) -> GraphQLUnionType:
        members = [each for each in self._original.get_possible_types(type_) if self._shows(type_.name, _on(each))]
        return GraphQLUnionType(
            type_.name,
            lambda: [self._types[each.name] for each in members],
            resolve_type=type_.resolve_type,
            description=type_.description,
            extensions=type_.extensions,
        )

    def _arguments(self, arguments: Mapping[str, GraphQLArgument]) -> dict[str, GraphQLArgument]:
        return {
            name: GraphQLArgument(**_changed(each, **self._taking(each)))
            for name, each in arguments.items()
            if self._shows(get_named_type(each.type).name)
        }

    def _conditions(self, type_: GraphQLInputObjectType) -> dict[str, GraphQLInputField]:
        return {
            name: GraphQLInputField(**_changed(each, **self._taking(each)))
            for name, each in type_.fields.items()
            if self._shows(type_.name, name)
        }

    def _taking(self, each: GraphQLArgument | GraphQLInputField) -> dict[str, Any]:
        default = get_default_value_ast(each)
        usable = not isinstance(default, EnumValueNode) or self._shows(get_named_type(each.type).name, default.value)
        return {"type_": self._typed(each.type)} | ({} if usable else {"default": None, "default_value": Undefined})

    def _typed(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLList | GraphQLNonNull):
            return type(type_)(self._typed(type_.of_type))
        return self._types.get(type_.name, type_)


def _changed(definition: Any, **changes: Any) -> dict[str, Any]:
    """Return what makes a definition like another but for ``changes``."""
    return {**definition.to_kwargs(), **changes}


def _marked(schema: GraphQLSchema, gates: Gates, owner: Any, name: str) -> str | None:
    """Return the description of a field with the scopes that it demands: an interface's those of every implementation.

    Standard introspection shows no directives, so ``@requiresScopes`` has to be said in words.
    """
    description: str | None = owner.fields[name].description
    concrete = schema.get_possible_types(owner) if isinstance(owner, GraphQLInterfaceType) else (owner,)
    demanded = {gates.demanded.get(each.name, {}).get(name, NOTHING) for each in concrete} - {NOTHING}
    combined = {frozenset[str]().union(*chosen) for chosen in product(*demanded)}
    alternatives = sorted(sorted(each) for each in combined if not any(other < each for other in combined))
    if not any(alternatives):
        return description
    scopes = ", or ".join(" and ".join(f"`{scope}`" for scope in each) for each in alternatives)
    return f"{description}\n\nScopes: {scopes}." if description else f"Scopes: {scopes}."

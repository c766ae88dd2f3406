"""What a caller sees of the schema: all that he may use, and nothing else, wherever the hub speaks of its schema."""

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Annotated, Any

import pytest
import sqlalchemy as sa
import strawberry
from graphql import (
    DocumentNode,
    FieldsOnCorrectTypeRule,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    KnownArgumentNamesRule,
    KnownTypeNamesRule,
    ValuesOfCorrectTypeRule,
    get_named_type,
    get_nullable_type,
    graphql_sync,
    introspection_from_schema,
    is_abstract_type,
    is_introspection_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    parse,
    print_schema,
    validate,
    validate_schema,
)
from graphql.utilities import get_default_value_ast
from strawberry import federation
from tests.oracle.granting import ALLOWED, MASKED, access, elsewhere, granted

from baygate.access.access import Access, TypeAccess
from baygate.access.decision import ALL_ROWS, NO_ROWS, WITHHELD, ByProvider
from baygate.access.scopes import Gates
from baygate.access.ungoverned import UNGOVERNED
from baygate.contract.schema import graphql_schema
from baygate.gateway.introspection import Introspection
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Strictness, prepare
from baygate.gateway.planning.plan import Supergraph, entity_keys, plan
from baygate.gateway.visible import VisibleSchemas
from baygate.sources.binding import (
    AbstractBinding,
    Binding,
    Column,
    Expression,
    Filter,
    ObjectBinding,
    One,
    Ordering,
    Paged,
    Several,
)
from baygate.sources.bindings import resident_binding

Scopes = frozenset[str]
WIDE = Limits(
    **dict.fromkeys(("tokens", "depth", "nesting", "aliases", "fields", "compiled_fields", "cost", "rows"), 10**9)
)


# A schema that is hostile: requirements differ between implementations, stand on types, are alternatives; a list whose
# default order is gated, an entity whose key is, and interfaces of which nothing may be left.


@federation.interface
class Animal:
    name: str = federation.field(description="What it is called.")
    age: int | None = federation.field(description="In years.", deprecation_reason="Ask when it was born.")
    legs: int | None = federation.field(description="How many.", requires_scopes=[["legs"]])


@federation.interface
class Beast(Animal):
    teeth: int | None


@federation.type(keys=["name"])
class Cat(Animal):
    name: str = federation.field(requires_scopes=[["cat"]])
    age: int | None = federation.field(requires_scopes=[["a", "b"], ["c"]])
    lives: int | None


@federation.type(keys=["name"])
class Dog(Beast):
    name: str = federation.field(requires_scopes=[["dog"], ["dog", "c"]])
    age: int | None = federation.field(requires_scopes=[["a"]])
    teeth: int | None = federation.field(requires_scopes=[["dog"]])
    years: int | None


@federation.type(requires_scopes=[["vault"]])
class Vault:
    gold: int | None = federation.field(requires_scopes=[["a"], ["b"]])
    guard: Dog | None


@strawberry.input
class Pet:
    named: str | None = strawberry.UNSET


@federation.interface
class Keeper:
    favourite: Animal | None

    @federation.field
    def pets(self, where: Pet | None = None, first: int = 3) -> list[Cat] | None: ...


@federation.type
class Zoo(Keeper):
    favourite: Beast | None
    vault: Vault | None


@federation.interface
class Friend:
    friend: Animal | None


@federation.interface
class BeastFriend(Friend):
    friend: Beast | None


@federation.type
class Trainer(BeastFriend):
    friend: Dog | None


@federation.type
class Ring:
    ring: "Ring | None"


@federation.type
class Animals:
    nodes: list[Animal]
    total: int


@federation.type
class Vaults:
    nodes: list[Vault]
    total: int


@strawberry.enum
class Order(enum.StrEnum):
    NAME = "NAME"
    AGE = "AGE"


@strawberry.input
class Which:
    named: str | None = strawberry.UNSET
    legs: int | None = strawberry.UNSET


@strawberry.input
class Inner:
    deep: int | None = strawberry.UNSET


@strawberry.input
class Free:
    any: int = 1
    inner: Inner | None = strawberry.UNSET


Either = Annotated[Cat | Vault, federation.union("Either")]


@federation.type
class Query:
    @federation.field
    def animals(self, where: Which | None = None, order_by: Order = Order.NAME) -> Animals | None: ...

    @federation.field
    def few(self, where: Which | None = None, first: int = 3) -> list[Cat] | None: ...

    @federation.field
    def cat(self, name: str) -> Cat | None: ...

    @federation.field
    def either(self) -> Either | None: ...

    @federation.field
    def one(self) -> Animal | None: ...

    @federation.field
    def vaults(self, order_by: Order = Order.NAME) -> Vaults | None: ...

    @federation.field
    def friend(self) -> Friend | None: ...

    @federation.field
    def keeper(self) -> Keeper | None: ...

    @federation.field(requires_scopes=[["zoo"]])
    def zoo(self) -> Zoo | None: ...

    @federation.field(requires_scopes=[["ring"]])
    def ring(self, free: Free | None = None) -> Ring | None: ...


@federation.type(name="Query")
class Locked:
    @federation.field(requires_scopes=[["vault"]])
    def vault(self) -> Vault | None: ...


TABLE = sa.Table("animal", sa.MetaData(), sa.Column("age", sa.Integer), sa.Column("name", sa.Text))
BY_NAME, BY_AGE, HIDDEN = Ordering(("name",)), Ordering(("age", "hidden_key")), Ordering(("hidden_key",))
FILTERS = {"named": Filter("name"), "legs": Filter("legs")}


def _animal(name: str, **fields: Any) -> ObjectBinding:
    return ObjectBinding(name, TABLE, None, None, {"name": Column(TABLE.c.name), "age": Column(TABLE.c.age), **fields})


HOSTILE_BINDING = Binding(
    objects={
        "Cat": _animal("Cat"),
        "Dog": _animal("Dog", years=Expression(("age",), lambda age: age, lambda age: age)),
        "Zoo": ObjectBinding("Zoo", TABLE, None, None, {"pets": Several("Cat", {}, HIDDEN, {"named": Filter("name")})}),
        "Vault": ObjectBinding("Vault", TABLE, None, None, {"guard": One("Dog", on={"name": "name"})}),
    },
    abstracts={"Animal": AbstractBinding("Animal", TABLE, "kind", {"CAT": "Cat", "DOG": "Dog"})},
    roots={
        "animals": Paged("Animal", {"NAME": BY_NAME, "AGE": BY_AGE}, filters=FILTERS),
        "vaults": Paged("Vault", {"NAME": HIDDEN}),
        "few": Several("Cat", {}, BY_AGE, FILTERS),
        "cat": One("Cat", by={"name": "name"}),
    },
)


@dataclass(frozen=True)
class Hub:
    """A schema with its binding, and what each set of scopes shows of it."""

    schema: GraphQLSchema
    binding: Binding
    gates: Gates

    def granted(self) -> VisibleSchemas:
        return VisibleSchemas(self.schema, self.binding, self.gates, Introspection.GRANTED)

    def sets(self) -> Iterator[Scopes]:
        for size in range(len(self.gates.scopes) + 1):
            yield from map(frozenset, combinations(sorted(self.gates.scopes), size))

    def access(self, scopes: Scopes) -> Access:
        return self.gates.behind(scopes, UNGOVERNED)

    def withheld(self, scopes: Scopes) -> set[tuple[str, str]]:
        access = self.access(scopes)
        return {
            (name, field)
            for name, type_ in self.schema.type_map.items()
            if isinstance(type_, GraphQLObjectType)
            for field in type_.fields
            if access.decide(name, field).otherwise.withheld
        }


@cache
def hub(name: str) -> Hub:
    if name == "contract":
        return Hub(graphql_schema(), resident_binding(), Gates(graphql_schema()))
    if name == "locked":
        locked = federation.Schema(query=Locked)._schema
        return Hub(locked, Binding({}, {}, {}), Gates(locked))
    hostile = federation.Schema(query=Query, types=[Cat, Dog, Trainer, Zoo])._schema
    return Hub(hostile, HOSTILE_BINDING, Gates(hostile))


@cache
def shown(name: str) -> Mapping[Scopes, tuple[str, GraphQLSchema]]:
    """What every set of scopes shows; those with one key share one schema."""
    visible = hub(name).granted()
    first: dict[str, GraphQLSchema] = {}
    every = {}
    for scopes in hub(name).sets():
        key, schema = visible.of(hub(name).access(scopes))
        every[scopes] = key, first.setdefault(key, schema)
    return every


def distinct(name: str) -> Mapping[str, tuple[Scopes, GraphQLSchema]]:
    return {key: (scopes, schema) for scopes, (key, schema) in shown(name).items()}


def see(*scopes: str, name: str = "hostile") -> GraphQLSchema:
    return shown(name)[frozenset(scopes)][1]


def own(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [each for each in schema.type_map.values() if not is_introspection_type(each)]


def concrete(schema: GraphQLSchema) -> set[tuple[str, str]]:
    """Every field of an object type; the stopgap of an empty Query is none."""
    found = {(each.name, field) for each in own(schema) if isinstance(each, GraphQLObjectType) for field in each.fields}
    return found - {("Query", "_nothing")}


def members(type_: GraphQLNamedType) -> Iterator[str]:
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            for name, field in type_.fields.items():
                yield name
                yield from (f"{name}({argument}:)" for argument in field.args)
        case GraphQLUnionType():
            yield from (each.name for each in type_.types)
        case GraphQLInputObjectType():
            yield from type_.fields
        case GraphQLEnumType():
            yield from type_.values


def coordinates(schema: GraphQLSchema) -> set[tuple[str, str]]:
    """All that a schema shows but the members of unions: an interface that regains a field is a union no more."""
    everything = {
        (type_.name, each)
        for type_ in own(schema)
        for each in ("", *(() if isinstance(type_, GraphQLUnionType) else members(type_)))
    }
    return everything - {("Query", "_nothing"), ("Boolean", "")}


both = pytest.mark.parametrize("name", ["contract", "hostile"])


@both
def test_every_set_of_scopes_shows_a_valid_schema(name: str) -> None:
    for _, schema in distinct(name).values():
        assert validate_schema(schema) == []


@both
def test_no_composite_type_is_shared_with_the_full_schema_and_every_leaf_that_shows_all_its_values_is(
    name: str,
) -> None:
    for _, schema in distinct(name).values():
        for each in own(schema):
            original = hub(name).schema.type_map[each.name]
            narrowed = isinstance(each, GraphQLEnumType) and list(each.values) != list(original.values)
            assert (each is original) == (is_leaf_type(each) and not narrowed), each


# What is shown, derived a second time: from the Access that decides, over concrete types alone.


@dataclass(frozen=True)
class Usable:
    """Finds the concrete fields that the hub could answer to a token and to which Query leads."""

    hub: Hub
    access: Access

    def fields(self) -> set[tuple[str, str]]:
        left = {each for each in concrete(self.hub.schema) if each[1] != "_service" and self.answered(*each)}
        while gone := {each for each in left if self.ahead(*each, left) == set()}:
            left -= gone
        reached, waiting = set[str](), {"Query"}
        while waiting:
            reached |= waiting
            waiting = {name for each in left if each[0] in waiting for name in self.ahead(*each, left) or ()} - reached
        return {each for each in left if each[0] in reached}

    def bound(self, owner: str, field: str) -> Any:
        if owner == "Query":
            return self.hub.binding.roots.get(field)
        return self.hub.binding.objects[owner].fields.get(field) if owner in self.hub.binding.objects else None

    def plain(self, owner: str, field: str) -> bool:
        bound = self.bound(owner, field)
        needs = bound.needs if isinstance(bound, Expression) else ()
        return all(self.access.decide(owner, each).otherwise.plain for each in (field, *needs))

    def answered(self, owner: str, field: str) -> bool:
        """Whether it is decided for, and one of the ways to order its list or to find its object is."""
        match bound := self.bound(owner, field):
            case One():
                ways = [tuple(bound.by.values())]
            case Several():
                ways = [bound.order.fields]
            case Paged():
                ways = [each.fields for each in bound.orders.values()]
            case _:
                return self.plain(owner, field)
        read = [{(each.name, name) for each in self.hub.binding.concrete(bound.target) for name in way} for way in ways]
        return self.plain(owner, field) and any(all(self.plain(*each) for each in way) for way in read)

    def ahead(self, owner: str, field: str, left: set[tuple[str, str]]) -> set[str] | None:
        """Return the concrete types to which a field leads, of those that are left; None for a leaf."""
        given: Any = self.hub.schema.type_map[owner]
        type_ = get_named_type(given.fields[field].type)
        if is_leaf_type(type_):
            return None
        there = {name for name, _ in left}
        bound = self.bound(owner, field)
        if isinstance(bound, One | Several | Paged) and not self.possible(bound.target) & there:
            return set()
        return {each for each in self.possible(type_.name) & there if field != "_entities" or self.referable(each)}

    def possible(self, name: str) -> set[str]:
        type_: Any = self.hub.schema.type_map[name]
        return {each.name for each in self.hub.schema.get_possible_types(type_)} if is_abstract_type(type_) else {name}

    def referable(self, name: str) -> bool:
        keys = entity_keys(self.hub.schema, name)
        return any(all(self.plain(name, key) for key in each) for each in keys)


@both
def test_what_is_shown_is_what_can_be_answered_and_reached(name: str) -> None:
    for scopes, schema in distinct(name).values():
        assert concrete(schema) == Usable(hub(name), hub(name).access(scopes)).fields(), scopes


class Question:
    """Asks every field of every concrete type of a schema once, lists by each condition and in each order."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.variables: dict[str, Any] = {}
        self._declared: list[str] = []
        self._asked: set[str] = set()
        query: Any = schema.query_type
        body = self._selection(query)
        self.text = f"query ({', '.join(self._declared)}) {body}" if self._declared else body

    def _selection(self, type_: Any) -> str:
        if is_leaf_type(type_):
            return ""
        parts = ["__typename"]
        for each in self.schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]:
            if each.name not in self._asked:
                self._asked.add(each.name)
                parts.append(f"... on {each.name} {{ __typename {' '.join(self._fields(each))} }}")
        return f"{{ {' '.join(parts)} }}"

    def _fields(self, type_: Any) -> Iterator[str]:
        for name, field in type_.fields.items():
            if (type_.name, name) != ("Query", "_nothing"):
                inside = self._selection(get_named_type(field.type))
                for number, arguments in enumerate(self._ways(field)):
                    yield f"{type_.name}_{name}_{number}: {name}{arguments} {inside}"
                    inside = inside and "{ __typename }"

    def _ways(self, field: Any) -> Iterator[str]:
        """Yield the ways to ask: in each order, also in none if there is a default, then by each condition."""
        given = {name: self._variable(each.type) for name, each in field.args.items() if is_required_argument(each)}
        if "first" in field.args:
            given["first"] = "1"
        order, where = field.args.get("orderBy"), field.args.get("where")
        orders = list(get_named_type(order.type).values) if order else []
        if not orders:
            yield _written(given)
        for each in orders:
            yield _written({**given, "orderBy": each})
        if order and not is_required_argument(order):
            yield _written(given)
        usual = {**given, "orderBy": orders[0]} if orders else given
        for name, condition in get_named_type(where.type).fields.items() if where else ():
            yield _written({**usual, "where": f"{{ {name}: {self._variable(condition.type)} }}"})

    def _variable(self, type_: Any) -> str:
        nullable, kind = get_nullable_type(type_), get_named_type(type_)
        value: Any = {"Int": 1, "Boolean": True}.get(kind.name, "x")
        if isinstance(kind, GraphQLEnumType):
            value = next(iter(kind.values))
        name = f"v{len(self.variables)}"
        self.variables[name] = [value] if is_list_type(nullable) else value
        self._declared.append(f"${name}: {nullable}!")
        return f"${name}"


def _written(arguments: Mapping[str, str]) -> str:
    return f"({', '.join(f'{name}: {each}' for name, each in arguments.items())})" if arguments else ""


def test_all_that_is_shown_is_answered() -> None:
    """No field, condition, order or entity that a token sees brings it an error, nor is any unknown to the planner."""
    full = hub("contract")
    supergraph = Supergraph(full.schema, full.binding, "1")
    for scopes, schema in list(distinct("contract").values())[::6]:
        question = Question(schema)
        operation = prepare(question.text, "digest", None, schema, WIDE, Strictness())
        planned = plan(operation, question.variables, full.access(scopes), supergraph, WIDE)
        entity: Any = schema.type_map.get("_Entity")
        entities = {each.name for each in entity.types} if entity else set()
        told = [each for fetch in planned.entities for (name, _), each in fetch.notices.items() if name in entities]
        assert [*planned.notices, *(notice for notices in told for notice in notices)] == [], scopes


def test_what_is_valid_for_a_token_is_valid_for_the_hub() -> None:
    for _, schema in list(distinct("contract").values())[::20]:
        assert validate(hub("contract").schema, parse(Question(schema).text)) == []


# What is hidden is hidden wherever the hub speaks of its schema.


@both
def test_introspection_shows_nothing_that_is_withheld(name: str) -> None:
    for scopes, schema in list(distinct(name).values())[::5]:
        told = introspection_from_schema(schema)["__schema"]
        fields = {(each["name"], field["name"]) for each in told["types"] for field in each["fields"] or ()}
        assert not fields & hub(name).withheld(scopes), scopes
        assert "_Service" not in {each["name"] for each in told["types"]}


def misspelt(full: GraphQLSchema) -> str:
    """Ask for every name of the full schema where it stands, rightly and wrongly spelt."""
    composite: list[Any] = [each for each in own(full) if hasattr(each, "fields") or hasattr(each, "types")]
    parts = []
    for type_ in composite:
        below = full.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        asked = sorted({name for each in below for name in each.fields})
        parts.append(f"fragment F{type_.name} on {type_.name} {{ {' '.join(f'{name} {name}z' for name in asked)} }}")
        parts.append(f"fragment T{type_.name} on {type_.name}z {{ __typename }}")
        for field, definition in getattr(type_, "fields", {}).items():
            for argument, each in getattr(definition, "args", {}).items():
                kind: Any = get_named_type(each.type)
                values = [f"{{ {name}z: 1 }}" for name in getattr(kind, "fields", ())]
                values += [f"{name}Z" for name in getattr(kind, "values", ())]
                parts += [f"{{ ... on {type_.name} {{ {field}({argument}: {value}) }} }}" for value in values]
                parts.append(f"{{ ... on {type_.name} {{ {field}({argument}z: 1) }} }}")
    return " ".join(parts)


SUGGESTING = [FieldsOnCorrectTypeRule, KnownArgumentNamesRule, KnownTypeNamesRule, ValuesOfCorrectTypeRule]
FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'\. Did you mean (to use an inline fragment on )?(.*)")


def suggested(schema: GraphQLSchema, document: DocumentNode) -> set[str]:
    """Return the names that validation suggests, fields with their types."""
    found: set[str] = set()
    for error in validate(schema, document, SUGGESTING, max_errors=10**6):
        names = re.findall(r"'(\w+)'", error.message.partition("Did you mean")[2])
        field = FIELD.fullmatch(error.message)
        if field:
            asked, owner, elsewhere, _ = field.groups()
            found |= {f"{each}.{asked}" if elsewhere else f"{owner}.{each}" for each in names}
        else:
            found |= set(names)
    return found


def names(schema: GraphQLSchema) -> set[str]:
    """Return all names that a schema knows, fields with their types."""
    found = {"skip", "include"}
    for type_ in own(schema):
        found |= {type_.name, *re.findall(r"\w+", " ".join(members(type_)))}
        found |= {f"{type_.name}.{each}" for each in getattr(type_, "fields", ())}
    return found


@both
def test_suggestions_name_only_what_is_shown(name: str) -> None:
    full = hub(name).schema
    document = parse(misspelt(full))
    for scopes, schema in list(distinct(name).values())[:: 5 if name == "hostile" else 45]:
        assert suggested(schema, document) <= names(schema), scopes
    told = suggested(full, document)
    assert {f"{owner}.{field}" for owner, field in concrete(full) if len(field) > 2} <= told, "it asks for everything"


@both
def test_all_scopes_show_all_but_the_service(name: str) -> None:
    complete = print_schema(hub(name).schema)
    service = ("  _service: _Service!\n", "type _Service {\n  sdl: String!\n}\n\n")
    expected = complete.replace(service[0], "").replace(service[1], "")
    assert len(expected) == len(complete) - len("".join(service))
    assert print_schema(shown(name)[hub(name).gates.scopes][1]) == expected


@both
def test_more_scopes_never_show_less(name: str) -> None:
    seen = {key: coordinates(schema) for key, (_, schema) in distinct(name).items()}
    steps = {
        (key, shown(name)[scopes | {scope}][0])
        for scopes, (key, _) in shown(name).items()
        for scope in hub(name).gates.scopes
    }
    for fewer, more in steps:
        assert seen[fewer] <= seen[more]


@both
def test_keys_are_equal_exactly_for_those_who_see_the_same(name: str) -> None:
    printed = {key: print_schema(schema) for key, (_, schema) in distinct(name).items()}
    assert len(set(printed.values())) == len(printed)
    every = list(shown(name).items())
    for scopes, (key, _) in every[:: len(every) // 40]:
        alone, schema = hub(name).granted().of(hub(name).access(scopes))
        assert alone == key
        assert print_schema(schema) == printed[key]


def test_scopes_that_gate_nothing_more_share_a_schema() -> None:
    visible = hub("contract").granted()

    def of(*scopes: str) -> tuple[str, GraphQLSchema]:
        return visible.of(hub("contract").access(frozenset(scopes)))

    assert of("credit:read", "openid") == of("credit:read")
    assert of("credit:investigation") == of()
    assert of("credit:read")[0] != of()[0]
    assert len(visible._keys) == 3, "a scope that gates nothing takes no place"


def test_only_so_many_schemas_are_kept() -> None:
    visible = hub("hostile").granted()
    nobody = hub("hostile").access(frozenset())
    first = visible.of(nobody)
    assert visible.of(nobody)[1] is first[1]
    for scopes in hub("hostile").sets():
        visible.of(hub("hostile").access(scopes))
    assert len(visible._built) == 32
    again = visible.of(nobody)
    assert again[0] == first[0]
    assert again[1] is not first[1]


# The rules, one by one.


def fields(schema: GraphQLSchema, name: str) -> set[str]:
    type_: Any = schema.type_map.get(name)
    return set(getattr(type_, "fields", ()))


@pytest.mark.parametrize(
    ("scopes", "visible"),
    [(["a"], False), (["b"], False), (["a", "b"], True), (["c"], True), (["a", "c"], True)],
)
def test_any_alternative_opens_if_all_of_it_is_held(scopes: list[str], visible: bool) -> None:
    assert ("age" in fields(see(*scopes), "Cat")) == visible


def test_what_is_asked_of_a_type_is_asked_of_each_of_its_fields_and_of_what_leads_there() -> None:
    assert fields(see("zoo", "a", "vault"), "Vault") == {"gold", "guard"}
    assert fields(see("zoo", "vault"), "Vault") == set(), "its guard has no field, and its gold is gated"
    assert fields(see("zoo", "vault", "dog"), "Vault") == {"guard"}
    assert "Vault" not in see("zoo", "a", "b").type_map
    assert "vault" not in fields(see("zoo", "a", "b"), "Zoo")


def test_a_computed_field_needs_what_it_is_computed_from() -> None:
    assert "years" not in fields(see("dog"), "Dog")
    assert "years" in fields(see("dog", "a"), "Dog")


def test_a_field_of_an_interface_is_shown_if_every_implementation_shows_it() -> None:
    assert "age" not in fields(see("a"), "Animal")
    assert "age" not in fields(see("c", "cat"), "Animal")
    assert fields(see("a", "c"), "Animal") == {"age"}
    assert fields(see("legs"), "Animal") == {"legs"}


def test_an_interface_without_fields_becomes_the_union_of_its_implementations() -> None:
    schema = see("cat", "dog", "zoo")
    assert fields(schema, "Animal") == {"name"}
    schema = see("cat", "a", "zoo")
    animal = schema.type_map["Animal"]
    assert isinstance(animal, GraphQLUnionType)
    assert [each.name for each in animal.types] == ["Cat", "Dog"]
    assert fields(schema, "Cat") == {"name", "lives"}
    assert validate(schema, parse("{ keeper { ... on Zoo { favourite { ... on Dog { age } } } } }")) == []


def test_a_field_is_not_narrower_than_its_interface_where_that_is_a_union() -> None:
    union, interface = see("a", "zoo"), see("a", "c", "zoo")
    assert isinstance(union.type_map["Animal"], GraphQLUnionType)
    assert fields(union, "Zoo") == {"favourite", "pets"}
    assert fields(union, "Keeper") == {"pets"}
    assert fields(interface, "Keeper") == {"favourite", "pets"}
    assert isinstance(see("dog").type_map["Friend"], GraphQLUnionType)
    assert fields(see("dog"), "Trainer") == {"friend"}


def test_an_order_and_a_condition_are_shown_if_they_can_be_used() -> None:
    orders: Any = see("a", "c").type_map["Order"]
    conditions = fields(see("a", "c"), "Which")
    assert list(orders.values) == ["AGE"]
    assert conditions == set(), "names and legs are gated"
    assert fields(see("a", "c", "legs"), "Which") == {"legs"}
    assert fields(see("cat", "dog", "legs"), "Which") == {"named", "legs"}


def test_a_condition_is_shown_if_any_field_can_use_it() -> None:
    assert fields(see("c", "cat"), "Which") == {"named"}, "few cats can be asked by name, animals cannot"
    assert "animals" not in fields(see("c", "cat"), "Query")


def test_an_argument_without_a_condition_to_use_goes_from_the_interface_too() -> None:
    for name in ("Zoo", "Keeper"):
        pets: Any = see("a").type_map[name].fields["pets"]  # type: ignore[attr-defined]
        assert set(pets.args) == {"first"}
    assert fields(see("cat"), "Pet") == {"named"}


def test_a_default_order_that_cannot_be_used_is_none() -> None:
    def order(schema: GraphQLSchema) -> Any:
        return schema.query_type.fields["animals"].args["orderBy"]  # type: ignore[union-attr]

    assert get_default_value_ast(order(see("cat", "dog"))).value == "NAME"
    assert get_default_value_ast(order(see("a", "c"))) is None
    assert is_required_argument(order(see("a", "c")))


def test_a_field_that_must_read_what_is_withheld_goes() -> None:
    assert {"animals", "few", "cat"} & fields(see("a"), "Query") == set()
    assert {"animals", "few", "cat"} & fields(see("cat"), "Query") == {"cat"}
    assert {"animals", "few", "cat"} & fields(see("c"), "Query") == {"few"}
    assert {"animals", "few", "cat"} & fields(see("a", "c"), "Query") == {"animals", "few"}


def test_a_list_goes_with_its_nodes() -> None:
    everything = coordinates(see("identity:read", name="contract"))
    assert not {each for each, _ in everything if re.match("Declaration|Credit|Filing|Product", each)}
    assert ("PartyConnection", "totalCount") in everything
    assert "vaults" in fields(see("vault", "a"), "Query")
    assert "vaults" not in fields(see("a"), "Query"), "although its order reads nothing that is gated"
    assert ("PageInfo", "") not in coordinates(see("identity:verify", name="contract"))


def test_an_entity_is_given_to_those_who_may_read_a_key() -> None:
    schema = see("filings:read", name="contract")
    entity: Any = schema.type_map["_Entity"]
    assert "MainlandEnterprise" in schema.type_map
    assert "MainlandEnterprise" not in {each.name for each in entity.types}
    assert "ProductFiling" in {each.name for each in entity.types}
    assert "_entities" not in fields(see("identity:verify", name="contract"), "Query")


def test_types_that_refer_only_to_each_other_are_shown() -> None:
    assert fields(see("ring"), "Ring") == {"ring"}
    assert fields(see("ring"), "Free") == {"any", "inner"}
    assert fields(see("ring"), "Inner") == {"deep"}
    assert "Free" not in see().type_map


def test_who_may_use_nothing_sees_a_query_that_gives_null() -> None:
    schema = see(name="locked")
    assert fields(schema, "Query") == {"_nothing"}
    composite = {each.name for each in own(schema) if not is_leaf_type(each)}
    assert composite == {"Query"}
    result = graphql_sync(schema, "{ __typename _nothing }")
    assert (result.data, result.errors) == ({"__typename": "Query", "_nothing": None}, None)


def test_who_may_read_no_record_sees_what_the_hub_says_of_itself() -> None:
    schema = see(name="contract")
    assert fields(schema, "Query") == {"me", "access", "catalogue", "trustLists"}
    reached = {each.name for each in own(schema) if isinstance(each, GraphQLObjectType)} - {"Query"}
    assert not reached & set(hub("contract").binding.objects)
    assert "CatalogueEntry" in reached


def test_deprecations_and_descriptions_stay() -> None:
    age: Any = see("a", "c").type_map["Animal"].fields["age"]  # type: ignore[attr-defined]
    assert (age.description, age.deprecation_reason) == ("In years.", "Ask when it was born.")


# Under policies.


RATED = ("ratingNo", "assessedOn", "scheme", "grade")


def under(**types: TypeAccess) -> GraphQLSchema:
    """Return what the contract shows under these grants, to a token with every scope."""
    contract = hub("contract")
    return contract.granted().of(contract.gates.behind(contract.gates.scopes, access(**types)))[1]


def test_a_field_is_shown_if_any_provider_gives_something_of_it() -> None:
    some = elsewhere(WITHHELD, tax_gd=ALLOWED)
    schema = under(CreditRating=granted(*RATED, score=some, basis=WITHHELD, evidenceNo=MASKED))
    assert fields(schema, "CreditRating") == {*RATED, "score", "evidenceNo"}
    assert validate_schema(schema) == []


def test_what_only_a_provider_gives_whose_rows_are_not_there_is_not_shown() -> None:
    rating = granted(*RATED, score=elsewhere(WITHHELD, tax_gd=ALLOWED))
    schema = under(CreditRating=replace(rating, rows=ByProvider({"tax-gd": NO_ROWS}, ALL_ROWS)))
    assert fields(schema, "CreditRating") == set(RATED)


@pytest.mark.parametrize(
    "decision", [WITHHELD, MASKED, elsewhere(ALLOWED, tax_gd=MASKED)], ids=["withheld", "masked", "masked by one"]
)
def test_conditions_orders_and_keys_are_shown_if_every_provider_gives_them_plainly(decision: Any) -> None:
    def shown(**decided: Any) -> GraphQLSchema:
        return under(CreditRating=granted(*RATED, **decided))

    assert fields(shown(), "CreditRatingFilter") == {"scheme", "grades", "assessedFrom", "assessedTo"}
    assert fields(shown(grade=decision), "CreditRatingFilter") == {"scheme", "assessedFrom", "assessedTo"}
    entries = {"creditRating", "creditRatings", "_entities"}
    assert entries <= fields(shown(), "Query")
    assert entries & fields(shown(assessedOn=decision), "Query") == {"creditRating", "_entities"}
    assert entries & fields(shown(ratingNo=decision), "Query") == set()


def test_a_type_of_which_no_row_is_there_is_not_shown_nor_what_leads_to_it() -> None:
    schema = under(CreditRating=granted(*RATED, "party"), MainlandEnterprise=granted("id", "name", rows=NO_ROWS))
    assert fields(schema, "CreditRating") == set(RATED)
    assert not {"Party", "MainlandEnterprise"} & set(schema.type_map)
    assert "party" not in fields(schema, "Query")


def test_a_field_of_an_interface_needs_only_the_implementations_of_which_rows_are_there() -> None:
    mainland, macau = granted("id", "name"), granted("id", "nameEn")
    assert fields(under(MainlandEnterprise=mainland), "Party") == {"id", "name"}
    assert fields(under(MainlandEnterprise=mainland, MacauCompany=macau), "Party") == {"id"}
    gone = replace(macau, rows=ByProvider({}, NO_ROWS))
    assert fields(under(MainlandEnterprise=mainland, MacauCompany=gone), "Party") == {"id", "name"}


def test_a_field_that_may_not_be_null_is_shown_only_if_it_lacks_to_no_row() -> None:
    for decision, shown in (
        (ALLOWED, {"id", "uscc", "name"}),
        (elsewhere(ALLOWED, samr_gd=WITHHELD), {"id", "name"}),
        (elsewhere(ALLOWED, samr_gd=MASKED), {"id", "uscc", "name"}),
    ):
        schema = under(MainlandEnterprise=granted("id", uscc=decision, name=decision))
        assert fields(schema, "MainlandEnterprise") == shown


def test_a_computed_field_is_shown_if_some_provider_gives_all_that_it_is_computed_from() -> None:
    parts = ("declarationNo", "declaredAt", "totalValue", "freight", "dutiableValue")
    for decision, visible in ((ALLOWED, True), (MASKED, False), (elsewhere(MASKED, tax_gd=ALLOWED), True)):
        schema = under(Declaration=granted(*parts, insurance=decision))
        assert ("dutiableValue" in fields(schema, "Declaration")) is visible


def test_a_transformed_relation_leads_nowhere_and_is_not_shown() -> None:
    party = granted("id", "name")
    assert "party" in fields(under(CreditRating=granted(*RATED, "party"), MainlandEnterprise=party), "CreditRating")
    masked = under(CreditRating=granted(*RATED, party=MASKED), MainlandEnterprise=party)
    assert "party" not in fields(masked, "CreditRating")


def test_a_verdict_is_shown_to_whom_it_is_granted() -> None:
    assert "verifyPerson" in fields(under(Query=granted("verifyPerson")), "Query")
    assert fields(under(), "Query") == {"me", "access", "catalogue", "trustLists"}


def test_policies_and_scopes_both_close() -> None:
    grants = access(CreditRating=granted(*RATED), Declaration=granted("declarationNo", "declaredAt"))
    known = hub("contract").gates.behind(frozenset({"credit:read"}), grants)
    schema = hub("contract").granted().of(known)[1]
    assert fields(schema, "CreditRating") == set(RATED)
    assert "Declaration" not in schema.type_map
    assert "Declaration" in under(**grants.types).type_map


def test_all_that_policies_show_is_given_by_somebody() -> None:
    full = hub("contract")
    by_one = {name: elsewhere(WITHHELD, tax_gd=ALLOWED) for name in ("score", "basis")}
    known = access(
        CreditRating=granted(*RATED, "party", **by_one, evidenceNo=MASKED, validTo=WITHHELD),
        MainlandEnterprise=granted("id", "name", "creditRatings", uscc=MASKED),
        HongKongCompany=granted("id", "nameEn", "declarations"),
        Declaration=granted("declarationNo", "declaredAt", "totalValue", "dutiableValue", "declarant", mode=MASKED),
    )
    schema = full.granted().of(known)[1]
    question = Question(schema)
    operation = prepare(question.text, "digest", None, schema, WIDE, Strictness())
    planned = plan(operation, question.variables, known, Supergraph(full.schema, full.binding, "1"), WIDE)
    groups = {
        ("MainlandEnterprise", ("id",)), ("HongKongCompany", ("id",)), ("CreditRating", ("ratingNo",)),
        ("Declaration", ("declarationNo",)),
    }  # fmt: skip
    entities = [each for fetch in planned.entities for group, each in fetch.notices.items() if group in groups]
    assert len(entities) == len(groups)
    notices = [*planned.notices, *(notice for each in entities for notice in each)]
    told = {(each.kind, each.coordinate) for each in notices}
    assert {place for kind, place in told if kind != "FIELD_MASKED"} == {"CreditRating.score", "CreditRating.basis"}
    assert {"CreditRating.evidenceNo", "MainlandEnterprise.uscc"} <= {place for _, place in told}


# The other settings.


def test_without_introspection_the_schema_is_as_it_is() -> None:
    for each in map(hub, ("contract", "hostile")):
        visible = VisibleSchemas(each.schema, each.binding, each.gates, Introspection.NONE)
        assert visible.of(each.access(frozenset()))[1] is each.schema
        assert visible.of(each.access(frozenset())) == visible.of(each.access(each.gates.scopes))


def marked(name: str) -> GraphQLSchema:
    every = hub(name)
    visible = VisibleSchemas(every.schema, every.binding, every.gates, Introspection.ALL)
    nobody = every.access(frozenset())
    assert visible.of(nobody) == visible.of(every.access(every.gates.scopes))
    return visible.of(nobody)[1]


def marks(schema: GraphQLSchema) -> dict[tuple[str, str], str]:
    descriptions = {
        (each.name, name): field.description or ""
        for each in own(schema)
        if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in each.fields.items()
    }
    return {place: each.rpartition("\n\n")[2] for place, each in descriptions.items() if "Scopes: " in each}


@both
def test_marked_are_exactly_the_gated_fields(name: str) -> None:
    gated = {(owner, field) for owner, each in hub(name).gates.demanded.items() for field in each}
    assert {place for place in marks(marked(name)) if place in concrete(hub(name).schema)} == gated
    assert validate_schema(marked(name)) == []


@both
def test_nothing_but_descriptions_is_marked(name: str) -> None:
    def bare(schema: GraphQLSchema) -> str:
        return re.sub(r"\n\s*\n", "\n", re.sub(r'"""(.|\n)*?"""', "", print_schema(schema)))

    assert bare(marked(name)) == bare(hub(name).schema)


def test_a_mark_says_which_scopes_open() -> None:
    told = marks(marked("hostile"))
    assert told["Cat", "age"] == "Scopes: `a` and `b`, or `c`."
    assert told["Dog", "name"] == "Scopes: `dog`.", "with c as well is no other way"
    assert told["Zoo", "vault"] == "Scopes: `vault`."
    assert told["Vault", "gold"] == "Scopes: `a` and `vault`, or `b` and `vault`."
    assert told["Animal", "name"] == "Scopes: `cat` and `dog`.", "what every implementation demands"
    assert told["Animal", "age"] == "Scopes: `a` and `b`, or `a` and `c`."
    assert told["Beast", "teeth"] == "Scopes: `dog`."
    contract = marked("contract").type_map["PersonInCharge"].fields["name"]  # type: ignore[attr-defined]
    assert contract.description == "Name. 姓名\n\nScopes: `identity:personal` and `identity:read`."

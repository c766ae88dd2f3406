"""A caller sees of the schema all that he may use."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    parse,
    print_schema,
    validate,
    validate_schema,
)
from tests.gateway.visible.question import WIDE, Question
from tests.gateway.visible.showing import Hub, both, concrete, coordinates, distinct, hub, own, shown

from baygate.access.access import Access
from baygate.gateway.operation import Strictness, prepare
from baygate.gateway.planning.plan import Supergraph, entity_keys, plan
from baygate.sources.binding import Expression, One, Paged, Several


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
        if scopes | {scope} in shown(name)
    }
    assert len(steps) > len(seen)
    for fewer, more in steps:
        assert seen[fewer] <= seen[more]

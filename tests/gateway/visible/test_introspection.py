"""Introspection for nobody, and for everybody with marks."""

import re

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, print_schema, validate_schema
from tests.gateway.visible.showing import both, concrete, hub, own

from baygate.gateway.introspection import Introspection
from baygate.gateway.visible import VisibleSchemas


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

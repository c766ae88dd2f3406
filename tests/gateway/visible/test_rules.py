"""The rules by which a schema is cut to what a caller may use, one by one."""

import re
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    graphql_sync,
    is_leaf_type,
    is_required_argument,
    parse,
    validate,
)
from graphql.utilities import get_default_value_ast
from tests.gateway.visible.showing import coordinates, fields, hub, own, see


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

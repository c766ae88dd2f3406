"""The world by which federation is proved has to be right itself, and its sources strict."""

import asyncio
from typing import Any

import pytest
from graphql import assert_valid_schema, build_schema, parse, validate, validate_schema
from tests.federation.monolith import World, monolith
from tests.federation.scenario import Operation, Scenario
from tests.federation.scenarios import SCENARIOS
from tests.federation.scenarios.abstract import OBJECT, OBJECT_REQUIRES, PARTIAL_UNION
from tests.federation.scenarios.asking import LISTS, MUTATIONS
from tests.federation.scenarios.keys import NESTED, PARTLY_RESOLVABLE
from tests.federation.scenarios.provides import OBJECT as PROVIDES
from tests.federation.scenarios.requires import ARGUMENTS, FRAGMENTS, PLAIN
from tests.federation.scenarios.sharing import OVERRIDE
from tests.federation.subgraphs import Executable, Sources

OPERATIONS = [
    pytest.param(scenario, operation, id=f"{scenario.name}-{index}")
    for scenario in SCENARIOS
    for index, operation in enumerate(scenario.operations)
]
every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)


@every_scenario
def test_a_supergraph_is_a_valid_schema(scenario: Scenario) -> None:
    assert_valid_schema(build_schema(scenario.supergraph))


@every_scenario
def test_each_subgraph_is_a_valid_schema(scenario: Scenario) -> None:
    for name in scenario.subgraphs:
        assert validate_schema(scenario.distribution.schemas[name]) == []


@pytest.mark.parametrize(("scenario", "operation"), OPERATIONS)
def test_the_monolith_answers(scenario: Scenario, operation: Operation) -> None:
    assert validate(scenario.distribution.api, parse(operation.query)) == []
    answer = monolith(scenario.world, operation.query, operation.variables)
    assert "errors" not in answer
    assert answer["data"] is not None


@every_scenario
def test_each_resolvable_key_leads_to_its_row(scenario: Scenario) -> None:
    world = scenario.world
    for subgraph in scenario.distribution.subgraphs:
        for declared in subgraph.types.values():
            for row in world.known(declared.name):
                keys = [each for each in declared.keys if each.resolvable]
                projected = [world.project(row, each.selection) for each in keys]
                sent = [{"__typename": declared.name, **each} for each in projected if None not in each.values()]
                entities = entities_of(world, subgraph.name, "__typename", *sent)["data"]["_entities"] if sent else []
                expected = declared.name if declared.kind == "type" else row.type
                assert entities == [{"__typename": expected}] * len(sent)


def entities_of(world: World, source: str, selection: str, *representations: dict[str, Any]) -> dict[str, Any]:
    query = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ {selection} }} }}"
    return asyncio.run(Sources(world).ask(source, query, {"r": list(representations)}))


def refusal(scenario: Scenario, source: str, selection: str, **representation: Any) -> str:
    response = entities_of(scenario.world, source, selection, representation)
    (error,) = response["errors"]
    return str(error["message"])


def test_a_subgraph_prints_its_contract() -> None:
    response = Executable.of(PLAIN.world, "catalogue").answer("{ _service { sdl } }", {})
    assert response["data"]["_service"]["sdl"].startswith("extend schema @link(")


def test_a_document_that_asks_for_what_a_source_does_not_have_is_refused() -> None:
    sources = Sources(PARTIAL_UNION.world)
    response = asyncio.run(sources.ask("a", "{ found { ... on Song { title } } }"))
    assert "Unknown type 'Song'" in response["errors"][0]["message"]
    assert sources.refusals[0].startswith("a: Unknown type")


def test_a_representation_without_a_complete_key_is_refused() -> None:
    half = {"place": "1A", "flight": {"code": "BG1", "leg": {}}}
    assert "names no row" in refusal(NESTED, "boarding", "__typename", __typename="Seat", **half)


def test_a_key_that_is_not_resolvable_is_refused() -> None:
    assert "names no row" in refusal(PARTLY_RESOLVABLE, "port", "__typename", __typename="Vessel", imo="v1.imo")


def test_a_representation_with_a_field_that_the_type_does_not_have_is_refused() -> None:
    assert "has no ['weight2']" in refusal(PLAIN, "shipping", "__typename", __typename="Product", id="p1", weight2=1)


def test_a_representation_of_an_unknown_type_is_refused() -> None:
    assert "Book is no entity here" in refusal(OBJECT, "ratings", "__typename", __typename="Book", id="b1")


def test_a_computed_field_is_refused_without_what_it_requires() -> None:
    asked = {"__typename": "Product", "id": "p1", "price": 3}
    assert "has no 'weight'" in refusal(PLAIN, "shipping", "... on Product { estimate }", **asked)


def test_a_computed_field_is_refused_on_another_way_than_by_representation() -> None:
    response = asyncio.run(Sources(PLAIN.world).ask("shipping", "{ parcels { estimate } }"))
    assert "without a representation" in response["errors"][0]["message"]


def test_a_computed_field_is_computed_from_the_representation() -> None:
    def estimate(price: int) -> Any:
        sent = {"__typename": "Product", "id": "p1", "price": price, "weight": 1.0}
        response = entities_of(PLAIN.world, "shipping", "... on Product { estimate }", sent)
        return response["data"]["_entities"][0]["estimate"]

    assert estimate(1) != estimate(2)


def test_what_is_required_of_an_abstract_value_needs_its_type() -> None:
    sent = {"__typename": "Loan", "id": "l1", "item": {"pages": 3}}
    assert "no '__typename'" in refusal(FRAGMENTS, "fees", "... on Loan { fee }", **sent)


def test_the_monolith_computes_from_the_arguments_that_are_required() -> None:
    query = '{ products { inEuro inDollars e: price(currency: "EUR") d: price(currency: "USD", net: false) } }'
    for each in monolith(ARGUMENTS.world, query)["data"]["products"]:
        assert each["inEuro"].endswith(f'<{{"price": {each["e"]}}}>')
        assert each["inDollars"].endswith(f'<{{"price": {each["d"]}}}>')


def test_an_external_field_is_given_only_where_it_is_provided() -> None:
    sources = Sources(PROVIDES.world)
    provided = asyncio.run(sources.ask("reviews", "{ reviews { author { name } } }"))
    assert "errors" not in provided
    withheld = asyncio.run(sources.ask("reviews", "{ reviews { editor { name } } }"))
    assert "User.name is external here" in withheld["errors"][0]["message"]


def test_an_overridden_field_is_not_given_any_more() -> None:
    response = asyncio.run(Sources(OVERRIDE.world).ask("old", "{ users { email } }"))
    assert "User.email is given by another subgraph" in response["errors"][0]["message"]


def test_an_interface_object_hides_the_concrete_type() -> None:
    response = asyncio.run(Sources(OBJECT_REQUIRES.world).ask("ratings", "{ top { __typename } }"))
    assert {each["__typename"] for each in response["data"]["top"]} == {"Media"}


def test_the_order_of_mutations_shows_in_their_answers() -> None:
    def answer(query: str) -> Any:
        return monolith(MUTATIONS.world, query)["data"]

    one = answer('mutation { a: start(label: "x") b: stop(label: "y") }')
    other = answer('mutation { b: stop(label: "y") a: start(label: "x") }')
    assert one != other


def test_calls_are_counted_with_the_representations_that_they_repeat() -> None:
    sources = Sources(LISTS.world)
    twice = [{"__typename": "Cell", "id": "c1"}] * 2
    asyncio.run(
        sources.ask("pieces", "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", {"r": twice})
    )
    assert (sources.count("pieces"), sources.count("board"), sources.calls[0].repeated) == (1, 0, 1)

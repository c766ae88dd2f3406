"""Plans across sources as people read them."""

import re
from typing import Any

import pytest

from baygate.gateway.federated import Planner
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Strictness, prepare
from baygate.gateway.planning.federation.rendering import Question, Step, as_json, as_text, graphql, steps
from baygate.sources.composition import Subgraph, compose
from baygate.sources.supergraph.join import read

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [
  "@key" "@requires" "@external" "@shareable"
])
"""
SOURCES = {
    "register": """
type Query { companies: [[Company!]]! found(text: String!): [Found!]! }
type Mutation { register(name: String!): Company }
type Company @key(fields: "id") @key(fields: "place { region number }") {
  id: ID! name: String place: Place @shareable weight: Int
}
type Place { region: Int @shareable number: Int @shareable }
type Person @key(fields: "id") { id: ID! }
union Found = Company | Person
""",
    "tax": """
type Company @key(fields: "id") {
  id: ID! rate: Int
  tax: Int @requires(fields: "weight") weight: Int @external
  levy: Int @requires(fields: "area") area: Int @external
}
type Person @key(fields: "id") { id: ID! salary: Int }
type Mutation { pay(id: ID!): Int }
""",
    "land": """
type Company @key(fields: "place { region number }") { place: Place @shareable area: Int }
type Place { region: Int @shareable number: Int @shareable }
type Query { parcels: Int }
""",
}


@pytest.fixture(scope="module")
def planner() -> Planner:
    subgraphs = [Subgraph(name, f"https://{name}.example/", LINK + sdl) for name, sdl in SOURCES.items()]
    return Planner(read(compose(subgraphs)).federation(), Limits())


def shown(planner: Planner, text: str, question: Question = graphql, **variables: Any) -> tuple[Step, ...]:
    operation = prepare(text, "", None, planner.federation.api, Limits(), Strictness())
    plan = planner.plan(operation, operation.variables.coerce(variables))
    return steps([(each.request, each.document) for each in plan.requests], planner.federation, question)


def test_a_request_for_root_fields_says_which_come_from_where(planner: Planner) -> None:
    (step,) = shown(planner, "{ companies { name } }")
    assert (step.number, step.source, step.after) == (1, "register", ())
    assert step.why == ["Query.companies from register"]
    assert as_text([step]).splitlines() == [
        "1. register",
        "   why   Query.companies from register",
        "     {",
        "       companies {",
        "         name",
        "       }",
        "     }",
    ]


def test_a_request_for_entities_says_where_and_by_which_key(planner: Planner) -> None:
    _, step = shown(planner, "{ companies { rate } }")
    assert (step.number, step.source, step.after) == (2, "tax", (1,))
    (part,) = step.parts
    assert part.places == ("companies[][]",)
    assert str(part.entered[0]) == "Company { id }"
    assert step.why == ["Company.rate from tax", "Company is entered by its key id"]


def test_what_a_field_requires_is_told_from_the_key(planner: Planner) -> None:
    _, step = shown(planner, "{ companies { tax rate } }")
    assert str(step.parts[0].entered[0]) == "Company { id weight }"
    assert step.why[-1] == "Company.tax requires weight"


def test_a_key_with_fields_of_fields_is_written_as_a_field_set(planner: Planner) -> None:
    _, step = shown(planner, "{ companies { area } }")
    assert step.parts[0].entered[0].key == "place { region number }"


def test_a_place_says_of_which_type_its_objects_must_be(planner: Planner) -> None:
    _, step = shown(planner, '{ found(text: "x") { ... on Company { rate } ... on Person { salary } } }')
    places = {place for part in step.parts for place in part.places}
    assert places <= {"found[]", "found[]<Company>", "found[]<Person>"}
    assert {entered.type for part in step.parts for entered in part.entered} == {"Company", "Person"}
    _, step = shown(planner, '{ found(text: "x") { ... on Company { name } ... on Person { salary } } }')
    assert [(part.places, part.fields) for part in step.parts] == [(("found[]",), ("Person.salary",))]


def test_requests_hang_from_the_last_of_those_that_they_wait_for(planner: Planner) -> None:
    assert heads(shown(planner, "{ companies { area tax } parcels }")) == [
        "1. land",
        "2. register",
        "├─ 3. land after 2",
        "└─ 4. tax after 2",
    ]
    assert heads(shown(planner, "{ companies { levy } }")) == [
        "1. register",
        "└─ 2. land after 1",
        "   └─ 3. tax after 1, 2",
    ]


def heads(steps: tuple[Step, ...]) -> list[str]:
    return [line for line in as_text(steps).splitlines() if re.search(r"\d\. ", line)]


def test_fields_of_a_mutation_stand_one_after_the_other(planner: Planner) -> None:
    first, second = shown(planner, 'mutation { register(name: "x") { id } pay(id: 1) }')
    assert (first.operation, second.operation) == ("mutation", "mutation")
    assert (first.after, second.after) == ((), (1,))


def test_what_the_gateway_answers_by_itself_asks_no_source(planner: Planner) -> None:
    assert as_text(shown(planner, "{ __schema { types { name } } }")) == (
        "No source is asked: the gateway answers this by itself."
    )


def test_as_json_it_is_the_same(planner: Planner) -> None:
    _, told = as_json(shown(planner, "{ companies { tax } }"))
    assert told["document"].startswith("query ($representations: [_Any!]!) {\n")
    del told["document"]
    assert told == {
        "number": 2,
        "source": "tax",
        "operation": "query",
        "after": [1],
        "why": ["Company.tax from tax", "Company is entered by its key id", "Company.tax requires weight"],
        "fetches": [
            {
                "places": ["companies[][]"],
                "representations": [{"type": "Company", "key": "id", "requires": "weight"}],
                "fields": ["Company.tax"],
            }
        ],
    }


def test_what_a_source_is_asked_may_be_shown_otherwise(planner: Planner) -> None:
    def question(request: Any, document: Any) -> str:
        return "SELECT" if request.graph.name == "tax" else graphql(request, document)

    first, second = shown(planner, "{ companies { rate } }", question)
    assert (first.question.split()[0], second.question) == ("{", "SELECT")

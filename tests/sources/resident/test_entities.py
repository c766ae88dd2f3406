"""Entity representations: a set of inputs to one statement, answered in the order in which they came."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graphql import FieldNode, FragmentDefinitionNode, OperationDefinitionNode, parse, print_ast
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.oracle.engine import WIDE, Engine
from tests.oracle.questions import Known, Question, questions
from tests.oracle.resolvers import Oracle
from tests.oracle.scalars import scalar_values

from baygate.access.access import Access, TypeAccess, allowed
from baygate.access.decision import ALL_ROWS, WITHHELD, ByProvider
from baygate.contract.schema import graphql_schema
from baygate.gateway.limits import Limits
from baygate.gateway.planning.plan import entity_keys
from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.sources.binding import One
from baygate.sources.bindings import resident_binding
from baygate.sources.resident.statement import Statement

BINDING = resident_binding()
ENTERED = {
    bound.target: (root, *bound.by.items())
    for root, bound in BINDING.roots.items()
    if isinstance(bound, One) and len(bound.by) == 1 and bound.target in BINDING.objects
}
ENTITIES = sorted(name for name in ENTERED if entity_keys(graphql_schema(), name))


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def oracle(engine: Engine) -> Oracle:
    return engine.oracle()


def _entity_question(question: Question, name: str) -> str:
    """Move what a question selects on its entry point under ``_entities``."""
    document = parse(question.text)
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    field = next(each for each in operation.selection_set.selections if isinstance(each, FieldNode))
    assert field.selection_set
    selection = print_ast(field.selection_set)
    named = {
        each.name.value: print_ast(each) for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    fragments = ""
    while spread := {name for name in re.findall(r"\.\.\.(\w+)", selection + fragments) if name in named}:
        fragments += "\n".join(named.pop(name) for name in sorted(spread))
    declared = [print_ast(each) for each in operation.variable_definitions or ()]
    used = [each for each in declared if re.search(rf"\{each.split(':')[0]}\b", selection + fragments)]
    variables = ", ".join(["$representations: [_Any!]!", *used])
    asked = f"_entities(representations: $representations) {{ ... on {name} {selection} }}"
    return f"query({variables}) {{ {asked} }}\n{fragments}"


@pytest.mark.parametrize("name", ENTITIES)
def test_entities_are_those_of_field_by_field_execution(engine: Engine, oracle: Oracle, name: str) -> None:
    root = ENTERED[name][0]
    known = Known(oracle.rows, BINDING)
    strategy = questions(root, known, scalar_values(known))
    records = list(oracle.rows.records(name, {}))

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=strategy, data=st.data())
    def compare(question: Question, data: st.DataObject) -> None:
        text = _entity_question(question, name)
        representations = [
            {"__typename": name, **data.draw(st.sampled_from(_references(name, record)))}
            for record in data.draw(st.lists(st.sampled_from(records), max_size=6))
        ]
        variables = {**question.variables, "representations": representations}
        expected = oracle.execute(text, variables)
        assert not expected.errors, expected.errors
        answer = engine.ask(text, variables)
        assert orjson.dumps(answer["data"]) == orjson.dumps(expected.data), (text, variables)

    compare()


def _references(name: str, record: Any) -> list[dict[str, Any]]:
    found = [
        {key: record.value(record.owner.column(key)) for key in keys} for keys in entity_keys(graphql_schema(), name)
    ]
    return [each for each in found if None not in each.values()]


QUESTION = """query($r: [_Any!]!) {
  _entities(representations: $r) { __typename ... on MainlandEnterprise { id name } ... on CreditRating { ratingNo } }
}"""


def _some(engine: Engine) -> tuple[list[str], list[str]]:
    data = engine.ask(
        "{ parties(first: 3, where: {kind: MAINLAND}) { nodes { id } } creditRatings(first: 2) { nodes { ratingNo } } }"
    )["data"]
    return [each["id"] for each in data["parties"]["nodes"]], [
        each["ratingNo"] for each in data["creditRatings"]["nodes"]
    ]


def test_representations_of_several_types_come_back_in_their_order_and_absent_ones_as_null(engine: Engine) -> None:
    (a, b, _), (r, _) = _some(engine)
    representations = [
        {"__typename": "CreditRating", "ratingNo": r},
        {"__typename": "MainlandEnterprise", "id": b},
        {"__typename": "CreditRating", "ratingNo": "NONE"},
        {"__typename": "MainlandEnterprise", "uscc": a.removeprefix("CN-")},
        {"__typename": "MainlandEnterprise", "id": b},
    ]
    entities = engine.ask(QUESTION, {"r": representations})["data"]["_entities"]
    assert [each and (each.get("id") or each["ratingNo"]) for each in entities] == [r, b, None, a, b]


def test_entities_beside_other_fields_keep_the_order_of_keys(engine: Engine) -> None:
    (a, *_), _ = _some(engine)
    text = """query($r: [_Any!]!) {
      z: __typename
      _entities(representations: $r) { __typename }
      a: parties(first: 1) { nodes { id } }
      __schema { queryType { name } }
    }"""
    answer = engine.ask(text, {"r": [{"__typename": "MainlandEnterprise", "id": a}]})
    assert list(answer["data"]) == ["z", "_entities", "a", "__schema"]


@pytest.mark.parametrize(
    ("representation", "told"),
    [
        (5, "__typename"),
        ({}, "__typename"),
        ({"__typename": "Region"}, "__typename"),
        ({"__typename": ["MainlandEnterprise"]}, "__typename"),
        ({"__typename": "MainlandEnterprise"}, "lacks its key"),
        ({"__typename": "MainlandEnterprise", "id": 5}, "key"),
        ({"__typename": "MainlandEnterprise", "id": None}, "key"),
        ({"__typename": "CreditRating", "ratingNo": "a\0b"}, "U+0000"),
        ({"__typename": "CreditRating", "ratingNo": {"a": 1}}, "string"),
    ],
)
def test_a_representation_that_is_none_is_refused(engine: Engine, representation: Any, told: str) -> None:
    with pytest.raises(Refusal) as refused:
        engine.ask(QUESTION, {"r": [representation]})
    assert refused.value.code == "BAD_USER_INPUT"
    assert told in str(refused.value)


def test_there_are_only_so_many_representations(engine: Engine) -> None:
    with pytest.raises(LimitExceeded, match="representations"):
        engine.ask(QUESTION, {"r": [{"__typename": "CreditRating", "ratingNo": "x"}] * 1_001})


@pytest.mark.parametrize(("size", "told"), [(2_000_000, "size of a list"), (-1, "negative"), (100, "rows")])
def test_the_limits_hold_for_entities_too(engine: Engine, size: int, told: str) -> None:
    (a, *_), _ = _some(engine)
    question = (
        "query($r: [_Any!]!, $n: Int) { a: _entities(representations: $r) { ...F } b: _entities(representations: $r) "
        "{ ...F } } fragment F on MainlandEnterprise { declarations(first: $n) { nodes { declarationNo } } }"
    )
    engine.road.limits = engine.road.executor._limits = Limits()
    try:
        with pytest.raises(Refusal, match=told):
            engine.ask(question, {"r": [{"__typename": "MainlandEnterprise", "id": a}] * 200, "n": size})
    finally:
        engine.road.limits = engine.road.executor._limits = WIDE


def test_a_representation_written_in_the_document_may_hold_variables(engine: Engine) -> None:
    _, (r, _) = _some(engine)
    question = """query($n: String!) {
      _entities(representations: [
        {__typename: "CreditRating", ratingNo: $n}, {__typename: "CreditRating", ratingNo: "x"}
      ]) { ... on CreditRating { ratingNo } }
    }"""
    assert engine.ask(question, {"n": r})["data"]["_entities"] == [{"ratingNo": r}, None]


def test_to_pass_a_key_as_a_representation_is_to_read_it(engine: Engine) -> None:
    (a, *_), _ = _some(engine)
    fields = {
        "id": ByProvider({}, allowed("g")),
        "name": ByProvider({}, allowed("g")),
        "uscc": ByProvider({}, WITHHELD),
    }
    access = Access("test", {"MainlandEnterprise": TypeAccess(ByProvider({}, ALL_ROWS), fields)})
    question = "query($r: [_Any!]!) { _entities(representations: $r) { ... on MainlandEnterprise { name } } }"
    by_id = engine.ask(question, {"r": [{"__typename": "MainlandEnterprise", "id": a}]}, access)
    assert by_id["data"]["_entities"][0]["name"]
    by_uscc = engine.ask(question, {"r": [{"__typename": "MainlandEnterprise", "uscc": a[3:]}]}, access)
    assert by_uscc["data"]["_entities"] == [None]
    assert by_uscc["errors"][0]["extensions"]["coordinate"] == "MainlandEnterprise.uscc"


PLANS = Statement(
    "select custom_plans, generic_plans from pg_prepared_statements "
    "where statement ilike '%with ' || 'ordinality%' order by prepare_time desc limit 1",
    (),
)


def test_the_plan_for_a_set_is_kept(engine: Engine) -> None:
    ids, _ = _some(engine)
    question = "query($r: [_Any!]!) { _entities(representations: $r) { ... on MainlandEnterprise { id status } } }"
    for count in [1, 2, 3] * 5:
        engine.ask(question, {"r": [{"__typename": "MainlandEnterprise", "id": each} for each in ids[:count]]})
    (row,) = engine.run(engine.dispatcher.rows(PLANS, []))  # over the connection that came free last
    assert row["custom_plans"] <= 5, row
    assert row["generic_plans"] >= 10, row

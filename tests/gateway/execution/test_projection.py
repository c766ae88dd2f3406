"""A generated projection and the step-by-step completion: one result, or the projection leaves it to the other."""

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)
from hypothesis import given
from hypothesis import strategies as st

from baygate.gateway.execution.completion import Completer
from baygate.gateway.execution.projection import Unexpected, projection
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Strictness, prepare
from baygate.gateway.planning.selection import Selector
from baygate.sources.fetch import TYPENAME, Selection

SCHEMA = build_schema(
    """
    type Query { one: Party must: Party! many: [Party!]! some: [Party] nested: [[Party]!] any: [Either] n: Int! }
    interface Named { name: String! }
    union Either = Party | Port
    enum Status { ACTIVE GONE }
    scalar Anything
    type Party implements Named {
      id: ID! name: String! status: Status statuses: [Status!] size: Int ratio: Float! known: Boolean
      free: Anything tags: [String]! matrix: [[Int!]] parent: Party ports: [Port!] named: Named
    }
    type Port implements Named { code: ID name: String! party: Party! }
    """
)
QUERY = """{
  n __typename
  one { ...party parent { ...party named { name ... on Port { code party { id } } } } }
  must { alias: id name }
  many { id known named { __typename name } }
  some { name ports { code name } }
  nested { id ratio }
  any { __typename ... on Party { id size } ... on Port { code } }
} fragment party on Party { __typename id name status statuses size ratio known free tags matrix }"""

JUNK = st.sampled_from([None, "text", "ACTIVE", 7, 2**40, 1.5, True, [], [None], {}, {"id": "1"}, {TYPENAME: "Port"}])
LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "String": st.text(max_size=3),
    "ID": st.text(max_size=3) | st.integers(-9, 9),
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    "Boolean": st.booleans(),
    "Anything": st.sampled_from([1, "a", [1, None], {"a": {"b": 1}}]),
}


def selected() -> Selection:
    operation = prepare(QUERY, "", None, SCHEMA, Limits(), Strictness())
    return Selector(operation, SCHEMA, {}, 1_000).root()


SELECTION = selected()
PROJECT = projection(SCHEMA, SELECTION)


@st.composite
def objects(draw: st.DrawFn, selection: Selection, junk: float) -> Any:
    """Answers of sources: as the schema promises, or with so much in them that is not."""
    abstract = is_abstract_type(SCHEMA.get_type(selection.type))
    owner = draw(st.sampled_from([each for each in selection.fields if each != selection.type or not abstract]))
    made: dict[str, Any] = {TYPENAME: owner} if abstract else {}
    for each in selection.fields[owner]:
        if each.field != TYPENAME:
            type_: Any = SCHEMA.get_type(owner)
            made[each.key] = draw(values(type_.fields[each.field].type, each.selection, junk))
    for name in draw(st.sets(st.sampled_from(sorted(made)), max_size=1)) if junk else ():
        del made[name]
    return made


def values(type_: Any, selection: Selection | None, junk: float) -> st.SearchStrategy[Any]:
    if isinstance(type_, GraphQLNonNull):
        right = _right(type_.of_type, selection, junk)
    else:
        right = st.none() | _right(type_, selection, junk)
    return st.integers(0, 99).flatmap(lambda chance: JUNK if chance < junk * 100 else right)


def _right(type_: Any, selection: Selection | None, junk: float) -> st.SearchStrategy[Any]:
    if isinstance(type_, GraphQLList):
        return st.lists(values(type_.of_type, selection, junk), max_size=2)
    if is_composite_type(get_named_type(type_)):
        assert selection is not None
        return objects(selection, junk)
    return st.sampled_from(list(type_.values)) if isinstance(type_, GraphQLEnumType) else LEAVES[type_.name]


@given(objects(SELECTION, junk=0.0))
def test_what_is_as_the_schema_promises_is_projected(answer: dict[str, Any]) -> None:
    completer = Completer(SCHEMA, [])
    expected = completer.data(SELECTION, answer)
    assert completer.errors == []
    given = PROJECT(answer)
    assert given == expected
    assert _typed(given) == _typed(expected)


@given(objects(SELECTION, junk=0.03))
def test_whatever_is_projected_is_as_completion_has_it_without_an_error(answer: dict[str, Any]) -> None:
    try:
        given = PROJECT(answer)
    except Unexpected:
        return
    completer = Completer(SCHEMA, [])
    expected = completer.data(SELECTION, answer)
    assert completer.errors == []
    assert given == expected
    assert _typed(given) == _typed(expected)


def _typed(value: Any) -> Any:
    """Return a value with what equality overlooks: the classes of leaves, the order of keys."""
    if isinstance(value, dict):
        return [(key, _typed(each)) for key, each in value.items()]
    return [_typed(each) for each in value] if isinstance(value, list) else (type(value), value)


RIGHT: dict[str, Any] = {"n": 1, "must": {"alias": "1", "name": "a"}, "many": []}
"""All that must not be null."""


def test_a_nullable_field_that_is_absent_is_null() -> None:
    assert PROJECT(RIGHT) == {
        "n": 1,
        "__typename": "Query",
        "one": None,
        "must": {"alias": "1", "name": "a"},
        "many": [],
        "some": None,
        "nested": None,
        "any": None,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": None},
        {"n": "1"},
        {"n": True},
        {"n": 2**31},
        {"n": 1.0},
        {"must": None},
        {"must": {"alias": "1"}},
        {"must": {"alias": "1", "name": None}},
        {"must": {"alias": True, "name": "a"}},
        {"must": ["1"]},
        {"must": "text"},
        {"many": None},
        {"many": {}},
        {"many": [None]},
        {"many": ["text"]},
        {"nested": [None]},
        {"nested": [{}]},
        {"any": [{TYPENAME: "Query", "id": "1"}]},
        {"any": [{"id": "1"}]},
    ],
)
def test_what_is_not_as_the_schema_promises_is_left_to_completion(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unexpected):
        PROJECT({**RIGHT, **wrong})


def test_a_missing_field_that_must_not_be_null_is_left_to_completion() -> None:
    with pytest.raises(Unexpected):
        PROJECT({key: value for key, value in RIGHT.items() if key != "n"})

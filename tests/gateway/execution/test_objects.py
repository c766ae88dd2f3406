"""Objects in the merged answer: found by their place, each entity referred to once, given what a fetch brings."""

from typing import Any

import pytest

from baygate.gateway.execution.objects import Represented, at, merge, rename, represent
from baygate.gateway.planning.federation.document import Renamed
from baygate.gateway.planning.federation.fetch_plan import FederatedFetch, Need, Node, Place, Representation, Where
from baygate.sources.supergraph.model import Graph

GRAPH = Graph("B", "b", "http://127.0.0.1:1/")
BY_ID = Representation("Party", (Need("id", "id"),), 1)
PARTIES = Where((("parties", None),), "Party")


def fetch(*places: Where, **representations: Representation) -> FederatedFetch:
    return FederatedFetch(1, GRAPH, "query", list(places), Node("_Entity"), representations, frozenset())


def represented(answer: dict[str, Any], *places: Where, **representations: Representation) -> Represented:
    return Represented(fetch(*(places or (PARTIES,)), **(representations or {"Party": BY_ID})), answer)


@pytest.mark.parametrize(
    ("answer", "place", "found"),
    [
        ({"a": {"b": {"n": 1}}}, (("a", None), ("b", None)), [1]),
        ({"a": [{"b": {"n": 1}}, {"b": {"n": 2}}]}, (("a", None), ("b", None)), [1, 2]),
        ({"a": [[{"n": 1}, None], [], None, [{"n": 2}]]}, (("a", None),), [1, 2]),
        ({"a": [None, {"n": 1}, None]}, (("a", None),), [1]),
        ({"a": None}, (("a", None), ("b", None)), []),
        ({}, (("a", None),), []),
        ({"a": "text"}, (("a", None),), []),
        ({"a": [1, {"n": 1}, "text"]}, (("a", None),), [1]),
        ({"a": [{"__typename": "X", "n": 1}, {"__typename": "Y", "n": 2}, {"n": 3}]}, (("a", "Y"),), [2]),
    ],
)
def test_objects_are_found_where_a_place_leads(answer: dict[str, Any], place: Place, found: list[int]) -> None:
    assert [each["n"] for each in at(answer, place)] == found


def test_a_place_of_no_steps_is_the_answer_itself() -> None:
    answer = {"n": 1}
    assert at(answer, ())[0] is answer


def test_an_entity_is_asked_for_once_and_found_again_wherever_it_stands() -> None:
    first, second, third = {"id": "1"}, {"id": "2"}, {"id": "1"}
    made = represented({"parties": [[first, second], [third]]})
    assert made.representations == [{"__typename": "Party", "id": "1"}, {"__typename": "Party", "id": "2"}]
    assert [id(each) for each in made.standing_for(0)] == [id(first), id(third)]
    assert [id(each) for each in made.standing_for(1)] == [id(second)]
    assert made.indices == [0, 1, 0]


def test_an_entity_in_several_places_is_asked_for_once() -> None:
    places = (PARTIES, Where((("owner", None),), "Party"))
    made = represented({"parties": [{"id": "1"}], "owner": {"id": "1"}}, *places)
    assert made.representations == [{"__typename": "Party", "id": "1"}]
    assert len(made.standing_for(0)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", 1), (1, True), (1, 1.0), ("1", ["1"]), ("[1]", [1]), ('"1"', "1"), ({"a": 1}, {"a": "1"})],
)
def test_values_that_differ_as_json_are_different_entities(one: Any, other: Any) -> None:
    made = represented({"parties": [{"id": one}, {"id": other}, {"id": one}]})
    assert made.indices == [0, 1, 0]


def test_entities_of_two_types_with_one_key_are_two() -> None:
    answer = {"all": [{"__typename": "Party", "id": "1"}, {"__typename": "Port", "id": "1"}]}
    port = Representation("Port", (Need("id", "id"),), 1)
    made = represented(answer, Where((("all", None),)), Party=BY_ID, Port=port)
    assert [each["__typename"] for each in made.representations] == ["Party", "Port"]


def test_objects_of_a_type_that_a_fetch_is_not_for_are_left_out() -> None:
    answer = {"all": [{"__typename": "Ship", "id": "1"}, {"id": "2"}, {"__typename": "Party", "id": "3"}]}
    made = represented(answer, Where((("all", None),)))
    assert made.representations == [{"__typename": "Party", "id": "3"}]


@pytest.mark.parametrize("value", [{"id": None}, {}, {"id_": "1"}])
def test_a_key_that_is_null_or_missing_refers_to_nothing(value: dict[str, Any]) -> None:
    assert represent(BY_ID, value) is None
    assert represented({"parties": [value]}).representations == []


COMPOUND = Representation("Party", (Need("country", "country"), Need("number", "_number"), Need("weight", "weight")), 2)
"""Two fields are the key, the third is required."""


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (
            {"country": "HK", "_number": None, "weight": 2},
            {"__typename": "Party", "country": "HK", "number": None, "weight": 2},
        ),
        (
            {"country": "HK", "_number": 1, "weight": None, "more": 1},
            {"__typename": "Party", "country": "HK", "number": 1, "weight": None},
        ),
        ({"country": None, "_number": None, "weight": 2}, None),
        ({"country": "HK", "_number": 1}, None),
        ({"country": "HK", "weight": 1}, None),
    ],
)
def test_a_representation_has_all_that_is_required_and_some_of_its_key(value: Any, made: Any) -> None:
    assert represent(COMPOUND, value) == made
    assert represented({"parties": [value, dict(value)]}, Party=COMPOUND).representations == ([made] if made else [])


def test_what_is_inside_a_key_is_read_by_its_type_and_lists_in_it_one_by_one() -> None:
    inside = {"Sea": (Need("port", "_port"),), "Air": (Need("code", "code"),)}
    how = Representation("Route", (Need("legs", "legs", inside), Need("id", "id")), 2)
    legs = [{"__typename": "Sea", "_port": "HK", "n": 1}, None, [{"__typename": "Air", "code": "HKG"}]]
    assert represent(how, {"id": "1", "legs": legs}) == {
        "__typename": "Route",
        "legs": [{"__typename": "Sea", "port": "HK"}, None, [{"__typename": "Air", "code": "HKG"}]],
        "id": "1",
    }


@pytest.mark.parametrize(
    ("into", "result", "both"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"c": 1}, {"c": 2}]}, {"a": [{"b": 1, "c": 1}, {"b": 2, "c": 2}]}),
        ({"a": [[{"b": 1}]]}, {"a": [[{"c": 1}]]}, {"a": [[{"b": 1, "c": 1}]]}),
        ({"a": [{"b": 1}, None]}, {"a": [None, {"c": 1}]}, {"a": [{"b": 1}, {"c": 1}]}),
        ({"a": None}, {"a": {"b": 1}, "c": 1}, {"a": {"b": 1}, "c": 1}),
        ({"a": {"b": 1}}, {"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 1}}}),
        ({"a": "first"}, {"a": "second"}, {"a": "first"}),
        ({"a": [{"b": 1}]}, {"a": []}, {"a": [{"b": 1}]}),
    ],
)
def test_what_two_fetches_bring_of_one_object_comes_together(into: Any, result: Any, both: Any) -> None:
    merge(into, result)
    assert into == both


def test_names_that_had_an_alias_on_the_way_get_their_own_form_again() -> None:
    value = {"all": [{"_1__n": 1}, [{"_1__n": {"_1__m": 2}}], None, {"n": 3}]}
    rename(value, Renamed({}, {"all": Renamed({"_1__n": "n"}, {"_1__n": Renamed({"_1__m": "m"}, {})})}))
    assert value == {"all": [{"n": 1}, [{"n": {"m": 2}}], None, {"n": 3}]}

"""Values that are not what a source's schema promises: null, with one error where they stand (6.4.3, 6.4.4)."""

import json
from typing import Any

import pytest
from tests.gateway.federation.running import asked
from tests.sources.remote.service import answer, hang_up

NEVER: Any = hang_up


def of(selection: str, company: Any, field: str = "company") -> dict[str, Any]:
    """Ask the first source alone, which answers so."""
    return asked(f"{{ {field} {selection} }}", answer({"data": {field: company}}), NEVER)


def paths(told: dict[str, Any]) -> list[list[str | int]]:
    assert {each["extensions"]["code"] for each in told.get("errors", ())} <= {"SOURCE_MISBEHAVED"}
    return [each["path"] for each in told.get("errors", ())]


WRONG = [
    ("name", 1), ("name", True), ("name", ["a"]), ("name", {"a": 1}), ("name", 1.5),
    ("share", "1.5"), ("share", True), ("share", []),
    ("listed", 1), ("listed", "true"), ("listed", {}),
    ("kind", 1), ("kind", "HUGE"), ("kind", "big"), ("kind", ["BIG"]), ("kind", {"BIG": 1}),
    ("names", "a"), ("names", 7), ("names", {"0": "a"}),
    ("grid", [[1], "x"][1]),
    ("seat", "town"), ("seat", 5), ("seat", [{"town": "x"}]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG, ids=json.dumps)
def test_a_value_of_another_type_is_null_and_the_rest_stands(field: str, value: Any) -> None:
    inside = " { town }" if field == "seat" else ""
    told = of(f"{{ id {field}{inside} }}", {"id": "1", field: value})
    assert told["data"] == {"company": {"id": "1", field: None}}
    assert paths(told) == [["company", field]]


RIGHT = [
    ("id", 7, "7"), ("id", "x", "x"), ("staff", -(2**31), -(2**31)), ("staff", 2**31 - 1, 2**31 - 1),
    ("share", 1, 1), ("share", 0.5, 0.5), ("names", [], []), ("names", [None, "a"], [None, "a"]),
    ("grid", [None, [1]], [None, [1]]), ("seal", [{"a": [1, "b", None]}], [{"a": [1, "b", None]}]),
    ("seal", 2**60, 2**60),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "told"), RIGHT)
def test_a_value_of_the_type_is_told_as_it_is(field: str, value: Any, told: Any) -> None:
    assert of(f"{{ {field} }}", {"id": "1", field: value}) == {"data": {"company": {field: told}}}


@pytest.mark.parametrize("value", [None, "7", 7.5, True, 2**31, -(2**31) - 1, 2**63, [7], {}])
def test_what_must_not_be_null_takes_its_object_with_it(value: Any) -> None:
    told = of("{ id staff }", {"id": "1", "staff": value})
    assert told["data"] == {"company": None}
    assert paths(told) == [["company", "staff"]]


@pytest.mark.parametrize("value", [None, {}, [], 1.5, True])
def test_an_id_is_a_text_or_a_whole_number(value: Any) -> None:
    told = of("{ id }", {"id": value})
    assert told["data"] == {"company": None}
    assert paths(told) == [["company", "id"]]


def test_an_item_that_may_be_null_stands_alone() -> None:
    told = of("{ names }", {"names": ["a", 1, None, ["b"]]})
    assert told["data"] == {"company": {"names": ["a", None, None, None]}}
    assert paths(told) == [["company", "names", 1], ["company", "names", 3]]


def test_an_item_that_must_not_be_null_takes_the_innermost_list_that_may_be() -> None:
    told = of("{ grid }", {"grid": [[1, None], [2], [3, "x"], 4, None]})
    assert told["data"] == {"company": {"grid": [None, [2], None, None, None]}}
    assert paths(told) == [["company", "grid", 0, 1], ["company", "grid", 2, 1], ["company", "grid", 3]]


def test_null_rises_through_all_that_must_not_be_null_and_has_one_error_at_its_origin() -> None:
    told = of("{ seats { town number } }", {"seats": [{"town": "a", "number": 1}, {"town": "b", "number": None}]})
    assert told["data"] == {"company": None}
    assert paths(told) == [["company", "seats", 1, "number"]]
    told = of("{ first { number } }", [{"first": {"number": 1}}, {"first": {}}], "companies")
    assert told["data"] == {"companies": None}
    assert paths(told) == [["companies", 1, "first", "number"]]


def test_null_at_the_root_is_all_of_the_answer() -> None:
    told = asked("{ needed { id } company { id } }", answer({"data": {"needed": {}, "company": {"id": "1"}}}), NEVER)
    assert told["data"] is None
    assert paths(told) == [["needed", "id"]]


@pytest.mark.parametrize("named", [None, 7, ["Person"], {}, "Company_", "Seat", "Query", "Party"])
def test_an_object_of_an_interface_is_of_one_of_its_types(named: Any) -> None:
    told = of("{ __typename id ... on Person { age } }", {"__typename": named, "id": "1", "age": 1}, "party")
    assert told["data"] == {"party": None}
    assert paths(told) == [["party"]]


def test_what_was_not_asked_for_does_not_leave() -> None:
    company = {"id": "1", "name": "Harbour", "staff": 9, "secret": "10.20.30.40", "seat": {"town": "x", "number": 1}}
    told = asked("{ company { seat { town } } }", answer({"data": {"company": company, "kind": "BIG"}}), NEVER)
    assert told == {"data": {"company": {"seat": {"town": "x"}}}}


def test_of_two_values_of_one_name_the_last_counts() -> None:
    told = asked("{ company { name } }", answer(b'{"data":{"company":{"name":"a","name":"b"}}}'), NEVER)
    assert told == {"data": {"company": {"name": "b"}}}


@pytest.mark.parametrize("depth", [90, 1000])
def test_however_deep_a_value_is_nested_there_is_an_answer(depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    told = asked(
        "{ company { seal names } }", answer(b'{"data":{"company":{"seal":%b,"names":%b}}}' % (nested, nested)), NEVER
    )
    assert (told["data"]["company"] is None) is (depth > 100)
    assert told["errors"]


def test_a_million_wrong_values_are_null_and_a_thousand_are_named() -> None:
    body = b'{"data":{"company":{"names":[' + b",".join([b"1"] * 500_000) + b"]}}}"
    told = asked("{ company { names } }", answer(body), NEVER)
    assert told["data"] == {"company": {"names": [None] * 500_000}}
    assert len(paths(told)) == 1_000

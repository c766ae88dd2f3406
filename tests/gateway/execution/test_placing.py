"""Errors of sources stand where the caller knows the field, and say no more than he may read."""

from typing import Any

import pytest
from tests.gateway.execution.across import answer, down, error, party

from baygate.sources.remote.reply import Reply

PARTIES = {"parties": [party(1), party(2), party(1)]}


def errors(query: str, **replies: Any) -> list[dict[str, Any]]:
    return answer(query, replies)["errors"]


def test_an_error_of_a_root_field_keeps_its_path_and_names_its_source() -> None:
    said = error("No such party.", "owner", "name", code="NOT_FOUND")
    (told,) = errors("{ owner { name } }", a=Reply({"owner": {"name": None}}, [said]))
    assert told == {
        "message": "No such party.",
        "path": ["owner", "name"],
        "extensions": {"code": "NOT_FOUND", "source": "a"},
    }


def test_an_error_of_an_entity_stands_at_every_object_that_it_is() -> None:
    reply = Reply({"_entities": [{"weight": None}, {"weight": 2}]}, [error("Unknown.", "_entities", 0, "weight")])
    told = errors("{ parties { weight } }", a=PARTIES, b=reply)
    assert [each["path"] for each in told] == [["parties", 0, "weight"], ["parties", 2, "weight"]]


def test_an_alias_is_the_name_by_which_a_caller_knows_a_field() -> None:
    reply = Reply({"_entities": [{"heavy": None}]}, [error("Unknown.", "_entities", 0, "heavy")])
    (told,) = errors("{ mine: owner { heavy: weight } }", a={"mine": party(1)}, b=reply)
    assert told["path"] == ["mine", "heavy"]


def test_a_path_ends_where_the_caller_asked_for_nothing_further() -> None:
    reply = Reply({"_entities": [{"code": None}]}, [error("Unknown.", "_entities", 0, "code")])
    (told,) = errors("{ owner { grade } }", a={"owner": party(1)}, b=reply)
    assert told["path"] == ["owner"]


@pytest.mark.parametrize("path", [(), ("_entities",), ("_entities", 9), ("_entities", -1), ("elsewhere", 0)])
def test_an_error_that_says_nothing_of_an_entity_stands_at_the_list_of_all(path: tuple[str | int, ...]) -> None:
    reply = Reply({"_entities": [{"weight": 1}, {"weight": 2}]}, [error("Slow today.", *path)])
    (told,) = errors("{ parties { weight } }", a=PARTIES, b=reply)
    assert told["path"] == ["parties"]


def test_a_request_that_fails_has_one_error_for_each_place_that_it_is_for() -> None:
    told = errors("{ parties { weight } owner { weight } }", a={**PARTIES, "owner": party(1)}, b=down("b"))
    assert sorted(each["path"] for each in told) == [["owner"], ["parties"]]


def test_a_request_of_root_fields_that_fails_has_one_error_for_each_of_them() -> None:
    told = errors("{ mine: owner { name } parties { name } }", a=down("a"))
    assert [each["path"] for each in told] == [["mine"], ["parties"]]
    assert {each["message"] for each in told} == {"The source a cannot be reached."}


def test_a_code_is_told_and_a_trace_is_not() -> None:
    said = error("Broken.", "rate", code="BUSY", exception={"stacktrace": ["at 10.0.0.7"]}, service="c-internal")
    (told,) = errors("{ rate }", c=Reply({"rate": None}, [said]))
    assert told["extensions"] == {"code": "BUSY", "source": "c"}


@pytest.mark.parametrize("code", [None, 7, ["A"], {}])
def test_a_code_that_is_no_text_is_none(code: Any) -> None:
    (told,) = errors("{ rate }", c=Reply({"rate": None}, [error("Broken.", "rate", code=code)]))
    assert told["extensions"]["code"] == "SOURCE_ERROR"

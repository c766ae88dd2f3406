"""Which bodies are answers, and what of them is kept."""

from typing import Any

import orjson
import pytest

from baygate.sources.remote.failure import Kind, SourceFailed
from baygate.sources.remote.reply import UNSAID, Reply, is_json, read


def of(answer: Any, status: int = 200) -> Reply:
    return read("tax", status, answer if isinstance(answer, bytes) else orjson.dumps(answer))


def refused(answer: Any, status: int = 200) -> SourceFailed:
    with pytest.raises(SourceFailed) as failure:
        of(answer, status)
    return failure.value


def test_data_and_errors_are_taken_and_all_else_is_ignored() -> None:
    error = {"message": "m", "path": ["a", 0, "b"], "extensions": {"code": "X"}}
    said = {"data": {"a": None}, "errors": [error], "extensions": {"cost": 1}, "hasNext": True}
    assert of(said) == Reply({"a": None}, [error])
    assert of({"data": {}}) == Reply({}, [])
    assert of({"data": {"a": 1}, "errors": None}) == Reply({"a": 1}, [])
    assert of({"data": None, "errors": [{"message": "m"}]}) == Reply(None, [{"message": "m"}])
    assert of({"errors": [{"message": "m"}]}) == Reply(None, [{"message": "m"}])


@pytest.mark.parametrize("entry", [None, 1, "it broke", [], {}, {"message": None}, {"message": 1}, {"text": "m"}])
def test_an_error_that_says_nothing_still_counts(entry: Any) -> None:
    assert of({"errors": [entry, {"message": "m"}]}).errors == [{"message": UNSAID}, {"message": "m"}]


@pytest.mark.parametrize("path", [None, "a.b", {}, [None], [True], [1.5], [["a"]]])
def test_a_path_that_is_none_is_dropped(path: Any) -> None:
    assert of({"errors": [{"message": "m", "path": path, "extensions": []}]}).errors == [{"message": "m"}]


def test_places_in_a_document_that_nobody_saw_are_dropped() -> None:
    assert of({"errors": [{"message": "m", "locations": [{"line": 1, "column": 2}]}]}).errors == [{"message": "m"}]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([], "not an object"),
        (None, "not an object"),
        ("text", "not an object"),
        ({}, "neither data nor an error"),
        ({"data": None}, "neither data nor an error"),
        ({"data": None, "errors": []}, "neither data nor an error"),
        ({"data": []}, "neither an object nor null"),
        ({"data": "x"}, "neither an object nor null"),
        ({"data": False}, "neither an object nor null"),
        ({"data": {}, "errors": {}}, "not a list"),
        ({"data": {}, "errors": "x"}, "not a list"),
    ],
)
def test_what_has_another_shape_is_malformed(answer: Any, why: str) -> None:
    failure = refused(answer)
    assert failure.kind is Kind.MALFORMED
    assert why in failure.message


NESTED = 5_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"data":{}',
        b'{"data":{}} x',
        b'{"data":NaN}',
        b'{"data":{"a":"\xff"}}',
        b'{"data":{"a":"\\ud800"}}',
        b'{"data":' + b'{"a":' * NESTED + b"1" + b"}" * NESTED + b"}",
        b'{"data":{"a":' + b"[" * NESTED + b"]" * NESTED + b"}}",
        b"[" * 1_000_000,
    ],
)
def test_what_is_no_json_or_nested_without_end_is_not_json(body: bytes) -> None:
    assert refused(body).kind is Kind.NOT_JSON


@pytest.mark.parametrize("status", [400, 401, 422, 500, 503])
def test_of_a_status_that_tells_of_failure_only_errors_count(status: int) -> None:
    assert of({"data": {"a": 1}, "errors": [{"message": "m"}]}, status) == Reply(None, [{"message": "m"}])
    for nothing in ({"data": {"a": 1}}, {"message": "no"}, {"errors": []}, b"oops"):
        failure = refused(nothing, status)
        assert failure.kind is Kind.STATUS
        assert str(status) in failure.message


def test_a_source_is_blamed_for_its_own_failures_and_not_for_refusing_a_question() -> None:
    blamed = {status: refused(b"", status).blames for status in (302, 400, 401, 404, 413, 422, 429, 500, 502, 503)}
    assert [status for status, blames in blamed.items() if blames] == [302, 429, 500, 502, 503]


def test_only_some_statuses_may_pass_by_themselves() -> None:
    passing = [status for status in (302, 400, 429, 500, 501, 502, 503, 504) if refused(b"", status).passing]
    assert passing == [502, 503, 504]


def test_json_is_known_by_its_media_type() -> None:
    for good in ("application/json", "Application/JSON ; charset=utf-8", "application/graphql-response+json"):
        assert is_json(good)
    for bad in ("", "text/html", "application/json+x", "text/plain; application/json", "application/jsonp"):
        assert not is_json(bad)

"""What callers of a hub read of a source's errors: its own words where it wrote for a reader, never an address."""

from typing import Any

import pytest

from baygate.gateway.execution import wording
from baygate.sources.supergraph.model import Graph

TAX = Graph("TAX", "tax", "https://records.tax.example:8443/graphql")


def told(message: str, **extensions: Any) -> str:
    return wording.message({"message": message, "extensions": extensions}, TAX)


def test_a_message_that_comes_with_a_code_is_told() -> None:
    assert told("No company has this number.", code="NOT_FOUND") == "No company has this number."


@pytest.mark.parametrize(
    "extensions",
    [{}, {"code": None}, {"code": 7}, {"code": ""}, {"code": "INTERNAL_SERVER_ERROR"}, {"code": "SOURCE_ERROR"},
     {"code": "GRAPHQL_VALIDATION_FAILED"}, {"code": "at line 7"}],
)  # fmt: skip
def test_what_a_framework_says_of_an_exception_is_not(extensions: Any) -> None:
    assert told("KeyError: 'Chan Tai Man'", **extensions) == "The source tax reported an error."


@pytest.mark.parametrize(
    "where",
    ["http://db/x", "postgresql://u:p@db", "10.1.2.3", "10.1.2.3:5432", "db.internal:5432", "localhost:80",
     "[fe80::1]:80", "2001:db8:1:2:3:4:5:6", "::1", "records.tax.example"],
)  # fmt: skip
def test_a_message_that_names_an_address_never_is(where: str) -> None:
    assert told(f"No connection to {where} now", code="BUSY") == "The source tax reported an error."


@pytest.mark.parametrize(
    "message", ["按 3.5% 計: 12:30", "Section 4.1.2 of 1.2.3", "See: 7", "See::that", "2026-01-02T03:04:05Z"]
)
def test_a_message_that_only_has_dots_and_colons_is_told(message: str) -> None:
    assert told(message, code="BUSY") == message


def test_a_long_message_is_cut() -> None:
    assert told("x" * 100_000, code="BUSY") == "x" * 500 + "..."


@pytest.mark.parametrize("code", [None, 7, ["A"], "", "two words", "10.0.0.7", "A" * 65, "http://db", "Ünknown"])
def test_a_code_is_a_short_name(code: Any) -> None:
    assert wording.code({"extensions": {"code": code}}) == "SOURCE_ERROR"


@pytest.mark.parametrize("extensions", [None, [], "code", {}])
def test_an_error_without_extensions_has_the_hubs_code(extensions: Any) -> None:
    assert wording.code({"extensions": extensions}) == "SOURCE_ERROR"

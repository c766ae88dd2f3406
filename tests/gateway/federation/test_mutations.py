"""Mutations: one after the other, each sent once, whatever becomes of the one before."""

import asyncio
from typing import Any

import pytest
from tests.gateway.federation.running import Answer, document, world
from tests.sources.remote.service import Request, answer, hang_up

OPENED, CLOSED = answer({"data": {"open": 1}}), answer({"data": {"close": 3}})
RATED = answer({"data": {"rate": 2}})
ALL = "mutation { open rate close }"


def ran(companies: Answer | list[Answer], ratings: Answer, mutation: str = ALL) -> tuple[dict[str, Any], list[str]]:
    """Return the answer to a mutation, and what was sent, in order."""
    sent: list[str] = []

    def noting(name: str, given: Answer, requests: list[Request]) -> Answer:
        async def noted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sent.append(f"{name}: {document(requests[-1])}")
            await asyncio.sleep(0.02)  # time enough for another to overtake
            await given(reader, writer)

        return noted

    async def run() -> dict[str, Any]:
        async with world(companies, ratings) as running:
            for name, service in (("companies", running.companies), ("ratings", running.ratings)):
                service.answers = [noting(name, each, service.requests) for each in service.answers]
            return await running.ask(mutation)

    return asyncio.run(run()), sent


def test_fields_are_sent_in_their_order_each_when_the_one_before_is_done() -> None:
    told, sent = ran([OPENED, CLOSED], RATED)
    assert told == {"data": {"open": 1, "rate": 2, "close": 3}}
    assert sent == ["companies: mutation { open }", "ratings: mutation { rate }", "companies: mutation { close }"]


def test_an_error_in_the_middle_ends_nothing() -> None:
    refused = answer({"data": {"rate": None}, "errors": [{"message": "No.", "path": ["rate"]}]})
    told, sent = ran([OPENED, CLOSED], refused)
    assert told["data"] == {"open": 1, "rate": None, "close": 3}
    assert [each["path"] for each in told["errors"]] == [["rate"]]
    assert len(sent) == 3


@pytest.mark.parametrize(
    "failing", [hang_up, answer({}, 502), answer({}, 503), answer(b"{", 200)], ids=["hangs up", "502", "503", "no JSON"]
)
def test_none_is_sent_again_when_nobody_knows_what_became_of_it(failing: Answer) -> None:
    told, sent = ran([OPENED, CLOSED], failing)
    assert told["data"] == {"open": 1, "rate": None, "close": 3}
    assert [each["path"] for each in told["errors"]] == [["rate"]]
    assert [each for each in sent if each.startswith("ratings")] == ["ratings: mutation { rate }"]


def test_none_is_sent_again_over_a_connection_that_had_been_kept_and_was_closed() -> None:
    told, sent = ran([OPENED, hang_up], RATED)
    assert told["data"] == {"open": 1, "rate": 2, "close": None}
    assert [each["path"] for each in told["errors"]] == [["close"]]
    assert len(sent) == 3


def test_a_read_is_sent_again() -> None:
    told, sent = ran([hang_up, answer({"data": {"kind": "BIG"}})], RATED, "{ kind }")
    assert told == {"data": {"kind": "BIG"}}
    assert len(sent) == 2

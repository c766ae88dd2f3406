"""A proof is used up by its request, however that ends."""

import asyncio
import datetime
from typing import Any

import pytest
from tests.oracle.caller import ACCESS, PRINCIPAL

from baygate.gateway.answer import Answer
from baygate.gateway.http import GraphQLEndpoint
from baygate.gateway.limits import Limits
from baygate.gateway.refusal import Refusal
from baygate.oauth.caller import Caller, Unclaimed
from baygate.oauth.challenge import Unproven
from baygate.oauth.once import Replayed, Use

USE = Use(b"digest", datetime.datetime(2026, 11, 27, tzinfo=datetime.UTC))
RECORDED, UNRECORDED = Answer(b"{}", 'id="1-1"', b""), Answer(b"{}", None, b"")


class Request:
    """One request with a proof, to a road that ends as it is told to."""

    def __init__(self, end: Answer | Exception | None, *, replayed: bool = False) -> None:
        self.end = end
        self.replayed = replayed
        self.claims = 0
        self.given: list[Any] = []
        self.sent: list[Any] = []

    async def travel(self, _call: Any, _principal: Any, _access: Any, use: Use | None = None) -> Answer:
        self.given.append(use)
        if self.end is None:
            await asyncio.Event().wait()
        if isinstance(self.end, Exception):
            raise self.end
        assert self.end is not None
        return self.end

    async def claim(self) -> None:
        self.claims += 1
        if self.replayed:
            raise self.refusal()

    def refusal(self) -> Unproven:
        return Unproven(401, "invalid_dpop_proof", "it was used before")

    async def authenticate(self, _: Any) -> Caller:
        return Caller(PRINCIPAL, (), Unclaimed(USE, self.claim, self.refusal))

    async def receive(self) -> Any:
        if not self.given:
            return {"type": "http.request", "body": b'{"query":"{__typename}"}'}
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def status(self) -> int | None:
        """Make the request; return the status that was sent."""

        async def run() -> None:
            app = GraphQLEndpoint(
                lambda: self, self.authenticate, lambda principal: (principal, ACCESS), Limits(), preflight=False
            )
            scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}
            async with asyncio.timeout(5):
                await app(scope, self.receive, self.send)
                await asyncio.gather(*app._claims)

        asyncio.run(run())
        return self.sent[0]["status"] if self.sent else None


def test_by_the_record_of_its_answer() -> None:
    request = Request(RECORDED)
    assert (request.status(), request.given, request.claims) == (200, [USE], 0)


def test_by_itself_where_nothing_is_recorded() -> None:
    request = Request(UNRECORDED)
    assert (request.status(), request.claims) == (200, 1)
    request = Request(UNRECORDED, replayed=True)
    assert (request.status(), request.claims) == (401, 1)


def test_by_a_request_that_is_refused() -> None:
    request = Request(Refusal("BAD_USER_INPUT", "no"))
    assert (request.status(), request.claims) == (200, 1)
    request = Request(Refusal("BAD_USER_INPUT", "no"), replayed=True)
    assert (request.status(), request.claims) == (401, 1), "who replays is not told what is wrong with the question"


@pytest.mark.parametrize(
    ("end", "status"),
    [(Refusal("OVERLOADED", "later", status=503), 503), (RuntimeError("unforeseen"), 500), (None, None)],
    ids=["the hub is not able to answer", "the hub fails", "the client left"],
)
@pytest.mark.parametrize("replayed", [False, True])
def test_also_where_nothing_was_released_and_nobody_waits_for_it(
    end: Any, status: int | None, *, replayed: bool
) -> None:
    request = Request(end, replayed=replayed)
    assert (request.status(), request.claims) == (status, 1)


def test_what_the_log_finds_replayed_is_refused() -> None:
    request = Request(Replayed())
    assert (request.status(), request.claims) == (401, 0)

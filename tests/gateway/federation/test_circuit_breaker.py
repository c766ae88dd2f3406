"""The circuit breaker as callers meet it: a source that fails again and again is left alone, and then tried anew."""

import asyncio
import time
from typing import Any

from tests.gateway.federation.running import World, world
from tests.sources.remote.service import answer

FINE = answer({"data": {"weather": "fine"}})
BROKEN = answer(b"broken", 500, "text/plain")


async def kind(running: World) -> str | None:
    told = await running.ask("{ weather }")
    return told["errors"][0]["extensions"]["kind"] if "errors" in told else None


def test_a_source_that_fails_again_and_again_is_not_asked_until_it_has_had_a_rest() -> None:
    async def run() -> tuple[list[str | None], int, str | None, dict[str, Any]]:
        async with world(answer({"data": {"kind": "BIG"}}), [BROKEN] * 5 + [FINE]) as running:
            kinds = [await kind(running) for _ in range(8)]
            asked = len(running.ratings.requests)
            other = await running.ask("{ kind }")
            deadline, last = time.monotonic() + 10, kinds[-1]
            while last is not None and time.monotonic() < deadline:
                await asyncio.sleep(0.1)
                last = await kind(running)
            return kinds, asked, last, other

    kinds, asked, last, other = asyncio.run(run())
    assert kinds == ["STATUS"] * 5 + ["OPEN"] * 3
    assert asked == 5
    assert other == {"data": {"kind": "BIG"}}
    assert last is None

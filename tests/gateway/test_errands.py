"""Errands: each by itself, one of a name at a time, so many at once, and none of them lost by another's failure."""

import asyncio

from baygate.gateway.errands import Errands


def test_one_that_takes_long_holds_up_no_other_and_is_not_begun_again() -> None:
    async def run() -> list[str]:
        errands, begun, over = Errands(2), list[str](), asyncio.Event()

        async def slow() -> None:
            begun.append("slow")
            await over.wait()

        async def quick() -> None:
            begun.append("quick")

        for _ in range(3):
            errands.begin("slow", slow)
            errands.begin("quick", quick)
            await asyncio.sleep(0.01)
        over.set()
        await asyncio.sleep(0.01)
        errands.begin("slow", slow)
        await asyncio.sleep(0.01)
        await errands.close()
        return begun

    assert asyncio.run(run()) == ["slow", "quick", "quick", "quick", "slow"]


def test_there_are_so_many_at_once() -> None:
    async def run() -> int:
        errands, at_once, most = Errands(3), 0, 0

        async def errand() -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.001)
            at_once -= 1

        for number in range(20):
            errands.begin(str(number), errand)
        await asyncio.sleep(0.1)
        await errands.close()
        return most

    assert asyncio.run(run()) == 3


def test_one_that_fails_may_be_begun_again_and_what_is_underway_is_given_up_at_the_end() -> None:
    async def run() -> tuple[int, bool]:
        errands, tried, ended = Errands(1), 0, False

        async def failing() -> None:
            nonlocal tried
            tried += 1
            raise RuntimeError("it fails")

        async def endless() -> None:
            nonlocal ended
            try:
                await asyncio.Event().wait()
            finally:
                ended = True

        for _ in range(2):
            errands.begin("failing", failing)
            await asyncio.sleep(0.01)
        errands.begin("endless", endless)
        await asyncio.sleep(0.01)
        await errands.close()
        return tried, ended

    assert asyncio.run(run()) == (2, True)

"""Sources in a thread of their own, for gateways in processes of theirs."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from tests.sources.remote.service import Answer, Service, serving


@contextlib.contextmanager
def sources(*answers: Answer) -> Iterator[list[Service]]:
    """Serve several sources, each with its answer, until the end."""
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()
    made: list[Service] = []

    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            made.extend([await stack.enter_async_context(serving(each)) for each in answers])
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()

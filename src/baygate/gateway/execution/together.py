"""Several things at once: all of them, or none."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def together(*asked: Coroutine[Any, Any, Any]) -> list[Any]:
    """Await all; if one fails, or the request is cancelled, the others are cancelled too."""
    tasks = [asyncio.ensure_future(each) for each in asked]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()

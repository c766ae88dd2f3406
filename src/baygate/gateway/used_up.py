"""A caller's proof is used up by his request, however that ends; nobody is answered on it again.

The record of an answer holds that the proof was used. Where there is no record, that is recorded by itself; nobody
waits for it where the hub could not answer or the client left, as nothing was released.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from baygate.gateway.answer import Answer
from baygate.gateway.refusal import Refusal
from baygate.oauth.caller import Unclaimed

_UNABLE = 503


class Claims(set[asyncio.Task[None]]):
    """What is being recorded while nobody waits for it; the loop itself keeps no hold of it."""


class UsedUp:
    """The proof of one request; a context around whatever is done for it."""

    def __init__(self, unclaimed: Unclaimed, underway: Claims) -> None:
        self._unclaimed = unclaimed
        self._underway = underway
        self._settled = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._settled:
            return
        task = asyncio.get_running_loop().create_task(self._quietly())
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)

    async def answered(self, answer: Answer | None) -> None:
        """Take note of an answer, None if the client left; raise Unproven if the proof was used before."""
        if answer is not None:
            self._settled = True
            if answer.receipt is None:
                await self._unclaimed.claim()

    async def refused(self, refusal: Refusal) -> None:
        """Take note of a refusal; raise Unproven if the proof was used before."""
        if refusal.status != _UNABLE:
            self._settled = True
            await self._unclaimed.claim()

    def replayed(self) -> Exception:
        """Return the refusal of a proof that was used before, as was found when the record was written."""
        self._settled = True
        return self._unclaimed.replayed()

    async def _quietly(self) -> None:
        with contextlib.suppress(Exception):  # the one who asked was refused for another reason
            await self._unclaimed.claim()

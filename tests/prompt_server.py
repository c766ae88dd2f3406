"""A server of uvicorn in a thread of the test's process, which is there and gone at once.

Uvicorn itself looks ten times a second whether it shall end, then gives its connections as long: most tests take less.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn

_PATIENCE = 10.0


class PromptServer(uvicorn.Server):
    """Ends the moment it is told to: connections that are open break off, and nobody answers at its address."""

    def start(self, *bound: socket.socket) -> None:
        """Serve on these sockets, or where the configuration says; it answers when this returns."""
        self._there = threading.Event()
        self._thread = threading.Thread(target=self.run, args=(list(bound) or None,), daemon=True)
        self._thread.start()
        assert self._there.wait(_PATIENCE), "the server does not start"

    def stop(self) -> None:
        """End, unless it has; it has ended when this returns."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._told_to_end.set)
            self._thread.join(_PATIENCE)
            assert not self._thread.is_alive(), "the server does not end"

    @contextlib.contextmanager
    def running(self, *bound: socket.socket) -> Iterator[None]:
        """Serve until the end."""
        self.start(*bound)
        try:
            yield
        finally:
            self.stop()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        self._loop, self._told_to_end = asyncio.get_running_loop(), asyncio.Event()
        self._there.set()
        await self._told_to_end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await self.lifespan.shutdown()

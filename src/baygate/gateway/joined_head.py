"""A response's head and its body in one write: one system call, and whoever reads wakes once."""

import asyncio
from typing import Any

_BEGINS = b"HTTP/"


class JoinedHead:
    """A transport on which the head of a response waits for what follows it, one turn of the event loop at most."""

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        """Return what else there is of the transport."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send ``data``, behind a head that waits; a head waits itself."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif data.startswith(_BEGINS):
            self._head = data
            asyncio.get_running_loop().call_soon(self._send)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Close the transport once all is sent."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._head and not self._transport.is_closing():
            self.write(b"")

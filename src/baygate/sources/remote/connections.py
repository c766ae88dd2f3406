"""The connections to one source: kept for the next question, counted, and given up at once when they are of no use.

aiohttp keeps them. What it does not tell is which connection a question went over, and two things depend on that:

1. Whether it was a new one. One that had been kept may have been closed by the server in the same moment, which says
   nothing of the source.
2. To abort it. To close politely is to wait: for half a minute, in TLS, for a farewell from a server that is silent
   already or that never stops sending; without TLS, until it has taken all of a question that it does not read.
"""

import asyncio
import socket
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from baygate.sources.remote import tls
from baygate.sources.remote.remote import Remote

_KEPT = 4.0
"""Seconds that a connection is kept idle; many servers close theirs after five, and a mutation could meet that."""


@dataclass(slots=True)
class Used:
    """The connection that a question went over, once there is one."""

    new: bool = False
    transport: asyncio.Transport | None = None

    @property
    def kept(self) -> bool:
        """Whether it was there before."""
        return self.transport is not None and not self.new

    def abort(self) -> None:
        """Give it up, without a farewell and whatever it was still to send."""
        if self.transport is not None:
            self.transport.abort()


_used: ContextVar[Used] = ContextVar("used")


def used() -> Used:
    """Return what is told of the connection of the next question that this task sends."""
    made = Used()
    _used.set(made)
    return made


class _Connector(aiohttp.TCPConnector):
    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own
    ) -> Connection:
        """Return a connection for a request, and tell of it."""
        connection = await super().connect(req, traces, timeout)
        _used.get().transport = connection.transport
        return connection


def _new_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    _used.get().new = True
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


def session(remote: Remote, headers: Mapping[str, str]) -> aiohttp.ClientSession:
    """Return a client for one source; raise OperatorError for files that are of no use.

    It keeps no cookie and takes nothing from the environment. Its only own time limit is that for connecting.
    """
    connector = _Connector(
        limit=remote.connections, keepalive_timeout=_KEPT, ssl=tls.context(remote) or True, socket_factory=_new_socket
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=remote.connect_timeout),
        trust_env=False,
    )

"""A response that is there as a whole leaves in one write: one system call, and whoever reads wakes once.

uvicorn takes head and body one after the other, writes each, and searches every field of the head for what must not be
in it: together a twentieth of a worker's time for an answer (measured). Where it is uvicorn's own ``send`` that a
response is given to, and nobody's in between, this does at once what uvicorn would do with the fields of the hub, which
come from no request: a connection is closed by the field ``_CLOSE`` alone, and line breaks are all that is looked for.
"""

from collections.abc import Sequence

from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

Fields = Sequence[tuple[bytes, bytes]]

_CLOSE = (b"connection", b"close")


async def respond(send: Send, status: int, fields: Fields, body: bytes) -> None:
    """Send a whole response; raise ValueError or RuntimeError if a field of its head holds a line break."""
    cycle = getattr(send, "__self__", None)
    if isinstance(cycle, RequestResponseCycle) and cycle.scope["method"] != "HEAD" and not cycle.access_log:
        await _write(cycle, status, fields, body)
        return
    await send({"type": "http.response.start", "status": status, "headers": [*fields]})
    await send({"type": "http.response.body", "body": body})


async def _write(cycle: RequestResponseCycle, status: int, fields: Fields, body: bytes) -> None:
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    if cycle.response_started:
        raise RuntimeError("there was a response already")
    said = [*cycle.default_headers, *fields]
    closes = _CLOSE in fields
    if not closes and not cycle.keep_alive:
        said.append(_CLOSE)
    head = STATUS_LINE[status] + b"".join([b"%b: %b\r\n" % field for field in said]) + b"\r\n"
    if not head.count(b"\r") == head.count(b"\n") == len(said) + 2:
        raise ValueError("a field of a response's head holds a line break")
    cycle.keep_alive = cycle.keep_alive and not closes
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(head + body)
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()

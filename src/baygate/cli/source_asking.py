"""What a source answers when an operator asks it: its schema, and whether it is there."""

import asyncio
from collections.abc import Mapping

from baygate.cli.console import Failure
from baygate.sources.remote.failure import Kind, SourceFailed
from baygate.sources.remote.remote import Remote
from baygate.sources.remote.reply import Reply
from baygate.sources.remote.source import RemoteSource

_SDL = b'{"query":"{ _service { sdl } }"}'
_TYPENAME = b'{"query":"{ __typename }"}'
_PAUSES = 5.0
"""Seconds that further attempts may take beyond their timeouts."""

_ADVICE: Mapping[Kind, str] = {
    Kind.UNREACHABLE: "Check the address, and that the service runs and is reachable from this machine.",
    Kind.TIMEOUT: "Check the service, or give it more time: --timeout SECONDS.",
    Kind.STATUS: "Check the path of the address, and what the service asks of its callers (--certificate, --key).",
    Kind.NOT_JSON: "Is it the address of a GraphQL service? It answers POST requests with JSON.",
    Kind.TOO_LARGE: "Allow more: --max-bytes BYTES.",
    Kind.MALFORMED: "Is it the address of a GraphQL service?",
    Kind.CERTIFICATE: "Name who certifies it (--trust), its key (--pin), or what the hub shows (--certificate).",
}
_SUBGRAPH = "Let it be a federation v2 subgraph: Query has _service { sdl }."


async def sdl_of(remote: Remote) -> str:
    """Ask a source for its schema; raise Failure, OperatorError."""
    try:
        async with RemoteSource(remote) as source:
            reply = await _ask(source, _SDL)
    except SourceFailed as failed:
        raise Failure(told(failed), _ADVICE.get(failed.kind, "")) from None
    service = (reply.data or {}).get("_service")
    sdl = service.get("sdl") if isinstance(service, dict) else None
    if not isinstance(sdl, str):
        why = f": {_said(reply)}" if reply.errors else ""
        raise Failure(f"The source {remote.name} does not tell its schema{why}", _SUBGRAPH)
    if "\0" in sdl:
        raise Failure(f"The schema of the source {remote.name} has the character U+0000 in it.", "Take it out.")
    return sdl


async def answers(remote: Remote) -> float:
    """Ask a source the least there is; return the seconds it took. Raise Failure, SourceFailed, OperatorError."""
    async with RemoteSource(remote) as source:
        clock = asyncio.get_running_loop().time
        began = clock()
        reply = await _ask(source, _TYPENAME)
        took = clock() - began
    if reply.errors:
        raise Failure(f"It answers with an error: {_said(reply)}")
    return took


def told(failed: SourceFailed) -> str:
    """Return why a source failed, with what its machines said: this is for the operator."""
    cause = printable(str(failed.__cause__ or ""))
    return f"{failed.message.rstrip('.')}: {cause}" if cause else failed.message


def printable(text: str) -> str:
    """Return what somebody else wrote without what a terminal could take for a command."""
    return "".join(each if each.isprintable() else "�" for each in text)


def _said(reply: Reply) -> str:
    return printable(reply.errors[0]["message"])


async def _ask(source: RemoteSource, body: bytes) -> Reply:
    attempts = 1 + source.remote.retries
    deadline = asyncio.get_running_loop().time() + attempts * source.remote.timeout + _PAUSES
    return await source.ask(body, read=True, deadline=deadline)

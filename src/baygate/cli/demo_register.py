"""The demo's agency that keeps its own service: Hong Kong's company register, a process, and a source of the hub."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import click

from baygate.cli.console import Failure
from baygate.cli.policy_store import run
from baygate.cli.source_asking import sdl_of
from baygate.cli.source_change import recomposed
from baygate.sample.agencies import HONG_KONG_REGISTRY
from baygate.sources.registered import hub, settings_of
from baygate.sources.remote.remote import Remote
from baygate.storage import sources
from baygate.storage.sources import HUB, NewSource, digest_of

SOURCE = "register"
_BY = "baygate demo"
_LONGEST = 30.0
"""Seconds that it may take to start."""


@dataclass(frozen=True)
class Register:
    """The register's process, which may not answer yet."""

    process: subprocess.Popen[bytes]
    port: int

    def address(self) -> str:
        """Return where it answers, as soon as it does; raise Failure if it never will."""
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return f"http://127.0.0.1:{self.port}/graphql"
            time.sleep(0.02)
        raise Failure(
            "Hong Kong's company register, which the demo runs beside the hub, does not start.",
            "See why: .venv/bin/python -m baygate.sample.hong_kong_register",
        )


@contextlib.contextmanager
def running(data: Path) -> Iterator[Register]:
    """Run the register until the end, on the port that it had the last time if that is free."""
    kept = data / "register.port"
    port = _port(kept)
    kept.write_text(f"{port}\n", encoding="utf-8")
    process = subprocess.Popen(  # noqa: S603 - the words are ours
        [sys.executable, "-m", "baygate.sample.hong_kong_register", "--port", str(port)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Register(process, port)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def join(dsn: str, url: str) -> None:
    """Let the register be a source of the hub, as it is now; say so if it cannot be."""
    try:
        run(None, dsn, lambda connection: _join(connection, Remote(SOURCE, HONG_KONG_REGISTRY, url)))
    except Failure as failure:
        click.echo(f"Mind: Hong Kong's company register is not joined. {failure.message}", err=True)


async def _join(connection: asyncpg.Connection, remote: Remote) -> None:
    new = NewSource(remote.name, remote.agency, remote.url, await sdl_of(remote), settings_of(remote))
    supergraph, registered = await sources.in_force(connection)
    known = next((each for each in registered if each.name == new.name), None)
    if known is not None and supergraph is not None:
        same_hub = supergraph.made_of.get(HUB) == digest_of(hub().sdl)
        if same_hub and (known.url, known.sdl) == (new.url, new.sdl):
            return

    async def change() -> None:
        if known is not None:
            await sources.remove(connection, new.name)
        await sources.add(connection, new, _BY)

    await recomposed(connection, change, _BY)


def _port(kept: Path) -> int:
    """Return a free port; the one that is kept, if possible, since an address that stays needs no new supergraph."""
    with contextlib.suppress(OSError, ValueError, OverflowError):
        return _bound(int(kept.read_text(encoding="utf-8")))
    return _bound(0)


def _bound(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        free: int = probe.getsockname()[1]
        return free

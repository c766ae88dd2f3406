"""``baygate serve``: the hub in production."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import click
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from baygate.cli.console import Failure
from baygate.gateway.tls import WorkerConfig
from baygate.gateway.unix_socket import listening
from baygate.oauth import registry
from baygate.oauth.clients import Binding
from baygate.observation import logs
from baygate.observation.exposition import exposed
from baygate.settings import Settings, load
from baygate.storage.database import Database
from baygate.storage.errors import StorageError

log = logging.getLogger("uvicorn.error")

_READY = 30
"""Seconds in which a worker is ready that replaces another: a busy machine takes its time."""
_BACKLOG = 2_048
_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--config", type=_PATH, help="Settings file (TOML); see docs/operations.md.")
@click.option("--tls", is_flag=True, help="Refuse to start unless the settings have [tls]: never plain http.")
@click.option("--tls-certificate", type=_PATH, help="The hub's certificate (PEM), instead of tls.certificate.")
@click.option("--tls-key", type=_PATH, help="Its private key (PEM), instead of tls.key.")
def serve(config: Path | None, *, tls: bool, tls_certificate: Path | None, tls_key: Path | None) -> None:
    """Run the hub with the settings of a file, BAYGATE_... variables winning over it.

    It binds loopback only, until agencies' policies decide. SIGTERM lets requests in flight finish.
    """
    for name, file in (("CERTIFICATE", tls_certificate), ("KEY", tls_key)):
        if file is not None:
            os.environ[f"BAYGATE_TLS__{name}"] = str(file.resolve())  # where the workers read it, too
    settings = load(config)
    if tls and settings.tls is None:
        raise Failure(
            "--tls: the settings have no [tls], and the hub would serve plain http.",
            "Set certificate and key in [tls], or give --tls-certificate and --tls-key; docs/operations.md shows both.",
        )
    if not settings.development:
        _refuse_bearers(settings)
    run(settings)


def _refuse_bearers(settings: Settings) -> None:
    """Fail if a client is registered whose tokens are worth something without a key."""
    # a database that is down is no reason not to start: where bearers are not admitted, no worker knows them
    with contextlib.suppress(StorageError, asyncpg.UndefinedTableError):
        bearers = asyncio.run(_bearers(Database(settings.database.dsn.get_secret_value())))
        if bearers:
            raise Failure(
                f"Tokens of {', '.join(bearers)} are bound to no key, and this is production.",
                "Disable them (baygate client disable), or register them with a key that their tokens are bound to.",
            )


async def _bearers(database: Database) -> list[str]:
    connection = await database.connect()
    try:
        clients = await registry.every(connection)
    finally:
        await connection.close()
    return [each.client_id for each in clients if each.enabled and each.binding is Binding.BEARER]


def run(settings: Settings, app: str = "baygate.gateway.app:worker", **more: Any) -> None:
    """Serve until a signal ends it; workers read the settings again from where they came."""
    server = settings.server
    config = WorkerConfig(
        app,
        settings.tls,
        settings.proxy.certificates,
        host=server.host,
        port=server.tcp_port or 0,
        workers=server.workers,
        loop="uvloop" if os.name != "nt" else "asyncio",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=logs.config(settings.logs.format),
        server_header=False,
        proxy_headers=False,  # nothing is believed of where a request says it comes from
        timeout_graceful_shutdown=server.drain,
        backlog=_BACKLOG,
        log_level="warning" if settings.development else "info",
        **more,
    )
    metrics = settings.metrics
    if metrics.port is not None:
        _end_at_sigterm()
    with (
        contextlib.suppress(KeyboardInterrupt),
        exposed(metrics.host, metrics.port),
        _sockets(config, settings) as sockets,
    ):
        _supervise(config, sockets)


@contextlib.contextmanager
def _sockets(config: WorkerConfig, settings: Settings) -> Iterator[list[socket.socket] | None]:
    """Bind where the hub listens; None leaves it to the one worker, which knows more about names of hosts."""
    server = settings.server
    if server.socket is None:
        yield [config.bind_socket()] if config.workers > 1 else None
        return
    _end_at_sigterm()
    with listening(server.socket, _BACKLOG) as unix:
        log.info("Uvicorn running on unix socket %s (Press CTRL+C to quit)", server.socket)
        yield [unix, config.bind_socket()] if server.tcp_port is not None else [unix]


def _end_at_sigterm() -> None:
    # uvicorn passes SIGTERM on when all is done, which would end the process before its files are taken away
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


class _Supervisor(Multiprocess):
    """uvicorn's, which at the end does not keep open what its workers have closed, and is patient at a restart.

    A proxy that still connected would wait for nobody, instead of going on to the next hub.
    """

    def restart_all(self) -> None:
        """Replace each worker when the next one is ready, for which uvicorn would wait only as long as for a pong."""
        pong, self.config.timeout_worker_healthcheck = self.config.timeout_worker_healthcheck, _READY
        try:
            super().restart_all()
        finally:
            self.config.timeout_worker_healthcheck = pong

    def terminate_all(self) -> None:
        for each in self.sockets:
            each.close()
        super().terminate_all()


def _supervise(config: WorkerConfig, sockets: list[socket.socket] | None) -> None:
    """Do as ``uvicorn.run``, which takes no configuration but its own."""
    if config.workers > 1:
        _Supervisor(config, sockets=sockets or []).run()
        return
    worker = uvicorn.Server(config)
    worker.run(sockets)
    if not worker.started:
        sys.exit(STARTUP_FAILURE)

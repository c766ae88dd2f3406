"""``baygate serve``: the hub in production."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

import asyncpg
import click
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from baygate.cli.console import Failure
from baygate.gateway.tls import WorkerConfig
from baygate.oauth import registry
from baygate.oauth.clients import Binding
from baygate.settings import Settings, load
from baygate.storage.database import Database
from baygate.storage.errors import StorageError


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="Settings file (TOML); see docs/operations.md.")
def serve(config: Path | None) -> None:
    """Run the hub with the settings of a file, BAYGATE_... variables winning over it.

    It binds loopback only, until agencies' policies decide. SIGTERM lets requests in flight finish.
    """
    settings = load(config)
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
        host=server.host,
        port=server.port,
        workers=server.workers,
        loop="uvloop" if os.name != "nt" else "asyncio",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing is believed of where a request says it comes from
        timeout_graceful_shutdown=server.drain,
        backlog=2_048,
        log_level="warning" if settings.development else "info",
        **more,
    )
    with contextlib.suppress(KeyboardInterrupt):
        _supervise(config)


def _supervise(config: WorkerConfig) -> None:
    """Do as ``uvicorn.run``, which takes no configuration but its own."""
    if config.workers > 1:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
        return
    worker = uvicorn.Server(config)
    worker.run()
    if not worker.started:
        sys.exit(STARTUP_FAILURE)

"""``baygate serve``: the hub in production."""

import os
from pathlib import Path
from typing import Any

import click
import uvicorn

from baygate.settings import Settings, load


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="Settings file (TOML); see docs/operations.md.")
def serve(config: Path | None) -> None:
    """Run the hub with the settings of a file, BAYGATE_... variables winning over it.

    It binds loopback only, until callers can prove who they are. SIGTERM lets requests in flight finish.
    """
    settings = load(config)
    run(settings)


def run(settings: Settings, **more: Any) -> None:
    """Serve until a signal ends it; workers read the settings again from where they came."""
    server = settings.server
    uvicorn.run(
        "baygate.gateway.app:worker",
        factory=True,
        host=server.host,
        port=server.port,
        workers=server.workers,
        loop="uvloop" if os.name != "nt" else "asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=server.drain,
        backlog=2_048,
        log_level="warning" if settings.development else "info",
        **more,
    )

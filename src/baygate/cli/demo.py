"""``baygate demo``: everything from one command, on this machine alone."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import click

from baygate.cli.console import Failure, progress
from baygate.cli.serve import run
from baygate.sample.load import load as load_world
from baygate.settings import load
from baygate.storage import schema_version
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.errors import NotEmptyError
from baygate.storage.keys import Keys, read_or_create


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path(".baygate/demo"), show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, envvar="PORT")
@click.option("--enterprises", type=click.IntRange(12), default=2_000, show_default=True)
def demo(data: Path, port: int, enterprises: int) -> None:
    """Run the hub with a PostgreSQL of its own and the sample world, on 127.0.0.1. Ctrl-C ends it; data stay."""
    if not _free(port):
        raise Failure(f"Something listens on port {port} already.", f"Choose another: PORT={port + 1} make demo")
    data.mkdir(parents=True, exist_ok=True)
    with EmbeddedPostgres(data / "postgres") as postgres:
        _settle(postgres.dsn(), read_or_create(data / "keys"), enterprises)
        os.environ |= {
            "BAYGATE_PROFILE": "development",
            "BAYGATE_KEYS": str(data / "keys"),
            "BAYGATE_DATABASE__DSN": postgres.dsn(),
            "BAYGATE_SERVER__PORT": str(port),
        }
        # a supervisor's SIGTERM ends the demo as Ctrl-C does: PostgreSQL is stopped, not left behind
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        _greet(port)
        run(load(None))
        click.echo("\nGood-bye; the data stay in " + str(data))


def _settle(dsn: str, keys: Keys, enterprises: int) -> None:
    asyncio.run(schema_version.upgrade(dsn))
    with contextlib.suppress(NotEmptyError), progress("sample world", enterprises) as advance:
        asyncio.run(load_world(dsn, keys, enterprises, advance))


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _greet(port: int) -> None:
    address = f"http://127.0.0.1:{port}"
    click.secho(f"\nbaygate is on {address}/graphql", bold=True)
    click.echo(
        "\nTry, in another terminal:\n"
        f"  .venv/bin/baygate query --url {address}/graphql docs/examples/four-views.graphql \\\n"
        "      --variables @docs/examples/four-views.json\n"
        f"  curl -s {address}/graphql -H 'content-type: application/json' \\\n"
        """      -d '{"query": "{ parties(first: 3) { totalCount nodes { id name status } } }"}'\n"""
        f"  curl -s {address}/readyz\n"
        "\nCtrl-C ends it."
    )

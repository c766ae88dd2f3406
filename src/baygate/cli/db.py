"""``baygate db``: the hub's tables."""

import asyncio
from pathlib import Path

import click

from baygate.settings import load
from baygate.storage import schema_version
from baygate.storage.database import Database

config_option = click.option("--config", type=click.Path(path_type=Path), help="Settings file (TOML).")
dsn_option = click.option("--dsn", envvar="BAYGATE_DATABASE__DSN", help="Database, instead of the settings' one.")


def database_of(config: Path | None, dsn: str | None) -> Database:
    """Return the database that the options name."""
    return Database(dsn or load(config).database.dsn.get_secret_value())


@click.group()
def db() -> None:
    """Create, upgrade and inspect the hub's tables."""


@db.command()
@config_option
@dsn_option
def upgrade(config: Path | None, dsn: str | None) -> None:
    """Bring the tables to this version of the hub; safe to repeat."""
    asyncio.run(schema_version.upgrade(database_of(config, dsn).dsn))
    click.echo("The tables are those of this version.")


@db.command()
@config_option
@dsn_option
def status(config: Path | None, dsn: str | None) -> None:
    """Say which version the tables have, and what to do if it is not this one."""
    asyncio.run(schema_version.check(database_of(config, dsn).dsn)).require()
    click.echo("The tables are those of this version.")

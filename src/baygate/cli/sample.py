"""``baygate sample``: the sample world, at any size."""

import asyncio
from pathlib import Path

import click

from baygate.cli.console import progress
from baygate.cli.db import config_option, database_of, dsn_option
from baygate.sample.load import load
from baygate.storage.keys import read_or_create


@click.command()
@config_option
@dsn_option
@click.option("--enterprises", type=click.IntRange(1), default=2_000, show_default=True, help="How many.")
@click.option("--keys", "keys_", type=click.Path(path_type=Path), default=Path(".baygate/keys"), show_default=True)
@click.option("--replace", is_flag=True, help="Empty the tables first.")
def sample(config: Path | None, dsn: str | None, enterprises: int, keys_: Path, *, replace: bool) -> None:
    """Fill the tables with the sample world: the same rows for the same size, always."""
    database = database_of(config, dsn)
    with progress("enterprises", enterprises) as advance:
        summary = asyncio.run(load(database.dsn, read_or_create(keys_), enterprises, advance, replace=replace))
    click.echo(f"{summary.rows:,} rows in {summary.seconds:.0f} s ({summary.rows_per_second:,} a second)")

"""``baygate audit export``: who was answered with whose records, as a file."""

import datetime
import sys
from pathlib import Path
from typing import Any, BinaryIO

import asyncpg
import click

from baygate.audit.accesses import EVERYBODY, Filters, stream
from baygate.audit.export import write_ndjson, write_parquet
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_store import run

NDJSON, PARQUET = "ndjson", "parquet"


class _Moment(click.ParamType[datetime.datetime]):
    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime.datetime:
        """Take a day, or a moment with its zone."""
        try:
            found = datetime.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no moment: write 2026-11-25 or 2026-11-25T08:00:00Z", param, ctx)
        if found.tzinfo is None and len(str(value)) > len("2026-11-25"):
            self.fail(f"{value} has no zone: write 2026-11-25T08:00:00Z", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


MOMENT = _Moment()


@click.command()
@click.option("--format", "kind", type=click.Choice([NDJSON, PARQUET]), default=NDJSON, show_default=True)
@click.option("--since", type=MOMENT, help="From this day (UTC) or moment on.")
@click.option("--until", type=MOMENT, help="Before this day (UTC) or moment.")
@click.option(
    "--provider", "providers", multiple=True, help="Whose records were seen (again); everybody's unless given."
)
@click.option("--subject", help="Whom they are about: the key of a party.")
@click.option("--agency", help="Who saw them.")
@click.option("--purpose", help="What for.")
@click.option("--output", type=click.Path(path_type=Path), help="The file; the standard output unless given.")
@config_option
@dsn_option
def export(
    kind: str, providers: tuple[str, ...], output: Path | None, config: Path | None, dsn: str | None, **chosen: Any
) -> None:
    """Write accesses, one a line or row: who saw which records of whom, when, for what purpose, by which policies."""
    whose = frozenset(providers) if providers else EVERYBODY
    filters = Filters(whose, **chosen)
    write = write_ndjson if kind == NDJSON else write_parquet

    async def work(connection: asyncpg.Connection, file: BinaryIO) -> int:
        return await write(stream(connection, filters), file)

    if output is None:
        run(config, dsn, lambda connection: work(connection, sys.stdout.buffer))
        return
    try:
        with output.open("wb") as file:
            count = run(config, dsn, lambda connection: work(connection, file))
    except OSError as error:
        raise Failure(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"{count} accesses are in {output}.")

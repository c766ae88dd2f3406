"""``baygate audit verify``: whether the log is whole, and if not, what is wrong first."""

from pathlib import Path

import asyncpg
import click

from baygate.audit.finding import Verification
from baygate.audit.verification import verify as verified
from baygate.cli.audit_trust import head_keys, kept_heads, settings_head
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import required_root, root_option
from baygate.cli.policy_store import run

heads_option = click.option(
    "--head", "heads", multiple=True, type=click.Path(path_type=Path),
    help="A head that was kept elsewhere, to hold the log against (again); the settings' one is, if it is there.",
)  # fmt: skip


@click.command()
@heads_option
@root_option
@config_option
@dsn_option
def verify(heads: tuple[Path, ...], root: Path | None, config: Path | None, dsn: str | None) -> None:
    """Walk the whole log, and tell whether it is whole: records, tree, signed heads, and the index of accesses.

    What is wrong is told with its place, the first of it first, and the exit code is 1 then. A hub may go on writing
    meanwhile. A million records take about half a minute.
    """
    pinned = required_root(root, config)

    async def work(connection: asyncpg.Connection) -> Verification:
        certified = await head_keys(connection, pinned)
        return await verified(connection, certified, kept_heads([*settings_head(config), *heads], certified))

    found = run(config, dsn, work)
    click.echo(found.diagnostics())
    if not found.holds:
        raise Failure(
            "The audit log does not verify.",
            "Keep a copy of the database as it is, and find out who could write into it.",
        )

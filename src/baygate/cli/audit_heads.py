"""``baygate audit heads``: the signed heads of the log, and how to keep one elsewhere."""

from pathlib import Path

import asyncpg
import click

from baygate.audit.heads import BadHead
from baygate.audit.heads_held import CertifiedHeads
from baygate.cli.audit_trust import head_keys
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import required_root, root_option
from baygate.cli.policy_store import run

_NEWEST = 'SELECT signed, "timestamp" IS NOT NULL AS stamped FROM audit_head ORDER BY size DESC LIMIT $1'


@click.command()
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="How many.")
@click.option("--write", type=click.Path(path_type=Path), help="Write the newest into this file, to keep it elsewhere.")
@root_option
@config_option
@dsn_option
def heads(limit: int, write: Path | None, root: Path | None, config: Path | None, dsn: str | None) -> None:
    """Show the newest signed heads of the log.

    Whoever keeps one can hold the log to it for good: baygate audit verify --head FILE. Keep one where nobody is who
    can write into the database.
    """
    pinned = required_root(root, config)

    async def work(connection: asyncpg.Connection) -> list[tuple[str, bool]]:
        certified = CertifiedHeads(await head_keys(connection, pinned))
        rows = await connection.fetch(_NEWEST, limit)
        for row in rows:
            try:
                head = certified.read(row["signed"])
            except BadHead as error:
                raise Failure(f"A stored head is not to be trusted: {error}.", "Run: baygate audit verify") from None
            stamped = "  time-stamped" if row["stamped"] else ""
            click.echo(f"{head.at:%Y-%m-%d %H:%M:%S} UTC  {head.size:>12} records  {head.root.hex()}{stamped}")
        return [(row["signed"], row["stamped"]) for row in rows]

    found = run(config, dsn, work)
    if not found:
        raise Failure("There is no signed head yet.", "A hub signs one within a second after its first record.")
    if write is not None:
        write.write_text(found[0][0] + "\n", encoding="ascii")
        click.echo(f"The newest is in {write}.")

"""``baygate audit prune`` and ``accept``: what operators do to the log, and state in it."""

import datetime
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import asyncpg
import click

from baygate.audit import accepting, pruning
from baygate.audit.keys import LogKeys
from baygate.audit.pruning import Pruned, Word
from baygate.audit.statement import Sign, user
from baygate.cli.audit_trust import head_keys, kept_heads, settings_head
from baygate.cli.audit_verify import heads_option
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import required_root, root_option
from baygate.cli.policy_store import now, run
from baygate.settings import load

Result = TypeVar("Result")

by_option = click.option("--by", default=user, show_default="the user of this machine", help="Who does it.")


@click.command()
@click.option("--before", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Months that end before this day go.")
@click.option("--reason", required=True, help="Why, such as the rule on how long records are kept; it is recorded.")
@by_option
@click.confirmation_option(prompt="Shall the records of these months be dropped for good?")
@heads_option
@root_option
@config_option
@dsn_option
def prune(
    before: datetime.datetime, reason: str, by: str, heads: tuple[Path, ...], root: Path | None, config: Path | None,
    dsn: str | None,
) -> None:  # fmt: skip
    """Drop the records of whole months. The tree stays, and so does every proof that was given of them.

    The log is verified before. That records were pruned, by whom and why, is a signed statement in the log.
    """
    pinned = required_root(root, config)

    async def work(connection: asyncpg.Connection, sign: Sign) -> list[Pruned]:
        certified = await head_keys(connection, pinned)
        kept = kept_heads([*settings_head(config), *heads], certified)
        word = Word(by, reason)
        return await pruning.prune(connection, before.date(), word, sign, certified, now(), kept)

    pruned = _signing(config, dsn, work)
    for each in pruned:
        click.echo(f"{each.period:%Y-%m}: {each.records} records are gone.")
    if not pruned:
        click.echo("There is nothing to prune.")


@click.command()
@click.option("--reason", required=True, help="Why this log is the right one; it is recorded.")
@by_option
@click.confirmation_option(prompt="Shall hubs go on with the log that the database has, though another was seen?")
@root_option
@config_option
@dsn_option
def accept(reason: str, by: str, root: Path | None, config: Path | None, dsn: str | None) -> None:
    """Let hubs go on with the database's log though they have seen a newer one, as after a backup was restored.

    Records that the newer one had are lost. Who has a receipt for one of them can still show that it was there.
    """
    pinned = required_root(root, config)

    async def work(connection: asyncpg.Connection, sign: Sign) -> str:
        return await accepting.accept(connection, reason, by, sign, await head_keys(connection, pinned), now())

    head = _signing(config, dsn, work)
    click.echo(f"Accepted by {by}:\n{head or 'a log without a head'}")


def _signing(
    config: Path | None, dsn: str | None, work: Callable[[asyncpg.Connection, Sign], Awaitable[Result]]
) -> Result:
    """Do something over a connection, with the key that signs heads."""
    settings = load(config)
    token = settings.audit.pkcs11

    async def signing(connection: asyncpg.Connection) -> Result:
        keys = LogKeys.read(settings.keys, token.token_settings() if token else None)
        try:
            return await work(connection, keys.sign_head)
        finally:
            await keys.close()

    return run(config, dsn, signing)

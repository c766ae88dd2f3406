"""Policies as the database has them: what was published, and what of it is in force."""

import asyncio
import datetime
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import asyncpg
import click

from baygate.access.documents.in_force import in_force
from baygate.access.documents.library import remembered
from baygate.access.documents.policy import PolicyDocument
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import Trusted
from baygate.cli.console import Failure
from baygate.cli.db import database_of
from baygate.cli.policy_files import explained, required_root
from baygate.cli.policy_governed import Governed, SupergraphFile, registered
from baygate.storage import documents, schema_version
from baygate.storage.database import Database
from baygate.storage.documents import StoredDocument
from baygate.storage.errors import StorageError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Library:
    """All that was published, the root document that trust in it begins with, and what it can speak of."""

    root: bytes = field(repr=False)
    stored: tuple[StoredDocument, ...]
    governed: Governed = field(default_factory=Governed)

    def trusted(self, at: datetime.datetime | None = None) -> Trusted:
        """Return what is to be trusted of it now, or then; say what is not. Raise Failure if the root itself is not."""
        at = at or now()
        facts = self.governed.facts
        trusted, problems = explained("The root document", lambda: remembered(self.root, self.stored, facts, at))
        for problem in problems:
            click.echo(f"Mind: {problem}", err=True)
        return trusted

    def in_force(self) -> InForce:
        """Return what is in force now."""
        return in_force(self.trusted(), now())


def library(config: Path | None, dsn: str | None, root: Path | None) -> Library:
    """Read what was published; raise Failure, StorageError."""
    pinned = required_root(root, config)

    async def read(connection: asyncpg.Connection) -> Library:
        return Library(pinned, tuple(await documents.every(connection)), await registered(connection))

    return run(config, dsn, read)


def governed_by(supergraph: SupergraphFile | None, config: Path | None, dsn: str | None) -> Governed:
    """Return what policies can speak of: by a file, else by the database that is named, else the contract alone."""
    if supergraph is not None:
        return supergraph.governed()
    if not named(config, dsn):
        return Governed()
    try:
        return run(config, dsn, registered)
    except StorageError as error:
        click.echo(f"Mind: what remote sources contribute is not known: {error.what}", err=True)
        return Governed()


def named(config: Path | None, dsn: str | None) -> bool:
    """Whether a database is named, by an option or by settings."""
    return config is not None or dsn is not None or "BAYGATE_CONFIG" in os.environ


def run(config: Path | None, dsn: str | None, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    """Do something over a connection to the database that the options name; its tables must be there."""

    async def connected(database: Database) -> Result:
        (await schema_version.check(database.dsn)).require()
        connection = await database.connect()
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected(database_of(config, dsn)))


def check_known(policies: list[PolicyDocument], state: InForce) -> None:
    """Raise Failure unless each is a policy of an agency that can own one."""
    owners = {each.agency.id for each in state.owners}
    for each in policies:
        if each.owner not in owners:
            reason = next(iter(state.problems), f"{each.owner} is no agency of the root document that owns records.")
            raise Failure(f"{each.policy_id} would not be in force: {reason}")


def now() -> datetime.datetime:
    """Return the time, as the machine has it."""
    return datetime.datetime.now(datetime.UTC)

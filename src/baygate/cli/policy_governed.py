"""What policies can speak of, as a command knows it: the contract, and what remote sources contribute to it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import click

from baygate.access.facts import Facts
from baygate.access.scopes import Requirement
from baygate.cli.console import Failure

if TYPE_CHECKING:
    from baygate.sources.supergraph.contributions import Contributions

# The contract takes a moment to build: not before it is needed.
# ruff: noqa: PLC0415


@dataclass(frozen=True)
class Governed:
    """The governed types and their scopes: the contract's, and those of remote sources where any are joined."""

    contributed: "Contributions | None" = None

    @cached_property
    def facts(self) -> Facts:
        """What policies can speak of."""
        from baygate.contract.schema import graphql_schema
        from baygate.sources.bindings import resident_binding
        from baygate.sources.facts import facts_of

        schema = self.contributed.schema if self.contributed else graphql_schema()
        return facts_of(schema, resident_binding(), self.contributed)

    @cached_property
    def demanded(self) -> Mapping[str, Mapping[str, Requirement]]:
        """The scopes that fields demand."""
        from baygate.access.scopes import requirements
        from baygate.contract.schema import graphql_schema

        return requirements(self.contributed.schema if self.contributed else graphql_schema())


@dataclass(frozen=True)
class SupergraphFile:
    """A supergraph in a file, and whose its sources are; a source that is not named is of the agency of its name."""

    path: Path
    agencies: Mapping[str, str]

    def governed(self) -> Governed:
        """Return what policies can speak of with it; raise Failure."""
        from baygate.cli.composing import by_the_hub
        from baygate.sources.supergraph.join import SupergraphInvalid, read
        from baygate.storage.sources import HUB

        try:
            supergraph = read(self.path.read_text(encoding="utf-8"))
            names = {each.name for each in supergraph.federation().graphs}
        except OSError as error:
            raise Failure(f"{self.path} cannot be read: {error.strerror}.") from None
        except (SupergraphInvalid, UnicodeDecodeError) as error:
            raise Failure(f"{self.path}: {error}", "Compose it anew: baygate schema compose") from None
        if HUB not in names:
            raise Failure(f"{self.path} is a supergraph without the hub.", "Compose one: baygate schema compose --hub")
        strange = sorted(set(self.agencies) - names)
        if strange:
            known = ", ".join(sorted(names - {HUB}))
            raise Failure(f"{self.path} has no source {', '.join(strange)}.", f"Its sources: {known or 'none'}")
        return Governed(by_the_hub(supergraph, {name: self.agencies.get(name, name) for name in names}))


def supergraph_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command that works on files know of remote sources: it is called with a ``supergraph``, or None."""

    @click.option(
        "--supergraph",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="BAYGATE_SUPERGRAPH",
        help="The hub's supergraph with remote sources, of a file; else that of the database, if one is named.",
    )
    @click.option(
        "--source-agency",
        "source_agencies",
        multiple=True,
        metavar="NAME=AGENCY",
        envvar="BAYGATE_SOURCE_AGENCY",
        callback=_agencies,
        help="Whose a source of --supergraph is, if its name is not the agency's; repeat.",
    )
    @wraps(command)
    def told(*arguments: Any, supergraph: Path | None, source_agencies: Mapping[str, str], **more: Any) -> Any:
        file = None if supergraph is None else SupergraphFile(supergraph, source_agencies)
        return command(*arguments, supergraph=file, **more)

    return told


def _agencies(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [each.partition("=") for each in given]
    if not all(name and agency for name, _, agency in pairs):
        raise Failure("--source-agency names no agency.", "Write the source, =, and whose it is: register=hk-cr")
    return {name: agency for name, _, agency in pairs}


async def registered(connection: asyncpg.Connection) -> Governed:
    """Return what policies can speak of in hubs on a database, of which it is not within a transaction."""
    from baygate.sources.registered import SupergraphUnusable, contributed
    from baygate.storage.sources import in_force

    try:
        return Governed(await asyncio.to_thread(contributed, *await in_force(connection)))
    except SupergraphUnusable as unusable:
        click.echo(f"Mind: {unusable}", err=True)
        return Governed()

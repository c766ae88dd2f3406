"""``baygate source add``, ``refresh`` and ``remove``: the sources, and the supergraph that follows from them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import click
from pydantic import TypeAdapter, ValidationError

from baygate.access.documents.model import AgencyName
from baygate.cli.composing import by_the_hub, changes, explained
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_publish import by_option
from baygate.cli.policy_store import run
from baygate.cli.source_asking import sdl_of
from baygate.sources.registered import composed, remote_of, settings_of
from baygate.sources.remote.remote import Remote
from baygate.sources.supergraph.join import read
from baygate.storage import sources
from baygate.storage.sources import HUB, NewSource, SourceTaken, SourceUnknown, StoredSource, StoredSupergraph

TAKEN_UP = "Hubs on this database take it up within seconds."
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True)


def _named(_context: click.Context, parameter: click.Parameter, given: str) -> str:
    """Refuse what could not be the name of a source or an agency."""
    try:
        return TypeAdapter(AgencyName).validate_python(given)
    except ValidationError:
        what = f"{given!r} cannot be the {parameter.human_readable_name.lower()} of a source."
        raise Failure(what, "Write lower-case letters, digits, and hyphens between them: tax-gd.") from None


@dataclass(frozen=True)
class Changed:
    """What became of a change: the supergraph before, and the one in force now, if it is another."""

    before: str
    after: StoredSupergraph | None

    def tell(self) -> None:
        """Say what is new."""
        if self.after is None:
            click.echo("The supergraph is as it was.")
            return
        click.echo(f"Version {self.after.version} of the supergraph is in force.")
        for line in changes(self.before, self.after.sdl):
            click.echo(line)
        click.echo(TAKEN_UP)


@click.command()
@click.argument("name", callback=_named)
@click.option("--url", required=True, help="Where it answers: https://host:port/path.")
@click.option("--agency", required=True, callback=_named, help="Whose it is, as the root document names it.")
@click.option("--timeout", type=float, default=Remote.timeout, show_default=True, help="Seconds for one attempt.")
@click.option("--retries", type=int, default=Remote.retries, show_default=True, help="Further attempts at a read.")
@click.option("--max-bytes", type=int, default=Remote.max_bytes, show_default=True, help="Of an answer.")
@click.option("--trust", type=_FILE, help="Authorities that may certify it (PEM), instead of the system's.")
@click.option("--pin", "pins", multiple=True, help="SHA-256 of its public key, base64; repeat.")
@click.option("--certificate", type=_FILE, help="The certificate that the hub shows it (PEM).")
@click.option("--key", type=_FILE, help="That certificate's private key (PEM).")
@click.option("--plain-http", "plain", is_flag=True, help="Without TLS, where the network is its own.")
@by_option
@config_option
@dsn_option
def add(name: str, pins: tuple[str, ...], by: str, config: Path | None, dsn: str | None, **said: Any) -> None:
    """Register the service of an agency as the source NAME, and compose the supergraph with it.

    Of files only the paths are kept: each hub reads them where they are.
    """
    if name == HUB:
        raise Failure(f"{HUB} is what the hub itself is called.", "Choose another name.")
    remote = Remote(name=name, pins=frozenset(pins), **said)

    async def work(connection: asyncpg.Connection) -> Changed:
        if any(each.name == name for each in await sources.every(connection)):
            raise SourceTaken(name)  # before it is asked for anything
        new = NewSource(name, remote.agency, remote.url, await sdl_of(remote), settings_of(remote))
        return await recomposed(connection, lambda: sources.add(connection, new, by), by)

    changed = run(config, dsn, work)
    click.echo(f"{name} is registered, a source of {remote.agency}.")
    changed.tell()


@click.command()
@click.argument("name", required=False)
@by_option
@config_option
@dsn_option
def refresh(name: str | None, by: str, config: Path | None, dsn: str | None) -> None:
    """Ask NAME, or every source, for its schema anew, and compose what has changed.

    After an upgrade of the hub this takes up its own contract as well.
    """

    async def work(connection: asyncpg.Connection) -> tuple[dict[str, bool], Changed]:
        asked = _of(await sources.every(connection), name)
        found = dict(
            zip(asked, await asyncio.gather(*(sdl_of(remote_of(each)) for each in asked.values())), strict=True)
        )

        async def change() -> None:
            for each, sdl in found.items():
                await sources.refresh(connection, each, sdl)

        differs = {each: sdl != asked[each].sdl for each, sdl in found.items()}
        return differs, await recomposed(connection, change, by)

    differs, changed = run(config, dsn, work)
    for each, different in differs.items():
        click.echo(f"{each} has {'another schema' if different else 'the schema that it had'}.")
    changed.tell()


@click.command()
@click.argument("name")
@by_option
@config_option
@dsn_option
def remove(name: str, by: str, config: Path | None, dsn: str | None) -> None:
    """Ask the source NAME no more, and compose the supergraph without it."""
    changed = run(config, dsn, lambda connection: recomposed(connection, lambda: sources.remove(connection, name), by))
    click.echo(f"{name} is no source any more.")
    changed.tell()


async def recomposed(connection: asyncpg.Connection, change: Callable[[], Awaitable[None]], by: str) -> Changed:
    """Change the sources and put in force what they make then; or, if they make nothing, do neither."""
    async with connection.transaction():
        await sources.lock(connection)
        before = await sources.newest(connection)
        earlier = before.sdl if before else composed(()).sdl
        await change()
        registered = await sources.every(connection)
        now = explained(lambda: composed(registered))
        by_the_hub(read(now.sdl), {each.name: each.agency for each in registered})
        if before is not None and (before.sdl, before.made_of) == (now.sdl, now.made_of):
            return Changed(earlier, None)
        return Changed(earlier, await sources.put_in_force(connection, now.sdl, now.made_of, by))


def _of(known: list[StoredSource], name: str | None) -> dict[str, StoredSource]:
    """Return the source of a name, or all if none is given; raise SourceUnknown."""
    chosen = {each.name: each for each in known if name in {None, each.name}}
    if name is not None and not chosen:
        raise SourceUnknown(name)
    return chosen

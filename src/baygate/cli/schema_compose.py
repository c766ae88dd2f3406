"""``baygate schema compose``: subgraphs, of files, services or the registry, as one supergraph."""

import asyncio
from pathlib import Path

import click

from baygate.cli.composing import by_the_hub, explained
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_store import run
from baygate.cli.source_asking import sdl_of
from baygate.sources import composition
from baygate.sources.composition import Subgraph
from baygate.sources.registered import hub, subgraph
from baygate.sources.remote.remote import Remote
from baygate.sources.supergraph.join import read
from baygate.storage.sources import StoredSupergraph, in_force

_RENEW = "Put this one in force: baygate source refresh"


@click.command()
@click.option(
    "--source", "given", multiple=True, metavar="NAME=URL|FILE", help="A subgraph: its service, or its schema; repeat."
)
@click.option(
    "--hub/--no-hub", "with_hub", default=True, show_default=True, help="Whether the hub's own is among them."
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a file.")
@config_option
@dsn_option
def compose(
    given: tuple[str, ...], output: Path | None, config: Path | None, dsn: str | None, *, with_hub: bool
) -> None:
    """Print the supergraph of the sources that are registered or, if some are given, of those.

    With --source no database is needed, and nothing is stored anywhere.
    """
    stored, known = (None, [_given(each) for each in given]) if given else _registered(config, dsn)
    subgraphs = [*([hub()] if with_hub else []), *known]
    if not subgraphs:
        raise Failure("No source is registered.", "Name some (--source NAME=URL), or leave --no-hub out.")
    text = explained(lambda: composition.compose(subgraphs))
    if with_hub:
        by_the_hub(read(text), {each.name: each.name for each in known})
    if with_hub and stored is not None and stored.sdl != text:
        click.echo(f"Mind: version {stored.version}, which is in force, is another. {_RENEW}", err=True)
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise Failure(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"wrote {output}")


def _registered(config: Path | None, dsn: str | None) -> tuple[StoredSupergraph | None, list[Subgraph]]:
    supergraph, registered = run(config, dsn, in_force)
    return supergraph, [subgraph(each) for each in registered]


def _given(text: str) -> Subgraph:
    """Return the subgraph that an option names; raise Failure, OperatorError."""
    name, equals, where = text.partition("=")
    if not (name and equals and where):
        raise Failure(f"--source {text} does not say what is where.", "Write --source NAME=URL or --source NAME=FILE.")
    if where.startswith(("https://", "http://")):
        return Subgraph(name, where, asyncio.run(sdl_of(Remote(name, name, where))))
    try:
        return Subgraph(name, "", Path(where).read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"{where} cannot be read: {error.strerror}.", "Name a file, or an http(s) address.") from None
    except UnicodeDecodeError:
        raise Failure(f"{where} is not UTF-8.", "Give a subgraph's schema in GraphQL's schema language.") from None

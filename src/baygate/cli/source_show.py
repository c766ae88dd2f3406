"""``baygate source list`` and ``status``: which sources there are, and whether they answer."""

import asyncio
import dataclasses
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import json_option
from baygate.cli.policy_store import run
from baygate.cli.source_asking import answers, sdl_of, told
from baygate.errors import OperatorError
from baygate.sources.registered import hub, remote_of
from baygate.sources.remote.failure import SourceFailed
from baygate.storage.sources import HUB, StoredSource, StoredSupergraph, digest_of, in_force


@dataclass(frozen=True)
class Standing:
    """How a source was found: why it did not answer, or in how many milliseconds it did; how its schema stands."""

    source: StoredSource
    why: str | None
    milliseconds: float | None = None
    as_composed: bool | None = None
    """Whether its schema is the one that is composed; None if it does not tell."""

    @property
    def reachable(self) -> bool:
        """Whether it answers."""
        return self.milliseconds is not None

    @property
    def good(self) -> bool:
        """Whether it answers, by the schema that is composed."""
        return self.reachable and self.as_composed is True

    def line(self) -> str:
        """Return it in a line."""
        took = "does not answer" if self.milliseconds is None else f"answers in {self.milliseconds:.0f} ms"
        schema = {True: "schema as composed", False: "ANOTHER SCHEMA", None: "schema unknown"}[self.as_composed]
        why = f"\n    {self.why}" if self.why else ""
        return f"{self.source.name:<24} {self.source.agency:<16} {took:<20} {schema}{why}"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "name": self.source.name,
            "agency": self.source.agency,
            "reachable": self.reachable,
            "why": self.why,
            "milliseconds": self.milliseconds,
            "schemaAsComposed": self.as_composed,
        }


@click.command(name="list")
@json_option
@config_option
@dsn_option
def list_(config: Path | None, dsn: str | None, *, as_json: bool) -> None:
    """Show the sources that are registered, and the supergraph that they make."""
    supergraph, registered = run(config, dsn, in_force)
    if as_json:
        told = {"supergraph": _supergraph(supergraph), "sources": [_source(each) for each in registered]}
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        return
    for each in registered:
        added = f"added {_day(each.added_at)} by {each.added_by}, schema of {_day(each.refreshed_at)}"
        click.echo(f"{each.name:<24} {each.agency:<16} {each.url}\n    {added}")
    if supergraph is None:
        click.echo("No source was ever registered: the supergraph is the hub's own.")
    else:
        made = f"composed {_day(supergraph.composed_at)} by {supergraph.composed_by}"
        click.echo(f"The supergraph is version {supergraph.version}, {made}.")
    if supergraph is not None and supergraph.made_of.get(HUB) != digest_of(hub().sdl):
        click.echo("Mind: it is made of another contract than this hub's. Run: baygate source refresh", err=True)


@click.command()
@json_option
@config_option
@dsn_option
def status(config: Path | None, dsn: str | None, *, as_json: bool) -> None:
    """Ask each source whether it is there, and whether its schema is the one that is composed; fail if one is not."""
    supergraph, registered = run(config, dsn, in_force)
    made_of = supergraph.made_of if supergraph else {}

    async def standings() -> list[Standing]:
        return list(await asyncio.gather(*(_standing(each, made_of.get(each.name)) for each in registered)))

    found = asyncio.run(standings())
    if as_json:
        click.echo(orjson.dumps([each.as_json() for each in found], option=orjson.OPT_INDENT_2))
    else:
        for each in found:
            click.echo(each.line())
    _require_all_good(found)


def _require_all_good(found: Iterable[Standing]) -> None:
    silent = [each.source.name for each in found if not each.reachable]
    if silent:
        raise Failure(f"{', '.join(silent)} cannot be asked.", "Their fields are null until they answer.")
    changed = [each.source.name for each in found if not each.good]
    if changed:
        raise Failure(
            f"The schema of {', '.join(changed)} is not the one that is composed.",
            "Take up the new one (baygate source refresh), or have the service put back to the one before.",
        )


async def _standing(source: StoredSource, composed_digest: str | None) -> Standing:
    try:
        remote = dataclasses.replace(remote_of(source), retries=0)
        seconds = await answers(remote)
    except SourceFailed as failed:
        return Standing(source, told(failed))
    except OperatorError as error:
        return Standing(source, error.what)
    except Failure as failure:
        return Standing(source, failure.message)
    try:
        same = digest_of(await sdl_of(remote)) == composed_digest
    except Failure as failure:
        return Standing(source, failure.message, seconds * 1_000)
    return Standing(source, None, seconds * 1_000, same)


def _source(source: StoredSource) -> dict[str, Any]:
    return {
        "name": source.name,
        "agency": source.agency,
        "url": source.url,
        "settings": source.settings,
        "sdlDigest": digest_of(source.sdl),
        "addedAt": source.added_at,
        "addedBy": source.added_by,
        "refreshedAt": source.refreshed_at,
    }


def _supergraph(supergraph: StoredSupergraph | None) -> dict[str, Any] | None:
    if supergraph is None:
        return None
    return {
        "version": supergraph.version,
        "madeOf": supergraph.made_of,
        "composedAt": supergraph.composed_at,
        "composedBy": supergraph.composed_by,
    }


def _day(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"

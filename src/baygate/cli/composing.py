"""What the commands say of composing: what stands against it, and what a new supergraph changes."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import click

from baygate.cli.console import Failure
from baygate.cli.source_asking import printable
from baygate.contract.evolution import compare
from baygate.contract.schema import graphql_schema
from baygate.sources.composition import CompositionFailed
from baygate.sources.supergraph.contributions import Contributions, contributions
from baygate.sources.supergraph.join import Supergraph, SupergraphInvalid, read

Result = TypeVar("Result")
_ADVICE = "Each line above names what is wrong, in which sources, and what to do; until then nothing changes."


def explained(compose: Callable[[], Result]) -> Result:
    """Compose; say every problem there is, and raise Failure if there is one."""
    try:
        return compose()
    except CompositionFailed as failed:
        for problem in failed.problems:
            click.echo(printable(str(problem)), err=True)
        count = len(failed.problems)
        counted = f"{count} problem{'s' if count > 1 else ''}"
        raise Failure(f"The sources make no supergraph: {counted}.", _ADVICE) from None


def by_the_hub(supergraph: Supergraph, agencies: Mapping[str, str]) -> Contributions:
    """Return a supergraph of the hub's as hubs use it; raise Failure if they would not."""
    try:
        return contributions(graphql_schema(), supergraph, agencies)
    except SupergraphInvalid as invalid:
        raise Failure(f"Hubs would not use this supergraph: {invalid}", "Leave to the hub what is its own.") from None


def changes(before: str, after: str) -> Iterator[str]:
    """Yield what a supergraph changes for callers, and which fields it takes from one source for another."""
    old, new = read(before), read(after)
    found = compare(old.api, new.api)
    for title, sentences in (("breaks", found.breaking), ("may break", found.dangerous), ("adds", found.safe)):
        yield from (f"{title:>9}  {each}" for each in sentences)
    givers = _givers(new)
    for coordinate, earlier in _givers(old).items():
        later = givers.get(coordinate, frozenset())
        if later and earlier - later:
            yield f"{'moves':>9}  {coordinate} comes from {_names(later)}, no longer from {_names(earlier - later)}"


def _givers(supergraph: Supergraph) -> Mapping[str, frozenset[str]]:
    """Return for each field the sources that answer it, as if every override were in effect."""
    found: dict[str, set[str]] = {}
    for name, presences in supergraph.federation(lambda _: True).presences.items():
        for presence in presences:
            for field in presence.fields.values():
                if field.resolvable:
                    found.setdefault(f"{name}.{field.name}", set()).add(presence.graph.name)
    return {coordinate: frozenset(sources) for coordinate, sources in found.items()}


def _names(sources: frozenset[str]) -> str:
    return ", ".join(sorted(sources))

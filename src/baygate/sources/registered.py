"""Registered sources as what they are used for: remotes to ask, subgraphs to compose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baygate.contract.schema import graphql_schema, sdl
from baygate.errors import OperatorError
from baygate.sources.composition import CompositionFailed, Subgraph, compose
from baygate.sources.remote.remote import Remote
from baygate.sources.supergraph.contributions import Contributions, contributions
from baygate.sources.supergraph.join import SupergraphInvalid, read
from baygate.storage.sources import HUB, NewSource, StoredSupergraph, digest_of

_PLAIN = ("timeout", "retries", "max_bytes", "plain")
_FILES = ("trust", "certificate", "key")


@dataclass(frozen=True)
class Composed:
    """A supergraph, and for each source, the hub among them, the digest of the schema it was made of."""

    sdl: str
    made_of: Mapping[str, str]


class SupergraphUnusable(OperatorError):
    """What is registered cannot be joined to the hub."""

    def __init__(self, version: int, why: Exception) -> None:
        super().__init__(
            f"The supergraph {version} cannot be used, and no remote source is joined: {why}",
            "Compose it anew (baygate source refresh), or remove the source (baygate source remove).",
        )


def composed(sources: Iterable[NewSource]) -> Composed:
    """Return the supergraph of the hub and these sources; raise CompositionFailed."""
    subgraphs = [hub(), *map(subgraph, sources)]
    return Composed(compose(subgraphs), {each.name: digest_of(each.sdl) for each in subgraphs})


def contributed(supergraph: StoredSupergraph | None, registered: Sequence[NewSource]) -> Contributions | None:
    """Return what registered sources add to the contract; None if there are none. Raise SupergraphUnusable.

    If the contract is another by now than the one that was composed, they are composed with it anew.
    """
    if supergraph is None or not registered:
        return None
    try:
        text = supergraph.sdl
        if supergraph.made_of.get(HUB) != digest_of(sdl()):
            text = composed(registered).sdl
        return contributions(graphql_schema(), read(text), {each.name: each.agency for each in registered})
    except (SupergraphInvalid, CompositionFailed, KeyError) as error:
        raise SupergraphUnusable(supergraph.version, error) from error


def hub() -> Subgraph:
    """Return what the hub contributes itself; it is asked in process, at no address."""
    return Subgraph(HUB, "", sdl())


def subgraph(source: NewSource) -> Subgraph:
    """Return what a source contributes."""
    return Subgraph(source.name, source.url, source.sdl)


def settings_of(remote: Remote) -> dict[str, Any]:
    """Return how a source is to be asked, as it is kept; of files only where they are."""
    files = {name: getattr(remote, name) for name in _FILES}
    return {
        **{name: getattr(remote, name) for name in _PLAIN},
        **{name: str(file) for name, file in files.items() if file is not None},
        "pins": sorted(remote.pins),
    }


def remote_of(source: NewSource) -> Remote:
    """Return a source as it is to be asked; raise OperatorError for what cannot be meant."""
    said = source.settings
    given: dict[str, Any] = {name: said[name] for name in _PLAIN if name in said}
    given |= {name: Path(said[name]) for name in _FILES if name in said}
    return Remote(source.name, source.agency, source.url, pins=frozenset(said.get("pins", ())), **given)

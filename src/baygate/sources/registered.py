"""Registered sources as what they are used for: remotes to ask, subgraphs to compose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baygate.contract.schema import sdl
from baygate.sources.composition import Subgraph, compose
from baygate.sources.remote.remote import Remote
from baygate.storage.sources import HUB, NewSource, digest_of

_PLAIN = ("timeout", "retries", "max_bytes", "plain")
_FILES = ("trust", "certificate", "key")


@dataclass(frozen=True)
class Composed:
    """A supergraph, and for each source, the hub among them, the digest of the schema it was made of."""

    sdl: str
    made_of: Mapping[str, str]


def composed(sources: Iterable[NewSource]) -> Composed:
    """Return the supergraph of the hub and these sources; raise CompositionFailed."""
    subgraphs = [hub(), *map(subgraph, sources)]
    return Composed(compose(subgraphs), {each.name: digest_of(each.sdl) for each in subgraphs})


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

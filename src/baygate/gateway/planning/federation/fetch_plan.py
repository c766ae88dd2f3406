"""The plan across subgraphs: its fetches, where their results belong in the answer, and what each waits for."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from baygate.sources.fetch import Argument, Selected
from baygate.sources.supergraph.model import Graph

Segment = tuple[str, str | None]
"""A name in the merged answer, and the concrete type that the object there must be of, if it could be of several."""

Place = tuple[Segment, ...]


Moved = Mapping[tuple[tuple[str, ...], str, str], str]
"""By place, type and response key."""


@dataclass
class Asked:
    """A field that a fetch asks for.

    ``selected`` says who asked for it: the caller, or the plan itself, about which nothing is decided. ``name`` is its
    place in the merged answer; ``alias`` what it is called on the way there, if two types that are told apart only by
    fragments have fields of that name which cannot merge.
    """

    name: str
    field: str
    arguments: Mapping[str, Argument]
    type: str
    selected: Selected = dataclasses.field(compare=False)
    below: "Node | None" = None
    alias: str | None = None


@dataclass
class Node:
    """What a fetch asks of the values in one place, by type: as the subgraph knows them, so perhaps an interface."""

    type: str
    owner_types: dict[str, dict[str, Asked]] = dataclasses.field(default_factory=dict)
    typename: bool = False

    def on(self, type_name: str) -> dict[str, Asked]:
        """Return what is asked of one type, to be added to."""
        return self.owner_types.setdefault(type_name, {})


@dataclass(frozen=True)
class Need:
    """One field of a representation: its name there, its name in the merged answer, and by type what is inside."""

    field: str
    name: str
    below: "Mapping[str, tuple[Need, ...]] | None" = None


@dataclass(frozen=True)
class Representation:
    """How objects of one type are referred to in a subgraph (federation, ``_Any``).

    The first ``keys`` of its needs are the key, the rest is what fields require.
    """

    typename: str
    needs: tuple[Need, ...]
    keys: int


@dataclass(frozen=True)
class Where:
    """A place whose objects a fetch is for; ``type`` if all are known to be of one, else each says its own."""

    place: Place
    type: str | None = None


@dataclass
class FederatedFetch:
    """One question to a subgraph.

    It goes to the root type, or over the objects found in ``places`` (``_entities``), referred to by
    ``representations``, one for each concrete type. Its result is merged into those objects, else into the answer.
    ``after`` are the fetches whose results it needs.
    """

    id: int
    graph: Graph
    operation: str
    places: list[Where]
    node: Node
    representations: dict[str, Representation]
    after: frozenset[int]

    @property
    def of_entities(self) -> bool:
        """Whether it asks for entities."""
        return bool(self.representations)


@dataclass
class Request:
    """One request: all that a subgraph is asked at the same time. ``after`` are the requests that must be over."""

    id: int
    graph: Graph
    operation: str
    fetches: list[FederatedFetch]
    after: frozenset[int]


@dataclass(frozen=True)
class FetchPlan:
    """All requests of an operation, each after those that it needs.

    ``moved`` are the names of what the caller asked for that could not have its response key in the merged answer.
    """

    requests: tuple[Request, ...]
    moved: Moved

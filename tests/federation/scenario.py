"""One situation of federation: subgraphs, the values that matter in it, and operations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.federation.declared import Subgraph
from tests.federation.distribution import Distribution
from tests.federation.join import supergraph_sdl
from tests.federation.monolith import Rows, World


@dataclass(frozen=True)
class Operation:
    query: str
    requests: int
    """How many requests to sources the best plan makes."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Any] | None = None
    """The data, where sources cannot tell all that the monolith knows."""


@dataclass(frozen=True)
class Scenario:
    name: str
    subgraphs: Mapping[str, str]
    operations: tuple[Operation, ...]
    rows: Rows

    @cached_property
    def distribution(self) -> Distribution:
        return Distribution(tuple(Subgraph(name, sdl) for name, sdl in self.subgraphs.items()))

    @cached_property
    def supergraph(self) -> str:
        return supergraph_sdl(self.distribution)

    @property
    def world(self) -> World:
        return World(self.distribution, self.rows)

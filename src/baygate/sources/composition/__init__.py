"""The composer: from the subgraphs' schemas to one supergraph (Apollo Federation v2, join specification v0.4).

It is pure: no I/O, no clock, and the same subgraphs in any order give the same text.
"""

from baygate.sources.composition.compose import compose
from baygate.sources.composition.model import Subgraph
from baygate.sources.composition.problems import CompositionFailed, Problem

__all__ = ["CompositionFailed", "Problem", "Subgraph", "compose"]

"""What is demanded of subgraphs: of each by itself, and of all of them together, before anything is merged."""

from collections.abc import Iterator

from baygate.sources.composition.federation import Federation
from baygate.sources.composition.model import SubgraphSchema
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.rules.externals import external_problems, mismatched_externals
from baygate.sources.composition.rules.interfaces import interface_problems, keyed_interface_problems
from baygate.sources.composition.rules.kinds import kind_problems
from baygate.sources.composition.rules.overrides import misplaced_overrides, override_problems
from baygate.sources.composition.rules.selections import selection_problems
from baygate.sources.composition.rules.sharing import misplaced_shareable, sharing_problems


def problems_of_one(schema: SubgraphSchema) -> Iterator[Problem]:
    """Yield what is wrong with a subgraph by itself."""
    yield from selection_problems(schema)
    yield from external_problems(schema)
    yield from misplaced_shareable(schema)
    yield from misplaced_overrides(schema)
    yield from keyed_interface_problems(schema)


def problems_between(federation: Federation) -> Iterator[Problem]:
    """Yield where subgraphs contradict each other."""
    kinds = list(kind_problems(federation))
    yield from kinds
    if not kinds:
        yield from interface_problems(federation)
        yield from override_problems(federation)
        yield from mismatched_externals(federation)
        yield from sharing_problems(federation)

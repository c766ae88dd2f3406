"""Directives that subgraphs bring into the supergraph themselves: all have to mean the same by a name."""

from collections.abc import Iterator

from graphql import print_ast

from baygate.sources.composition.federation import Federation
from baygate.sources.composition.model import Composed
from baygate.sources.composition.problems import Problem


def agreed(federation: Federation, problems: list[Problem]) -> list[Composed]:
    """Return each composed directive once, in its specification's newest version."""
    found: dict[str, list[tuple[str, Composed]]] = {}
    for schema in federation.schemas:
        for each in schema.composed:
            found.setdefault(each.name, []).append((schema.name, each))
    problems += [problem for name, said in found.items() for problem in _disagreement(name, said)]
    return [max((each for _, each in said), key=lambda each: each.version) for said in found.values()]


def _disagreement(name: str, said: list[tuple[str, Composed]]) -> Iterator[Problem]:
    subgraphs = tuple(subgraph for subgraph, _ in said)
    if len({(each.identity, each.original, each.version[0]) for _, each in said}) > 1:
        urls = ", ".join(f"{each.url} in {subgraph}" for subgraph, each in said)
        message = f"It comes from different specifications, or major versions of one ({urls}); link to the same."
        yield Problem("DIRECTIVE_COMPOSITION_ERROR", f"@{name}", subgraphs, message)
    elif len({print_ast(each.definition).partition("directive")[2] for _, each in said}) > 1:
        same_version = len({each.version for _, each in said}) == 1
        if same_version:
            message = "It is defined differently though of one version; write the same definition everywhere."
            yield Problem("DIRECTIVE_COMPOSITION_ERROR", f"@{name}", subgraphs, message)

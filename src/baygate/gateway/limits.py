"""The limits of a request, all on by default. Each answers with an error naming the limit, the value, the maximum."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
)

from baygate.gateway.refusal import LimitExceeded, Refusal

_Definition = OperationDefinitionNode | FragmentDefinitionNode


@dataclass(frozen=True)
class Limits:
    """Maxima; sizes in bytes, times in seconds."""

    body: int = 256 * 1024
    url: int = 16 * 1024
    """Of a GET's query; what is longer than 64 KiB no server reads."""
    tokens: int = 4_000
    depth: int = 16
    nesting: int = 64
    """Levels of fields, inline fragments and spreads in each other; levels of lists and objects in variables."""
    aliases: int = 60
    directives: int = 60
    directives_per_place: int = 4
    repeats: int = 20
    """How often one response key may stand in one pair of braces."""
    fields: int = 1_000
    operations: int = 10
    compiled_fields: int = 4_000
    variables: int = 64 * 1024
    cost: int = 200_000
    rows: int = 20_000
    representations: int = 1_000
    time: float = 10.0
    concurrency: int = 256
    queue: int = 1_024


@dataclass(frozen=True)
class _Size:
    """The size of a definition, every fragment in it unfolded."""

    depth: int = 0
    nesting: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0

    def beside(self, other: "_Size") -> "_Size":
        return _Size(
            max(self.depth, other.depth),
            max(self.nesting, other.nesting),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.fields + other.fields,
        )

    def below(self, depth: int, nesting: int) -> "_Size":
        return _Size(self.depth + depth, self.nesting + nesting, self.aliases, self.directives, self.fields)

    def check(self, limits: Limits) -> None:
        _check("depth", self.depth, limits.depth)
        _check("nesting", self.nesting, limits.nesting)
        _check("aliases", self.aliases, limits.aliases)
        _check("directives", self.directives, limits.directives)
        _check("fields", self.fields, limits.fields)


@dataclass(frozen=True)
class _Part:
    """What a definition holds itself, and where in it which fragments are spread: name, depth, nesting."""

    own: _Size
    spreads: list[tuple[str, int, int]]

    def unfolded(self, whole: Mapping[str, _Size]) -> _Size:
        size = self.own
        for name, depth, nesting in self.spreads:
            size = size.beside(whole.get(name, _NOTHING).below(depth, nesting))
        return size


_NOTHING = _Size()


def measure(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document that is too large in any way, before it is validated: validation itself can be made costly.

    Counts run over the document with its fragments unfolded, since that is the size of what is asked; of several
    operations they run over all, since all are validated. It takes time linear in the document, however much it
    unfolds to, and no recursion: every definition is walked once, then fragments are added up, those spread before
    those that spread them. Fragments that spread themselves have no such order and are refused.
    """
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    _check("operations", len(operations), limits.operations)
    parts = {name: _part(fragment, limits) for name, fragment in fragments.items()}
    whole: dict[str, _Size] = {}
    for name in _innermost_first(parts):
        if name in parts:  # else validation says that there is no such fragment
            whole[name] = parts[name].unfolded(whole)
    total = _NOTHING
    for operation in operations:
        total = total.beside(_part(operation, limits).unfolded(whole))
    for size in (total, *whole.values()):
        size.check(limits)


def _innermost_first(parts: Mapping[str, _Part]) -> list[str]:
    spread = {name: {inner for inner, _, _ in part.spreads} for name, part in parts.items()}
    try:
        return list(TopologicalSorter(spread).static_order())
    except CycleError as error:
        cycle = " in ".join(f'"{name[:40]}"' for name in error.args[1][:6])
        message = f"Fragments must not spread themselves: {cycle}."
        raise Refusal("GRAPHQL_VALIDATION_FAILED", message) from None


def _part(definition: _Definition, limits: Limits) -> _Part:
    own = _NOTHING
    spreads: list[tuple[str, int, int]] = []
    for variable in definition.variable_definitions or ():
        own = own.beside(_Size(directives=_directives(variable.directives, limits)))
    pending: list[tuple[_Definition | SelectionNode, int, int]] = [(definition, 0, 0)]
    while pending:
        node, depth, nesting = pending.pop()
        directives = _directives(node.directives, limits)
        if isinstance(node, FragmentSpreadNode):
            spreads.append((node.name.value, depth, nesting))
            own = own.beside(_Size(directives=directives))
            continue
        if isinstance(node, FieldNode):
            depth += 1
            own = own.beside(_Size(depth, nesting, int(node.alias is not None), directives, 1))
        else:
            own = own.beside(_Size(depth, nesting, 0, directives))
        within = _selections(node)
        _check("repeats", max(Counter(_keys(within)).values(), default=0), limits.repeats)
        pending += [(each, depth, nesting + 1) for each in within]
    return _Part(own, spreads)


def _selections(node: Any) -> tuple[SelectionNode, ...]:
    return node.selection_set.selections if node.selection_set else ()


def _keys(selections: tuple[SelectionNode, ...]) -> Iterator[str]:
    for each in selections:
        if isinstance(each, FieldNode):
            yield (each.alias or each.name).value


def _directives(directives: tuple[DirectiveNode, ...] | None, limits: Limits) -> int:
    count = len(directives or ())
    _check("directives in one place", count, limits.directives_per_place)
    return count


def _check(limit: str, value: int, maximum: int) -> None:
    if value > maximum:
        raise LimitExceeded(limit, value, maximum)

"""The limits of a request, all on by default. Each answers with an error naming the limit, the value, the maximum."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from baygate.gateway.refusal import LimitExceeded


@dataclass(frozen=True)
class Limits:
    """Maxima; sizes in bytes, times in seconds."""

    body: int = 256 * 1024
    tokens: int = 4_000
    depth: int = 16
    aliases: int = 60
    directives: int = 60
    repeats: int = 20
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


def measure(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document that is too large in any way, before it is validated: validation itself can be made costly.

    Counts run over the document with its fragments spread, since that is the size of what is asked. A fragment's
    counts are taken once; a cycle counts as empty, and validation refuses it by name.
    """
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    _check("operations", len(operations), limits.operations)
    sizes: dict[str, _Size] = {}
    total = _Size()
    for operation in operations:
        total = total.beside(_size(operation.selection_set, operation.directives, fragments, sizes, limits.depth))
    for fragment in fragments.values():
        _fragment_size(fragment.name.value, fragments, sizes, limits.depth)
    _check("depth", total.depth, limits.depth)
    _check("aliases", total.aliases, limits.aliases)
    _check("directives", total.directives, limits.directives)
    _check("fields", total.fields, limits.fields)


@dataclass(frozen=True)
class _Size:
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0

    def beside(self, other: "_Size") -> "_Size":
        return _Size(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.fields + other.fields,
        )


def _size(
    selection_set: SelectionSetNode | None,
    directives: tuple[DirectiveNode, ...] | None,
    fragments: Mapping[str, FragmentDefinitionNode],
    sizes: dict[str, _Size],
    room: int,
) -> _Size:
    size = _Size(directives=len(directives or ()))
    if selection_set is None:
        return size
    if room < 0:
        return _Size(depth=1)  # deeper than the limit already: no need to look further
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            inner = _size(node.selection_set, node.directives, fragments, sizes, room - 1)
            own = _Size(inner.depth + 1, inner.aliases + (node.alias is not None), inner.directives, inner.fields + 1)
            size = size.beside(own)
        elif isinstance(node, FragmentSpreadNode):
            size = size.beside(_Size(directives=len(node.directives or ())))
            size = size.beside(_fragment_size(node.name.value, fragments, sizes, room))
        else:
            size = size.beside(_size(node.selection_set, node.directives, fragments, sizes, room - 1 if room < 1 else room))
    return size


def _fragment_size(
    name: str, fragments: Mapping[str, FragmentDefinitionNode], sizes: dict[str, _Size], room: int
) -> _Size:
    if name not in sizes:
        sizes[name] = _Size()
        if name in fragments:
            sizes[name] = _size(fragments[name].selection_set, fragments[name].directives, fragments, sizes, room)
    return sizes[name]


def _check(limit: str, value: int, maximum: int) -> None:
    if value > maximum:
        raise LimitExceeded(limit, value, maximum)

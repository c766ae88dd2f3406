"""Members of an enum: common ones where values come in, all where they go out, the same where they do both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graphql import (
    FieldDefinitionNode,
    InputValueDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    TypeDefinitionNode,
    TypeNode,
    Visitor,
    visit,
)

from baygate.sources.composition.model import SubgraphSchema, Type
from baygate.sources.composition.problems import Problem


@dataclass(frozen=True)
class Usage:
    """Which named types the supergraph takes, and which it gives."""

    taken: frozenset[str]
    given: frozenset[str]

    @classmethod
    def of(cls, types: Iterable[TypeDefinitionNode]) -> "Usage":
        """Return how types use others."""
        counting = _Counting()
        for each in types:
            visit(each, counting)
        return cls(frozenset(counting.taken), frozenset(counting.given))


class _Counting(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.taken: set[str] = set()
        self.given: set[str] = set()

    def enter_field_definition(self, node: FieldDefinitionNode, *_args: object) -> None:
        self.given.add(_bottom(node.type))

    def enter_input_value_definition(self, node: InputValueDefinitionNode, *_args: object) -> None:
        self.taken.add(_bottom(node.type))


def _bottom(node: TypeNode) -> str:
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    return node.name.value  # type: ignore[attr-defined, no-any-return]


def merged_values(
    name: str, said: Sequence[tuple[SubgraphSchema, Type]], usage: Usage, problems: list[Problem]
) -> list[str]:
    """Return the members of an enum in the supergraph."""
    every = list(dict.fromkeys(value for _, type_ in said for value in type_.values))
    common = [value for value in every if all(value in type_.values for _, type_ in said)]
    if name not in usage.taken:
        return every
    if name not in usage.given:
        if not common:
            message = "The subgraphs' definitions have no member in common, so nothing could be given; add one to all."
            subgraphs = tuple(schema.name for schema, _ in said)
            problems.append(Problem("EMPTY_MERGED_ENUM_TYPE", name, subgraphs, message))
        return common
    for value in every:
        lacking = tuple(schema.name for schema, type_ in said if value not in type_.values)
        hidden = any(type_.values[value].has("inaccessible") for _, type_ in said if value in type_.values)
        if lacking and not hidden:
            having = tuple(schema.name for schema, type_ in said if value in type_.values)
            message = (
                f"It is taken and given, so all subgraphs need the same members, but {', '.join(lacking)} lacks "
                f"{value}; add it there, or mark it @inaccessible in {', '.join(having)} until it is everywhere."
            )
            problems.append(Problem("ENUM_VALUE_MISMATCH", f"{name}.{value}", (*having, *lacking), message))
    return every

"""Pieces of the supergraph's syntax tree."""

from collections.abc import Mapping, Sequence
from typing import cast

from graphql import (
    BooleanValueNode,
    ConstArgumentNode,
    ConstDirectiveNode,
    ConstValueNode,
    EnumValueNode,
    NamedTypeNode,
    NameNode,
    StringValueNode,
    ValueNode,
)


class Member(str):
    """A member of an enum, as an argument's value."""

    __slots__ = ()


Argument = str | bool | None
"""An argument's value: a member of an enum, a text, a boolean, or nothing, and then it is left out."""


def named(name: str) -> NamedTypeNode:
    """Return the mention of a type."""
    return NamedTypeNode(name=NameNode(value=name))


def description(text: str | None) -> StringValueNode | None:
    """Return a description; one of several lines or with quotes is a block."""
    return None if text is None else StringValueNode(value=text, block=True)


def directive(name: str, **arguments: Argument) -> ConstDirectiveNode:
    """Return a directive with those of its arguments that say something."""
    return applied(name, {key: _value(value) for key, value in arguments.items() if value is not None})


def applied(name: str, arguments: Mapping[str, ValueNode]) -> ConstDirectiveNode:
    """Return a directive with arguments that are already syntax."""
    nodes = tuple(
        ConstArgumentNode(name=NameNode(value=key), value=cast("ConstValueNode", value))
        for key, value in arguments.items()
    )
    return ConstDirectiveNode(name=NameNode(value=name), arguments=nodes)


def _value(value: str | bool) -> ValueNode:
    if isinstance(value, bool):
        return BooleanValueNode(value=value)
    if isinstance(value, Member):
        return EnumValueNode(value=value)
    return StringValueNode(value=value)


def names(values: Sequence[str]) -> tuple[NamedTypeNode, ...]:
    """Return mentions of types."""
    return tuple(map(named, values))

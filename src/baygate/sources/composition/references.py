"""References to types (``[Filing!]!``), and how those of several subgraphs become one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode, parse_type

IsSubtype = Callable[[str, str], bool]
"""Whether the type named first is a member or an implementation of the one named second."""


@dataclass(frozen=True)
class Reference:
    """A type as a field, an argument or an input field names it."""

    name: str
    """The named type at the bottom."""

    item: "Reference | None" = None
    """What a list holds; none for a named type."""

    required: bool = False

    def __str__(self) -> str:
        inner = self.name if self.item is None else f"[{self.item}]"
        return f"{inner}!" if self.required else inner

    def nullable(self) -> "Reference":
        """Return the reference without any ``!``."""
        return Reference(self.name, self.item.nullable() if self.item else None)

    def node(self) -> TypeNode:
        """Return the reference as a syntax tree."""
        return parse_type(str(self), no_location=True)


def read_reference(node: TypeNode, names: Callable[[str], str]) -> Reference:
    """Return the reference that a syntax tree writes; ``names`` renames the named type."""
    match node:
        case NonNullTypeNode(type=inner):
            return replace(read_reference(inner, names), required=True)
        case ListTypeNode(type=inner):
            item = read_reference(inner, names)
            return Reference(item.name, item)
        case NamedTypeNode(name=name):
            return Reference(names(name.value))
    raise TypeError(node)


def is_covariant(narrow: Reference, wide: Reference, is_subtype: IsSubtype) -> bool:
    """Whether every value of ``narrow`` is one of ``wide`` (specification 3.6.1, IsValidImplementationFieldType)."""
    if wide.required and not narrow.required:
        return False
    if narrow.item is None or wide.item is None:
        same_shape = narrow.item is None and wide.item is None
        return same_shape and (narrow.name == wide.name or is_subtype(narrow.name, wide.name))
    return is_covariant(narrow.item, wide.item, is_subtype)


def merged_output(references: Sequence[Reference], is_subtype: IsSubtype) -> Reference | None:
    """Return the narrowest type that all values have, or none: nullable wins, and so does the wider type."""
    return _merged(references, required=all, narrower=is_subtype)


def merged_input(references: Sequence[Reference]) -> Reference | None:
    """Return the type whose values all take, or none: non-null wins."""
    return _merged(references, required=any, narrower=lambda _one, _other: False)


def _merged(
    references: Sequence[Reference], required: Callable[[list[bool]], bool], narrower: IsSubtype
) -> Reference | None:
    needed = required([each.required for each in references])
    items = [each.item for each in references if each.item is not None]
    if items:
        item = _merged(items, required, narrower) if len(items) == len(references) else None
        return None if item is None else Reference(item.name, item, needed)
    for wide in references:
        if all(each.name == wide.name or narrower(each.name, wide.name) for each in references):
            return Reference(wide.name, None, needed)
    return None

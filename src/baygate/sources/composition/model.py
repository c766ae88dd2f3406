"""A subgraph as it was read: federation's directives under their own names, root types under the usual ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from graphql import BooleanValueNode, ConstValueNode, DirectiveDefinitionNode, StringValueNode, ValueNode

from baygate.sources.composition.field_sets import FieldSet
from baygate.sources.composition.references import Reference

ROOTS = ("Query", "Mutation", "Subscription")


@dataclass(frozen=True)
class Subgraph:
    """What an agency contributes: its name, where it answers, and its schema."""

    name: str
    url: str
    sdl: str


class Kind(StrEnum):
    """The kinds of types; the value is the keyword of their definition."""

    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"
    SCALAR = "scalar"


@dataclass(frozen=True)
class Applied:
    """A directive where it stands: one of federation's by its own name, any other with its ``@``."""

    name: str
    arguments: Mapping[str, ValueNode]

    def text(self, argument: str) -> str | None:
        """Return an argument that is a string."""
        value = self.arguments.get(argument)
        return value.value if isinstance(value, StringValueNode) else None

    def flag(self, argument: str, *, default: bool) -> bool:
        """Return an argument that is a boolean."""
        value = self.arguments.get(argument)
        return value.value if isinstance(value, BooleanValueNode) else default


@dataclass(frozen=True)
class Element:
    """What has a name, a description and directives."""

    name: str
    description: str | None
    applied: tuple[Applied, ...]

    def having(self, name: str) -> Iterator[Applied]:
        """Yield each application of a directive."""
        return (each for each in self.applied if each.name == name)

    def first(self, name: str) -> Applied | None:
        """Return the first application of a directive."""
        return next(self.having(name), None)

    def has(self, name: str) -> bool:
        """Whether a directive is applied."""
        return self.first(name) is not None


@dataclass(frozen=True)
class Input(Element):
    """An argument or a field of an input object."""

    type: Reference
    default: ConstValueNode | None

    @property
    def demanded(self) -> bool:
        """Whoever calls must give it."""
        return self.type.required and self.default is None


@dataclass(frozen=True)
class Override:
    """A field that its subgraph takes over from another; with a label, step by step."""

    source: str
    label: str | None


@dataclass(frozen=True)
class Field(Element):
    """A field of an object or interface."""

    type: Reference
    arguments: Mapping[str, Input]
    external: bool = False
    """Another subgraph resolves it; this one names it in keys, ``@requires`` and ``@provides``."""

    shareable: bool = False
    requires: FieldSet = ()
    provides: FieldSet = ()
    override: Override | None = None


@dataclass(frozen=True)
class Key:
    """What identifies an entity; where it is resolvable, one can enter the subgraph with it."""

    fields: FieldSet
    resolvable: bool


@dataclass(frozen=True)
class Type(Element):
    """A type of a subgraph, its extensions included."""

    kind: Kind
    fields: Mapping[str, Field] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    values: Mapping[str, Element] = field(default_factory=dict)
    interfaces: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    extension: bool = False

    @property
    def interface_object(self) -> bool:
        """It stands for all implementations of an interface that other subgraphs know."""
        return self.has("interfaceObject")

    @property
    def fielded(self) -> bool:
        """It has output fields."""
        return self.kind in (Kind.OBJECT, Kind.INTERFACE)

    @property
    def composite(self) -> bool:
        """It is asked with a selection."""
        return self.fielded or self.kind is Kind.UNION


@dataclass(frozen=True)
class Composed:
    """A directive that a subgraph wants in the supergraph (``@composeDirective``), and the specification it is of."""

    name: str
    original: str
    """What its specification calls it; the subgraphs may have imported it under another name."""

    identity: str
    version: tuple[int, int]
    definition: DirectiveDefinitionNode

    @property
    def url(self) -> str:
        """The specification's address with its version."""
        return f"{self.identity}/v{self.version[0]}.{self.version[1]}"


@dataclass(frozen=True)
class SubgraphSchema:
    """One subgraph, read."""

    name: str
    url: str
    graph: str
    """Its name in the supergraph's ``join__Graph``."""

    second: bool
    """Written for federation 2; one written for federation 1 shares what it does not mark."""

    types: Mapping[str, Type]
    composed: tuple[Composed, ...] = ()

    @cached_property
    def possible(self) -> Mapping[str, frozenset[str]]:
        """The objects that each composite type can be here."""
        found: dict[str, set[str]] = {}
        for each in self.types.values():
            if each.kind is Kind.OBJECT:
                found.setdefault(each.name, set()).add(each.name)
                for interface in each.interfaces:
                    found.setdefault(interface, set()).add(each.name)
            elif each.kind is Kind.UNION:
                found.setdefault(each.name, set()).update(each.members)
        return {name: frozenset(objects) for name, objects in found.items()}

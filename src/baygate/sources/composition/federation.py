"""All subgraphs together: who declares what, which types stand under which, and whose fields have been taken over."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from baygate.sources.composition.model import Field, Kind, SubgraphSchema, Type
from baygate.sources.composition.usage import Coordinate, used_fields


class Standing(Enum):
    """What a subgraph's declaration of a field amounts to."""

    RESOLVES = auto()
    EXTERNAL = auto()
    OVERRIDDEN = auto()
    """Another subgraph has taken it over; nothing here names it any more."""

    USED_OVERRIDDEN = auto()
    """Another subgraph has taken it over; keys, ``@requires``, ``@provides`` or an interface name it still."""


@dataclass(frozen=True)
class Declaration:
    """A field as one subgraph declares it."""

    schema: SubgraphSchema
    type: Type
    field: Field
    standing: Standing
    leaving: bool = False
    """Another subgraph takes it over by a label: sometimes it resolves the field, sometimes this one does."""

    @property
    def resolves(self) -> bool:
        """The subgraph can be asked for the field."""
        return self.standing is Standing.RESOLVES


@dataclass(frozen=True)
class Federation:
    """The subgraphs of one supergraph, in the order of their names."""

    schemas: tuple[SubgraphSchema, ...]

    @cached_property
    def type_names(self) -> tuple[str, ...]:
        """Every type, in alphabetical order."""
        return tuple(sorted({name for each in self.schemas for name in each.types}))

    def having(self, name: str) -> list[tuple[SubgraphSchema, Type]]:
        """Return each subgraph that has a type, with what it says of it."""
        return [(each, each.types[name]) for each in self.schemas if name in each.types]

    def kind(self, name: str) -> Kind:
        """Return what a type is in the supergraph; an interface object is an interface."""
        kinds = [type_.kind for _, type_ in self.having(name) if not type_.interface_object]
        return kinds[0] if kinds else Kind.INTERFACE

    @cached_property
    def _above(self) -> Mapping[str, frozenset[str]]:
        """The interfaces and unions that each type belongs to, in any subgraph."""
        above: dict[str, set[str]] = {}
        for schema in self.schemas:
            for each in schema.types.values():
                above.setdefault(each.name, set()).update(each.interfaces)
                for member in each.members:
                    above.setdefault(member, set()).add(each.name)
        return {name: frozenset(found) for name, found in above.items()}

    def is_subtype(self, narrow: str, wide: str) -> bool:
        """Whether a type belongs to an interface or union in the supergraph."""
        return wide in self._above.get(narrow, ())

    @cached_property
    def possible(self) -> Mapping[str, tuple[str, ...]]:
        """The objects that each composite type can be in the supergraph."""
        found: dict[str, set[str]] = {}
        for name in self.type_names:
            if self.kind(name) is Kind.OBJECT:
                for wide in (name, *self._above.get(name, ())):
                    found.setdefault(wide, set()).add(name)
        return {name: tuple(sorted(objects)) for name, objects in found.items()}

    @cached_property
    def used(self) -> Mapping[str, frozenset[Coordinate]]:
        """For each subgraph the fields that it names, or owes to an interface."""
        return {each.graph: used_fields(each) for each in self.schemas}

    @cached_property
    def _taken(self) -> Mapping[tuple[str, str, str], str | None]:
        """Of each field that another subgraph takes over, by the name of the subgraph that loses it: the label."""
        return {
            (field.override.source, type_.name, field.name): field.override.label
            for schema in self.schemas
            for type_ in schema.types.values()
            for field in type_.fields.values()
            if field.override is not None
        }

    @cached_property
    def _declared(self) -> Mapping[Coordinate, tuple[Declaration, ...]]:
        found: dict[Coordinate, tuple[Declaration, ...]] = {}
        for schema in self.schemas:
            for type_ in schema.types.values():
                for field in type_.fields.values():
                    place = (type_.name, field.name)
                    found[place] = (*found.get(place, ()), self._declaration(schema, type_, field))
        return found

    def declarations(self, type_name: str, field_name: str) -> tuple[Declaration, ...]:
        """Return a field as each subgraph declares it."""
        return self._declared.get((type_name, field_name), ())

    def interfaces(self, type_name: str) -> frozenset[str]:
        """Return the interfaces that a type implements in any subgraph."""
        return frozenset(name for _, type_ in self.having(type_name) for name in type_.interfaces)

    def added(self, type_name: str, field_name: str) -> tuple[Declaration, ...]:
        """Return a field of an object as interface objects declare it, for all that implement their interface."""
        return tuple(
            each
            for interface in sorted(self.interfaces(type_name))
            for each in self.declarations(interface, field_name)
            if each.type.interface_object and each.resolves
        )

    def _declaration(self, schema: SubgraphSchema, type_: Type, field: Field) -> Declaration:
        place = (schema.name, type_.name, field.name)
        standing = Standing.RESOLVES
        leaving = place in self._taken and self._taken[place] is not None
        if field.external:
            standing = Standing.EXTERNAL
        elif place in self._taken and not leaving:
            used = (type_.name, field.name) in self.used[schema.graph]
            standing = Standing.USED_OVERRIDDEN if used else Standing.OVERRIDDEN
        return Declaration(schema, type_, field, standing, leaving)

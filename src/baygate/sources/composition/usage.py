"""Which of its fields a subgraph names in keys, ``@requires``, ``@provides``, or owes to an interface."""

from collections.abc import Iterator
from dataclasses import replace

from baygate.sources.composition.field_sets import FieldOf, FieldSet
from baygate.sources.composition.model import Kind, SubgraphSchema, Type

Coordinate = tuple[str, str]
"""A type and one of its fields."""


def used_fields(schema: SubgraphSchema) -> frozenset[Coordinate]:
    """Return the fields that a subgraph needs to know, whoever resolves them."""
    used: set[Coordinate] = set()
    for each in schema.types.values():
        for key in each.keys:
            used.update(selected(schema, each.name, key.fields))
        for field in each.fields.values():
            used.update(selected(schema, each.name, field.requires))
            used.update(selected(schema, field.type.name, field.provides))
        for interface in each.interfaces:
            if interface in schema.types:
                used.update((each.name, name) for name in schema.types[interface].fields)
    return frozenset(used)


def selected(schema: SubgraphSchema, owner: str, selection: FieldSet) -> Iterator[Coordinate]:
    """Yield each field that a field set selects, of an interface also those that implement it."""
    for each in selection:
        if not isinstance(each, FieldOf):
            yield from selected(schema, each.type, each.below)
            continue
        for name in {owner, *schema.possible.get(owner, ())}:
            field = schema.types[name].fields.get(each.name) if name in schema.types else None
            if field is not None:
                yield name, each.name
                yield from selected(schema, field.type.name, each.below)


def in_key(owner: Type, name: str) -> bool:
    """Whether a field is in a key of its type."""
    return any(isinstance(each, FieldOf) and each.name == name for key in owner.keys for each in key.fields)


def adapted(schema: SubgraphSchema) -> SubgraphSchema:
    """Return a subgraph with what extensions and federation 1 leave unsaid.

    Key fields of a type that is only extended are its own, though marked ``@external``; federation 1 demanded the mark,
    and let it stand on fields that nothing names.
    """
    schema = replace(schema, types={name: _with_own_keys(each) for name, each in schema.types.items()})
    if schema.second:
        return schema
    used = used_fields(schema)
    return replace(schema, types={name: _of_first_version(each, schema, used) for name, each in schema.types.items()})


def _with_own_keys(each: Type) -> Type:
    keys = {one.name for key in each.keys for one in key.fields if isinstance(one, FieldOf)}
    if not each.extension or not keys:
        return each
    fields = {name: replace(field, external=field.external and name not in keys) for name, field in each.fields.items()}
    return replace(each, fields=fields)


def _of_first_version(each: Type, schema: SubgraphSchema, used: frozenset[Coordinate]) -> Type:
    if each.kind is Kind.INTERFACE:
        fields = {name: replace(field, external=False) for name, field in each.fields.items()}
        return replace(each, fields=fields, keys=())
    kept = {
        name: field if _asked_with_selection(schema, field.type.name) else replace(field, provides=())
        for name, field in each.fields.items()
        if not field.external or (each.name, name) in used
    }
    return replace(each, fields=kept)


def _asked_with_selection(schema: SubgraphSchema, name: str) -> bool:
    return name in schema.types and schema.types[name].composite

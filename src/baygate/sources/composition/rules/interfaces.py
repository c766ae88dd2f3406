"""Interfaces that are entities, and the objects that stand for them (``@interfaceObject``)."""

from collections.abc import Iterator

from baygate.sources.composition.federation import Federation
from baygate.sources.composition.field_sets import written
from baygate.sources.composition.model import Kind, SubgraphSchema, Type
from baygate.sources.composition.problems import Problem


def keyed_interface_problems(schema: SubgraphSchema) -> Iterator[Problem]:
    """Yield what is wrong in a subgraph by itself: keys that implementations lack, interface objects without a key."""
    for type_ in schema.types.values():
        if type_.kind is Kind.INTERFACE:
            yield from _unkeyed_implementations(schema, type_)
        if type_.interface_object and not type_.keys:
            message = "An @interfaceObject needs a @key, by which it is found; give it the interface's."
            yield Problem("INTERFACE_OBJECT_USAGE_ERROR", type_.name, (schema.name,), message)


def _unkeyed_implementations(schema: SubgraphSchema, interface: Type) -> Iterator[Problem]:
    for name in sorted(schema.possible.get(interface.name, ())):
        if schema.types[name].interface_object:
            continue
        own = {frozenset(key.fields) for key in schema.types[name].keys}
        for key in interface.keys:
            if frozenset(key.fields) not in own:
                message = (
                    f'The interface has the key "{written(key.fields)}", but {name}, which implements it, has not; '
                    "give every implementation the key."
                )
                yield Problem("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", interface.name, (schema.name,), message)


def interface_problems(federation: Federation) -> Iterator[Problem]:
    """Yield what is wrong with interfaces between subgraphs."""
    for name in federation.type_names:
        if federation.kind(name) is Kind.INTERFACE:
            yield from _interface_objects(federation, name)
            yield from _missing_implementations(federation, name)
            yield from _missing_fields(federation, name)


def _interface_objects(federation: Federation, name: str) -> Iterator[Problem]:
    said = federation.having(name)
    objects = [schema for schema, type_ in said if type_.interface_object]
    if objects and len(objects) == len(said):
        message = "It is an @interfaceObject, but no subgraph defines it as an interface; define it in one."
        yield Problem("INTERFACE_OBJECT_USAGE_ERROR", name, tuple(each.name for each in objects), message)
    for schema in objects:
        implementing = sorted(set(federation.possible.get(name, ())) & schema.types.keys())
        told = [each for each in implementing if name in federation.interfaces(each)]
        if told:
            message = (
                f"It is an @interfaceObject here, which stands for every implementation, so {', '.join(told)} cannot "
                "be defined beside it; remove one or the other from the subgraph."
            )
            yield Problem("INTERFACE_OBJECT_USAGE_ERROR", name, (schema.name,), message)


def _missing_implementations(federation: Federation, name: str) -> Iterator[Problem]:
    every = set(federation.possible.get(name, ()))
    for schema, type_ in federation.having(name):
        lacking = every - schema.possible.get(name, frozenset())
        if type_.kind is Kind.INTERFACE and lacking and any(key.resolvable for key in type_.keys):
            others = {each.name for each, _ in federation.having(name)} - {schema.name}
            message = (
                f"{schema.name} resolves the interface by a @key, so it has to know all implementations; "
                f"define {', '.join(sorted(lacking))} there as implementing it."
            )
            yield Problem("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", name, (schema.name, *sorted(others)), message)


def _missing_fields(federation: Federation, name: str) -> Iterator[Problem]:
    said = federation.having(name)
    fields = dict.fromkeys(field for _, type_ in said if not type_.interface_object for field in type_.fields)
    for each in federation.possible.get(name, ()):
        for field in fields:
            if not federation.declarations(each, field) and not federation.added(each, field):
                asking = tuple(schema.name for schema, type_ in said if field in type_.fields)
                having = tuple(schema.name for schema, _ in federation.having(each) if schema.name not in asking)
                message = f"The interface has the field, but {each}, which implements it, has not; add it to {each}."
                yield Problem("INTERFACE_FIELD_NO_IMPLEM", f"{name}.{field}", (*asking, *having), message)

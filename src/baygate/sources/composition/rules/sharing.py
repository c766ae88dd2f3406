"""Who may resolve the same field: only subgraphs that all say so (``@shareable``), or that have it in a key."""

from collections.abc import Iterator

from baygate.sources.composition.federation import Declaration, Federation
from baygate.sources.composition.model import Kind, SubgraphSchema
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.references import merged_output
from baygate.sources.composition.usage import Coordinate, selected


def misplaced_shareable(schema: SubgraphSchema) -> Iterator[Problem]:
    """Yield INVALID_SHAREABLE_USAGE where ``@shareable`` stands on a field that nobody resolves."""
    for type_ in schema.types.values():
        for field in type_.fields.values():
            if type_.kind is Kind.INTERFACE and field.has("shareable"):
                message = (
                    "A field of an interface is not resolved, so @shareable means nothing; mark it on the objects."
                )
                yield Problem("INVALID_SHAREABLE_USAGE", f"{type_.name}.{field.name}", (schema.name,), message)


def sharing_problems(federation: Federation) -> Iterator[Problem]:
    """Yield INVALID_FIELD_SHARING, and where what is shared can never be the same object."""
    keys = {each.graph: _key_fields(each) for each in federation.schemas}
    for name in federation.type_names:
        if federation.kind(name) is Kind.OBJECT:
            fields = dict.fromkeys(field for _, type_ in federation.having(name) for field in type_.fields)
            for field in fields:
                yield from _problems(federation, name, field, keys)


def _key_fields(schema: SubgraphSchema) -> frozenset[Coordinate]:
    return frozenset(
        coordinate
        for type_ in schema.types.values()
        for key in type_.keys
        for coordinate in selected(schema, type_.name, key.fields)
    )


def _problems(
    federation: Federation, name: str, field: str, keys: dict[str, frozenset[Coordinate]]
) -> Iterator[Problem]:
    declared = (*federation.declarations(name, field), *federation.added(name, field))
    resolving = [each for each in declared if each.resolves and not each.leaving]
    if len(resolving) < 2:
        return
    subgraphs = tuple(each.schema.name for each in resolving)
    unshared = [each for each in resolving if not _shares(each, keys)]
    if unshared:
        where = ", ".join(each.schema.name for each in unshared)
        message = (
            f"It is resolved by {', '.join(subgraphs)}, and not marked @shareable in {where}; mark it everywhere if "
            "all resolve it alike, or let one of them take it over with @override."
        )
        yield Problem("INVALID_FIELD_SHARING", f"{name}.{field}", subgraphs, message)
    elif not _common_objects(federation, resolving):
        message = "It is shared, but no object that it gives in one subgraph can be the same in all; mend the types."
        yield Problem("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", f"{name}.{field}", subgraphs, message)


def _shares(each: Declaration, keys: dict[str, frozenset[Coordinate]]) -> bool:
    return each.field.shareable or (each.type.name, each.field.name) in keys[each.schema.graph]


def _common_objects(federation: Federation, resolving: list[Declaration]) -> bool:
    """Whether a field can give the same object everywhere; types that do not agree at all are another problem."""
    if merged_output([each.field.type for each in resolving], federation.is_subtype) is None:
        return True
    sets = []
    for each in resolving:
        returned = each.schema.types.get(each.field.type.name)
        if returned is None or not returned.composite:
            return True
        local = each.schema.possible.get(returned.name, frozenset())
        sets.append({one for name in local for one in federation.possible.get(name, ())})
    return not all(sets) or bool(set.intersection(*sets))

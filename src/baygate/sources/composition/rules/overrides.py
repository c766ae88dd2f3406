"""Who takes which field over from whom (``@override``)."""

import re
from collections.abc import Iterator

from baygate.sources.composition.federation import Declaration, Federation
from baygate.sources.composition.model import Field, Kind, SubgraphSchema
from baygate.sources.composition.problems import Problem

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_\-:./]*|percent\((?P<percent>\d{1,3}(\.\d{1,8})?)\)")


def misplaced_overrides(schema: SubgraphSchema) -> Iterator[Problem]:
    """Yield what is wrong with the overrides of a subgraph by themselves."""
    for type_ in schema.types.values():
        for field in type_.fields.values():
            for code, message in _wrong(schema, type_.kind, field):
                yield Problem(code, f"{type_.name}.{field.name}", (schema.name,), message)


def _wrong(schema: SubgraphSchema, kind: Kind, field: Field) -> Iterator[tuple[str, str]]:
    override = field.override
    if override is None:
        return
    if override.source == schema.name:
        yield "OVERRIDE_FROM_SELF_ERROR", "A subgraph cannot take over its own field; name the one that loses it."
    if kind is Kind.INTERFACE:
        yield "OVERRIDE_ON_INTERFACE", "A field of an interface is not resolved; take it over on the objects."
    if field.has("external"):
        message = "It cannot be @external and taken over; a subgraph that takes it over resolves it."
        yield "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", message
    if override.label is not None and not _is_label(override.label):
        message = f'"{override.label}" is no label; write a name that begins with a letter, or percent(0 to 100).'
        yield "OVERRIDE_LABEL_INVALID", message


def _is_label(label: str) -> bool:
    found = _LABEL.fullmatch(label)
    return found is not None and (found["percent"] is None or float(found["percent"]) <= 100)


def override_problems(federation: Federation) -> Iterator[Problem]:
    """Yield overrides whose source cannot lose the field."""
    for name in federation.type_names:
        for field in dict.fromkeys(one for _, type_ in federation.having(name) for one in type_.fields):
            declared = {each.schema.name: each for each in federation.declarations(name, field)}
            for each in declared.values():
                source = declared.get(each.field.override.source) if each.field.override else None
                if source is not None and source is not each:
                    yield from _losing(f"{name}.{field}", each, source)


def _losing(coordinate: str, taker: Declaration, loser: Declaration) -> Iterator[Problem]:
    subgraphs = (taker.schema.name, loser.schema.name)
    if loser.field.override is not None:
        message = (
            f"{taker.schema.name} takes it over from {loser.schema.name}, which takes it over itself; "
            "keep one of the two @override."
        )
        yield Problem("OVERRIDE_SOURCE_HAS_OVERRIDE", coordinate, subgraphs, message)
    for name in ("requires", "provides"):
        if loser.field.has(name):
            message = (
                f"It is taken over from {loser.schema.name}, where it has @{name}; remove @{name} there, "
                "or the field altogether."
            )
            yield Problem("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", coordinate, subgraphs, message)

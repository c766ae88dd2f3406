"""Why a field cannot be had: for each subgraph that one stands in, what bars the way to each that has the field."""

from collections.abc import Iterable, Iterator

from baygate.sources.composition.federation import Declaration, Federation
from baygate.sources.composition.field_sets import written
from baygate.sources.composition.reach import TYPENAME, Position, Reach


def why_not(federation: Federation, reach: Reach, held: Iterable[Position], field: str) -> list[str]:
    """Return the reasons, each a sentence that begins with where one stands."""
    reasons: dict[str, None] = {}
    names = {each.graph: each.name for each in federation.schemas}
    for position in sorted(held, key=str):
        start = f'from subgraph "{names[position.graph]}": '
        for reason in _reasons(federation, reach, position, field):
            reasons[start + reason] = None
    return list(reasons)


def _reasons(federation: Federation, reach: Reach, position: Position, field: str) -> Iterator[str]:
    if field == TYPENAME:
        yield (
            f'the interface object "{position.type}" does not tell which implementation it is, and no subgraph that '
            f'defines the interface can be entered with it; give the interface a resolvable @key there, which "'
            f'{position.type}" can be resolved by.'
        )
        return
    for each in (*federation.declarations(position.object, field), *federation.added(position.object, field)):
        if not reach.resolves(each):
            if each.schema.graph == position.graph:
                yield f'field "{each.type.name}.{field}" is not resolvable: it is @external or overridden.'
        elif each.schema.graph == position.graph and each.type.name == position.type:
            yield _unmet(reach, position, each)
        else:
            yield from _barred(reach, position, each)


def _unmet(reach: Reach, position: Position, declaration: Declaration) -> str:
    field, type_ = declaration.field, declaration.type.name
    requires = written(field.requires)
    if reach.holds(reach.around(position), field.requires):
        return (
            f'field "{type_}.{field.name}" requires "{requires}", and the subgraph cannot be entered again with it; '
            f'give "{type_}" a resolvable @key there, whose fields can be resolved.'
        )
    return f'cannot satisfy @requires(fields: "{requires}") of field "{type_}.{field.name}".'


def _barred(reach: Reach, position: Position, declaration: Declaration) -> Iterator[str]:
    name, reached = declaration.schema.name, reach.around(position)
    ways = [
        each
        for each in reach.entrances(position.object)
        if each.position.graph == declaration.schema.graph and each.position.type == declaration.type.name
    ]
    if not ways:
        keys = declaration.type.keys
        lacks = "none of its keys is resolvable" if keys else "it has no @key"
        yield f'cannot move to subgraph "{name}", which has the field: type "{declaration.type.name}" there: {lacks}.'
    for way in ways:
        key, moved = written(way.key.fields), f'cannot move to subgraph "{name}" using key'
        if way.position in reached:
            yield _unmet(reach, position, declaration)
        elif not reach.known(reached, way.by):
            yield f'{moved} "{key}" of "{way.by}": "{position.type}" does not tell which implementation it is.'
        else:
            yield f'{moved} "{key}" of "{way.by}": the key\'s fields cannot be resolved from there.'

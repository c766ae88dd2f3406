"""A field of several subgraphs: nullable where one is, the wider of two types, the arguments that all take."""

from collections.abc import Sequence

from graphql import ConstDirectiveNode, FieldDefinitionNode, NameNode

from baygate.sources.composition.federation import Declaration, Federation, Standing
from baygate.sources.composition.field_sets import written
from baygate.sources.composition.inputs import ARGUMENT, Inputs
from baygate.sources.composition.metadata import Directives, merged_description
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.references import merged_output
from baygate.sources.composition.syntax import Member, description, directive


class Fields:
    """Merges the fields of objects and interfaces."""

    def __init__(self, federation: Federation, inputs: Inputs, directives: Directives, problems: list[Problem]) -> None:
        self._federation = federation
        self._inputs = inputs
        self._directives = directives
        self._problems = problems

    def merged(self, type_name: str, holders: Sequence[str]) -> tuple[FieldDefinitionNode, ...]:
        """Return all fields of a type; ``holders`` are the graphs that have the type."""
        names = dict.fromkeys(name for _, type_ in self._federation.having(type_name) for name in type_.fields)
        found = (self._one(type_name, name, holders) for name in names)
        return tuple(each for each in found if each is not None)

    def _one(self, type_name: str, name: str, holders: Sequence[str]) -> FieldDefinitionNode | None:
        coordinate = f"{type_name}.{name}"
        declared = self._federation.declarations(type_name, name)
        deciding = [each for each in declared if each.standing is not Standing.EXTERNAL]
        added = () if deciding else self._federation.added(type_name, name)
        resolving = [each for each in deciding if each.resolves] or deciding or list(added)
        if not resolving:
            subgraphs = tuple(each.schema.name for each in declared)
            message = "Every subgraph marks it @external, so none resolves it; let one of them resolve it."
            self._problems.append(Problem("EXTERNAL_MISSING_ON_BASE", coordinate, subgraphs, message))
            return None
        type_ = merged_output([each.field.type for each in resolving], self._federation.is_subtype)
        if type_ is None:
            types = ", ".join(f"{each.field.type} in {each.schema.name}" for each in resolving)
            message = f"Its types do not agree ({types}); give it one type, or one that the others belong to."
            self._problems.append(
                Problem("FIELD_TYPE_MISMATCH", coordinate, tuple(each.schema.name for each in resolving), message)
            )
            return None
        taken = [(each.schema, dict(each.field.arguments)) for each in resolving]
        said = [(each.schema, each.field) for each in deciding or added]
        joined = (*(() if deciding else (directive("join__field"),)), *joins(declared, holders, self._federation))
        return FieldDefinitionNode(
            name=NameNode(value=name),
            description=description(merged_description([(each.schema, each.field) for each in declared])),
            arguments=self._inputs.merged(ARGUMENT, coordinate, taken),
            type=type_.node(),
            directives=(*joined, *self._directives.merged(coordinate, said)),
        )


def joins(
    declared: Sequence[Declaration], holders: Sequence[str], federation: Federation
) -> tuple[ConstDirectiveNode, ...]:
    """Return the ``@join__field`` of a field: none where every graph of its type resolves it in the same way."""
    present = [each for each in declared if each.standing is not Standing.OVERRIDDEN]
    differing = len({each.field.type for each in present}) > 1
    names = {each.name for each in federation.schemas}
    plain = not differing and {each.schema.graph for each in present} == set(holders)
    if plain and all(_plain(each, names) for each in present):
        return ()
    return tuple(_join(each, names, differing=differing) for each in present)


def _plain(each: Declaration, names: set[str]) -> bool:
    field = each.field
    taking = field.override is not None and field.override.source in names
    return each.resolves and not taking and not field.requires and not field.provides


def _join(each: Declaration, names: set[str], *, differing: bool) -> ConstDirectiveNode:
    field = each.field
    override = field.override if field.override and field.override.source in names else None
    return directive(
        "join__field",
        graph=Member(each.schema.graph),
        requires=written(field.requires) or None,
        provides=written(field.provides) or None,
        type=str(field.type) if differing else None,
        external=True if each.standing is Standing.EXTERNAL else None,
        override=override.source if override else None,
        usedOverridden=True if each.standing is Standing.USED_OVERRIDDEN else None,
        overrideLabel=override.label if override else None,
    )

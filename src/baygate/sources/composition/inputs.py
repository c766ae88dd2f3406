"""Arguments and input objects of several subgraphs: what all of them take (intersection), non-null where one is."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import ConstDirectiveNode, InputValueDefinitionNode, NameNode, print_ast

from baygate.sources.composition.metadata import Directives, merged_description
from baygate.sources.composition.model import Input, SubgraphSchema
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.references import merged_input
from baygate.sources.composition.syntax import Member, description, directive


@dataclass(frozen=True)
class Place:
    """Whose inputs they are, and under which codes Apollo reports their conflicts."""

    what: str
    type_mismatch: str
    default_mismatch: str
    demanded_missing: str
    joined: bool
    """The supergraph says of each which type it has in which subgraph."""


ARGUMENT = Place(
    "argument",
    "FIELD_ARGUMENT_TYPE_MISMATCH",
    "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
    joined=False,
)
INPUT_FIELD = Place(
    "input field",
    "FIELD_TYPE_MISMATCH",
    "INPUT_FIELD_DEFAULT_MISMATCH",
    "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
    joined=True,
)

Taken = Sequence[tuple[SubgraphSchema, dict[str, Input]]]
"""What each subgraph takes, by name."""


class Inputs:
    """Merges what subgraphs take."""

    def __init__(self, directives: Directives, problems: list[Problem]) -> None:
        self._directives = directives
        self._problems = problems

    def merged(self, place: Place, owner: str, taken: Taken) -> tuple[InputValueDefinitionNode, ...]:
        """Return those that every subgraph takes; ``owner`` is the coordinate of whom they belong to."""
        names = dict.fromkeys(name for _, inputs in taken for name in inputs)
        found = []
        for name in names:
            coordinate = f"{owner}.{name}" if place.joined else f"{owner}({name}:)"
            said = [(schema, inputs[name]) for schema, inputs in taken if name in inputs]
            if len(said) == len(taken):
                node = self._one(place, coordinate, said)
                found += [node] if node else []
            else:
                self._left_out(place, coordinate, said, taken, name)
        return tuple(found)

    def _left_out(
        self, place: Place, coordinate: str, said: list[tuple[SubgraphSchema, Input]], taken: Taken, name: str
    ) -> None:
        demanding = tuple(schema.name for schema, each in said if each.demanded)
        if demanding:
            lacking = tuple(schema.name for schema, inputs in taken if name not in inputs)
            message = (
                f"The {place.what} is required in {', '.join(demanding)}, but {', '.join(lacking)} has none such; "
                "declare it everywhere, or make it optional."
            )
            self._problems.append(Problem(place.demanded_missing, coordinate, (*demanding, *lacking), message))

    def _one(
        self, place: Place, coordinate: str, said: list[tuple[SubgraphSchema, Input]]
    ) -> InputValueDefinitionNode | None:
        subgraphs = tuple(schema.name for schema, _ in said)
        type_ = merged_input([each.type for _, each in said])
        defaults = {print_ast(each.default) if each.default else None for _, each in said}
        if type_ is None:
            types = ", ".join(f"{each.type} in {schema.name}" for schema, each in said)
            message = f"The {place.what}'s types do not agree ({types}); give it one type."
            self._problems.append(Problem(place.type_mismatch, coordinate, subgraphs, message))
            return None
        if len(defaults) > 1:
            values = ", ".join(
                f"{print_ast(each.default) if each.default else 'none'} in {schema.name}" for schema, each in said
            )
            message = f"The {place.what}'s default values differ ({values}); give it one."
            self._problems.append(Problem(place.default_mismatch, coordinate, subgraphs, message))
        joins: tuple[ConstDirectiveNode, ...] = ()
        if place.joined and len({each.type for _, each in said}) > 1:
            joins = tuple(
                directive("join__field", graph=Member(schema.graph), type=str(each.type)) for schema, each in said
            )
        return InputValueDefinitionNode(
            name=NameNode(value=said[0][1].name),
            description=description(merged_description(said)),
            type=type_.node(),
            default_value=said[0][1].default,
            directives=(*joins, *self._directives.merged(coordinate, said)),
        )

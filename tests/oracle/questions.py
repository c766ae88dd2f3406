"""Random questions: what hypothesis-graphql generates from the contract, made answerable and varied.

Generated alone, nearly every list would be asked for a negative number of items, and no identifier would exist. So
identifiers are drawn from the world, sizes made small, literals turned into variables with and without defaults,
fields put under ``@skip`` and ``@include``, selections moved into named fragments.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    parse_type,
    print_ast,
    print_schema,
    visit,
)
from graphql.utilities import value_from_ast_untyped
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from baygate.contract.schema import graphql_schema
from baygate.sources.binding import Binding, One
from baygate.storage.tables import metadata

from .rows import Rows

SIZES = {"first", "last"}


@dataclass(frozen=True)
class Question:
    text: str
    variables: Mapping[str, Any]


class Known:
    """Values that occur in the world, by scalar and by entry point's argument."""

    def __init__(self, rows: Rows, binding: Binding) -> None:
        self.arguments: dict[tuple[str, str], list[str]] = {}
        for root, bound in binding.roots.items():
            if isinstance(bound, One):
                for argument, field in bound.by.items():
                    owner = binding.concrete(bound.target)[0]
                    column = owner.column(field)
                    table = metadata.tables[str(column.table)]
                    values = {row[column.name] for row in rows.all(table)} - {None}
                    self.arguments[root, argument] = sorted(values)[:: max(1, len(values) // 50)]


def contract() -> str:
    return print_schema(graphql_schema())


def scalars(world_values: Mapping[str, list[str]]) -> dict[str, st.SearchStrategy[Any]]:
    """Strategies for the contract's scalars: values of the world where there are some."""
    plain = {
        "Date": ["2024-02-29", "2025-12-31", "2026-03-01"],
        "DateTime": ["2026-01-01T00:00:00Z", "2025-06-30T23:59:59+08:00"],
        "Decimal": ["0", "1234.50"],
        "AgencyId": ["customs-gz", "samr-gd"],
        "_Any": ["unused"],
        **world_values,
    }
    return {name: st.sampled_from(values).map(nodes.String) for name, values in plain.items()}


def questions(root: str, known: Known, world_values: Mapping[str, list[str]]) -> st.SearchStrategy[Question]:
    """Questions that enter at one root field."""
    custom = {
        name: strategy
        for name, strategy in scalars(world_values).items()
        if graphql_schema().get_type(name) is not None
    }
    generated = queries(contract(), fields=[root], custom_scalars=custom, allow_x00=False, print_ast=lambda node: node)
    return st.builds(
        lambda document, seed: varied(_document(document), random.Random(seed), known, graphql_schema()),
        generated,
        st.integers(0, 2**32),
    )


def _document(generated: Any) -> DocumentNode:
    return generated if isinstance(generated, DocumentNode) else parse(print_ast(generated))


class _Answerable(Visitor):
    """Sizes from 0 to 7, one end at a time; no cursors; identifiers that exist."""

    def __init__(self, chance: random.Random, known: Known) -> None:
        super().__init__()
        self.chance = chance
        self.known = known

    def leave_field(self, node: FieldNode, *_: Any) -> Any:
        arguments = [each for each in node.arguments or () if each.name.value not in {"after", "before"}]
        if {each.name.value for each in arguments} >= SIZES:
            dropped = self.chance.choice(sorted(SIZES))
            arguments = [each for each in arguments if each.name.value != dropped]
        return _replaced(node, arguments=tuple(self._argument(node, each) for each in arguments))

    def _argument(self, field: FieldNode, argument: ArgumentNode) -> ArgumentNode:
        if isinstance(argument.value, IntValueNode) and argument.name.value in SIZES:
            return _replaced(argument, value=IntValueNode(value=str(self.chance.randint(0, 7))))
        values = self.known.arguments.get((field.name.value, argument.name.value))
        if values and isinstance(argument.value, StringValueNode) and self.chance.random() < 0.9:
            return _replaced(argument, value=StringValueNode(value=self.chance.choice(values)))
        return argument


class _Lifting(Visitor):
    """Some literals become variables: given, or by default."""

    def __init__(self, chance: random.Random, info: TypeInfo) -> None:
        super().__init__()
        self.chance = chance
        self.info = info
        self.definitions: list[VariableDefinitionNode] = []
        self.values: dict[str, Any] = {}

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        type_ = self.info.get_input_type()
        if type_ is None or self.chance.random() < 0.5:
            return None
        name = f"v{len(self.definitions)}"
        by_default = self.chance.random() < 0.4
        given = value_from_ast_untyped(node.value)
        if not by_default or self.chance.random() < 0.3:
            self.values[name] = given
        self.definitions.append(
            VariableDefinitionNode(
                variable=VariableNode(name=NameNode(value=name)),
                type=parse_type(str(type_).rstrip("!") if by_default and given is not None else str(type_)),
                default_value=node.value if by_default else None,
                directives=(),
            )
        )
        return _replaced(node, value=VariableNode(name=NameNode(value=name)))


class _Varying(Visitor):
    """Fields under directives, and said twice under another key."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance
        self.numbers = count()
        self.definitions: list[VariableDefinitionNode] = []
        self.values: dict[str, Any] = {}

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
        fields: list[Any] = []
        for each in node.selections:
            fields.append(each)
            if isinstance(each, FieldNode) and self.chance.random() < 0.12:
                fields.append(_replaced(each, alias=NameNode(value=f"again_{next(self.numbers)}")))
        fields = [self._directed(each) if self.chance.random() < 0.12 else each for each in fields]
        if self.chance.random() < 0.2:
            fields.append(FieldNode(name=NameNode(value="__typename"), directives=(), arguments=()))
        return _replaced(node, selections=tuple(fields))

    def _directed(self, node: Any) -> Any:
        argument: Any = BooleanValueNode(value=self.chance.random() < 0.5)
        if self.chance.random() < 0.5:
            name = f"b{len(self.definitions)}"
            self.definitions.append(
                VariableDefinitionNode(
                    variable=VariableNode(name=NameNode(value=name)), type=parse_type("Boolean!"), directives=()
                )
            )
            self.values[name] = self.chance.random() < 0.5
            argument = VariableNode(name=NameNode(value=name))
        directive = DirectiveNode(
            name=NameNode(value=self.chance.choice(["skip", "include"])),
            arguments=(ArgumentNode(name=NameNode(value="if"), value=argument),),
        )
        return _replaced(node, directives=(*(node.directives or ()), directive))


class _Naming(Visitor):
    """Selections of fields moved into named fragments."""

    def __init__(self, chance: random.Random, info: TypeInfo) -> None:
        super().__init__()
        self.chance = chance
        self.info = info
        self.fragments: list[FragmentDefinitionNode] = []

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        type_ = self.info.get_type()
        if node.selection_set is None or type_ is None or self.chance.random() > 0.15:
            return None
        name = f"f{len(self.fragments)}"
        bare = str(type_).strip("[]!").replace("!", "").replace("]", "")
        self.fragments.append(
            FragmentDefinitionNode(
                name=NameNode(value=name),
                type_condition=NamedTypeNode(name=NameNode(value=bare)),
                selection_set=node.selection_set,
                directives=(),
            )
        )
        spread = FragmentSpreadNode(name=NameNode(value=name), directives=())
        return _replaced(node, selection_set=SelectionSetNode(selections=(spread,)))


def varied(document: DocumentNode, chance: random.Random, known: Known, schema: GraphQLSchema) -> Question:
    """Return a question of the same meaning as ``document`` or near it, said in another way."""
    document = visit(document, _Answerable(chance, known))
    info = TypeInfo(schema)
    lifting = _Lifting(chance, info)
    document = visit(document, TypeInfoVisitor(info, lifting))
    varying = _Varying(chance)
    document = visit(document, varying)
    info = TypeInfo(schema)
    naming = _Naming(chance, info)
    document = visit(document, TypeInfoVisitor(info, naming))
    (operation,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    operation = _replaced(operation, variable_definitions=(*lifting.definitions, *varying.definitions))
    document = DocumentNode(definitions=(operation, *naming.fragments))
    return Question(print_ast(document), {**lifting.values, **varying.values})


def _replaced(node: Any, **changes: Any) -> Any:
    kept = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return type(node)(**{**kept, **changes})

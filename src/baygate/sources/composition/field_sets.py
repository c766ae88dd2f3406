"""Field sets: the selections that ``@key``, ``@requires`` and ``@provides`` write as text."""

from dataclasses import dataclass

from graphql import (
    FieldNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)


@dataclass(frozen=True)
class FieldOf:
    """A field of a field set."""

    name: str
    arguments: tuple[tuple[str, str], ...] = ()
    """Names and values, the values as text."""

    below: "FieldSet" = ()


@dataclass(frozen=True)
class OnType:
    """What is selected only where the object is of a type (``... on Type``)."""

    type: str
    below: "FieldSet"


FieldSet = tuple[FieldOf | OnType, ...]


class MalformedFieldSet(ValueError):
    """The text is no selection, or one that a field set may not be."""


class DirectiveInFieldSet(MalformedFieldSet):
    """A field set has no directives."""


class _Refusing(Visitor):
    def enter_directive(self, *_args: object) -> None:
        raise DirectiveInFieldSet("it contains a directive")

    def enter_variable(self, node: VariableNode, *_args: object) -> None:
        raise MalformedFieldSet(f"it contains the variable ${node.name.value}")

    def enter_fragment_spread(self, *_args: object) -> None:
        raise MalformedFieldSet("it spreads a named fragment; write an inline fragment")


def read_field_set(text: str) -> FieldSet:
    """Return what a text selects; the outer braces may be left out."""
    try:
        document = parse(f"{{{text}}}", no_location=True)
        (operation,) = document.definitions
    except (GraphQLSyntaxError, ValueError) as error:
        raise MalformedFieldSet("it is no selection of fields") from error
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101 - a text in braces is an operation
    visit(document, _Refusing())
    return _selected(operation.selection_set)


def _selected(node: SelectionSetNode | None) -> FieldSet:
    if node is not None and not node.selections:
        raise MalformedFieldSet("it selects nothing")
    chosen: list[FieldOf | OnType] = []
    for each in node.selections if node else ():
        if isinstance(each, FieldNode):
            if each.alias:
                raise MalformedFieldSet(f"it has the alias {each.alias.value}")
            arguments = tuple((given.name.value, print_ast(given.value)) for given in each.arguments or ())
            chosen.append(FieldOf(each.name.value, arguments, _selected(each.selection_set)))
        elif isinstance(each, InlineFragmentNode):
            below = _selected(each.selection_set)
            if each.type_condition is None:
                chosen.extend(below)
            else:
                chosen.append(OnType(each.type_condition.name.value, below))
    return tuple(chosen)


def written(selection: FieldSet) -> str:
    """Return a field set as text, in one line."""
    return " ".join(map(_written, selection))


def _written(each: FieldOf | OnType) -> str:
    if isinstance(each, OnType):
        return f"... on {each.type} {{ {written(each.below)} }}"
    arguments = ", ".join(f"{name}: {value}" for name, value in each.arguments)
    name = f"{each.name}({arguments})" if arguments else each.name
    return f"{name} {{ {written(each.below)} }}" if each.below else name

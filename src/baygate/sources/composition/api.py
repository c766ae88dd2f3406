"""The API schema: what of the supergraph clients see, without what is ``@inaccessible`` and without the joins."""

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    GraphQLSchema,
    NamedTypeNode,
    Node,
    Visitor,
    build_ast_schema,
    validate_schema,
    visit,
)
from graphql.language import REMOVE, VisitorAction
from graphql.validation.validate import validate_sdl

from baygate.sources.composition.inaccessible import hidden_types, inaccessible_problems, is_hidden
from baygate.sources.composition.problems import CompositionFailed, Problem

_RESERVED = ("join__", "link__", "requiresScopes__", "policy__")
_KEPT = ("deprecated", "specifiedBy", "oneOf")


def api_schema(supergraph: DocumentNode, subgraphs: tuple[str, ...]) -> GraphQLSchema:
    """Return the API schema of a supergraph; raise CompositionFailed if it is none."""
    problems = tuple(inaccessible_problems(supergraph, subgraphs))
    if problems:
        raise CompositionFailed(problems)
    kept = tuple(each for each in supergraph.definitions if not _of_machinery(each))
    document: DocumentNode = visit(DocumentNode(definitions=kept), _Visible(hidden_types(supergraph)))
    errors = validate_sdl(document)
    if not errors:
        schema = build_ast_schema(document, assume_valid_sdl=True)
        errors = validate_schema(schema)
    if errors:
        what = "What the subgraphs make together is no valid schema"
        raise CompositionFailed(
            tuple(Problem("INVALID_GRAPHQL", "", subgraphs, f"{what}: {each.message}") for each in errors)
        )
    return schema


def _of_machinery(node: Node) -> bool:
    name = getattr(node, "name", None)
    return isinstance(node, DirectiveDefinitionNode) or (name is not None and name.value.startswith(_RESERVED))


class _Visible(Visitor):
    """Removes what clients do not see."""

    def __init__(self, hidden: frozenset[str]) -> None:
        super().__init__()
        self._hidden = hidden

    def enter(self, node: Node, *_args: object) -> VisitorAction:
        unnamed = isinstance(node, NamedTypeNode) and node.name.value in self._hidden
        unknown = isinstance(node, DirectiveNode) and node.name.value not in _KEPT
        return REMOVE if unnamed or unknown or is_hidden(node) else None

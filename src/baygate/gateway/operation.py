"""Operation: a document parsed, measured, validated against the schema that the caller may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)

from baygate.gateway.limits import Limits, measure
from baygate.gateway.planning.shape import ShapeOf
from baygate.gateway.refusal import Invalid, LimitExceeded, Refusal
from baygate.gateway.variables import Variables


@dataclass(frozen=True)
class Operation:
    """One operation of a valid document, ready to be planned for any shape of its variables.

    ``schema`` is the one that its caller may see, against which it is valid and which introspection shows.
    """

    digest: str
    name: str | None
    document: DocumentNode
    definition: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Variables
    shape_of: ShapeOf
    schema: GraphQLSchema


class NoServiceRule(ValidationRule):
    """Refuse ``_service``, by which a federation router reads the whole schema: it is introspection by another name."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Look at one field."""
        if node.name.value == "_service" and self.context.get_parent_type() is self.context.schema.query_type:
            message = "GraphQL introspection has been disabled, but the requested query contained the field '_service'."
            self.report_error(GraphQLError(message, node))


_LONGEST_MESSAGE = 500
"""Messages quote the document: twenty of them must not make an answer many times its size."""
_RETICENT = (*specified_rules, NoSchemaIntrospectionCustomRule, NoServiceRule)


@dataclass(frozen=True)
class Strictness:
    """How much the hub tells about its schema."""

    introspection: bool = True
    suggestions: bool = True


def prepare(
    text: str,
    digest: str,
    name: str | None,
    schema: GraphQLSchema,
    limits: Limits,
    strictness: Strictness,
    *,
    reading: bool = False,
) -> Operation:
    """Parse, measure and validate a document, and choose its operation; if ``reading``, only a query.

    Raise Refusal: GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, LIMIT_EXCEEDED, OPERATION_RESOLUTION_FAILURE,
    METHOD_NOT_ALLOWED.
    """
    document = _parsed(text, limits)
    measure(document, limits)
    definition = _chosen(document, name)
    if reading and definition.operation is not OperationType.QUERY:
        message = f"A {definition.operation.value} does not come by GET: send it by POST."
        raise Refusal("METHOD_NOT_ALLOWED", message, status=405, headers=[(b"allow", b"POST")])
    rules = specified_rules if strictness.introspection else _RETICENT
    errors = validate(schema, document, rules, max_errors=20, hide_suggestions=not strictness.suggestions)
    if errors:
        raise Invalid("GRAPHQL_VALIDATION_FAILED", [_formatted(error) for error in errors])
    variables = Variables(schema, definition)
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    return Operation(
        digest,
        name,
        document,
        definition,
        fragments,
        variables,
        ShapeOf(definition, fragments, variables.types),
        schema,
    )


def _parsed(text: str, limits: Limits) -> DocumentNode:
    try:
        return parse(text, max_tokens=limits.tokens)
    except GraphQLSyntaxError as error:
        if error.message.startswith("Syntax Error: Document contains more than"):
            raise LimitExceeded("tokens", None, limits.tokens) from None
        if error.message.startswith("Syntax Error: Document is nested too deeply"):
            raise LimitExceeded("nesting", None, limits.nesting) from None
        raise Invalid("GRAPHQL_PARSE_FAILED", [_formatted(error)]) from None


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if name is not None:
        operations = [each for each in operations if each.name and each.name.value == name]
        if not operations:
            raise Refusal("OPERATION_RESOLUTION_FAILURE", "The document has no operation of the operationName given.")
    if len(operations) != 1:
        raise Refusal(
            "OPERATION_RESOLUTION_FAILURE",
            "The document has several operations: name one in operationName."
            if operations
            else "The document has no operation.",
        )
    return operations[0]


def _formatted(error: GraphQLError) -> dict[str, Any]:
    formatted = error.formatted
    message = formatted["message"]
    told = {"message": message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + "..."}
    return {**told, "locations": formatted["locations"]} if "locations" in formatted else told

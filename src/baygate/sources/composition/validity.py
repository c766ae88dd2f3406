"""Whether a subgraph's schema is GraphQL, federation's directives included."""

from collections.abc import Iterator

from graphql import (
    GraphQLError,
    TypeDefinitionNode,
    build_ast_schema,
    parse,
    validate_schema,
)
from graphql.validation.validate import validate_sdl

from baygate.sources.composition.definitions import Definitions
from baygate.sources.composition.links import Names
from baygate.sources.composition.vocabulary import LINK, definition

_LINK = """
directive @{name}(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
"""


def graphql_problems(definitions: Definitions, names: Names) -> Iterator[str]:
    """Yield what the GraphQL specification has against a subgraph's schema."""
    document = definitions.document(*_missing(definitions, names))
    errors: list[GraphQLError] = validate_sdl(document)
    if not errors:
        schema = build_ast_schema(document, assume_valid_sdl=True)
        errors = validate_schema(schema)
    for error in errors:
        if error.message != "Query root type must be provided.":  # a subgraph need not have one
            yield error.message


def _missing(definitions: Definitions, names: Names) -> Iterator[TypeDefinitionNode]:
    """Yield federation's definitions that the subgraph does not write out itself."""
    defined = {each.name.value for each in definitions.types}
    text = [
        definition(name, local, dict(names.scalars))
        for local, name in names.directives.items()
        if local not in definitions.directives
    ]
    text += [f"scalar {local}" for local in {*names.scalars.values(), "link__Import"} if local not in defined]
    if "link__Purpose" not in defined:
        text.append("enum link__Purpose { SECURITY EXECUTION }")
    link = next((each.namespace for each in names.links if each.identity == LINK), "link")
    if link not in definitions.directives:
        text.append(_LINK.format(name=link))
    yield from parse("\n".join(text), no_location=True).definitions  # type: ignore[misc]

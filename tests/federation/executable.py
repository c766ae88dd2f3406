"""A subgraph's own schema: as it serves it to a composer, and as it executes it."""

from graphql import GraphQLSchema, build_schema, print_ast
from tests.federation.declared import Field, Subgraph, Type

IMPORTED = (
    "key",
    "requires",
    "provides",
    "external",
    "shareable",
    "override",
    "inaccessible",
    "extends",
    "interfaceObject",
)
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ['
    + ", ".join(f'"@{each}"' for each in IMPORTED)
    + "])\n"
)


def served_sdl(subgraph: Subgraph) -> str:
    """What ``_service`` answers."""
    return LINK + subgraph.sdl


def executable_schema(subgraph: Subgraph) -> GraphQLSchema:
    """A subgraph's schema with the fields that federation adds, and without its directives."""
    types = dict(subgraph.types)
    types.setdefault("Query", Type("Query", "type", {}, (), (), (), (), extension=False))
    entities = [each.name for each in types.values() if each.kind == "type" and each.keys]
    parts = ["scalar _Any", "type _Service { sdl: String! }", *(_type_sdl(each, entities) for each in types.values())]
    if entities:
        parts.append(f"union _Entity = {' | '.join(entities)}")
    return build_schema("\n".join(parts))


def _type_sdl(declared: Type, entities: list[str]) -> str:
    match declared.kind:
        case "scalar":
            return f"scalar {declared.name}"
        case "union":
            return f"union {declared.name} = {' | '.join(declared.members)}"
        case "enum":
            return f"enum {declared.name} {{ {' '.join(declared.values)} }}"
    lines = [_field_sdl(each) for each in declared.fields.values()]
    if declared.name == "Query":
        lines.append("_service: _Service!")
        lines += ["_entities(representations: [_Any!]!): [_Entity]!"] if entities else []
    implements = f" implements {' & '.join(declared.interfaces)}" if declared.interfaces else ""
    return "\n".join([f"{declared.kind} {declared.name}{implements} {{", *lines, "}"])


def _field_sdl(declared: Field) -> str:
    arguments = f"({', '.join(print_ast(each) for each in declared.arguments)})" if declared.arguments else ""
    return f"{declared.name}{arguments}: {print_ast(declared.type)}"

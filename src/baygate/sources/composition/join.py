"""The frame of a supergraph: the directives of the join specification v0.4 and of what else it links to."""

from collections.abc import Iterable, Iterator, Sequence

from graphql import DefinitionNode, StringValueNode, parse, print_ast

from baygate.sources.composition.model import Composed, SubgraphSchema
from baygate.sources.composition.vocabulary import DIRECTIVES

_JOIN = """
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments)
  repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(
  graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean,
  override: String, usedOverridden: Boolean, overrideLabel: String
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(
  graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true,
  isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
scalar join__DirectiveArguments
scalar join__FieldSet
scalar link__Import
enum link__Purpose {
  "What must be obeyed so that fields are resolved securely."
  SECURITY
  "What must be understood so that operations are executed."
  EXECUTION
}
"""

_FEATURES = {
    "inaccessible": ("v0.2", True),
    "tag": ("v0.3", False),
    "authenticated": ("v0.1", True),
    "requiresScopes": ("v0.1", True),
    "policy": ("v0.1", True),
}
"""Of each feature its version, and whether whoever does not know it must refuse the supergraph."""

_SCALARS = {"Scope": "requiresScopes__Scope", "Policy": "policy__Policy"}


def frame(
    schemas: Sequence[SubgraphSchema], roots: Iterable[str], features: set[str], composed: Sequence[Composed]
) -> tuple[DefinitionNode, ...]:
    """Return the schema definition, the directives and the list of graphs; ``features`` are directives in use."""
    used = [name for name in _FEATURES if name in features]
    text = "\n".join([_schema(roots, used, composed), _JOIN, *_definitions(used), _graphs(schemas)])
    own = tuple(each.definition for each in composed)
    return (*parse(text, no_location=True).definitions, *own)


def _schema(roots: Iterable[str], features: Sequence[str], composed: Sequence[Composed]) -> str:
    links = [
        '@link(url: "https://specs.apollo.dev/link/v1.0")',
        '@link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)',
    ]
    for name in features:
        version, secures = _FEATURES[name]
        links.append(f'@link(url: "https://specs.apollo.dev/{name}/{version}"{", for: SECURITY" if secures else ""})')
    for url in dict.fromkeys(each.url for each in composed):
        imports = ", ".join(_import(each) for each in composed if each.url == url)
        links.append(f"@link(url: {_text(url)}, import: [{imports}])")
    operations = " ".join(f"{each.lower()}: {each}" for each in roots)
    return f"schema {' '.join(links)} {{ {operations} }}"


def _import(directive: Composed) -> str:
    name = _text(f"@{directive.original}")
    return name if directive.original == directive.name else f"{{name: {name}, as: {_text(f'@{directive.name}')}}}"


def _definitions(features: Sequence[str]) -> Iterator[str]:
    for name in features:
        yield f"directive @{name}{DIRECTIVES[name].format_map(_SCALARS | {'FieldSet': ''})}"
    if "requiresScopes" in features:
        yield f"scalar {_SCALARS['Scope']}"
    if "policy" in features:
        yield f"scalar {_SCALARS['Policy']}"


def _graphs(schemas: Sequence[SubgraphSchema]) -> str:
    members = (f"{each.graph} @join__graph(name: {_text(each.name)}, url: {_text(each.url)})" for each in schemas)
    return f"enum join__Graph {{ {' '.join(members)} }}"


def _text(value: str) -> str:
    return print_ast(StringValueNode(value=value))

"""A supergraph in the join specification (v0.3; v0.4 where an override has a label), written from a distribution."""

from collections.abc import Iterator

from graphql import print_ast
from tests.federation.declared import Field, Subgraph, Type
from tests.federation.distribution import Distribution, is_root

HEADER = """
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,
  external: Boolean, override: String, usedOverridden: Boolean{label}
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true, isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM
  | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
scalar join__FieldSet
scalar link__Import
enum link__Purpose {{ SECURITY EXECUTION }}
"""


def supergraph_sdl(distribution: Distribution) -> str:
    """Write the supergraph."""
    labels = any(
        field.label
        for subgraph in distribution.subgraphs
        for declared in subgraph.types.values()
        for field in declared.fields.values()
    )
    parts = [
        _schema(distribution, "v0.4" if labels else "v0.3"),
        HEADER.format(label=", overrideLabel: String" if labels else ""),
        _graphs(distribution),
        *(_type(distribution, each) for each in distribution.names),
    ]
    return "\n".join(parts)


def _schema(distribution: Distribution, version: str) -> str:
    mutation = "\n  mutation: Mutation" if "Mutation" in distribution.names else ""
    return f"""schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/{version}", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
{{
  query: Query{mutation}
}}"""


def _graph(subgraph: Subgraph) -> str:
    return subgraph.name.upper()


def _graphs(distribution: Distribution) -> str:
    lines = (
        f'  {_graph(each)} @join__graph(name: "{each.name}", url: "http://{each.name}.example/graphql")'
        for each in distribution.subgraphs
    )
    return "\n".join(["enum join__Graph {", *lines, "}"])


def _type(distribution: Distribution, name: str) -> str:
    kind = distribution.kind(name)
    interfaces = distribution.interfaces(name)
    head = [f"{kind} {name}" + (f" implements {' & '.join(interfaces)}" if interfaces else "")]
    head += [f"  {each}" for each in _type_directives(distribution, name)]
    match kind:
        case "scalar":
            return "\n".join(head)
        case "union":
            return "\n".join([*head, f"  = {' | '.join(distribution.members(name))}"])
        case "enum":
            lines = [_enum_value(distribution, name, each) for each in distribution.values(name)]
        case _:
            lines = [_field(distribution, name, each) for each in distribution.field_names(name)]
    return "\n".join([*head, "{", *(f"  {each}" for each in lines), "}"])


def _type_directives(distribution: Distribution, name: str) -> Iterator[str]:
    if distribution.hidden(name):
        yield "@inaccessible"
    if name == "Query":
        yield from (f"@join__type(graph: {_graph(each)})" for each in distribution.subgraphs)
        return
    for subgraph, declared in distribution.declaring(name):
        graph = _graph(subgraph)
        yield from (f'@join__implements(graph: {graph}, interface: "{each}")' for each in declared.interfaces)
        last = ", isInterfaceObject: true" if declared.interface_object else ""
        for key in declared.keys:
            extension = ", extension: true" if declared.extension else ""
            resolvable = "" if key.resolvable else ", resolvable: false"
            fields = _quoted(key.fields)
            yield f"@join__type(graph: {graph}, key: {fields}{extension}{resolvable}{last})"
        if not declared.keys:
            yield f"@join__type(graph: {graph}{last})"
        yield from (f'@join__unionMember(graph: {graph}, member: "{each}")' for each in declared.members)


def _enum_value(distribution: Distribution, name: str, value: str) -> str:
    graphs = (
        f"@join__enumValue(graph: {_graph(subgraph)})"
        for subgraph, declared in distribution.declaring(name)
        if value in declared.values
    )
    return " ".join([value, *graphs])


def _field(distribution: Distribution, name: str, field: str) -> str:
    directives = list(_field_directives(distribution, name, field))
    if distribution.hidden(name, field):
        directives.append("@inaccessible")
    text = f"{field}{distribution.arguments(name, field)}: {print_ast(distribution.type_of(name, field))}"
    return " ".join([text, *directives])


def _field_directives(distribution: Distribution, name: str, field: str) -> Iterator[str]:
    if field in distribution.lent(name):
        yield "@join__field"
        return
    declaring = [(graph, declared, declared.fields.get(field)) for graph, declared in distribution.declaring(name)]
    overridden = {found.override: found.label for _, _, found in declaring if found and found.override}
    differing = len({print_ast(found.type) for _, _, found in declaring if found}) > 1
    stated: list[str] = []
    for subgraph, declared, found in declaring:
        if found is None:
            continue
        arguments = list(_field_arguments(declared, found, differing=differing))
        if subgraph.name in overridden:
            label = overridden[subgraph.name]
            if label:
                arguments.append(f'overrideLabel: "{label}"')
            elif declared.in_a_key(field):
                arguments.append("usedOverridden: true")
            else:
                continue
        stated.append(", ".join([f"graph: {_graph(subgraph)}", *arguments]))
    graphs = distribution.subgraphs if is_root(name) else declaring
    plain = len(stated) == len(graphs) and not any("," in each for each in stated)
    if not plain:
        yield from (f"@join__field({each})" for each in stated)


def _field_arguments(declared: Type, field: Field, *, differing: bool) -> Iterator[str]:
    """What is special about a field in one subgraph."""
    if differing:
        yield f'type: "{print_ast(field.type)}"'
    if field.external and not declared.in_a_key(field.name):
        yield "external: true"
    if field.requires:
        yield f"requires: {_quoted(field.requires)}"
    if field.provides:
        yield f"provides: {_quoted(field.provides)}"
    if field.override:
        yield f'override: "{field.override}"'
    if field.label:
        yield f'overrideLabel: "{field.label}"'


def _quoted(fields: str) -> str:
    escaped = fields.replace('"', '\\"')
    return f'"{escaped}"'

"""Federation's directives, as a subgraph may use them (Apollo Federation v2.11, subgraph specification)."""

FEDERATION = "https://specs.apollo.dev/federation"
LINK = "https://specs.apollo.dev/link"

_TAGGED = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE"
    " | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_GUARDED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"

DIRECTIVES = {
    "key": "(fields: {FieldSet}!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
    "requires": "(fields: {FieldSet}!) on FIELD_DEFINITION",
    "provides": "(fields: {FieldSet}!) on FIELD_DEFINITION",
    "external": "(reason: String) on OBJECT | FIELD_DEFINITION",
    "extends": " on OBJECT | INTERFACE",
    "shareable": " repeatable on OBJECT | FIELD_DEFINITION",
    "override": "(from: String!, label: String) on FIELD_DEFINITION",
    "interfaceObject": " on OBJECT",
    "composeDirective": "(name: String) repeatable on SCHEMA",
    "tag": f"(name: String!) repeatable on {_TAGGED} | SCHEMA",
    "inaccessible": f" on {_TAGGED}",
    "authenticated": f" on {_GUARDED}",
    "requiresScopes": f"(scopes: [[{{Scope}}!]!]!) on {_GUARDED}",
    "policy": f"(policies: [[{{Policy}}!]!]!) on {_GUARDED}",
    "cost": "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT"
    " | SCALAR",
    "listSize": "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
    " requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    "cacheTag": "(format: String!) repeatable on OBJECT | FIELD_DEFINITION",
    "context": "(name: String!) repeatable on OBJECT | INTERFACE | UNION",
    "fromContext": "(field: {ContextFieldValue}) on ARGUMENT_DEFINITION",
}
"""What follows each directive's name in its definition; scalars of federation stand in braces."""

SCALARS = ("FieldSet", "Scope", "Policy", "ContextFieldValue")

FIRST_VERSION = ("key", "requires", "provides", "external", "extends", "tag", "inaccessible")
"""What a schema without a link to federation may use: that is federation 1."""

LINKED_ALONE = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy")
"""Directives that have specifications of their own beside being federation's."""

UNSUPPORTED = ("context", "fromContext")
"""Directives that a supergraph would have to keep, and that this composer does not."""

SERVICE_TYPES = ("_Any", "_Entity", "_Service", "_FieldSet")
SERVICE_FIELDS = ("_entities", "_service")
"""What a subgraph adds to its schema so that it can be asked as one; no part of the supergraph."""


def definition(name: str, local: str, scalars: dict[str, str]) -> str:
    """Return the definition of a directive under the name that a subgraph gives it."""
    return f"directive @{local}{DIRECTIVES[name].format_map(scalars)}"

"""What an operation asks, rather than how the sources are cut."""

from tests.federation.scenario import Operation, Scenario

SHOP = {
    "products": """
        type Query { products: [Product!]! product(id: ID!): Product }
        type Product @key(fields: "id") { id: ID! name(language: String = "en"): String related: [Product!]! }
    """,
    "reviews": """
        type Query { reviews: [Review!]! }
        type Review @key(fields: "id") { id: ID! text: String! product: Product! author: User }
        type Product @key(fields: "id") { id: ID! reviews(first: Int = 2): [Review!]! }
        type User @key(fields: "id") { id: ID! reviews: [Review!]! }
    """,
    "users": """
        type Query { me: User }
        type User @key(fields: "id") { id: ID! name: String! address: Address }
        type Address { city: String street(long: Boolean!): String }
    """,
}
GOODS = {
    "Product": {"p1": {}, "p2": {}, "p3": {}},
    "Review": {"r1": {}, "r2": {}, "r3": {"author": None}},
    "User": {"u1": {}, "u2": {}},
    "Query": {"products": ["p1", "p2"], "reviews": ["r1", "r2", "r3"], "me": "u1"},
}

SKIPPED = "query ($names: Boolean!) { products { id name @include(if: $names) reviews @skip(if: $names) { text } } }"

CONDITIONAL = Scenario(
    "skip and include",
    SHOP,
    (
        Operation(SKIPPED, 1, {"names": True}),
        Operation(SKIPPED, 2, {"names": False}),
        Operation(
            "query ($u: Boolean = false) { products { id ... @include(if: $u) { reviews { id } } } }",
            1,
        ),
        Operation("query ($u: Boolean!) { me @skip(if: $u) { name } products { id } }", 1, {"u": True}),
        Operation("query ($u: Boolean!) { me @skip(if: $u) { name } }", 0, {"u": True}),
    ),
    GOODS,
)

TYPENAMES = Scenario(
    "__typename",
    SHOP,
    (
        Operation("{ __typename }", 0),
        Operation("{ kind: __typename again: __typename }", 0),
        Operation("{ me { __typename } }", 1),
        Operation("{ products { kind: __typename reviews { __typename author { kind: __typename } } } }", 2),
    ),
    GOODS,
)

PATHS = Scenario(
    "one entity by several paths",
    SHOP,
    (
        Operation("{ reviews { product { name } author { reviews { product { name } } } } }", 2),
        Operation("{ products { reviews { text } related { reviews { text } } } }", 2),
        Operation("{ me { name reviews { author { name } product { name } } } reviews { product { name } } }", 5),
    ),
    GOODS,
)

ALIASES = Scenario(
    "aliases, arguments and variables",
    SHOP,
    (
        Operation('{ a: product(id: "p1") { name } b: product(id: "p3") { name reviews { id } } }', 2),
        Operation(
            """query ($l: String, $n: Int) {
              products { name en: name(language: "en") other: name(language: $l)
                reviews(first: $n) { id }
                few: reviews(first: 1) { text author { address { street(long: true) } } } } }""",
            3,
            {"l": "fr", "n": 3},
        ),
        Operation("query ($id: ID!) { product(id: $id) { id: name name: id } }", 1, {"id": "p2"}),
        Operation('{ product(id: "none") { name reviews { id } } }', 1),
        Operation("query ($l: String) { products { other: name(language: $l) } }", 1),
    ),
    GOODS,
)

DEEP = Scenario(
    "fragments and depth",
    SHOP,
    (
        Operation(
            """query { products { ...listed reviews { author { ...known } } } me { ...known } }
            fragment listed on Product { id name related { ... on Product { name } } }
            fragment known on User { name address { ... { city } street(long: false) } }""",
            4,
        ),
        Operation("{ products { reviews { author { reviews { product { reviews { author { name } } } } } } } }", 3),
        Operation("{ me { id } reviews { id } products { id } }", 3),
    ),
    GOODS,
)

MUTATIONS = Scenario(
    "mutations",
    {
        "a": """
            type Query { jobs: [Job!]! }
            type Mutation { start(label: String!): String! create(label: String!): Job! }
            type Job @key(fields: "id") { id: ID! label: String }
        """,
        "b": """
            type Mutation { stop(label: String!): String! }
            type Job @key(fields: "id") { id: ID! cost: Int }
        """,
    },
    (
        Operation('mutation { start(label: "x") }', 1),
        Operation('mutation { one: start(label: "x") two: stop(label: "y") three: start(label: "z") }', 3),
        Operation('mutation { one: start(label: "x") two: start(label: "y") three: stop(label: "z") }', 2),
        Operation('mutation { create(label: "x") { label cost } stop(label: "y") }', 3),
        Operation("mutation ($l: String!) { stop(label: $l) create(label: $l) { __typename id } }", 2, {"l": "v"}),
        Operation("mutation { __typename }", 0),
    ),
    {"Job": {"j1": {}, "j2": {}}},
)

LISTS = Scenario(
    "lists of lists",
    {
        "board": """
            type Query { grid: [[Cell!]!]! sparse: [[Cell]] lines: [[[Int!]!]!]! }
            type Cell @key(fields: "id") { id: ID! row: [[Mark!]!] }
            type Mark @key(fields: "id") { id: ID! }
        """,
        "pieces": """
            type Cell @key(fields: "id") { id: ID! piece: String }
            type Mark @key(fields: "id") { id: ID! colour: String }
        """,
    },
    (
        Operation("{ grid { id piece } }", 2),
        Operation("{ sparse { piece } lines }", 2),
        Operation("{ grid { row { colour } } }", 2),
    ),
    {
        "Cell": {"c1": {}, "c2": {}, "c3": {"row": None}},
        "Mark": {"m1": {}, "m2": {}},
        "Query": {"grid": [["c1", "c2"], [], ["c3", "c1"]], "sparse": [["c1", None], None, [None]]},
    },
)

ASKING = (CONDITIONAL, TYPENAMES, PATHS, ALIASES, DEEP, MUTATIONS, LISTS)

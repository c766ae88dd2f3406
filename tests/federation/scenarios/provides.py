"""Fields that a source gives on some ways and not on others."""

from tests.federation.scenario import Operation, Scenario

OBJECT = Scenario(
    "provides",
    {
        "users": 'type User @key(fields: "id") { id: ID! name: String! @shareable email: String }',
        "reviews": """
            type Query { reviews: [Review!]! }
            type Review @key(fields: "id") { id: ID! author: User! @provides(fields: "name") editor: User! }
            type User @key(fields: "id") { id: ID! name: String! @external }
        """,
    },
    (
        Operation("{ reviews { author { name } } }", 1),
        Operation("{ reviews { author { name email } } }", 2),
        Operation("{ reviews { editor { name } } }", 2),
        Operation("{ reviews { author { name } editor { name } } }", 2),
    ),
    {"User": {"u1": {}, "u2": {}}, "Review": {"r1": {}, "r2": {}}, "Query": {"reviews": ["r1", "r2"]}},
)

UNION = Scenario(
    "provides on a union",
    {
        "catalogue": """
            type Book @key(fields: "id") { id: ID! title: String @shareable }
            type Film @key(fields: "id") { id: ID! title: String }
        """,
        "feed": """
            type Query { feed: [Media!]! @provides(fields: "... on Book { title }") }
            union Media = Book | Film
            type Book @key(fields: "id") { id: ID! title: String @external }
            type Film @key(fields: "id") { id: ID! }
        """,
    },
    (
        Operation("{ feed { ... on Book { title } } }", 1),
        Operation("{ feed { ... on Book { title } ... on Film { title } } }", 2),
        Operation("{ feed { __typename ... on Film { id } } }", 1),
    ),
    {"Book": {"b1": {}}, "Film": {"f1": {}}, "Query": {"feed": ["b1", "f1"]}},
)

INTERFACE = Scenario(
    "provides on an interface",
    {
        "zoo": """
            type Dog @key(fields: "id") { id: ID! name: String }
            type Cat @key(fields: "id") { id: ID! name: String @shareable age: Int }
        """,
        "shelter": """
            type Query { guest: Pet! @provides(fields: "... on Cat { name }") stray: Pet! }
            interface Pet { id: ID! }
            type Dog implements Pet @key(fields: "id") { id: ID! }
            type Cat implements Pet @key(fields: "id") { id: ID! name: String @external }
        """,
    },
    (
        Operation("{ guest { id ... on Cat { name } } }", 1),
        Operation("{ stray { id ... on Cat { name } } }", 2),
        Operation("{ guest { ... on Dog { name } ... on Cat { name age } } }", 2),
    ),
    {"Dog": {"d1": {}}, "Cat": {"c1": {}}, "Query": {"guest": "c1", "stray": "c1"}},
)

NESTED = Scenario(
    "provides nested",
    {
        "catalogue": """
            type Product @key(fields: "id") { id: ID! categories: [Category!]! @shareable }
            type Category @key(fields: "id") { id: ID! name: String @shareable parent: Category @shareable }
        """,
        "offers": """
            type Query {
              offers: [Product!]! @provides(fields: "categories { id name parent { name } }")
              others: [Product!]!
            }
            type Product @key(fields: "id") { id: ID! categories: [Category!]! @external }
            type Category @key(fields: "id") { id: ID! name: String @external parent: Category @external }
        """,
    },
    (
        Operation("{ offers { categories { name parent { name } } } }", 1),
        Operation("{ offers { categories { parent { parent { name } } } } }", 2),
        Operation("{ others { categories { name } } }", 2),
    ),
    {
        "Product": {"p1": {}, "p2": {}},
        "Category": {"c1": {}, "c2": {"parent": "c1"}, "c3": {"parent": "c2"}},
        "Query": {"offers": ["p1", "p2"], "others": ["p2"]},
    },
)

PROVIDES = (OBJECT, UNION, INTERFACE, NESTED)

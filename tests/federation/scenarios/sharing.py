"""Fields and types that several sources declare, and which of them answers."""

from tests.federation.scenario import Operation, Scenario

USERS = {"User": {"u1": {}, "u2": {}}, "Query": {"users": ["u1", "u2"]}}

SPLIT = Scenario(
    "value type split over sources",
    {
        "a": """
            type Query { products: [Product!]! }
            type Product @key(fields: "id") { id: ID! size: Size @shareable }
            type Size @shareable { width: Int unit: String }
        """,
        "b": """
            type Product @key(fields: "id") { id: ID! size: Size @shareable }
            type Size @shareable { height: Int unit: String }
        """,
    },
    (
        Operation("{ products { size { width unit } } }", 1),
        Operation("{ products { size { height } } }", 2),
        Operation("{ products { size { width height unit } } }", 2),
    ),
    {"Product": {"p1": {}, "p2": {}}, "Query": {"products": ["p1", "p2"]}},
)

ROOTS = Scenario(
    "shared root field",
    {
        "a": """
            type Query { user: User @shareable }
            type User @key(fields: "id") { id: ID! name: String profile: Profile @shareable }
            type Profile @shareable { city: String }
        """,
        "b": """
            type Query { user: User @shareable }
            type User @key(fields: "id") { id: ID! email: String profile: Profile @shareable }
            type Profile @shareable { street: String }
        """,
    },
    (
        Operation("{ user { id } }", 1),
        Operation("{ user { email } }", 1),
        Operation("{ user { name email } }", 2),
        Operation("{ user { profile { city street } } }", 2),
    ),
    {"User": {"u1": {}}, "Query": {"user": "u1"}},
)

OVERRIDE = Scenario(
    "override",
    {
        "old": """
            type Query { users: [User!]! }
            type User @key(fields: "id") { id: ID! name: String email: String }
        """,
        "new": 'type User @key(fields: "id") { id: ID! email: String @override(from: "old") phone: String }',
    },
    (Operation("{ users { name } }", 1), Operation("{ users { name email phone } }", 2)),
    USERS,
)


def _progressive(percent: int) -> Scenario:
    other = f'email: String @override(from: "old", label: "percent({percent})")'
    return Scenario(
        f"override at {percent} percent",
        {
            "old": """
                type Query { users: [User!]! }
                type User @key(fields: "id") { id: ID! name: String email: String }
            """,
            "new": f'type User @key(fields: "id") {{ id: ID! {other} phone: String }}',
        },
        (
            Operation("{ users { name email } }", 2 if percent else 1),
            Operation("{ users { phone email } }", 2),
        ),
        USERS,
    )


def _extended(name: str, extension: str) -> Scenario:
    return Scenario(
        name,
        {
            "users": 'type User @key(fields: "id") { id: ID! name: String @shareable }',
            "reviews": f"""
                type Query {{ users: [User!]! known: [User!]! @provides(fields: "name") }}
                {extension} {{ id: ID! @external name: String @external reviews: [Review!]! }}
                type Review {{ text: String! author: User! }}
            """,
        },
        (
            Operation("{ users { id reviews { text } } }", 1),
            Operation("{ users { name } }", 2),
            Operation("{ known { name reviews { author { name } } } }", 2),
        ),
        {**USERS, "Query": {"users": ["u1", "u2"], "known": ["u1"]}},
    )


EXTENDS = _extended("extends", 'type User @extends @key(fields: "id")')
EXTENSION = _extended("extension", 'extend type User @key(fields: "id")')

INACCESSIBLE = Scenario(
    "inaccessible",
    {
        "a": """
            type Query { users: [User!]! }
            type User @key(fields: "id") { id: ID! secret: String @inaccessible contact: Contact @inaccessible }
            type Contact @inaccessible @shareable { phone: String }
        """,
        "b": """
            type User @key(fields: "id") {
              id: ID! secret: String @external contact: Contact @external
              digest: String @requires(fields: "secret contact { phone }")
            }
            type Contact @shareable { phone: String }
        """,
    },
    (Operation("{ users { digest } }", 2),),
    USERS,
)

NULLABILITY = Scenario(
    "types that differ in nullability",
    {
        "a": """
            type Query { pets: [Pet!]! }
            interface Pet { id: ID! }
            type Dog implements Pet @key(fields: "id") { id: ID! name: String! @shareable tags: [String!]! @shareable }
            type Cat implements Pet @key(fields: "id") { id: ID! name: String tags: [String] }
        """,
        "b": """
            type Query { dogs: [Dog!]! }
            type Dog @key(fields: "id") { id: ID! name: String @shareable tags: [String] @shareable age: Int }
        """,
    },
    (
        Operation("{ pets { ... on Dog { name } ... on Cat { name } } }", 1),
        Operation("{ pets { ... on Cat { label: name tags } ... on Dog { label: name tags age } } }", 2),
        Operation("{ dogs { name age } }", 1),
    ),
    {"Dog": {"d1": {}}, "Cat": {"c1": {"name": None}}, "Query": {"pets": ["c1", "d1"], "dogs": ["d1"]}},
)

SHARING = (
    SPLIT,
    ROOTS,
    OVERRIDE,
    _progressive(0),
    _progressive(100),
    EXTENDS,
    EXTENSION,
    INACCESSIBLE,
    NULLABILITY,
)

"""Entities and the keys by which sources know them."""

from tests.federation.scenario import Operation, Scenario

PRODUCTS = {"Product": {"p1": {}, "p2": {}}, "Query": {"products": ["p1", "p2"]}}

SEVERAL = Scenario(
    "several keys",
    {
        "catalogue": """
            type Query { products: [Product!]! }
            type Product @key(fields: "id") @key(fields: "upc") { id: ID! upc: String! name: String }
        """,
        "pricing": 'type Product @key(fields: "id") { id: ID! price: Int }',
        "stock": 'type Product @key(fields: "upc") { upc: String! inStock: Boolean }',
    },
    (
        Operation("{ products { name } }", 1),
        Operation("{ products { name price } }", 2),
        Operation("{ products { price inStock } }", 3),
    ),
    PRODUCTS,
)

CHAIN = Scenario(
    "key chain",
    {
        "a": """
            type Query { products: [Product!]! }
            type Product @key(fields: "id") { id: ID! name: String }
        """,
        "b": 'type Product @key(fields: "id") @key(fields: "upc") { id: ID! upc: String! price: Int }',
        "c": """
            type Query { scanned: [Product!]! }
            type Product @key(fields: "upc") { upc: String! weight: Float }
        """,
    },
    (
        Operation("{ products { weight } }", 3),
        Operation("{ products { upc } }", 2),
        Operation("{ scanned { weight name } }", 3),
        Operation("{ scanned { id upc } products { id upc } }", 4),
    ),
    {"Product": {"p1": {}, "p2": {}}, "Query": {"products": ["p1", "p2"], "scanned": ["p2", "p1"]}},
)

COMPOUND = Scenario(
    "compound key",
    {
        "orders": """
            type Query { orders: [Order!]! }
            type Order @key(fields: "shop number") { shop: String! number: Int! total: Int }
        """,
        "shipping": """
            type Order @key(fields: "number shop") { shop: String! number: Int! carrier: String }
        """,
    },
    (Operation("{ orders { total carrier } }", 2), Operation("{ orders { number shop } }", 1)),
    {
        "Order": {
            "o1": {"shop": "north", "number": 1},
            "o2": {"shop": "south", "number": 1},
            "o3": {"shop": "north", "number": 2},
        },
        "Query": {"orders": ["o1", "o2", "o3"]},
    },
)

NESTED = Scenario(
    "nested key",
    {
        "airline": """
            type Query { seats: [Seat!]! }
            type Seat @key(fields: "place flight { code leg { number } }") { place: String! flight: Flight! fare: Int }
            type Flight @shareable { code: String! leg: Leg! }
            type Leg @shareable { number: Int! }
        """,
        "boarding": """
            type Seat @key(fields: "place flight { code leg { number } }") {
              place: String! flight: Flight! passenger: String
            }
            type Flight @shareable { code: String! leg: Leg! }
            type Leg @shareable { number: Int! }
        """,
    },
    (Operation("{ seats { fare passenger flight { code } } }", 2),),
    {
        "Seat": {
            "s1": {"place": "1A", "flight": {"code": "BG1", "leg": {"number": 1}}},
            "s2": {"place": "1A", "flight": {"code": "BG1", "leg": {"number": 2}}},
            "s3": {"place": "1A", "flight": {"code": "BG2", "leg": {"number": 1}}},
        },
        "Query": {"seats": ["s1", "s2", "s3"]},
    },
)

NON_RESOLVABLE = Scenario(
    "non-resolvable key",
    {
        "products": 'type Product @key(fields: "id") { id: ID! name: String }',
        "reviews": """
            type Query { reviews: [Review!]! }
            type Review { text: String! product: Product! }
            type Product @key(fields: "id", resolvable: false) { id: ID! }
        """,
    },
    (
        Operation("{ reviews { text product { id } } }", 1),
        Operation("{ reviews { text product { id name } } }", 2),
    ),
    {"Product": {"p1": {}, "p2": {}}, "Query": {"reviews": [{"product": "p1"}, {"product": "p2"}, {"product": "p1"}]}},
)

PARTLY_RESOLVABLE = Scenario(
    "several keys, few of them resolvable",
    {
        "registry": """
            type Vessel @key(fields: "imo") @key(fields: "call", resolvable: false)
              @key(fields: "imo plate { serial }", resolvable: false) {
              imo: ID! call: String! plate: Plate! name: String
            }
            type Plate @shareable { maker: String! serial: String! }
        """,
        "port": """
            type Query { berths: [Berth!]! }
            type Berth { quay: String! vessel: Vessel }
            type Vessel @key(fields: "imo", resolvable: false) @key(fields: "call", resolvable: false)
              @key(fields: "imo plate { serial }") {
              imo: ID! call: String! plate: Plate! name: String @external greeting: String @requires(fields: "name")
            }
            type Plate @shareable { maker: String! serial: String! }
        """,
    },
    (
        Operation("{ berths { vessel { name } } }", 2),
        Operation("{ berths { quay vessel { greeting plate { maker } } } }", 3),
    ),
    {"Vessel": {"v1": {}, "v2": {}}, "Query": {"berths": [{"vessel": "v1"}, {"vessel": None}, {"vessel": "v2"}]}},
)

NULL_KEYS = Scenario(
    "null keys",
    {
        "shelves": """
            type Query { books: [Book!]! }
            type Book @key(fields: "upc") { upc: ID! }
        """,
        "catalogue": 'type Book @key(fields: "upc") @key(fields: "isbn") { upc: ID! isbn: ID }',
        "authors": 'type Book @key(fields: "isbn") { isbn: ID author: Author } type Author { name: String! }',
    },
    (
        Operation(
            "{ books { upc author { name } } }",
            3,
            expected={
                "books": [
                    {"upc": "u1", "author": {"name": "Ann"}},
                    {"upc": "u2", "author": None},
                ]
            },
        ),
    ),
    {
        "Book": {
            "b1": {"upc": "u1", "isbn": "i1", "author": {"name": "Ann"}},
            "b2": {"upc": "u2", "isbn": None, "author": {"name": "Bob"}},
        },
        "Query": {"books": ["b1", "b2"]},
    },
)

KEYS = (SEVERAL, CHAIN, COMPOUND, NESTED, NON_RESOLVABLE, PARTLY_RESOLVABLE, NULL_KEYS)
